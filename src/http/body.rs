//! The bytes of a request, whole and within bounds.

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};

/// Why a body is not there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BodyFault {
    /// The client went away, or its bytes made no sense.
    Broken,
    TooLarge,
}

/// How much of a body is taken.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The longest body, in bytes.
    pub limit: usize,
    /// How many times that is read and thrown away, so that a client hears the answer before the connection ends.
    pub patience: usize,
}

/// Reads a body whole.
pub async fn collect(
    payload: &mut (impl Stream<Item = Result<Bytes, PayloadError>> + Unpin),
    bounds: Bounds,
) -> Result<BytesMut, BodyFault> {
    let mut body = BytesMut::new();
    let mut length = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyFault::Broken)?;
        length += chunk.len();
        if length <= bounds.limit {
            body.extend_from_slice(&chunk);
        } else {
            body = BytesMut::new();
        }
        if length > bounds.limit.saturating_mul(bounds.patience) {
            break;
        }
    }
    if length <= bounds.limit { Ok(body) } else { Err(BodyFault::TooLarge) }
}
