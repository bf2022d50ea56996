//! What a signature says of itself: credential, signed headers and the signature.

use std::borrow::Cow;

use crate::domain::signature::authorization::{hash_bytes, is_lower_token, is_secret_id};
use crate::domain::signature::error::{AuthorizationPart as Part, HeaderFault, SignatureError};
use crate::domain::signature::gate_fault::GateFault;

/// The name of the scheme, first line of the string to sign.
pub(in crate::domain::signature) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What every credential scope ends with.
pub(super) const TERMINATOR: &str = "aws4_request";

const MAX_LENGTH: usize = 4096;
const MAX_NAME: usize = 128;
const MAX_SIGNED_HEADERS: usize = 64;

/// `ID/DATE/REGION/SERVICE/aws4_request`, well formed.
pub(in crate::domain::signature) struct Credential<'a>(Cow<'a, str>);

impl<'a> Credential<'a> {
    fn parse(text: Cow<'a, str>) -> Result<Self, SignatureError> {
        let parts: Vec<&str> = text.splitn(6, '/').collect();
        let [id, date, region, service, terminator] = parts.as_slice() else {
            return Err(at(Part::Credential));
        };
        ensure(is_secret_id(id), Part::SecretId)?;
        ensure(date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()), Part::Date)?;
        ensure(is_name(region) && is_name(service), Part::Service)?;
        ensure(*terminator == TERMINATOR, Part::Terminator)?;
        Ok(Self(text))
    }

    pub(super) fn id(&self) -> &str {
        self.part(0)
    }

    pub(super) fn date(&self) -> &str {
        self.part(1)
    }

    pub(super) fn region(&self) -> &str {
        self.part(2)
    }

    pub(super) fn service(&self) -> &str {
        self.part(3)
    }

    /// All but the id.
    pub(in crate::domain::signature) fn scope(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, scope)| scope)
    }

    fn part(&self, place: usize) -> &str {
        self.0.split('/').nth(place).unwrap_or_default()
    }
}

/// The three parts of a signature, from the header or from the query.
pub(super) struct Stated<'a> {
    pub credential: Credential<'a>,
    pub signed_headers: Cow<'a, str>,
    pub signature: [u8; 32],
}

impl<'a> Stated<'a> {
    /// Takes the parts by their grammar.
    pub(super) fn parse(
        credential: Cow<'a, str>,
        signed_headers: Cow<'a, str>,
        signature: &str,
    ) -> Result<Self, SignatureError> {
        ensure_signed_headers(&signed_headers)?;
        let credential = Credential::parse(credential)?;
        let signature = hash_bytes(signature).ok_or(at(Part::Signature))?;
        Ok(Self { credential, signed_headers, signature })
    }

    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, the three in any order.
    pub(super) fn of_header(value: &'a [u8]) -> Result<Self, SignatureError> {
        let rest = printable(value)?.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' '));
        let mut found = [("Credential=", None), ("SignedHeaders=", None), ("Signature=", None)];
        for part in rest.ok_or(at(Part::Algorithm))?.split(',').map(|part| part.trim_matches(' ')) {
            let mut places = found.iter_mut();
            let place = places.find_map(|(label, place)| Some((place, part.strip_prefix(*label)?)));
            match place {
                Some((place, text)) if place.is_none() => *place = Some(text),
                _ => return Err(at(Part::Header)),
            }
        }
        let [credential, signed_headers, signature] = found.map(|(_, text)| text);
        let credential = credential.ok_or(at(Part::Credential))?;
        let signed_headers = signed_headers.ok_or(at(Part::SignedHeaders))?;
        Self::parse(credential.into(), signed_headers.into(), signature.ok_or(at(Part::Signature))?)
    }
}

fn at(part: Part) -> SignatureError {
    GateFault::Credential(part).into()
}

fn ensure(holds: bool, part: Part) -> Result<(), SignatureError> {
    if holds { Ok(()) } else { Err(at(part)) }
}

fn printable(value: &[u8]) -> Result<&str, SignatureError> {
    let sound = value.len() <= MAX_LENGTH && value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    std::str::from_utf8(value).ok().filter(|_| sound).ok_or(at(Part::Header))
}

/// Whether this can name a region or a service.
fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(letter)
}

/// Lower-case header names, sorted, each once, `host` among them.
fn ensure_signed_headers(list: &str) -> Result<(), SignatureError> {
    ensure(list.len() <= MAX_LENGTH, Part::SignedHeaders)?;
    let mut before = "";
    for (place, name) in list.split(';').enumerate() {
        ensure(place < MAX_SIGNED_HEADERS && before < name && is_lower_token(name), Part::SignedHeaders)?;
        before = name;
    }
    if list.split(';').any(|name| name == "host") {
        return Ok(());
    }
    Err(SignatureError::SignedHeader { name: "host".to_owned(), fault: HeaderFault::NotSigned })
}
