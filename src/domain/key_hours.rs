//! Calls with a key as numbers: by hour who called, by day what was done.

use super::characters::beginning;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// Days that the numbers are kept.
pub const KEPT_DAYS: i64 = 35;
/// Rows of a key and hour; what comes beyond that is counted as [`OTHER`].
pub const MOST_IN_AN_HOUR: usize = 64;
/// Rows of a key and day; what comes beyond that is counted as [`OTHER`].
pub const MOST_IN_A_DAY: usize = 500;
/// What stands for everything there was no row for.
pub const OTHER: &str = "other";
/// The outcome of a call that was carried out.
pub const ALLOWED: &str = "allowed";
/// The outcomes of calls with a key that is not to be used any more.
pub const DISABLED_KEY: &str = "disabled_key";
pub const EXPIRED_KEY: &str = "expired_key";
pub const DELETED_KEY: &str = "deleted_key";

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Letters of a client: its product and version.
const MOST_OF_CLIENT: usize = 64;
/// Letters of an action and of a resource.
const MOST_OF_ACTION: usize = 64;
/// A longer one was cut.
pub const MOST_OF_RESOURCE: usize = 256;

/// Who called in one hour, and what came of it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Caller {
    /// When the hour began, in unix seconds.
    pub hour: i64,
    pub service: String,
    /// The network of the address: a /24, of IPv6 a /48.
    pub network: String,
    /// Product and version, as the client says; nothing of who did not prove to hold the key.
    pub client: String,
    /// [`ALLOWED`], or the stable name of why not.
    pub outcome: String,
}

/// What was done on one day.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Deed {
    /// When the day began in UTC, in unix seconds.
    pub day: i64,
    pub service: String,
    pub action: String,
    /// Its first two parts; empty for calls of the API.
    pub resource: String,
}

/// How often, and when last.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Done {
    pub allowed: i64,
    /// In unix seconds.
    pub last_at: i64,
}

/// A call, as it is counted.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// In unix seconds.
    pub at: i64,
    pub service: &'a str,
    pub action: &'a str,
    pub resource: &'a str,
    pub ip: &'a str,
    pub client: &'a str,
    pub outcome: &'a str,
}

/// The numbers of one key that are not written down yet: bounded, whoever calls.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counted {
    pub callers: BTreeMap<Caller, i64>,
    pub deeds: BTreeMap<Deed, Done>,
}

impl Caller {
    /// What a call counts as when there is no row for it.
    #[must_use]
    pub fn as_other(&self) -> Self {
        let other = || OTHER.to_owned();
        Self {
            hour: self.hour,
            service: other(),
            network: other(),
            client: other(),
            outcome: if self.outcome == ALLOWED { ALLOWED.to_owned() } else { other() },
        }
    }
}

impl Deed {
    /// What a call counts as when there is no row for it.
    #[must_use]
    pub fn as_other(&self) -> Self {
        let other = || OTHER.to_owned();
        Self { day: self.day, service: other(), action: other(), resource: other() }
    }
}

impl Counted {
    /// Counts so many calls, of which this is the last.
    pub fn count(&mut self, called: &Called<'_>, calls: i64) {
        let caller = Caller {
            hour: hour_of(called.at),
            service: called.service.to_owned(),
            network: network_of(called.ip),
            client: product_of(called.client),
            outcome: called.outcome.to_owned(),
        };
        self.add_caller(caller, calls);
        if called.outcome == ALLOWED {
            let deed = Deed {
                day: called.at - called.at.rem_euclid(DAY),
                service: called.service.to_owned(),
                action: beginning(called.action, MOST_OF_ACTION),
                resource: beginning(called.resource, MOST_OF_RESOURCE),
            };
            self.add_deed(deed, Done { allowed: calls, last_at: called.at });
        }
    }

    /// Adds what could not be written down.
    pub fn add(&mut self, older: Self) {
        older.callers.into_iter().for_each(|(caller, calls)| self.add_caller(caller, calls));
        older.deeds.into_iter().for_each(|(deed, done)| self.add_deed(deed, done));
    }

    fn add_caller(&mut self, caller: Caller, calls: i64) {
        // Two rows are for what there is no row for.
        let has_room = self.callers.len() + 2 < MOST_IN_AN_HOUR || self.callers.contains_key(&caller);
        let counted = if has_room { caller } else { caller.as_other() };
        *self.callers.entry(counted).or_default() += calls;
    }

    fn add_deed(&mut self, deed: Deed, done: Done) {
        let has_room = self.deeds.len() + 1 < MOST_IN_A_DAY || self.deeds.contains_key(&deed);
        let sum = self.deeds.entry(if has_room { deed } else { deed.as_other() }).or_default();
        sum.allowed += done.allowed;
        sum.last_at = sum.last_at.max(done.last_at);
    }
}

/// When the hour of a moment began, in unix seconds.
#[must_use]
pub fn hour_of(at: i64) -> i64 {
    at - at.rem_euclid(HOUR)
}

/// The /24 of an address, of IPv6 the /48: nobody holds only one address.
#[must_use]
pub fn network_of(ip: &str) -> String {
    let Ok(address) = ip.parse::<IpAddr>() else { return "unknown".to_owned() };
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// The first word of a user agent, which is product and version (RFC 9110, section 10.1.5).
#[must_use]
pub fn product_of(user_agent: &str) -> String {
    let first = user_agent.split_ascii_whitespace().next().unwrap_or_default();
    let mut end = first.len().min(MOST_OF_CLIENT);
    while !first.is_char_boundary(end) {
        end -= 1;
    }
    beginning(first.get(..end).unwrap_or_default(), MOST_OF_CLIENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(at: i64, client: &'a str, action: &'a str, outcome: &'a str) -> Called<'a> {
        Called { at, service: "cam", action, resource: "", ip: "203.0.113.7", client, outcome }
    }

    #[test]
    fn calls_of_one_kind_are_one_number() {
        let mut counted = Counted::default();
        for at in 7_200..7_210 {
            counted.count(&call(at, "curl/8.5 (linux)", "ListUsers", ALLOWED), 1);
        }
        let (caller, calls) = counted.callers.first_key_value().unwrap();
        assert_eq!((caller.hour, caller.network.as_str(), *calls), (7_200, "203.0.113.0/24", 10));
        assert_eq!(caller.client, "curl/8.5");
        let done = counted.deeds.values().next().unwrap();
        assert_eq!(*done, Done { allowed: 10, last_at: 7_209 });
    }

    #[test]
    fn whoever_calls_memory_is_bounded_and_no_call_is_lost() {
        let mut counted = Counted::default();
        for number in 0..10_000 {
            counted.count(&call(100, &format!("client/{number}"), &format!("Action{number}"), ALLOWED), 1);
            counted.count(&call(100, &format!("client/{number}"), "", "wrong_signature"), 1);
        }
        assert!(counted.callers.len() <= MOST_IN_AN_HOUR && counted.deeds.len() <= MOST_IN_A_DAY);
        assert_eq!(counted.callers.values().sum::<i64>(), 20_000);
        assert_eq!(counted.deeds.values().map(|done| done.allowed).sum::<i64>(), 10_000);
        let other = counted.callers.keys().find(|caller| caller.client == OTHER).unwrap();
        assert_eq!((other.service.as_str(), other.network.as_str()), (OTHER, OTHER));
    }

    #[test]
    fn a_client_is_cut_at_64_bytes_and_never_within_a_letter() {
        let mut counted = Counted::default();
        counted.count(&call(0, &"é".repeat(80), "", ALLOWED), 1);
        counted.count(&call(0, "", "", ALLOWED), 1);
        let clients: Vec<_> = counted.callers.keys().map(|caller| caller.client.clone()).collect();
        assert_eq!(clients, [String::new(), "é".repeat(32)]);
    }
}
