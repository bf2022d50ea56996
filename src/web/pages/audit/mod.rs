//! The log: what was done, by whom, to whom, from where.

mod export;
mod facts;
mod list;
mod often;
mod range;
mod row;
mod search;

pub use export::export;
pub use facts::Facts;
pub use list::{detail, index};
pub use row::{Day, EventRow, by_day};
pub use search::{FIELDS, PLACES, cursor};
