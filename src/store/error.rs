//! What can go wrong with the database.

use diesel::result::{DatabaseErrorKind, Error};

/// A query that did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached now; trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Others changed the same at that moment, and nothing was kept; the same change may pass when it is made again.
    #[error("others were changing the same: {0}")]
    Conflict(String),
    /// Whether a change was kept is not known: its commit was sent, and no answer came.
    #[error("it is not known whether the change was made: {0}")]
    Unknown(String),
    /// A unique rule of the schema said no.
    #[error("a unique rule refused the row: {0}")]
    Duplicate(String),
    /// A row that breaks a rule of ours.
    #[error("a stored row is corrupt: {0}")]
    Corrupt(&'static str),
    /// Any other failure of a query.
    #[error("a query failed: {0}")]
    Query(Error),
    /// A log stands beside the database that was not begun on it.
    #[error(
        "{0}-wal does not belong to {0}: another file had that name when it was written, and taking it in would ruin this one. If you put a copy there, remove {0}-wal and {0}-shm and start again. If the former file is still somewhere, put it back to keep what it holds."
    )]
    ForeignLog(String),
    /// The database is of another version of Camlock.
    #[error("{0}")]
    Version(String),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Duplicate(info.message().to_owned())
            }
            Error::DatabaseError(kind, info) if is_conflict(*kind, info.message()) => {
                Self::Conflict(info.message().to_owned())
            }
            Error::DatabaseError(kind, info) if is_passing(*kind, info.message()) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::BrokenTransactionManager => Self::Unavailable("the connection is broken".to_owned()),
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::Unavailable(commit_error.to_string()),
            _ => Self::Query(error),
        }
    }
}

/// What a failed commit means: not kept, where the database says so, and otherwise unknown.
pub(super) fn of_commit(error: Error) -> StoreError {
    let cause = match error {
        Error::RollbackErrorOnCommit { commit_error, .. } => *commit_error,
        other => other,
    };
    let is_refusal = match &cause {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        ) => false,
        Error::DatabaseError(_, info) => !is_without_answer(info.message()),
        _ => false,
    };
    if is_refusal { StoreError::from(cause) } else { StoreError::Unknown(cause.to_string()) }
}

/// Whether a message tells of an end before the answer; after a failed sync SQLite may still find the change in its log.
fn is_without_answer(message: &str) -> bool {
    ["disk I/O error", "server closed the connection", "terminating connection", "connection"]
        .iter()
        .any(|text| message.contains(text))
}

fn is_conflict(kind: DatabaseErrorKind, message: &str) -> bool {
    matches!(kind, DatabaseErrorKind::SerializationFailure) || message.contains("deadlock detected")
}

/// Errors of changes that may be made again.
pub trait MayRepeat {
    /// Whether nothing was kept, and only because of what others did at that moment.
    fn is_conflict(&self) -> bool;
}

impl MayRepeat for StoreError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

fn is_passing(kind: DatabaseErrorKind, message: &str) -> bool {
    matches!(
        kind,
        DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ReadOnlyTransaction
    ) || [
        "database is locked",
        "canceling statement due to",
        "disk is full",
        "disk I/O error",
        "No space left on device",
        "read-only transaction",
        "readonly database",
        "unable to open database file",
        "the database system is",
        "too many clients",
        "out of memory",
        "connection",
    ]
    .iter()
    .any(|text| message.contains(text))
}
