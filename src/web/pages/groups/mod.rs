//! The pages about groups.

pub mod detail;
pub mod head;
pub mod list;
pub mod members;
pub mod permissions;
