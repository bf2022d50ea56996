//! What a signature of the scheme covers, and whether a key made it.

use std::borrow::Cow;

use hmac::Mac;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::credential::{ALGORITHM, Credential};
use super::headers;
use super::key::{AwsSigningKey, signing_key};
use super::payload::Line;
use crate::domain::signature::canonical::Sink;
use crate::domain::signature::error::Difference;
use crate::domain::signature::hmac::lower_hex;
use crate::domain::signature::request::EMPTY_SHA256;

const USUAL_LENGTH: usize = 512;

/// A signature and all that goes into it.
pub(in crate::domain::signature) struct AwsProof<'a> {
    pub credential: Credential<'a>,
    pub signed_headers: Cow<'a, str>,
    pub signature: [u8; 32],
    pub(super) text: Text<'a>,
    /// The headers with the host as it is without its port: some clients send the port and do not sign it.
    pub(super) other_headers: Option<Vec<u8>>,
    /// The query as sent, where that differs and some clients sign it so.
    pub(super) raw_query: Option<&'a str>,
    /// The path in the other of the two ways to encode it.
    pub(super) other_path: Cow<'a, str>,
    pub(super) other_payload: Option<Line>,
}

/// The parts of the canonical request and of the string to sign.
pub(super) struct Text<'a> {
    pub method: &'a str,
    pub path: Cow<'a, str>,
    pub query: String,
    /// Lines of names and values.
    pub headers: Vec<u8>,
    pub payload: Line,
    /// The date of the request as `X-Amz-Date` has it.
    pub date: String,
}

/// What varies between the spellings of one request.
#[derive(Clone, Copy)]
struct Spelling<'s> {
    headers: &'s [u8],
    path: &'s str,
    query: &'s str,
    payload: Line,
}

impl AwsProof<'_> {
    /// Whether the SecretKey made this signature, and if not, the part that explains it.
    pub(in crate::domain::signature) fn judge(&self, secret_key: &str) -> Result<(), Option<Difference>> {
        let credential = &self.credential;
        let key = signing_key(secret_key, credential.date(), credential.region(), credential.service());
        let usual = self.usual();
        let queries = [Some(usual.query), self.raw_query];
        let payloads = [Some(usual.payload), self.other_payload];
        let headers = [Some(usual.headers), self.other_headers.as_deref()];
        let spellings = headers.into_iter().flatten().flat_map(|headers| {
            queries.into_iter().flatten().flat_map(move |query| {
                let spelt = move |payload| Spelling { headers, query, payload, ..usual };
                payloads.into_iter().flatten().map(spelt)
            })
        });
        if spellings.into_iter().any(|spelling| self.fits(spelling, &key)) {
            return Ok(());
        }
        Err(self.difference(&key))
    }

    fn difference(&self, key: &AwsSigningKey) -> Option<Difference> {
        let usual = self.usual();
        let trials = [
            (Difference::Encoding, Spelling { path: &self.other_path, ..usual }),
            (Difference::EmptyBody, Spelling { payload: Line::Hash(EMPTY_SHA256), ..usual }),
        ];
        let found = trials.into_iter().find(|(_, trial)| self.fits(*trial, key));
        found.map(|(difference, _)| difference)
    }

    /// The signed header that proxies change, if there is one.
    pub(in crate::domain::signature) fn changed_by_proxies(&self) -> Option<&str> {
        headers::changed_by_proxies(&self.signed_headers)
    }

    fn usual(&self) -> Spelling<'_> {
        Spelling {
            headers: &self.text.headers,
            path: &self.text.path,
            query: &self.text.query,
            payload: self.text.payload,
        }
    }

    fn fits(&self, spelling: Spelling<'_>, key: &AwsSigningKey) -> bool {
        let mut canonical = Vec::with_capacity(USUAL_LENGTH);
        self.write(spelling, &mut canonical);
        let mut mac = key.mac();
        self.write_string_to_sign(&Sha256::digest(&canonical).into(), &mut mac);
        let expected: [u8; 32] = mac.finalize().into_bytes().into();
        expected.ct_eq(&self.signature).into()
    }

    /// Writes the canonical request in its usual spelling.
    pub(in crate::domain::signature) fn write_canonical(&self, sink: &mut impl Sink) {
        self.write(self.usual(), sink);
    }

    fn write(&self, spelling: Spelling<'_>, sink: &mut impl Sink) {
        for line in [self.text.method, spelling.path, spelling.query] {
            sink.put(line.as_bytes());
            sink.put(b"\n");
        }
        sink.put(spelling.headers);
        sink.put(b"\n");
        sink.put(self.signed_headers.as_bytes());
        sink.put(b"\n");
        spelling.payload.put(sink);
    }

    /// Writes the text that the signing key signs.
    pub(in crate::domain::signature) fn write_string_to_sign(
        &self,
        canonical: &[u8; 32],
        sink: &mut impl Sink,
    ) {
        for line in [ALGORITHM, &self.text.date, self.credential.scope()] {
            sink.put(line.as_bytes());
            sink.put(b"\n");
        }
        sink.put(&lower_hex(canonical));
    }
}
