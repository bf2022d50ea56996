//! Keys in the order of their ends, or of their days of silence.

use crate::domain::key::{KeyStatus, SecretId};
use crate::domain::user::User;

/// A limit by which an account says when its keys are over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EndKind {
    /// The moment at which a key ends.
    End,
    /// The days without a call after which it is disabled.
    Silence,
}

/// The most that an account lets new keys have.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub kind: EndKind,
    /// The latest end in unix seconds, or the days without a call.
    pub most: i64,
}

/// A key with its end, and whose it is.
#[derive(Clone, Debug)]
pub struct Ending {
    pub secret_id: SecretId,
    pub status: KeyStatus,
    pub created_at: i64,
    /// None: it does not end.
    pub expires_at: Option<i64>,
    /// Days without a call after which it is disabled; none: it is not.
    pub idle_days: Option<i64>,
    pub purpose: String,
    pub user: User,
}

/// A place in the list: after the key with this end, or these days of silence, and id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndPlace {
    pub limit: Option<i64>,
    pub secret_id: SecretId,
}

impl Ending {
    /// Where it stands in a list that goes by such a limit.
    pub fn place(&self, kind: EndKind) -> EndPlace {
        let limit = match kind {
            EndKind::End => self.expires_at,
            EndKind::Silence => self.idle_days,
        };
        EndPlace { limit, secret_id: self.secret_id.clone() }
    }
}

impl EndPlace {
    /// As an address has it: the SecretId, a dot, and the end in unix seconds, or the days, where there is one.
    pub fn text(&self) -> String {
        let limit = self.limit.map(|at| at.to_string()).unwrap_or_default();
        format!("{}.{limit}", self.secret_id)
    }

    /// The place of that text.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, limit) = text.split_once('.')?;
        let secret_id = SecretId::parse(id).ok()?;
        let limit = if limit.is_empty() { None } else { Some(limit.parse().ok()?) };
        Some(Self { limit, secret_id })
    }
}
