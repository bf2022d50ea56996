//! What a page of the log is asked for, and where it begins.

use super::{EventName, Outcome};
use crate::domain::notice::Level;
use crate::domain::user::Uin;
use std::net::IpAddr;

/// What a page of the log is asked for.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Any of these events; empty for all.
    pub events: Vec<String>,
    pub outcome: Option<Outcome>,
    /// Any of these actors; empty for all.
    pub actors: Vec<Actor>,
    pub target: Option<TargetFilter>,
    /// What either the actor or the target has to be: a user's own activity, what the search field names.
    pub about: Option<TargetFilter>,
    /// The address that it came from.
    pub ip: Option<String>,
    pub request_id: Option<String>,
    /// Only what belongs into the notices: all of them, or the bad ones.
    pub notices: Option<Level>,
}

/// Who did something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Actor {
    User(Uin),
    /// A name that nobody signs in under: the operator, or the server itself.
    Itself(&'static str),
}

/// What the target of an event has to be: any of these.
#[derive(Clone, Debug, Default)]
pub struct TargetFilter {
    pub uins: Vec<Uin>,
    /// Names that nobody signs in under, which are actors only.
    pub itself: Vec<&'static str>,
    /// Whole names and ids of what the target ends in: a key, a policy, a group, a user that is gone.
    pub things: Vec<String>,
    /// Names of groups that stand before a policy.
    pub groups: Vec<String>,
}

/// What the one search field of the log was given, by its form alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Searched {
    /// The id of a request, in its one spelling.
    Request(String),
    /// An address of the network, in its one spelling.
    Address(String),
    /// The name of an event.
    Event(&'static str),
    /// A SecretId or how one begins, a UIN, a name or a part of one.
    Name,
}

impl Searched {
    /// What a text is. Whoever has the name of an event is found in quotation marks.
    pub fn of(text: &str) -> Self {
        if is_request_id(text) {
            return Self::Request(text.to_ascii_lowercase());
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Self::Address(address.to_canonical().to_string());
        }
        let event = EventName::ALL.iter().find(|name| name.as_str().eq_ignore_ascii_case(text));
        event.map_or(Self::Name, |name| Self::Event(name.as_str()))
    }
}

/// Whether a text is the id of a request, in letters of either case.
pub fn is_request_id(text: &str) -> bool {
    let is_hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_hex && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

/// Where a page of the log begins: at the newest, older than a number, or newer than one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventCursor {
    Newest,
    Older(i64),
    Newer(i64),
}

/// Where a search stopped before it had looked at everything, as each condition fits very many events and all of them few.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stop {
    /// The number of the event that was looked at last.
    pub seq: i64,
    /// When that happened, in unix seconds.
    pub at: i64,
    /// How many events were looked at.
    pub looked: usize,
}

impl EventCursor {
    /// Where the same list goes on, in the same direction, when a number has been looked at.
    #[must_use]
    pub fn beyond(self, seq: i64) -> Self {
        match self {
            Self::Newest | Self::Older(_) => Self::Older(seq),
            Self::Newer(_) => Self::Newer(seq),
        }
    }
}
