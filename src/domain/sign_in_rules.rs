//! Networks that sub-users may sign in to the console from.

use super::sentence::Worded;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::net::IpAddr;

/// Rules per account.
pub const MAX_RULES: usize = 10;

/// What becomes of a sign-in from a network.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignInEffect {
    Allow,
    Deny,
}

/// One network and what becomes of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SignInRule {
    pub network: IpNet,
    pub effect: SignInEffect,
}

/// The rules of one account.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInRules {
    /// Kept, but without effect.
    pub is_disabled: bool,
    pub rules: Vec<SignInRule>,
}

/// Why rules cannot be kept; the text is fit to show to the person who wrote them.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignInRulesRefusal {
    #[error("An account has at most {MAX_RULES} login rules.")]
    TooMany,
    #[error("{0} is neither an IP address nor a network such as 10.1.0.0/16.")]
    NoNetwork(String),
    #[error("{0} and {1} overlap.")]
    Overlap(IpNet, IpNet),
}

impl Worded for SignInRulesRefusal {
    fn zh(&self) -> Cow<'static, str> {
        match self {
            Self::TooMany => format!("登录 IP 规则最多 {MAX_RULES} 条。").into(),
            Self::NoNetwork(text) => format!("{text} 不是 IP 地址，也不是形如 10.1.0.0/16 的网段。").into(),
            Self::Overlap(one, other) => format!("{one} 与 {other} 重叠。").into(),
        }
    }
}

impl SignInRules {
    /// Whether somebody at that address may sign in: no deny fits, and an allow does where there is any.
    ///
    /// An address that cannot be read is refused as soon as there is a rule.
    pub fn admit(&self, ip: &str) -> bool {
        if self.is_disabled || self.rules.is_empty() {
            return true;
        }
        let Ok(address) = ip.parse::<IpAddr>().map(|address| address.to_canonical()) else { return false };
        let fits =
            |effect| move |rule: &&SignInRule| rule.effect == effect && rule.network.contains(&address);
        let has_allows = self.rules.iter().any(|rule| rule.effect == SignInEffect::Allow);
        self.rules.iter().find(fits(SignInEffect::Deny)).is_none()
            && (!has_allows || self.rules.iter().find(fits(SignInEffect::Allow)).is_some())
    }

    /// Refuses more rules than there may be, and networks that overlap.
    pub fn ensure_sound(&self) -> Result<(), SignInRulesRefusal> {
        if self.rules.len() > MAX_RULES {
            return Err(SignInRulesRefusal::TooMany);
        }
        for (at, one) in self.rules.iter().enumerate() {
            for other in self.rules.iter().skip(at + 1) {
                if one.network.contains(&other.network) || other.network.contains(&one.network) {
                    return Err(SignInRulesRefusal::Overlap(one.network, other.network));
                }
            }
        }
        Ok(())
    }
}

/// The network that a text names: an address, or an address with a prefix length; host bits are dropped.
pub fn network(text: &str) -> Result<IpNet, SignInRulesRefusal> {
    let text = text.trim();
    let refusal = || SignInRulesRefusal::NoNetwork(text.chars().take(64).collect());
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address.to_canonical()));
    }
    text.parse::<IpNet>().map(|network| network.trunc()).map_err(|_| refusal())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(list: &[(&str, SignInEffect)]) -> SignInRules {
        let rules = list
            .iter()
            .map(|(text, effect)| SignInRule { network: network(text).unwrap(), effect: *effect })
            .collect();
        SignInRules { is_disabled: false, rules }
    }

    #[test]
    fn a_deny_wins_and_an_allow_list_shuts_everybody_else_out() {
        let rules = rules(&[("10.0.0.0/8", SignInEffect::Allow), ("10.1.2.3", SignInEffect::Deny)]);

        assert!(rules.admit("10.9.9.9"));
        assert!(!rules.admit("10.1.2.3"));
        assert!(!rules.admit("192.0.2.1"));
        assert!(!rules.admit("::ffff:10.1.2.3"));
        assert!(!rules.admit("unknown"));
    }

    #[test]
    fn a_block_list_lets_everybody_else_in_and_no_rule_lets_all() {
        assert!(rules(&[("192.0.2.0/24", SignInEffect::Deny)]).admit("10.1.2.3"));
        assert!(!rules(&[("192.0.2.0/24", SignInEffect::Deny)]).admit("192.0.2.77"));
        assert!(SignInRules::default().admit("unknown"));
        assert!(
            SignInRules { is_disabled: true, ..rules(&[("10.0.0.1", SignInEffect::Allow)]) }
                .admit("192.0.2.1")
        );
    }

    #[test]
    fn overlapping_networks_and_an_eleventh_rule_are_refused() {
        let overlap =
            rules(&[("10.217.182.3/24", SignInEffect::Allow), ("10.217.182.9", SignInEffect::Deny)]);
        let many: Vec<String> = (0..11).map(|n| format!("10.0.{n}.1")).collect();
        let many: Vec<(&str, SignInEffect)> =
            many.iter().map(|text| (text.as_str(), SignInEffect::Deny)).collect();

        assert!(matches!(overlap.ensure_sound(), Err(SignInRulesRefusal::Overlap(..))));
        assert_eq!(rules(&many).ensure_sound(), Err(SignInRulesRefusal::TooMany));
        assert!(network("10.0.0").is_err());
        assert!(network("10.0.0.1-10.0.0.9").is_err());
    }
}
