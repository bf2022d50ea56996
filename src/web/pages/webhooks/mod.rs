//! Webhooks: listed, made, changed, tried, deleted.

pub mod form;
pub mod list;
