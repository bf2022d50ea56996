//! When a signature that came before may be used again.
//!
//! TC3 has no nonce, and hardly any client signs the action: two different calls with equal parameters in one second have
//! the same signature. So a signature alone does not tell an honest second call from a captured first one; how soon and
//! from where it comes does.

use crate::domain::sentence::Worded;
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};

/// How long after the first arrival of a signature another action may come with it, where either changes something.
pub const COMPANION_MS: i64 = 2_000;
/// How long after the first arrival of a change the same change is answered.
pub const TWIN_MS: i64 = 1_000;

/// Where a request comes from, as far as replay is concerned: an IPv4 address, or the /64 of an IPv6 one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Origin(Option<IpAddr>);

impl Origin {
    /// The origin of an address; what is no address is never the same as anything.
    pub fn of(address: &str) -> Self {
        Self(address.parse().ok().map(|ip: IpAddr| match ip.to_canonical() {
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
            ip @ IpAddr::V4(_) => ip,
        }))
    }

    /// The text that [`Origin::of`] reads.
    pub fn to_text(self) -> String {
        self.0.map(|ip| ip.to_string()).unwrap_or_default()
    }

    fn is_that_of(self, other: Self) -> bool {
        self.0.is_some() && self.0 == other.0
    }
}

/// When a request came, by the server's clock, and where from.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub at_ms: i64,
    pub origin: Origin,
}

impl Arrival {
    /// Whether what came so is a companion of what came first, and no replay of it.
    pub fn ensure_companion(&self, first: &Self) -> Result<(), ReplayRefusal> {
        if (self.at_ms - first.at_ms).abs() > COMPANION_MS {
            return Err(ReplayRefusal::Late);
        }
        if self.origin.is_that_of(first.origin) { Ok(()) } else { Err(ReplayRefusal::Elsewhere) }
    }
}

/// One call under a signature.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// The action; empty where there is none of that name.
    pub action: &'a str,
    /// Whether the action changes anything.
    pub is_change: bool,
    pub arrival: Arrival,
}

impl Use<'_> {
    /// Two actions with one hash would be taken for the same read at worst: a change is kept by its name.
    fn action_hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.action.hash(&mut hasher);
        hasher.finish()
    }
}

/// What has come under one signature.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    first: Arrival,
    /// The only action so far, by its hash; none when there were several.
    only: Option<u64>,
    has_change: bool,
}

impl Seen {
    /// What has been seen after a first call.
    pub fn first(call: &Use<'_>) -> Self {
        Self { first: call.arrival, only: Some(call.action_hash()), has_change: call.is_change }
    }

    /// Takes in a further call, unless it may be a replay.
    pub fn admit(&mut self, call: &Use<'_>) -> Result<(), ReplayRefusal> {
        let is_same = self.only == Some(call.action_hash());
        // A change that was refused is not made later or from elsewhere, when it may be a copy that is sent.
        if call.is_change || (!is_same && self.has_change) {
            call.arrival.ensure_companion(&self.first)?;
        }
        if call.arrival.at_ms < self.first.at_ms {
            self.first = call.arrival;
        }
        if !is_same {
            self.only = None;
        }
        self.has_change |= call.is_change;
        Ok(())
    }
}

/// Why a call under a known signature is not carried out. Signed anew, it is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReplayRefusal {
    /// The same change was made under it, by the request of that id where it is known.
    #[error(
        "This signature has made this change already{}. A signature makes a change once: sign again to make it once more.",
        of_request(first, ", in the request ")
    )]
    Twin { first: String },
    /// It came more than two seconds before, and one of the two changes something.
    #[error("This signature came before, more than 2 seconds ago, and this may be a copy. Sign again.")]
    Late,
    /// It came from another address before, and one of the two changes something.
    #[error("This signature came before, from another address, and this may be a copy. Sign again.")]
    Elsewhere,
    /// What it came for before is not known any more.
    #[error(
        "What this key signed in the second of this timestamp is not known any more, so this may be a copy of it. Sign again, with the time of now, or sign X-TC-Action."
    )]
    Forgotten,
    /// It was used before, and counts once.
    #[error("This signature, or the nonce in it, was used before and counts once. Sign again.")]
    Used,
    /// The account wants changes to sign their action.
    #[error(
        "This account takes changes only with X-TC-Action among the signed headers. No official SDK signs it; see Account security."
    )]
    Unsigned,
}

impl ReplayRefusal {
    /// The same change, made before by a request that is not known yet.
    pub fn twin() -> Self {
        Self::Twin { first: String::new() }
    }
}

fn of_request(id: &str, before: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{before}{id}") }
}

impl Worded for ReplayRefusal {
    fn zh(&self) -> Cow<'static, str> {
        match self {
            Self::Twin { first } => {
                let request = of_request(first, "，请求 ");
                format!("该签名已执行过此变更{request}。同一签名的同一变更只执行一次，如需再次执行请重新签名。").into()
            }
            Self::Late => "该签名在 2 秒之前已出现过，可能是被复制的请求，请重新签名。".into(),
            Self::Elsewhere => "该签名曾从其他地址出现过，可能是被复制的请求，请重新签名。".into(),
            Self::Forgotten => {
                "服务端已不记得该密钥在此时间戳内签过的请求，无法排除重放。请用当前时间重新签名，或将 X-TC-Action 加入签名。".into()
            }
            Self::Used => "该签名或其中的随机数已被使用过，只能使用一次，请重新签名。".into(),
            Self::Unsigned => {
                "该账号要求写操作将 X-TC-Action 加入签名头。官方 SDK 均不支持，请查看账号安全设置。".into()
            }
        }
    }
}

/// The action of a change that was kept without one.
const ANY_ACTION: &str = "*";

/// Refuses a call that was made before as the same change, or that comes too late after another one or from elsewhere.
pub fn ensure_new<'a>(
    call: &Use<'_>,
    made: impl Iterator<Item = (&'a str, &'a str, Arrival)>,
) -> Result<(), ReplayRefusal> {
    let mut first: Option<Arrival> = None;
    for (action, request_id, arrival) in made {
        if call.is_change && (action == call.action || action == ANY_ACTION) {
            return Err(ReplayRefusal::Twin { first: request_id.to_owned() });
        }
        first = Some(first.filter(|first| first.at_ms <= arrival.at_ms).unwrap_or(arrival));
    }
    first.map_or(Ok(()), |first| call.arrival.ensure_companion(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(action: &'a str, at_ms: i64, address: &str) -> Use<'a> {
        let is_change = action.starts_with("Create");
        Use { action, is_change, arrival: Arrival { at_ms, origin: Origin::of(address) } }
    }

    #[test]
    fn another_action_comes_soon_and_from_the_same_place() {
        let seen = Seen::first(&call("ListKeys", 10_000, "192.0.2.1"));
        let judge = |at_ms, address| seen.clone().admit(&call("CreateKey", at_ms, address));

        assert_eq!(judge(12_000, "192.0.2.1"), Ok(()));
        assert_eq!(judge(12_001, "192.0.2.1"), Err(ReplayRefusal::Late));
        assert_eq!(judge(7_999, "192.0.2.1"), Err(ReplayRefusal::Late));
        assert_eq!(judge(10_001, "192.0.2.2"), Err(ReplayRefusal::Elsewhere));
    }

    #[test]
    fn reads_share_a_signature_for_as_long_as_nothing_is_changed_under_it() {
        let mut seen = Seen::first(&call("ListKeys", 0, "192.0.2.1"));

        assert_eq!(seen.admit(&call("GetUser", 90_000, "192.0.2.9")), Ok(()));
        assert_eq!(seen.admit(&call("CreateKey", 1_000, "192.0.2.1")), Ok(()));
        assert_eq!(seen.admit(&call("GetUser", 90_000, "192.0.2.1")), Err(ReplayRefusal::Late));
    }

    #[test]
    fn what_came_earlier_is_the_first_even_when_it_is_judged_later() {
        let mut seen = Seen::first(&call("ListKeys", 2_000, "192.0.2.1"));
        assert_eq!(seen.admit(&call("GetUser", 0, "192.0.2.1")), Ok(()));

        assert_eq!(seen.admit(&call("CreateKey", 3_000, "192.0.2.1")), Err(ReplayRefusal::Late));
    }

    #[test]
    fn an_ipv6_client_may_move_within_its_network() {
        let same = |a: &str, b: &str| Origin::of(a).is_that_of(Origin::of(b));

        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("unknown", "unknown"));
        assert_eq!(Origin::of(&Origin::of("2001:db8:1:2::1").to_text()), Origin::of("2001:db8:1:2::7"));
    }
}
