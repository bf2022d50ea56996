//! Where webhooks may go: public addresses, private ones where the operator allows that, and some never.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Url;

/// What kind of address it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// Anybody on the internet reaches it.
    Public,
    /// This machine or the networks around it.
    Private,
    /// Nothing that receives webhooks is there: groups, unused ranges, examples, and where clouds tell a machine its secrets.
    Nowhere,
}

/// Whether something may be sent to an address under a URL: without TLS only where others cannot read along.
#[must_use]
pub fn may_send(url: &Url, address: IpAddr, allows_private: bool) -> bool {
    match reach(address) {
        Reach::Public => url.scheme() == "https",
        Reach::Private => allows_private,
        Reach::Nowhere => false,
    }
}

/// What kind of address it is. One that holds another is what that one is.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_of_4(address),
        IpAddr::V6(address) => reach_of_6(address),
    }
}

fn reach_of_4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // Where clouds tell a machine its secrets; then this network, link-local, of protocols, examples, relays of 6to4,
        // measurements, groups and unused.
        [100, 100, 100, 200]
        | [168, 63, 129, 16]
        | [0 | 224..=255, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Reach::Nowhere,
        [10 | 127, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_of_6(address: Ipv6Addr) -> Reach {
    if let Some(inner) = address.to_ipv4_mapped() {
        return reach_of_4(inner);
    }
    match address.segments() {
        // NAT64: what is behind it is an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([one, two], [three, four]) = (high.to_be_bytes(), low.to_be_bytes());
            reach_of_4(Ipv4Addr::new(one, two, three, four))
        }
        // Where clouds tell a machine its secrets; then of protocols and Teredo, examples, 6to4.
        [0xfd00, 0x42 | 0xc1 | 0x100 | 0xec2 | 0xa9fe, ..]
        | [0xfd20, 0xce, ..]
        | [0x2001, 0..=0x1ff | 0xdb8, ..]
        | [0x2002, ..]
        | [0x3fff, 0..=0xfff, ..] => Reach::Nowhere,
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Reach::Private,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(expected: Reach, addresses: &[&str]) {
        for text in addresses {
            assert_eq!(reach(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn public_addresses_are_told_from_all_others() {
        all(
            Reach::Public,
            &[
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "192.0.1.1",
                "192.167.1.1",
                "198.17.1.1",
                "198.20.0.1",
                "223.255.255.254",
                "2606:4700::1111",
                "2001:200::1",
                "2a01::1",
                "::ffff:1.1.1.1",
                "64:ff9b::1.1.1.1",
            ],
        );
    }

    #[test]
    fn private_addresses_are_private_in_every_form_that_reaches_them() {
        all(
            Reach::Private,
            &[
                "127.0.0.1",
                "127.255.255.254",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "::1",
                "fc00::1",
                "fdff::1",
                "::ffff:127.0.0.1",
                "::ffff:10.1.2.3",
                "64:ff9b::10.1.2.3",
                "64:ff9b::7f00:1",
            ],
        );
    }

    #[test]
    fn groups_examples_and_the_places_of_secrets_are_never_reached() {
        all(
            Reach::Nowhere,
            &[
                "0.0.0.0",
                "0.1.2.3",
                "169.254.169.254",
                "169.254.0.1",
                "100.100.100.200",
                "192.0.0.192",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::127.0.0.1",
                "::2",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "fd00:ec2::254",
                "2001::1",
                "2001:10::1",
                "2001:20::1",
                "2001:db8::1",
                "3fff::1",
                "2002:7f00:1::",
                "2002:0808:0808::1",
                "100::1",
                "64:ff9b:1::1",
                "::ffff:0:7f00:1",
                "::ffff:169.254.169.254",
                "64:ff9b::169.254.169.254",
                "4000::1",
            ],
        );
    }

    #[test]
    fn private_addresses_need_leave_and_public_ones_need_tls() {
        let may = |url: &str, address: &str, allows_private| {
            may_send(&Url::parse(url).unwrap(), address.parse().unwrap(), allows_private)
        };
        let (tls, clear) = ("https://hooks.example.com/", "http://hooks.example.com/");
        for (url, address, unless, with_leave) in [
            (tls, "1.1.1.1", true, true),
            (clear, "1.1.1.1", false, false),
            (tls, "127.0.0.1", false, true),
            (clear, "127.0.0.1", false, true),
            (tls, "169.254.169.254", false, false),
            (tls, "168.63.129.16", false, false),
            (tls, "fd20:ce::254", false, false),
        ] {
            assert_eq!(
                [may(url, address, false), may(url, address, true)],
                [unless, with_leave],
                "{url} {address}"
            );
        }
    }
}
