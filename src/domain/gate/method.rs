//! Methods of HTTP that the gate knows.

use std::fmt;

/// The methods that are registered with IANA (RFC 9110, section 18.2), and `PURGE`, which caches take.
const KNOWN: [&str; 40] = [
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PRI",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "TRACE",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "VERSION-CONTROL",
];

/// A method that everybody spells alike; an unknown one could pass for the name of a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Method(&'static str);

/// The text is no method that the gate knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("That is no HTTP method.")]
pub struct UnknownMethod;

impl Method {
    /// Takes capitals alone: methods are compared by case (RFC 9110, section 9.1).
    pub fn parse(text: &str) -> Result<Self, UnknownMethod> {
        KNOWN.iter().find(|known| **known == text).map(|known| Self(known)).ok_or(UnknownMethod)
    }

    /// The method as requests spell it.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// All that the gate knows.
    pub fn all() -> &'static [&'static str] {
        &KNOWN
    }

    /// Whether it changes nothing, as HTTP means it.
    pub fn is_read(self) -> bool {
        matches!(self.0, "GET" | "HEAD" | "OPTIONS")
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
