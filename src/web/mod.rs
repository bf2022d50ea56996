//! The console: pages, and what stands around them.

pub mod assets;
pub mod caller;
pub mod context;
pub mod cookies;
pub mod csrf;
pub mod edge;
pub mod error;
mod fill;
pub mod filters;
pub mod flash;
pub mod form;
mod forwarded;
pub mod health;
mod kept;
pub mod layout;
pub mod once;
pub mod pages;
pub mod query;
pub mod request;
pub mod routes;
pub mod session;
pub mod well_known;
