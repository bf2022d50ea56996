//! The headers inside the signature.

use crate::domain::signature::candidate::without_port;
use crate::domain::signature::error::{HeaderFault, SignatureError};
use crate::domain::signature::gate_fault::GateFault;
use crate::domain::signature::request::Incoming;

/// Headers that a proxy on the way may set, drop or change.
const CHANGED: &[&str] = &["accept-encoding", "connection", "forwarded", "te", "via"];
const CHANGED_FAMILY: &str = "x-forwarded-";
const OWN_FAMILY: &[u8] = b"x-amz-";

/// The signed header that a proxy may have changed, if there is one.
pub(super) fn changed_by_proxies(list: &str) -> Option<&str> {
    list.split(';').find(|name| CHANGED.contains(name) || name.starts_with(CHANGED_FAMILY))
}

/// Whether a list of signed headers names this one.
pub(super) fn lists(list: &str, name: &str) -> bool {
    list.split(';').any(|listed| listed == name)
}

/// Refuses a header of the scheme's own family that is outside the signature.
pub(super) fn ensure_own_are_signed(incoming: &Incoming<'_>, list: &str) -> Result<(), SignatureError> {
    let is_own = |name: &str| {
        let start = name.as_bytes().get(..OWN_FAMILY.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(OWN_FAMILY))
    };
    for (name, _) in incoming.headers.iter().filter(|(name, _)| is_own(name)) {
        ensure_signed(list, &name.to_ascii_lowercase())?;
    }
    Ok(())
}

/// Refuses a header that is outside the signature.
pub(super) fn ensure_signed(list: &str, name: &str) -> Result<(), SignatureError> {
    if lists(list, name) {
        return Ok(());
    }
    Err(SignatureError::SignedHeader { name: name.to_owned(), fault: HeaderFault::NotSigned })
}

/// `name:value` lines in the order of the list: several values joined by commas, runs of blanks as one.
pub(super) fn canonical(incoming: &Incoming<'_>, list: &str) -> Result<Vec<u8>, SignatureError> {
    canonical_at(incoming, list, None)
}

/// The same for clients that sign the host without the port that they send.
pub(super) fn canonical_without_port(
    incoming: &Incoming<'_>,
    list: &str,
    host: &str,
) -> Result<Option<Vec<u8>>, SignatureError> {
    without_port(host).map(|bare| canonical_at(incoming, list, Some(bare))).transpose()
}

fn canonical_at(incoming: &Incoming<'_>, list: &str, host: Option<&str>) -> Result<Vec<u8>, SignatureError> {
    let mut lines = Vec::with_capacity(256);
    for name in list.split(';') {
        let refuse = |fault| SignatureError::SignedHeader { name: name.to_owned(), fault };
        let named = |given: &str| given.len() == name.len() && given.eq_ignore_ascii_case(name);
        let values = incoming.headers.iter().filter(|(given, _)| named(given));
        let mut joint: &[u8] = b":";
        lines.extend_from_slice(name.as_bytes());
        for (_, value) in values {
            if value.iter().any(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
                return Err(refuse(HeaderFault::Value));
            }
            lines.extend_from_slice(joint);
            let host = host.filter(|_| name == "host");
            put_value(&mut lines, host.map_or(value.trim_ascii(), str::as_bytes));
            joint = b",";
        }
        match joint {
            b"," => lines.push(b'\n'),
            _ if changed_by_proxies(name).is_some() => {
                return Err(GateFault::SignedHeaderChanged(name.to_owned()).into());
            }
            _ => return Err(refuse(HeaderFault::Absent)),
        }
    }
    Ok(lines)
}

fn put_value(line: &mut Vec<u8>, value: &[u8]) {
    let mut before = 0;
    for byte in value {
        if *byte != b' ' || before != b' ' {
            line.push(*byte);
        }
        before = *byte;
    }
}
