//! The pages about keys.

pub mod history;
mod impact;
pub mod limits;
pub mod list;
pub mod records;
pub mod replace;
pub mod reveal;
pub mod rotations;
pub mod status;
mod timeline;
