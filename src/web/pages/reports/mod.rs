//! Reports as files.

mod credential_report;

pub use credential_report::{ask, download, index};
