//! Which headers of a question are believed: each once, in one spelling, and none that a client could slip in.
//!
//! Proxies and the languages behind them take `-`, `_` and `.` in names for the same (CGI, RFC 3875, section 4.1.18), so an
//! alias of a header that is read here would be believed by somebody.

use super::token::HeaderMode;
use crate::domain::signature::{Body, Header};
use data_encoding::HEXLOWER_PERMISSIVE;
use std::fmt;

/// What names begin with by which the gate tells who asks.
const IDENTITY: &str = "x-camlock-";

/// Why the headers of a question are not believed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HeaderFault {
    /// A header that is read once came twice, or in another spelling.
    Doubled(String),
    /// A client sends what only the gate says.
    Identity(String),
    /// `Connection` tells proxies to take a header away that is read here.
    HopByHop(String),
    /// A header that has to be there is not, or holds what it cannot.
    Missing(&'static str),
}

impl HeaderFault {
    /// The stable name of the reason.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Doubled(_) => "doubled_header",
            Self::Identity(_) => "alias_header",
            Self::HopByHop(_) => "hop_by_hop_header",
            Self::Missing(_) => "missing_header",
        }
    }
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Doubled(name) => write!(f, "The header {name} came twice, or in another spelling."),
            Self::Identity(name) => write!(f, "The client sent {name}. Only the gate says what begins so."),
            Self::HopByHop(name) => write!(f, "The header Connection names {name}, which must arrive."),
            Self::Missing(name) => {
                write!(f, "The gateway did not send {name}, or what it says is malformed.")
            }
        }
    }
}

/// Whether a name is that one for those who take underscores and dots for dashes.
pub fn passes_for(name: &[u8], wanted: &str) -> bool {
    name.len() == wanted.len() && name.iter().copied().map(folded).eq(wanted.bytes())
}

fn folded(letter: u8) -> u8 {
    match letter {
        b'_' | b'.' => b'-',
        letter => letter.to_ascii_lowercase(),
    }
}

fn is_identity(name: &[u8]) -> bool {
    name.get(..IDENTITY.len()).is_some_and(|start| passes_for(start, IDENTITY))
}

/// Refuses headers that only the gate sends, in any spelling.
pub fn ensure_no_identity(headers: &[Header<'_>]) -> Result<(), HeaderFault> {
    match headers.iter().find(|(name, _)| is_identity(name.as_bytes())) {
        Some((name, _)) => Err(HeaderFault::Identity(shown(name))),
        None => Ok(()),
    }
}

/// The names under which a gateway tells what the original request was.
struct Names {
    method: &'static str,
    target: &'static str,
    host: &'static str,
    source_ip: &'static str,
    /// Only a gateway that hashes bodies itself tells it.
    body_sha256: Option<&'static str>,
}

const ORIGINAL: Names = Names {
    method: "x-original-method",
    target: "x-original-uri",
    host: "x-original-host",
    source_ip: "x-original-source-ip",
    body_sha256: Some("x-original-body-sha256"),
};
const FORWARDED: Names = Names {
    method: "x-forwarded-method",
    target: "x-forwarded-uri",
    host: "x-forwarded-host",
    source_ip: "x-forwarded-for",
    body_sha256: None,
};

impl Names {
    fn of(mode: HeaderMode) -> &'static Self {
        match mode {
            HeaderMode::Original => &ORIGINAL,
            HeaderMode::Forwarded => &FORWARDED,
        }
    }

    fn all(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.method, self.target, self.host, self.source_ip].into_iter().chain(self.body_sha256)
    }
}

/// The original request, as its gateway tells it.
pub struct Told<'a> {
    pub method: &'a str,
    /// Raw path and query.
    pub target: &'a str,
    pub host: &'a str,
    pub source_ip: Option<&'a str>,
    pub body: Body<'a>,
    names: &'static Names,
}

impl Told<'_> {
    /// Whether the gateway said it, and not its client.
    pub fn is_own(&self, name: &str) -> bool {
        self.names.all().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Reads what a gateway tells in headers of that kind.
pub fn told<'a>(mode: HeaderMode, headers: &[Header<'a>]) -> Result<Told<'a>, HeaderFault> {
    let names = Names::of(mode);
    ensure_arrives(headers, names)?;
    let needed =
        |name| one(headers, name)?.filter(|value| !value.is_empty()).ok_or(HeaderFault::Missing(name));
    let body = match names.body_sha256 {
        Some(name) => one(headers, name)?.filter(|value| !value.is_empty()),
        None => None,
    };
    let source_ip = one(headers, names.source_ip)?.and_then(|value| value.rsplit(',').next()).map(str::trim);
    Ok(Told {
        method: needed(names.method)?,
        target: needed(names.target)?,
        host: needed(names.host)?,
        source_ip: source_ip.filter(|value| !value.is_empty()),
        body: body.map_or(Ok(Body::Unknown), hash)?,
        names,
    })
}

fn hash<'a>(text: &str) -> Result<Body<'a>, HeaderFault> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    let hash = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    hash.map(Body::Sha256).ok_or(HeaderFault::Missing("x-original-body-sha256"))
}

/// The one value of a header that is text; a second one, also in another spelling, is refused.
pub fn one<'a>(headers: &[Header<'a>], name: &'static str) -> Result<Option<&'a str>, HeaderFault> {
    let mut same = headers.iter().filter(|(given, _)| passes_for(given.as_bytes(), name));
    let Some((given, value)) = same.next() else { return Ok(None) };
    if same.next().is_some() || !given.eq_ignore_ascii_case(name) {
        return Err(HeaderFault::Doubled(name.to_owned()));
    }
    std::str::from_utf8(value).map(|text| Some(text.trim())).map_err(|_| HeaderFault::Missing(name))
}

/// The address that the nearest proxy added to `X-Forwarded-For`; what stands before it may be anybody's invention.
pub fn last_hop<'a>(headers: &[Header<'a>]) -> Option<&'a str> {
    let (_, last) = headers.iter().rfind(|(name, _)| *name == "x-forwarded-for")?;
    std::str::from_utf8(last).ok()?.rsplit(',').next().map(str::trim)
}

/// Refuses a `Connection` header by which a proxy on the way would take away what is read here.
fn ensure_arrives(headers: &[Header<'_>], names: &Names) -> Result<(), HeaderFault> {
    let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("connection"));
    for (_, value) in lines {
        for named in value.split(|byte| *byte == b',') {
            let named = named.trim_ascii();
            if is_identity(named) || names.all().any(|own| passes_for(named, own)) {
                return Err(HeaderFault::HopByHop(shown(&String::from_utf8_lossy(named))));
            }
        }
    }
    Ok(())
}

fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}
