//! What the console and the API know alike of a request.

pub mod body;
pub mod forwarded;
pub mod request;
