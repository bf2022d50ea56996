//! Names under which a service is reached.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Hosts of one service, or of one gate token.
pub const MAX_HOSTS: usize = 16;
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// A host in its one spelling; without a port it stands for all of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Host {
    name: String,
    port: Option<u16>,
}

/// Why a text is no host.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MalformedHost {
    #[error(
        "`{0}` is no host. Write a name such as orders.example.com, or an address, with or without a port."
    )]
    Unreadable(String),
    #[error("`{0}` stands for many hosts. Name each of them.")]
    Wildcard(String),
    #[error("Write `{0}` as browsers send it, in ASCII (xn--…).")]
    NotAscii(String),
}

impl Host {
    /// Takes a name or an address; capitals are small letters here.
    pub fn parse(text: &str) -> Result<Self, MalformedHost> {
        let shown = || text.chars().take(80).collect();
        if !text.is_ascii() {
            return Err(MalformedHost::NotAscii(shown()));
        }
        if text.contains('*') {
            return Err(MalformedHost::Wildcard(shown()));
        }
        let unreadable = || MalformedHost::Unreadable(shown());
        let (name, port) = split(text).ok_or_else(unreadable)?;
        let port = port.map(port_of).transpose().map_err(|NoPort| unreadable())?;
        let name = name_of(name).ok_or_else(unreadable)?;
        Ok(Self { name, port })
    }

    /// Whether a request to `other` is one to this host.
    pub fn covers(&self, other: &Self) -> bool {
        self.name == other.name && (self.port.is_none() || self.port == other.port)
    }

    /// Whether some request could be one to both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

struct NoPort;

/// The name and the port; an address of IPv6 stands in brackets.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if text.starts_with('[') {
        let end = text.find(']')? + 1;
        let (name, rest) = text.split_at_checked(end)?;
        return if rest.is_empty() {
            Some((name, None))
        } else {
            Some((name, Some(rest.strip_prefix(':')?)))
        };
    }
    Some(text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port))))
}

fn port_of(text: &str) -> Result<u16, NoPort> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_plain).ok_or(NoPort)
}

fn name_of(text: &str) -> Option<String> {
    if let Some(inside) = text.strip_prefix('[') {
        let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let name = text.to_ascii_lowercase();
    let labels: Vec<&str> = name.split('.').collect();
    let is_number = labels.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let fits = if is_number {
        name.parse::<Ipv4Addr>().is_ok()
    } else {
        name.len() <= LONGEST_NAME && labels.iter().all(|label| is_label(label))
    };
    fits.then_some(name)
}

fn is_label(label: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(fits)
        && !label.starts_with('-')
        && !label.ends_with('-')
}
