//! The pages about policies.

pub(super) mod conditions;
pub mod detail;
pub mod form;
pub mod holders;
pub mod least;
pub mod list;
pub mod simulate;
pub mod text;
pub mod versions;
pub mod who_can;
