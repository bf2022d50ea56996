//! Keys in the order of their ends.

use crate::domain::key::{KeyStatus, SecretId};
use crate::domain::user::User;

/// A key with its end, and whose it is.
#[derive(Clone, Debug)]
pub struct Ending {
    pub secret_id: SecretId,
    pub status: KeyStatus,
    pub created_at: i64,
    /// None: it does not end.
    pub expires_at: Option<i64>,
    pub purpose: String,
    pub user: User,
}

/// A place in the list: after the key with this end and id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndPlace {
    pub expires_at: Option<i64>,
    pub secret_id: SecretId,
}

impl Ending {
    pub fn place(&self) -> EndPlace {
        EndPlace { expires_at: self.expires_at, secret_id: self.secret_id.clone() }
    }
}

impl EndPlace {
    /// As an address has it: the SecretId, a dot, and the end in unix seconds where there is one.
    pub fn text(&self) -> String {
        let end = self.expires_at.map(|at| at.to_string()).unwrap_or_default();
        format!("{}.{end}", self.secret_id)
    }

    /// The place of that text.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, end) = text.split_once('.')?;
        let secret_id = SecretId::parse(id).ok()?;
        let expires_at = if end.is_empty() { None } else { Some(end.parse().ok()?) };
        Some(Self { expires_at, secret_id })
    }
}
