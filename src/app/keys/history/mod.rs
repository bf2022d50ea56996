//! What became of a key: what it is used for, and what happened to it, also after it is gone.

mod impact;
mod page;
mod timeline;

pub use impact::{Calling, Impact, Last, impacts};
pub use page::{KeyHistory, history};
pub use timeline::{Entry, Timeline};
