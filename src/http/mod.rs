//! What the console and the API know alike of a request.

pub mod forwarded;
pub mod request;
