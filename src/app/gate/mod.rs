//! The gate: who may ask it.

pub mod tokens;
