//! Addresses that need no session.

pub mod assets;
pub mod health;
pub mod metrics;
pub mod well_known;
