//! The pages about keys.

pub mod limits;
pub mod list;
pub mod records;
pub mod reveal;
pub mod status;
