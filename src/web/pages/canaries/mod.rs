//! Canary keys: listed, made, shown once, deleted.

pub mod list;
pub mod new;
