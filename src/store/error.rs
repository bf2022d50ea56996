//! What can go wrong with the database.

use diesel::result::{DatabaseErrorKind, Error};

/// A query that did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached now; trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A unique rule of the schema said no.
    #[error("a unique rule refused the row: {0}")]
    Duplicate(String),
    /// A row that breaks a rule of ours.
    #[error("a stored row is corrupt: {0}")]
    Corrupt(&'static str),
    /// Any other failure of a query.
    #[error("a query failed: {0}")]
    Query(Error),
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
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::DatabaseError(_, info) if is_passing(info.message()) => {
                Self::Unavailable(info.message().to_owned())
            }
            Error::BrokenTransactionManager => Self::Unavailable("the connection is broken".to_owned()),
            _ => Self::Query(error),
        }
    }
}

fn is_passing(message: &str) -> bool {
    [
        "database is locked",
        "deadlock detected",
        "canceling statement due to",
        "disk is full",
        "disk I/O error",
        "server closed the connection",
        "terminating connection",
        "connection",
    ]
    .iter()
    .any(|text| message.contains(text))
}
