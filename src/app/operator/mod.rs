//! What the operator does and needs to know.

pub mod admin;
pub mod fill_in;
pub mod nodes;
pub mod readiness;
pub mod timed;
