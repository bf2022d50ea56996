//! What is done to several users of the list at once: each deed has a page that says what it means for each of them.

pub mod attach;
pub mod chosen;
pub mod export;
pub mod join;
pub mod keys;
pub mod mfa;
pub mod page;
