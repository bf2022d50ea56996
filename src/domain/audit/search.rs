//! What a page of the log is asked for, and where it begins.

use super::Outcome;
use crate::domain::notice::Level;
use crate::domain::user::Uin;

/// What a page of the log is asked for.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Any of these events; empty for all.
    pub events: Vec<String>,
    pub outcome: Option<Outcome>,
    /// Any of these actors; empty for all.
    pub actors: Vec<Uin>,
    pub target: Option<TargetFilter>,
    /// Either actor or target: a user's own activity.
    pub about: Option<Uin>,
    pub request_id: Option<String>,
    /// Only what belongs into the notices: all of them, or the bad ones.
    pub notices: Option<Level>,
}

/// What the target of an event has to be: any of these.
#[derive(Clone, Debug, Default)]
pub struct TargetFilter {
    pub uins: Vec<Uin>,
    /// Whole names and ids of what the target ends in: a key, a policy, a group, a user that is gone.
    pub things: Vec<String>,
    /// Names of groups that stand before a policy.
    pub groups: Vec<String>,
    /// How a SecretId begins.
    pub key: Option<String>,
}

/// Where a page of the log begins: at the newest, older than a number, or newer than one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventCursor {
    Newest,
    Older(i64),
    Newer(i64),
}
