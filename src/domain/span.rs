//! Lengths of time, in seconds.

/// An hour.
pub const HOUR: i64 = 3_600;
/// A day of 24 hours; days that a person's clock is set forward or back are no other.
pub const DAY: i64 = 86_400;
