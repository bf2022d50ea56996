//! Where a client is, as the proxies in front of Camlock tell it.
//!
//! Each proxy adds the address of whoever called it. From the right, the first one that is no trusted proxy is the client;
//! what stands to the left of it may be anybody's invention. What cannot be read is an unknown address: never that of the
//! proxy, which policies may well trust.

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The address of who calls; `None` where it cannot be known.
pub(in crate::http) fn client(
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    trusted: &[IpNet],
) -> Option<IpAddr> {
    let peer = peer?.ip().to_canonical();
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    if !is_trusted(&peer) {
        return Some(peer);
    }
    let Some(hops) = hops(headers) else { return Some(peer) };
    let mut nearest_first = hops.iter().rev();
    match nearest_first.find(|hop| !hop.as_ref().is_some_and(is_trusted)) {
        Some(client) => *client,
        // All of them are ours: then so is the first.
        None => hops.first().copied().flatten(),
    }
}

/// What was told of the way here, in order; `None` for what cannot be read. Nothing at all where no proxy told anything.
fn hops(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    let lines = |name: &str| {
        let found = headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let found: Vec<String> = found.collect();
        Some(found.join(",")).filter(|_| headers.contains_key(name))
    };
    let listed = |text: &str| text.split(',').filter(|hop| !hop.trim().is_empty()).map(address).collect();
    let told = lines("x-forwarded-for").map(|text| listed(&text));
    let told = told.or_else(|| lines("forwarded").map(|text| elements(&text)));
    told.or_else(|| lines("x-real-ip").map(|text| listed(&text)))
}

/// The hops of a `Forwarded` header: in each element `for=…`, among other pairs.
fn elements(text: &str) -> Vec<Option<IpAddr>> {
    let is_for = |pair: &&str| pair.trim().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("for="));
    let hop = |element: &str| {
        let mut named = element.split(';').filter(is_for);
        let (one, another) = (named.next(), named.next());
        one.filter(|_| another.is_none()).and_then(|pair| address(pair.trim().get(4..)?))
    };
    text.split(',').filter(|element| !element.trim().is_empty()).map(hop).collect()
}

/// An address as some proxy writes it: `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`,
/// each perhaps in quotation marks.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim();
    let ip = match bare.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            Some(IpAddr::V6(v6(inside)?)).filter(|_| after.is_empty() || is_port(after))
        }
        None => match bare.split_once(':') {
            Some((ip, port)) if !port.contains(':') => {
                ip.parse().ok().map(IpAddr::V4).filter(|_| is_port(&format!(":{port}")))
            }
            Some(_) => v6(bare).map(IpAddr::V6),
            None => bare.parse().ok().map(IpAddr::V4),
        },
    };
    ip.map(|ip| ip.to_canonical())
}

/// Without the name of a network interface, which means nothing elsewhere.
fn v6(text: &str) -> Option<Ipv6Addr> {
    text.split_once('%').map_or(text, |(ip, _)| ip).parse().ok()
}

/// A colon and a number, or the invented name that hides one.
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return false };
    let is_hidden = port.strip_prefix('_').is_some_and(|name| !name.is_empty());
    is_hidden || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn found(lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let trusted = ["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let peer = Some("127.0.0.1:9".parse().unwrap());
        client(peer, &headers, &trusted).map_or("unknown".to_owned(), |ip| ip.to_string())
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        for (text, ip) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:51234", "203.0.113.9"),
            ("  203.0.113.9 ", "203.0.113.9"),
            ("\"203.0.113.9:51234\"", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:DB8::1]:443\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("6.6.6.6, 203.0.113.9, 10.0.0.7:99", "203.0.113.9"),
            (", 203.0.113.9,,", "203.0.113.9"),
            ("unknown, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.7, 10.0.0.8", "10.0.0.7"),
        ] {
            assert_eq!(found(&[("x-forwarded-for", text)]), ip, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_never_the_proxy() {
        for text in [
            "unknown",
            "_hidden",
            "",
            " , ",
            "localhost",
            "203.0.113.9:",
            "203.0.113.9:port",
            "203.0.113.9:99999",
            "203.0.113.9:+80",
            "203.0.113",
            "010.0.0.1",
            "[2001:db8::1",
            "[2001:db8::1]443",
            "[203.0.113.9]:80",
            "\"203.0.113.9",
            "203.0.113.9 10.0.0.1",
            "203.0.113.9, unknown",
            "203.0.113.9, unknown, 10.0.0.1",
            "unknown, 10.0.0.1",
        ] {
            assert_eq!(found(&[("x-forwarded-for", text)]), "unknown", "{text}");
        }
    }

    #[test]
    fn several_lines_are_one_list_and_other_headers_speak_where_that_one_is_missing() {
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.9, 10.0.0.1")];
        assert_eq!(found(&lines), "203.0.113.9");
        assert_eq!(found(&[("x-forwarded-for", "203.0.113.9"), ("x-real-ip", "6.6.6.6")]), "203.0.113.9");
        assert_eq!(found(&[("x-real-ip", "203.0.113.9")]), "203.0.113.9");
        assert_eq!(found(&[("x-real-ip", "somewhere")]), "unknown");
        assert_eq!(found(&[]), "127.0.0.1");
        for (text, ip) in [
            ("for=6.6.6.6, For=\"[2001:db8::1]:443\";proto=https;by=10.0.0.1", "2001:db8::1"),
            ("by=10.0.0.1; for=203.0.113.9:80", "203.0.113.9"),
            ("for=203.0.113.9, for=10.0.0.1", "203.0.113.9"),
            ("for=\"203.0.113.9:_port\"", "203.0.113.9"),
            ("for=unknown", "unknown"),
            ("for=_hidden, for=10.0.0.1", "unknown"),
            ("proto=https", "unknown"),
            ("for=203.0.113.9;for=10.0.0.1", "unknown"),
        ] {
            assert_eq!(found(&[("forwarded", text)]), ip, "{text}");
        }
    }
}
