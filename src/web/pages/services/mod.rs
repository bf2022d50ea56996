//! Services and gate tokens of the account.

mod chart;
pub mod detail;
pub mod form;
pub mod list;
pub mod tokens;
