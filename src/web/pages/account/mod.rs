//! The pages about the account.

pub mod beyond;
pub mod settings;
pub mod setup;
pub mod system;
