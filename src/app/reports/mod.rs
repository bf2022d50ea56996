//! What is handed to other programs as a whole: the credential report and the log, read a page at a time.
//!
//! Each page is read by itself, in the order of a key, so that neither memory nor the database grows with the account:
//! a report tells each row as it was when its page was read, not all of them at one moment.

pub mod audit_export;
pub mod credential_report;
mod handed_cursor;
pub mod user_export;

use super::Failure;

/// A text on its way out, a part at a time.
pub trait Parts: 'static {
    /// The next part; nothing when the text is whole.
    fn next_part(&mut self) -> impl Future<Output = Result<Option<String>, Failure>>;
}
