//! Services and gate tokens of the account.

pub mod detail;
pub mod form;
mod head;
pub mod list;
pub mod parts;
pub mod tokens;
