//! The gate: services that ask for verdicts, and what their gateways may ask about.

pub mod gateway;
pub mod headers;
pub mod host;
pub mod method;
pub mod questioned;
pub mod refused;
pub mod route;
pub mod scope;
pub mod service;
pub mod target;
pub mod token;
pub mod written;
