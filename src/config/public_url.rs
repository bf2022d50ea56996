//! The address under which people and programs reach this server.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Scheme, host and port as browsers see them, without a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Accepts `https://console.example.com` and the like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("`{text}` is not an address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("`{text}` must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user name or password".to_owned());
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("`{text}` must end after the host and port, without a path"));
        }
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]_".contains(letter);
        if !url.host_str().is_some_and(|host| host.chars().all(is_plain)) {
            return Err(format!("`{text}` names no host that programs can call"));
        }
        Ok(Self(reachable(url)))
    }

    /// Whether browsers come by HTTPS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// What browsers send as `Origin`: scheme, host, and the port unless it is the usual one.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The host without the port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, unless it is the usual one of the scheme.
    pub fn port(&self) -> Option<u16> {
        self.0.port()
    }

    /// Whether browsers treat the pages as a secure context: HTTPS, or this very machine.
    pub fn is_trustworthy(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        let is_loopback = host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.is_https() || is_loopback
    }

    /// The whole address of a page; `path` begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }
}

/// An address to listen on everywhere is none to open: from this machine it is the loopback one.
fn reachable(mut url: Url) -> Url {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) if address.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        Some(Host::Ipv6(address)) if address.to_canonical().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        _ => return url,
    };
    // It cannot fail: an http address may have any host.
    let _ = url.set_ip_host(loopback);
    url
}

/// Without a slash at the end.
impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin())
    }
}
