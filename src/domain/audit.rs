//! What is written down: who did what to what, when, from where, and how it ended.

mod group;
mod name;
mod search;
pub mod words;

pub use self::name::EventName;
pub use self::search::{Actor, EventCursor, EventFilter, Searched, Stop, TargetFilter, is_request_id};
use crate::domain::user::Uin;

/// How an event ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    Allowed,
    Refused,
}

impl Outcome {
    /// The name in the database and in the filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }

    /// The outcome of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Allowed, Self::Refused].into_iter().find(|outcome| outcome.as_str() == name)
    }
}

/// An event that has happened. `detail` is a JSON object of plain facts, never a secret.
#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub at: i64,
    pub owner_uin: Uin,
    pub event: String,
    pub actor_uin: Uin,
    pub actor: String,
    pub target_uin: Uin,
    pub target: String,
    pub outcome: Outcome,
    pub reason: String,
    pub ip: String,
    pub user_agent: String,
    pub request_id: String,
    pub detail: String,
}
