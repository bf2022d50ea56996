//! The API that the official clients of API 3.0 speak: signed requests in, `{"Response":…}` out.

pub mod action;
pub mod actions;
mod body;
mod context;
pub mod dispatch;
pub mod error;
pub mod input;
mod multipart;
mod pace;
mod unambiguous;

pub use action::{Action, Answer, Call, Service, respond};
pub use context::ApiContext;
pub use error::ApiError;
pub use input::Input;
