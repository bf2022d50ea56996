//! Keys tried off: disabled for a while, to see who misses them.

mod begin;
mod end;
pub mod told;

pub use begin::{try_off, try_off_at};
pub use end::end_trials;
