//! The account as a whole: set-up, settings, rules, the log.

pub mod log;
pub mod log_search;
pub mod protection;
pub mod settings;
pub mod setup;
