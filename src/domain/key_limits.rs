//! What limits a key: until when, from where and for what it may be used, and who answers for it.

pub mod ending;
pub mod expiry;
pub mod written;

use super::key_hours::OTHER;
use super::sentence::Worded;
use super::span::DAY;
use ipnet::IpNet;
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Addresses and networks that one key may have.
pub const MAX_NETWORKS: usize = 64;
/// The longest silence, in days, after which a key can be switched off.
pub const MAX_IDLE_DAYS: i64 = 3_650;

/// The limits of a key; nothing is limited unless somebody says so.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyLimits {
    /// From this second on every call is refused.
    pub expires_at: Option<i64>,
    /// Days without an accepted call after which the key is disabled.
    pub idle_days: Option<i64>,
    pub networks: Networks,
    /// The text of a policy beyond which nothing is allowed.
    pub policy: Option<Arc<str>>,
    pub purpose: String,
    /// Whoever answers for it, in words.
    pub owner: String,
    /// When somebody is to look at it again.
    pub review_at: Option<i64>,
}

/// Seconds before a key is disabled for silence at which it is told, the earlier one first: 7 days and 1 day, and of a short
/// span half and a tenth, so that there are always two.
pub fn idle_warnings(idle_days: i64) -> [i64; 2] {
    let span = idle_days * DAY;
    [(7 * DAY).min(span / 2), DAY.min(span / 10)]
}

impl KeyLimits {
    /// Whether calls are limited alike; what is only said of the key may differ.
    pub fn counts_like(&self, other: &Self) -> bool {
        (self.expires_at, self.idle_days) == (other.expires_at, other.idle_days)
            && self.networks == other.networks
            && self.policy == other.policy
    }

    /// Whether the end is reached.
    pub fn is_expired_at(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }

    /// Whether a call might be accepted that was refused under the earlier limits.
    pub fn is_looser_than(&self, before: &Self) -> bool {
        let is_longer = |after: Option<i64>, before: Option<i64>| {
            before.is_some_and(|before| after.is_none_or(|after| after > before))
        };
        is_longer(self.expires_at, before.expires_at)
            || is_longer(self.idle_days, before.idle_days)
            || !self.networks.is_within(&before.networks)
            || (before.policy.is_some() && self.policy != before.policy)
    }
}

/// Where a key may be used from; none: from anywhere.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Networks(Vec<IpNet>);

/// How much of a network a key may be used from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Share {
    Whole,
    None,
    /// A part, or it is not known.
    Untold,
}

/// What is written there cannot be read as networks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NetworksRefusal {
    #[error("`{0}` is neither an address nor a network such as 203.0.113.0/24.")]
    Unreadable(String),
    #[error("A key can have at most {MAX_NETWORKS} addresses and networks.")]
    TooMany,
}

impl Worded for NetworksRefusal {
    fn zh(&self) -> Cow<'static, str> {
        match self {
            Self::Unreadable(text) => format!("`{text}` 不是地址，也不是 203.0.113.0/24 这样的网段。").into(),
            Self::TooMany => format!("一个密钥最多可设置 {MAX_NETWORKS} 个地址或网段。").into(),
        }
    }
}

/// A call from somewhere that the key may not be used from.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("The key may not be used from this address.")]
pub struct Elsewhere;

impl Elsewhere {
    /// The stable name.
    pub const REASON: &'static str = "outside_networks";
}

impl Worded for Elsewhere {
    fn zh(&self) -> Cow<'static, str> {
        "该密钥不允许从此地址使用。".into()
    }
}

impl Networks {
    /// Addresses and networks with spaces, commas or line ends between them.
    pub fn parse(text: &str) -> Result<Self, NetworksRefusal> {
        let parts = text.split([' ', ',', '\n', '\r', '\t']).filter(|part| !part.is_empty());
        let mut found: Vec<IpNet> = Vec::new();
        for part in parts {
            let network = network(part).ok_or_else(|| {
                NetworksRefusal::Unreadable(part.chars().filter(|c| !c.is_control()).take(64).collect())
            })?;
            if !found.contains(&network) {
                found.push(network);
            }
        }
        if found.len() <= MAX_NETWORKS { Ok(Self(found)) } else { Err(NetworksRefusal::TooMany) }
    }

    /// Refuses an address outside; one that cannot be read is outside of all.
    pub fn ensure_holds(&self, ip: &str) -> Result<(), Elsewhere> {
        if self.0.is_empty() {
            return Ok(());
        }
        let address = ip.parse::<IpAddr>().map_err(|_| Elsewhere)?.to_canonical();
        let holds = self.0.iter().any(|network| network.contains(&address));
        if holds { Ok(()) } else { Err(Elsewhere) }
    }

    /// How much of a network is in it, as calls are counted: by their network.
    pub fn share_of(&self, network: &str) -> Share {
        if self.0.is_empty() {
            return Share::Whole;
        }
        let Ok(counted) = network.parse::<IpNet>() else {
            // An address that could not be read is in no network; what had no row of its own may be in any.
            return if network == OTHER { Share::Untold } else { Share::None };
        };
        if self.0.iter().any(|allowed| allowed.contains(&counted)) {
            Share::Whole
        } else if self.0.iter().any(|allowed| counted.contains(allowed)) {
            Share::Untold
        } else {
            Share::None
        }
    }

    /// Whether everything in it was there before.
    fn is_within(&self, before: &Self) -> bool {
        if before.0.is_empty() {
            return true;
        }
        let was_there = |network: &IpNet| before.0.iter().any(|wider| wider.contains(network));
        !self.0.is_empty() && self.0.iter().all(was_there)
    }

    /// Each as text, a single address without its prefix.
    pub fn texts(&self) -> Vec<String> {
        let text = |network: &IpNet| {
            if network.prefix_len() == network.max_prefix_len() {
                network.addr().to_string()
            } else {
                network.to_string()
            }
        };
        self.0.iter().map(text).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(" "))
    }
}

/// In one form: no host bits, and IPv4 that is written as IPv6 is IPv4.
fn network(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(IpNet::from(address.to_canonical()));
    }
    let network = text.parse::<IpNet>().ok()?.trunc();
    match (network.addr().to_canonical(), network) {
        (IpAddr::V4(address), IpNet::V6(mapped)) => {
            let prefix = mapped.prefix_len().checked_sub(96)?;
            IpNet::new(IpAddr::V4(address), prefix).ok().map(|network| network.trunc())
        }
        _ => Some(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Networks {
        Networks::parse(text).expect("networks")
    }

    #[test]
    fn an_address_that_cannot_be_read_is_in_no_network_and_a_mapped_one_is_what_it_maps() {
        let some = networks("10.0.4.0/24, ::ffff:192.0.2.7\n2001:db8::/32 ::ffff:198.51.100.0/120");

        assert_eq!(some.to_string(), "10.0.4.0/24 192.0.2.7 2001:db8::/32 198.51.100.0/24");
        for inside in ["10.0.4.9", "::ffff:10.0.4.9", "192.0.2.7", "2001:db8:1::1", "198.51.100.3"] {
            assert_eq!(some.ensure_holds(inside), Ok(()), "{inside}");
        }
        for outside in ["10.0.5.1", "192.0.2.8", "2001:db9::1", "", "unknown", "10.0.4.9:443", "10.0.4.09"] {
            assert_eq!(some.ensure_holds(outside), Err(Elsewhere), "{outside}");
        }
        assert_eq!(Networks::default().ensure_holds("unknown"), Ok(()));
        assert!(Networks::parse("10.0.0.0/33").is_err() && Networks::parse("here").is_err());
        assert_eq!(networks("10.0.4.9/24").to_string(), "10.0.4.0/24");
    }

    #[test]
    fn calls_are_told_by_their_network_as_far_as_that_goes() {
        let some = networks("10.0.0.0/16 192.0.2.7 2001:db8::/32");
        for (network, share) in [
            ("10.0.4.0/24", Share::Whole),
            ("2001:db8:1::/48", Share::Whole),
            ("192.0.2.0/24", Share::Untold),
            ("other", Share::Untold),
            ("203.0.113.0/24", Share::None),
            ("unknown", Share::None),
        ] {
            assert_eq!(some.share_of(network), share, "{network}");
        }
        assert_eq!(Networks::default().share_of("unknown"), Share::Whole);
    }

    #[test]
    fn silence_is_told_of_twice_before_its_end_however_short_it_is() {
        for days in 1..=MAX_IDLE_DAYS {
            let [early, late] = idle_warnings(days);
            assert!(days * DAY > early && early > late && late >= DAY / 10, "{days}");
        }
        assert_eq!(idle_warnings(30), [7 * DAY, DAY]);
        assert_eq!(idle_warnings(1), [DAY / 2, DAY / 10]);
    }

    #[test]
    fn whatever_might_let_a_call_pass_that_was_refused_is_looser() {
        let none = KeyLimits::default();
        let ends = |at| KeyLimits { expires_at: Some(at), ..KeyLimits::default() };
        let idle = |days| KeyLimits { idle_days: Some(days), ..KeyLimits::default() };
        let from = |text| KeyLimits { networks: networks(text), ..KeyLimits::default() };
        let may = |text: &str| KeyLimits { policy: Some(text.into()), ..KeyLimits::default() };

        for (after, before) in [
            (&none, &ends(5)),
            (&ends(6), &ends(5)),
            (&none, &idle(5)),
            (&idle(6), &idle(5)),
            (&none, &from("10.0.0.0/8")),
            (&from("10.0.0.0/7"), &from("10.0.0.0/8")),
            (&from("10.1.0.0/16 192.0.2.1"), &from("10.0.0.0/8")),
            (&none, &may("a")),
            (&may("b"), &may("a")),
        ] {
            assert!(after.is_looser_than(before), "{after:?} {before:?}");
        }
        for (after, before) in [
            (&none, &none),
            (&ends(5), &none),
            (&ends(4), &ends(5)),
            (&idle(4), &idle(5)),
            (&from("10.1.0.0/16"), &from("10.0.0.0/8")),
            (&from("10.1.0.0/16"), &none),
            (&may("a"), &none),
            (&may("a"), &may("a")),
        ] {
            assert!(!after.is_looser_than(before), "{after:?} {before:?}");
        }
    }
}
