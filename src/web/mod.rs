//! The console: pages, and what stands around them.

pub mod answer;
pub mod caller;
pub mod context;
pub mod cookies;
pub mod edge;
pub mod endpoint;
pub mod error;
pub mod error_page;
pub mod forms;
pub mod layout;
pub mod pages;
pub mod public;
pub mod query;
pub mod routes;
pub mod session;
pub mod visit;
