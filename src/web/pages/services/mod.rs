//! Services and gate tokens of the account.

pub mod detail;
pub mod form;
pub mod list;
pub mod tokens;
