//! The canonical request and the string to sign of TC3.

use hmac::Mac;
use sha2::{Digest, Sha256};

use super::authorization::ALGORITHM;
use super::candidate::Candidate;
use super::hmac::{HmacSha1, HmacSha256, lower_hex};
use super::request::Header;

/// Room for the canonical request of most clients, so that it grows once.
const USUAL_LENGTH: usize = 512;

/// Where text to hash goes, so that it is hashed while built and shown by the same code.
pub(super) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Sha256 {
    fn put(&mut self, bytes: &[u8]) {
        Digest::update(self, bytes);
    }
}

impl Sink for HmacSha256 {
    fn put(&mut self, bytes: &[u8]) {
        Mac::update(self, bytes);
    }
}

impl Sink for HmacSha1 {
    fn put(&mut self, bytes: &[u8]) {
        Mac::update(self, bytes);
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The text of which the client signed the hash.
#[derive(Clone, Copy)]
pub(super) struct CanonicalRequest<'a> {
    pub method: &'a str,
    pub uri: &'a str,
    pub query: &'a str,
    pub headers: &'a [Header<'a>],
    pub signed_headers: &'a str,
    pub payload_sha256: [u8; 32],
}

impl CanonicalRequest<'_> {
    /// Writes the text as that spelling has it.
    pub(super) fn write(&self, spelling: Candidate<'_>, sink: &mut impl Sink) {
        for line in [self.method, self.uri, self.query] {
            put_line(sink, line.as_bytes());
        }
        for (name, value) in self.headers {
            let value = if *name == "host" { spelling.host.as_bytes() } else { value };
            sink.put(name.as_bytes());
            sink.put(b":");
            if spelling.lower {
                put_lower(sink, value);
            } else {
                sink.put(value);
            }
            sink.put(b"\n");
        }
        sink.put(b"\n");
        put_line(sink, self.signed_headers.as_bytes());
        sink.put(&lower_hex(&self.payload_sha256));
    }

    pub(super) fn sha256(&self, spelling: Candidate<'_>) -> [u8; 32] {
        let mut text = Vec::with_capacity(USUAL_LENGTH);
        self.write(spelling, &mut text);
        Sha256::digest(&text).into()
    }
}

/// Writes the text that the signing key signs.
pub(super) fn write_string_to_sign(timestamp: &str, scope: &str, canonical: &[u8; 32], sink: &mut impl Sink) {
    for line in [ALGORITHM, timestamp, scope] {
        put_line(sink, line.as_bytes());
    }
    sink.put(&lower_hex(canonical));
}

fn put_line(sink: &mut impl Sink, line: &[u8]) {
    sink.put(line);
    sink.put(b"\n");
}

fn put_lower(sink: &mut impl Sink, value: &[u8]) {
    let mut lower = [0; 64];
    for piece in value.chunks(lower.len()) {
        lower.iter_mut().zip(piece).for_each(|(place, byte)| *place = byte.to_ascii_lowercase());
        sink.put(lower.get(..piece.len()).unwrap_or_default());
    }
}
