//! The pages that help to call the API.

pub mod debug;

mod api;
mod snippets;

pub use api::api;
