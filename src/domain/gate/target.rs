//! The path and query of a request, which must have one reading: that of the gate, of the proxy and of the service.
//!
//! Whatever one of them could take for another path is refused: segments that are removed (RFC 3986, section 5.2.4),
//! slashes that are merged or decoded, letters that are written in two ways (section 6.2.2).

/// Longest target, in bytes.
const LONGEST: usize = 8 * 1024;

/// A target in its one normal form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Target<'a> {
    path: &'a str,
    query: &'a str,
}

/// The target is not in its normal form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "The path can be read in more than one way. Send it in its normal form: no empty or dot segments, percent signs with \
     capitals and only where they are needed, no `;`, no backslash and no encoded slash."
)]
pub struct AmbiguousPath;

impl<'a> Target<'a> {
    /// Accepts only what is in its normal form already.
    pub fn parse(raw: &'a str) -> Result<Self, AmbiguousPath> {
        let (path, query) = raw.split_once('?').unwrap_or((raw, ""));
        let is_short = raw.len() <= LONGEST;
        if is_short && is_plain_path(path) && is_plain_query(query) {
            Ok(Self { path, query })
        } else {
            Err(AmbiguousPath)
        }
    }

    /// The path: percent-encoded, with capitals and only where that is needed.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// What stands after the question mark.
    pub fn query(&self) -> &'a str {
        self.query
    }
}

/// The first two parts of a path, which tell what a request is about and not whom.
pub fn prefix_of(path: &str) -> &str {
    path.match_indices('/').nth(2).map_or(path, |(at, _)| path.get(..at).unwrap_or(path))
}

fn is_plain_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else { return false };
    let count = rest.split('/').count();
    rest.split('/').enumerate().all(|(at, part)| {
        // A slash at the end leaves an empty part, which names something else and is no ambiguity.
        is_plain_part(part) && (!part.is_empty() || at + 1 == count)
    })
}

/// A part without dots that mean another part, in its one spelling, of valid UTF-8 once decoded.
fn is_plain_part(part: &str) -> bool {
    if part == "." || part == ".." {
        return false;
    }
    let mut decoded = Vec::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => match needed(bytes.next(), bytes.next()) {
                Some(byte) => decoded.push(byte),
                None => return false,
            },
            byte if is_plain(byte) => decoded.push(byte),
            _ => return false,
        }
    }
    std::str::from_utf8(&decoded).is_ok()
}

/// What stands in a path as itself (RFC 3986, `pchar`), but for the semicolon, after which some see parameters.
pub(super) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&byte)
}

/// The byte behind two digits in capitals after a percent sign, if it cannot be written otherwise.
pub(super) fn needed(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let byte = digit(high?)? * 16 + digit(low?)?;
    let is_control = byte < b' ' || byte == 0x7F;
    (!is_plain(byte) && !is_control && !b"/\\;".contains(&byte)).then_some(byte)
}

fn digit(text: u8) -> Option<u8> {
    match text {
        b'0'..=b'9' => Some(text - b'0'),
        b'A'..=b'F' => Some(text - b'A' + 10),
        _ => None,
    }
}

/// A query is handed on as it is; it only must not end early, or hold what no request line can.
fn is_plain_query(query: &str) -> bool {
    query.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'#')
}
