//! Claim links: listed, opened by whoever holds one, and what they hand over.

pub mod listed;
pub mod opening;
pub mod taking;
