//! A request as it came over the wire.

use sha2::{Digest, Sha256};

use super::error::{Shape, SignatureError};
use super::gate_fault::GateFault;

/// SHA-256 of nothing: what a GET signs as its payload.
pub(super) const EMPTY_SHA256: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Longest GET query: 32 KB.
const MAX_QUERY: usize = 32 * 1024;
/// Longest TC3 body: 10 MB.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// A header as it came: name and value.
pub type Header<'a> = (&'a str, &'a [u8]);

/// One request before anything decoded it; the caller adds `host` to the headers where HTTP/2 has it elsewhere.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    pub method: &'a str,
    /// The raw path. Only `AWS4-HMAC-SHA256` covers it: under the others the caller must route by action and serve `/` alone.
    pub path: &'a str,
    /// The raw text after `?`, empty when there is none.
    pub query: &'a str,
    pub headers: &'a [Header<'a>],
    pub body: Body<'a>,
}

/// The body, or what is known of it by a caller that hashed it while reading.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    Bytes(&'a [u8]),
    Sha256([u8; 32]),
    /// Nobody hashed it: the gateway sent the head of the request alone.
    Unknown,
}

impl Body<'_> {
    pub(super) fn sha256(&self) -> Option<[u8; 32]> {
        match self {
            Self::Bytes([]) => Some(EMPTY_SHA256),
            Self::Bytes(bytes) => Some(Sha256::digest(bytes).into()),
            Self::Sha256(hash) => Some(*hash),
            Self::Unknown => None,
        }
    }
}

/// The two methods of API 3.0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Method {
    Get,
    Post,
}

impl Method {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl<'a> Incoming<'a> {
    /// The value of a header that may occur once, without the blanks around it.
    pub(super) fn header(&self, name: &str) -> Result<Option<&'a [u8]>, SignatureError> {
        let is_named = |given: &str| given.len() == name.len() && given.eq_ignore_ascii_case(name);
        let mut values = self.headers.iter().filter(|(given, _)| is_named(given));
        let first = values.next().map(|(_, value)| value.trim_ascii());
        match values.next() {
            Some(_) => Err(SignatureError::Doubled(name.to_owned())),
            None => Ok(first),
        }
    }

    /// The same for a header that holds printable ASCII.
    pub(super) fn text_header(&self, name: &'static str) -> Result<Option<&'a str>, SignatureError> {
        let Some(value) = self.header(name)? else {
            return Ok(None);
        };
        let printable = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let text = std::str::from_utf8(value).ok().filter(|_| printable);
        text.map(Some).ok_or(SignatureError::Malformed(name))
    }

    /// The `Host` header: present, printable, without blanks and without the marks that end a host.
    pub(super) fn host(&self) -> Result<&'a str, SignatureError> {
        let host = self.text_header("host")?.ok_or(SignatureError::Missing("Host"))?;
        let sound = !host.is_empty() && !host.bytes().any(|byte| matches!(byte, b' ' | b'?' | b'#'));
        sound.then_some(host).ok_or(SignatureError::Malformed("Host"))
    }

    /// The method, once the request has a shape that one signature covers whole.
    pub(super) fn method(&self) -> Result<Method, SignatureError> {
        match self.method {
            "GET" if self.has_body() => Err(SignatureError::Shape(Shape::GetWithBody)),
            "POST" if !self.query.is_empty() => Err(SignatureError::Shape(Shape::PostWithQuery)),
            "GET" => self.ensure_sound_query().map(|()| Method::Get),
            "POST" => self.ensure_small_body(MAX_BODY).map(|()| Method::Post),
            _ => Err(SignatureError::Method),
        }
    }

    /// The hash of the body; of nothing where nobody hashed it and no header announces one.
    pub(super) fn body_sha256(&self) -> Result<[u8; 32], SignatureError> {
        match self.body.sha256() {
            Some(hash) => Ok(hash),
            None if self.announces_body() => Err(GateFault::BodyNotCovered.into()),
            None => Ok(EMPTY_SHA256),
        }
    }

    fn has_body(&self) -> bool {
        match self.body {
            Body::Bytes(bytes) => !bytes.is_empty(),
            Body::Sha256(hash) => hash != EMPTY_SHA256,
            Body::Unknown => self.announces_body(),
        }
    }

    fn announces_body(&self) -> bool {
        self.headers.iter().any(|(name, value)| {
            let is_long = name.eq_ignore_ascii_case("content-length") && value.trim_ascii() != b"0";
            is_long || name.eq_ignore_ascii_case("transfer-encoding")
        })
    }

    pub(super) fn ensure_small_body(&self, limit: usize) -> Result<(), SignatureError> {
        match self.body {
            Body::Bytes(bytes) if bytes.len() > limit => Err(SignatureError::TooLarge { limit }),
            _ => Ok(()),
        }
    }

    pub(super) fn ensure_sound_query(&self) -> Result<(), SignatureError> {
        if self.query.len() > MAX_QUERY {
            return Err(SignatureError::TooLarge { limit: MAX_QUERY });
        }
        let sound = !self.query.bytes().any(|byte| matches!(byte, 0..=b' ' | 0x7f));
        if sound { Ok(()) } else { Err(SignatureError::Shape(Shape::Query)) }
    }

    /// Whether the content type is one of these, whatever its parameters and letter case.
    pub(super) fn has_media_type(&self, accepted: &[&str]) -> Result<bool, SignatureError> {
        let value = self.header("content-type")?.unwrap_or_default();
        let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        Ok(accepted.iter().any(|name| essence.eq_ignore_ascii_case(name.as_bytes())))
    }
}
