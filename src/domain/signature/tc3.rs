//! TC3-HMAC-SHA256.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use hmac::Mac;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::authorization::Authorization;
use super::candidate::candidates;
use super::canonical::{CanonicalRequest, write_string_to_sign};
use super::claim::{self, Claim};
use super::coverage::Coverage;
use super::error::{Difference, HeaderFault, Shape, SignatureError};
use super::hmac::{HmacSha256, lower_hex};
use super::request::{Body, EMPTY_SHA256, Header, Incoming, Method};
use super::window;

const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
const FORM: &[&str] = &["application/x-www-form-urlencoded"];
const POSTED: &[&str] = &["application/json", "multipart/form-data", "application/octet-stream"];

/// What a TC3 signature covers, and the signature.
pub(super) struct Tc3Proof<'a> {
    pub query: &'a str,
    pub date: &'a str,
    pub service: &'a str,
    pub scope: &'a str,
    pub timestamp: &'a str,
    pub signed_headers: &'a str,
    /// The signed headers in order, their values trimmed.
    pub headers: Vec<Header<'a>>,
    pub unsigned_payload: bool,
    pub signature: [u8; 32],
    pub common: Common<'a>,
}

/// The common parameters, which TC3 carries in headers.
pub(super) struct Common<'a> {
    pub action: Option<&'a str>,
    pub version: Option<&'a str>,
    pub region: Option<&'a str>,
    pub token: Option<&'a str>,
    pub language: Option<&'a str>,
}

impl<'a> Common<'a> {
    fn read(incoming: &Incoming<'a>) -> Result<Self, SignatureError> {
        Ok(Self {
            action: incoming.text_header("X-TC-Action")?,
            version: incoming.text_header("X-TC-Version")?,
            region: incoming.text_header("X-TC-Region")?,
            token: incoming.text_header("X-TC-Token")?,
            language: incoming.text_header("X-TC-Language")?,
        })
    }
}

pub(super) fn parse<'a>(
    incoming: &Incoming<'a>,
    header: &'a [u8],
    now: i64,
) -> Result<Claim<'a>, SignatureError> {
    let authorization = Authorization::parse(header)?;
    let method = incoming.method()?;
    ensure_content_type(incoming, method)?;
    let host = incoming.host()?;
    let text = incoming.text_header("X-TC-Timestamp")?.ok_or(SignatureError::Missing("X-TC-Timestamp"))?;
    let timestamp = window::timestamp(text, now, "X-TC-Timestamp")?;
    window::ensure_date(authorization.date, timestamp)?;
    let body_sha256 = incoming.body_sha256()?;
    let proof = Tc3Proof {
        query: incoming.query,
        date: authorization.date,
        service: authorization.service,
        scope: authorization.scope,
        timestamp: text,
        signed_headers: authorization.signed_headers,
        headers: signed_headers(incoming, authorization.signed_headers)?,
        unsigned_payload: is_unsigned_payload(incoming, &body_sha256)?,
        signature: authorization.signature,
        common: Common::read(incoming)?,
    };
    let coverage = coverage(incoming, method, proof.unsigned_payload);
    let (secret_id, proof) = (Cow::Borrowed(authorization.secret_id), claim::Proof::Tc3(proof));
    let (method, path) = (method.as_str(), incoming.path);
    Ok(Claim { method, host, path, secret_id, timestamp, now, body_sha256, coverage, proof })
}

fn coverage(incoming: &Incoming<'_>, method: Method, unsigned_payload: bool) -> Coverage {
    match incoming.body {
        _ if unsigned_payload || method == Method::Get => Coverage::None,
        Body::Unknown => Coverage::Claimed,
        Body::Bytes(_) | Body::Sha256(_) => Coverage::Verified,
    }
}

fn ensure_content_type(incoming: &Incoming<'_>, method: Method) -> Result<(), SignatureError> {
    let (accepted, shape) = match method {
        Method::Get => (FORM, Shape::GetContentType),
        Method::Post => (POSTED, Shape::PostContentType),
    };
    let sound = incoming.has_media_type(accepted)?;
    if sound { Ok(()) } else { Err(SignatureError::Shape(shape)) }
}

/// The headers that the list names: each exactly once, none with control characters.
fn signed_headers<'a>(incoming: &Incoming<'a>, list: &'a str) -> Result<Vec<Header<'a>>, SignatureError> {
    let mut headers = Vec::with_capacity(list.split(';').count());
    for name in list.split(';') {
        let refuse = |fault| SignatureError::SignedHeader { name: name.to_owned(), fault };
        let value = incoming.header(name).map_err(|_| refuse(HeaderFault::Repeated))?;
        let value = value.ok_or_else(|| refuse(HeaderFault::Absent))?;
        if value.iter().any(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            return Err(refuse(HeaderFault::Value));
        }
        headers.push((name, value));
    }
    Ok(headers)
}

/// Reads `X-TC-Content-SHA256`: absent, the text `UNSIGNED-PAYLOAD`, or the hash of the body that came.
fn is_unsigned_payload(incoming: &Incoming<'_>, body_sha256: &[u8; 32]) -> Result<bool, SignatureError> {
    let name = "X-TC-Content-SHA256";
    let Some(given) = incoming.text_header(name)? else {
        return Ok(false);
    };
    if given == UNSIGNED_PAYLOAD {
        return Ok(true);
    }
    if given.as_bytes().eq_ignore_ascii_case(&lower_hex(body_sha256)) {
        return Ok(false);
    }
    let is_hash = given.len() == 64 && given.bytes().all(|byte| byte.is_ascii_hexdigit());
    Err(if is_hash {
        SignatureError::BodyHash { received: HEXLOWER.encode(body_sha256) }
    } else {
        SignatureError::Malformed(name)
    })
}

impl Tc3Proof<'_> {
    /// The request that should have been signed; its URI is always `/`.
    pub(super) fn canonical<'p>(&'p self, claim: &'p Claim<'_>) -> CanonicalRequest<'p> {
        let unsigned = self.unsigned_payload;
        CanonicalRequest {
            method: claim.method,
            uri: "/",
            query: self.query,
            headers: &self.headers,
            signed_headers: self.signed_headers,
            payload_sha256: if unsigned { unsigned_sha256() } else { claim.body_sha256 },
        }
    }

    /// Whether some header value would change in lower case.
    pub(super) fn has_capitals(&self) -> bool {
        self.headers.iter().any(|(_, value)| value.iter().any(u8::is_ascii_uppercase))
    }

    /// Whether the key behind `mac` signed this request.
    pub(super) fn is_signed_by(&self, claim: &Claim<'_>, mac: &HmacSha256) -> bool {
        self.fits(&self.canonical(claim), claim.host, mac)
    }

    /// The part that the client signed differently, where one change explains the mismatch.
    pub(super) fn difference<'a>(&'a self, claim: &'a Claim<'_>, mac: &HmacSha256) -> Option<Difference> {
        let told = self.canonical(claim);
        let unsigned = CanonicalRequest { payload_sha256: unsigned_sha256(), ..told };
        let trials = [
            (Difference::EmptyBody, CanonicalRequest { payload_sha256: EMPTY_SHA256, ..told }),
            (Difference::UnsignedPayload, unsigned),
            (Difference::Path, CanonicalRequest { uri: claim.path, ..told }),
            (Difference::Query, CanonicalRequest { query: "", ..told }),
        ];
        let is_new = |trial: &CanonicalRequest<'_>| {
            trial.payload_sha256 != told.payload_sha256 || trial.uri != told.uri || trial.query != told.query
        };
        let found = trials.into_iter().find(|(_, trial)| is_new(trial) && self.fits(trial, claim.host, mac));
        found.map(|(difference, _)| difference)
    }

    fn fits(&self, canonical: &CanonicalRequest<'_>, host: &str, mac: &HmacSha256) -> bool {
        candidates(host, self.has_capitals()).any(|spelling| {
            let mut mac = mac.clone();
            write_string_to_sign(self.timestamp, self.scope, &canonical.sha256(spelling), &mut mac);
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            let equal: Choice = expected.ct_eq(&self.signature);
            equal.into()
        })
    }
}

fn unsigned_sha256() -> [u8; 32] {
    Sha256::digest(UNSIGNED_PAYLOAD).into()
}
