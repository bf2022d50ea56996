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
    pub actors: Vec<Uin>,
    pub target: Option<TargetFilter>,
    /// What either the actor or the target has to be: a user's own activity, what the search field names.
    pub about: Option<TargetFilter>,
    /// The address that it came from.
    pub ip: Option<String>,
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
