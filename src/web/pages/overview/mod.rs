//! The overview, and the lists behind what it tells.

mod index;
mod list;

pub use index::index;
pub use list::index as list;
