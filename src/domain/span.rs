//! Lengths of time, in seconds.

pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;
