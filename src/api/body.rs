//! The bytes of a request, whole and within bounds.

use super::error::ApiError;
use actix_web::web::Payload;
use futures_util::StreamExt;
use std::time::Duration;

/// How many times the limit is read and thrown away, so that a client hears the answer before the connection ends.
const PATIENCE: usize = 4;

/// Reads a body of at most `limit` bytes before the deadline.
pub async fn read(payload: &mut Payload, limit: usize, deadline: Duration) -> Result<Vec<u8>, ApiError> {
    let slow = |_| {
        ApiError::new("InvalidRequest", ("The body did not arrive in time.", "请求体未在规定时间内到达。"))
    };
    tokio::time::timeout(deadline, collect(payload, limit)).await.map_err(slow)?
}

async fn collect(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    let mut length = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            ApiError::new("InvalidRequest", ("The body did not arrive whole.", "请求体不完整。"))
        })?;
        length += chunk.len();
        if length <= limit {
            body.extend_from_slice(&chunk);
        } else {
            body = Vec::new();
        }
        if length > limit.saturating_mul(PATIENCE) {
            break;
        }
    }
    if length <= limit { Ok(body) } else { Err(too_large(limit)) }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        "RequestSizeLimitExceeded",
        (format!("The request is larger than {limit} bytes."), format!("请求大小超过限制 {limit} 字节。")),
    )
}
