//! The network that somebody comes from, as guesses are counted: nobody holds only one address.

use ipnet::IpNet;
use std::net::IpAddr;

/// The network of an address: a /24 of IPv4; of IPv6 a /48, a /56 and a /64 in it, as providers hand them out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Network(Vec<String>);

/// Wider than anything that guesses are counted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoNetwork {
    #[error("That is neither an address nor a network such as 203.0.113.0/24.")]
    Unreadable,
    #[error(
        "Guesses are counted for networks up to /24, of IPv6 up to /48. Name a narrower one, or use --all."
    )]
    TooWide,
}

impl Network {
    /// Of an address as text. All that cannot be read share one.
    pub fn of(ip: &str) -> Self {
        ip.parse::<IpAddr>().map_or_else(|_| Self(vec!["unknown".to_owned()]), Self::of_address)
    }

    /// Of an address, or of a network that is at most as wide as what guesses are counted for.
    pub fn parse(text: &str) -> Result<Self, NoNetwork> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::of_address(address));
        }
        let network = text.parse::<IpNet>().map_err(|_| NoNetwork::Unreadable)?;
        let Self(mut levels) = Self::of_address(network.addr());
        let told = match network {
            IpNet::V4(network) if network.prefix_len() >= 24 => 1,
            IpNet::V6(network) => match network.prefix_len() {
                64.. => 3,
                56.. => 2,
                48.. => 1,
                _ => return Err(NoNetwork::TooWide),
            },
            IpNet::V4(_) => return Err(NoNetwork::TooWide),
        };
        levels.truncate(told);
        Ok(Self(levels))
    }

    /// From the widest to the narrowest.
    pub fn levels(&self) -> &[String] {
        &self.0
    }

    /// The widest: what one person may well hold all of.
    pub fn widest(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    fn of_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                Self(vec![format!("{a}.{b}.{c}")])
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(vec![
                    format!("{a:x}:{b:x}:{c:x}/48"),
                    format!("{a:x}:{b:x}:{c:x}:{:x}/56", d >> 8),
                    format!("{a:x}:{b:x}:{c:x}:{d:x}"),
                ])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_every_network_around_it() {
        assert_eq!(Network::of("203.0.113.9"), Network::of("::ffff:203.0.113.200"));
        assert_eq!(Network::of("203.0.113.9").levels().len(), 1);
        let (one, other) = (Network::of("2001:db8:1:ab00::1"), Network::of("2001:db8:1:abff::1"));
        assert_eq!(one.levels()[..2], other.levels()[..2]);
        assert_ne!(one.levels()[2], other.levels()[2]);
        assert_ne!(Network::of("2001:db8:1:100::1").levels()[1], one.levels()[1]);
        assert_eq!(Network::of("unknown"), Network::of("203.0.113"));
    }

    #[test]
    fn a_network_is_told_by_an_address_or_a_prefix() {
        assert_eq!(Network::parse(" 203.0.113.0/24 "), Ok(Network::of("203.0.113.7")));
        assert_eq!(Network::parse("203.0.113.64/26"), Ok(Network::of("203.0.113.7")));
        assert_eq!(Network::parse("2001:db8::/64"), Ok(Network::of("2001:db8::1")));
        assert_eq!(Network::parse("2001:db8::/48").map(|network| network.levels().len()), Ok(1));
        assert_eq!(Network::parse("2001:db8::/60").map(|network| network.levels().len()), Ok(2));
        assert_eq!(Network::parse("10.0.0.0/8"), Err(NoNetwork::TooWide));
        assert_eq!(Network::parse("2001:db8::/32"), Err(NoNetwork::TooWide));
        assert_eq!(Network::parse("here"), Err(NoNetwork::Unreadable));
    }
}
