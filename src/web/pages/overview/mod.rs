//! The overview, and the lists behind what it tells.

mod index;
mod list;
mod words;

pub use index::index;
pub use list::index as list;
