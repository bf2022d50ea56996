//! Canaries: pairs that look like keys, authenticate nothing, and tell who found them.

use crate::domain::key::SecretId;
use crate::domain::user::Uin;

/// Canaries that an account may have at once.
pub const MAX_CANARIES: i64 = 100;
/// Deleted ones that the page still shows.
pub const DELETED_SHOWN: i64 = 50;
/// Uses of each that are kept; older ones are counted only.
pub const KEPT_TOUCHES: usize = 50;
/// Events in the log of one canary and hour; further addresses of that hour are kept with the uses only.
pub const MOST_ALERTS: i64 = 20;
/// Longest name.
pub const LONGEST_NAME: usize = 128;

/// A pair that looks like a key, without its secret.
#[derive(Clone, Debug)]
pub struct Canary {
    pub secret_id: SecretId,
    pub owner_uin: Uin,
    /// Where it was placed, in words.
    pub name: String,
    pub created_at: i64,
    pub created_by: String,
    /// From then on its SecretId is that of no key.
    pub deleted_at: Option<i64>,
    pub deleted_by: String,
    /// How often it was used.
    pub touches: i64,
    /// When it was used last, in unix milliseconds; 0 before.
    pub touched_ms: i64,
}

impl Canary {
    /// Whether somebody has used it.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.touches > 0
    }

    /// When it was used last, in unix seconds.
    #[must_use]
    pub fn touched_at(&self) -> Option<i64> {
        self.is_touched().then_some(self.touched_ms / 1000)
    }
}

/// What whoever used a canary proved to have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// The signature was right: the SecretKey is known, too.
    Signed,
    /// The SecretId was named, and the signature was not right.
    WrongSignature,
    /// A service that checks signatures itself asked about the SecretId.
    Named,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Signed, Self::WrongSignature, Self::Named];

    /// The name in the database and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::WrongSignature => "wrong_signature",
            Self::Named => "named",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.as_str() == name)
    }

    /// The words for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Signed => "Right signature: the SecretKey is known",
            Self::WrongSignature => "Wrong signature: perhaps the SecretId alone is known",
            Self::Named => "A service asked about the SecretId",
        }
    }
}

/// One use of a canary.
#[derive(Clone, Debug)]
pub struct Touch {
    pub at_ms: i64,
    pub request_id: String,
    pub ip: String,
    /// What the client says of itself.
    pub client: String,
    /// `API` or `Gate`.
    pub face: String,
    pub service: String,
    pub action: String,
    pub proof: Proof,
}
