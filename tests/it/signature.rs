//! Signed requests: published vectors, what real clients do, refusals, and properties against a naive reference.

mod accepted;
mod naive;
mod properties;
mod refused;
mod sample;
mod sigv4_case;
mod sigv4_vectors;
mod v1;
mod vectors;
