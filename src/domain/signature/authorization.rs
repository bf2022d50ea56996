//! The `Authorization` header of TC3, by its strict grammar.

use data_encoding::HEXLOWER;

use super::error::{AuthorizationPart, HeaderFault, SignatureError};

/// The name of the scheme, first line of the string to sign.
pub(super) const ALGORITHM: &str = "TC3-HMAC-SHA256";
/// What every credential scope ends with.
pub(super) const TERMINATOR: &str = "tc3_request";

const MAX_LENGTH: usize = 1024;
const MAX_SECRET_ID: usize = 128;
const MAX_SERVICE: usize = 128;
const MAX_SIGNED_HEADERS: usize = 32;

/// The parts of a header that kept to the grammar.
pub(super) struct Authorization<'a> {
    pub secret_id: &'a str,
    pub date: &'a str,
    pub service: &'a str,
    /// `date/service/tc3_request`, as sent.
    pub scope: &'a str,
    pub signed_headers: &'a str,
    pub signature: [u8; 32],
}

impl<'a> Authorization<'a> {
    /// `TC3-HMAC-SHA256 Credential=ID/DATE/SERVICE/tc3_request, SignedHeaders=a;b, Signature=HEX`
    pub(super) fn parse(value: &'a [u8]) -> Result<Self, SignatureError> {
        use AuthorizationPart as Part;

        let text = printable(value)?;
        let rest = text
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or(at(Part::Algorithm))?;
        let rest = rest.trim_start_matches(' ').strip_prefix("Credential=").ok_or(at(Part::Credential))?;
        let (credential, rest) = next_part(rest, "SignedHeaders=").ok_or(at(Part::SignedHeaders))?;
        let (signed_headers, signature) = next_part(rest, "Signature=").ok_or(at(Part::Signature))?;
        ensure_signed_headers(signed_headers)?;

        let (secret_id, scope) = credential.split_once('/').ok_or(at(Part::Credential))?;
        let (date, service) = scope_parts(scope)?;
        ensure(is_secret_id(secret_id), Part::SecretId)?;
        let signature = hash_bytes(signature).ok_or(at(Part::Signature))?;
        Ok(Self { secret_id, date, service, scope, signed_headers, signature })
    }
}

fn at(part: AuthorizationPart) -> SignatureError {
    SignatureError::Authorization(part)
}

fn ensure(holds: bool, part: AuthorizationPart) -> Result<(), SignatureError> {
    if holds { Ok(()) } else { Err(at(part)) }
}

fn printable(value: &[u8]) -> Result<&str, SignatureError> {
    let sound = value.len() <= MAX_LENGTH && value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let text = std::str::from_utf8(value).ok().filter(|_| sound).ok_or(at(AuthorizationPart::Header))?;
    ensure(text != "SKIP", AuthorizationPart::Skipped)?;
    Ok(text)
}

/// What stands before the next comma, and what follows the label after it.
fn next_part<'a>(text: &'a str, label: &str) -> Option<(&'a str, &'a str)> {
    let (part, rest) = text.split_once(',')?;
    Some((part, rest.trim_start_matches(' ').strip_prefix(label)?))
}

fn scope_parts(scope: &str) -> Result<(&str, &str), SignatureError> {
    let mut parts = scope.split('/');
    let date = parts.next().filter(|date| is_date(date)).ok_or(at(AuthorizationPart::Date))?;
    let service = parts.next().filter(|service| is_service(service)).ok_or(at(AuthorizationPart::Service))?;
    let ends_well = parts.next() == Some(TERMINATOR) && parts.next().is_none();
    ensure(ends_well, AuthorizationPart::Terminator)?;
    Ok((date, service))
}

/// Whether this can be the public half of a key, ours, imported or temporary.
pub(super) fn is_secret_id(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    letters && (1..=MAX_SECRET_ID).contains(&text.len())
}

fn is_date(text: &str) -> bool {
    let shape = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}

/// Any name at all: clients send the first label of the endpoint, such as `127` or `localhost:8080`.
fn is_service(text: &str) -> bool {
    (1..=MAX_SERVICE).contains(&text.len()) && !text.contains(' ')
}

pub(super) fn hash_bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let fits = text.len() == 64 && HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_ok();
    fits.then_some(bytes)
}

/// Lower-case header names, sorted, each once, `content-type` and `host` among them.
fn ensure_signed_headers(list: &str) -> Result<(), SignatureError> {
    let (mut before, mut count) = ("", 0);
    let mut needed = [("content-type", false), ("host", false)];
    for name in list.split(';') {
        count += 1;
        let sound = before < name && is_lower_token(name) && count <= MAX_SIGNED_HEADERS;
        ensure(sound, AuthorizationPart::SignedHeaders)?;
        needed.iter_mut().filter(|(given, _)| *given == name).for_each(|(_, seen)| *seen = true);
        before = name;
    }
    let unsigned = needed.iter().find(|(_, seen)| !seen);
    let refuse = |(name, _): &(&str, bool)| SignatureError::SignedHeader {
        name: (*name).to_owned(),
        fault: HeaderFault::NotSigned,
    };
    unsigned.map_or(Ok(()), |found| Err(refuse(found)))
}

pub(super) fn is_lower_token(name: &str) -> bool {
    let letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9') || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(letter)
}
