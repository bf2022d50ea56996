//! The pages that help to call the API and to protect a service.

pub mod debug;

mod api;
mod gate;
mod recipes;
mod snippets;

pub use api::api;
pub use gate::gate;
