//! The body of a call.

use super::error::ApiError;
use crate::http::body::{BodyFault, Bounds, collect};
use actix_web::web::Payload;
use std::time::Duration;

/// How many times the limit is read and thrown away.
const PATIENCE: usize = 4;

/// Reads a body of at most `limit` bytes before the deadline.
pub async fn read(payload: &mut Payload, limit: usize, deadline: Duration) -> Result<Vec<u8>, ApiError> {
    let slow = |_| {
        ApiError::new("InvalidRequest", ("The body did not arrive in time.", "请求体未在规定时间内到达。"))
    };
    let reading = collect(payload, Bounds { limit, patience: PATIENCE });
    let body = tokio::time::timeout(deadline, reading).await.map_err(slow)?;
    body.map(Vec::from).map_err(|fault| match fault {
        BodyFault::Broken => {
            ApiError::new("InvalidRequest", ("The body did not arrive whole.", "请求体不完整。"))
        }
        BodyFault::TooLarge => too_large(limit),
    })
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(
        "RequestSizeLimitExceeded",
        (format!("The request is larger than {limit} bytes."), format!("请求大小超过限制 {limit} 字节。")),
    )
}
