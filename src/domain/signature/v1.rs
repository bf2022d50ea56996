//! Signatures v1: `HmacSHA1` and `HmacSHA256` over sorted parameters.

use std::borrow::Cow;

use data_encoding::BASE64;
use hmac::Mac;
use subtle::ConstantTimeEq;

use super::authorization::is_secret_id;
use super::candidate::candidates;
use super::canonical::Sink;
use super::claim::{self, Claim, Scheme};
use super::coverage::Coverage;
use super::error::{Shape, SignatureError};
use super::form::{self, Parameter, Parameters};
use super::hmac::{hmac_sha1, hmac_sha256};
use super::request::{Body, Incoming, Method};
use super::window;

/// Longest v1 form: 1 MB.
const MAX_FORM: usize = 1024 * 1024;
/// The second is what an old client calls the form it posts.
const FORM: &[&str] = &["application/x-www-form-urlencoded", "application/json"];
const MAX_NAME: usize = 256;

/// What a v1 signature covers, and the signature.
pub(super) struct V1Proof<'a> {
    pub scheme: Scheme,
    pub nonce: u64,
    /// Sorted by the bytes of the name, each once, without `Signature`.
    pub parameters: Parameters<'a>,
    pub signature: Vec<u8>,
}

pub(super) fn parse<'a>(incoming: &Incoming<'a>, now: i64) -> Result<Claim<'a>, SignatureError> {
    let method = incoming.method()?;
    let mut parameters = form::parameters(form_text(incoming, method)?)?;
    let signature = take(&mut parameters, "Signature")?.ok_or(SignatureError::MissingCredentials)?;
    parameters.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    ensure_unambiguous(&parameters)?;

    let host = incoming.host()?;
    let secret_id = needed(&parameters, "SecretId")?.clone();
    let timestamp = window::timestamp(needed(&parameters, "Timestamp")?, now, "Timestamp")?;
    let nonce = nonce(needed(&parameters, "Nonce")?)?;
    let scheme = scheme(find(&parameters, "SignatureMethod").map(|method| &**method))?;
    let signature = signature_bytes(&signature, scheme)?;
    if !is_secret_id(&secret_id) {
        return Err(SignatureError::Malformed("SecretId"));
    }
    let proof = claim::Proof::V1(V1Proof { scheme, nonce, parameters, signature });
    let body_sha256 = incoming.body_sha256()?;
    let coverage = if method == Method::Get { Coverage::None } else { Coverage::Verified };
    let (method, path) = (method.as_str(), incoming.path);
    Ok(Claim { method, host, path, secret_id, timestamp, now, body_sha256, coverage, proof })
}

fn form_text<'a>(incoming: &Incoming<'a>, method: Method) -> Result<&'a str, SignatureError> {
    if method == Method::Get {
        return Ok(incoming.query);
    }
    if !incoming.has_media_type(FORM)? {
        return Err(SignatureError::MissingCredentials);
    }
    incoming.ensure_small_body(MAX_FORM)?;
    match incoming.body {
        Body::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|_| SignatureError::Shape(Shape::Form)),
        Body::Sha256(_) | Body::Unknown => Err(SignatureError::Shape(Shape::FormUnread)),
    }
}

/// Removes the one parameter of that name.
fn take<'a>(parameters: &mut Parameters<'a>, name: &str) -> Result<Option<Cow<'a, str>>, SignatureError> {
    let is_named = |(given, _): &Parameter<'a>| given == name;
    let Some(position) = parameters.iter().position(is_named) else {
        return Ok(None);
    };
    let (_, value) = parameters.swap_remove(position);
    if parameters.iter().any(is_named) {
        return Err(SignatureError::Doubled(name.to_owned()));
    }
    Ok(Some(value))
}

/// Refuses sorted parameters of which another set would make the same string to sign.
///
/// The string joins decoded names and values with `=` and `&`, so `A=1&B=2` can also be one value `1&B=2` of `A`.
fn ensure_unambiguous(sorted: &Parameters<'_>) -> Result<(), SignatureError> {
    for ((name, _), (next, _)) in sorted.iter().zip(sorted.iter().skip(1)) {
        if name == next {
            return Err(SignatureError::Doubled(name.chars().take(64).collect()));
        }
    }
    let splits = |value: &str| {
        value.split('&').skip(1).any(|piece| piece.split_once('=').is_some_and(|(n, _)| is_name(n)))
    };
    match sorted.iter().find(|(name, value)| !is_name(name) || splits(value)) {
        Some((name, _)) => Err(SignatureError::V1Ambiguous(name.chars().take(64).collect())),
        None => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(letter)
}

fn find<'p, 'a>(sorted: &'p Parameters<'a>, name: &str) -> Option<&'p Cow<'a, str>> {
    let position = sorted.binary_search_by(|(given, _)| (**given).cmp(name)).ok()?;
    sorted.get(position).map(|(_, value)| value)
}

fn needed<'p, 'a>(
    sorted: &'p Parameters<'a>,
    name: &'static str,
) -> Result<&'p Cow<'a, str>, SignatureError> {
    find(sorted, name).ok_or(SignatureError::Missing(name))
}

fn nonce(text: &str) -> Result<u64, SignatureError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(SignatureError::Malformed("Nonce"))
}

/// The digest asked for; without one it is SHA-1.
fn scheme(method: Option<&str>) -> Result<Scheme, SignatureError> {
    match method {
        None | Some("HmacSHA1") => Ok(Scheme::HmacSha1),
        Some("HmacSHA256") => Ok(Scheme::HmacSha256),
        Some(_) => Err(SignatureError::Malformed("SignatureMethod")),
    }
}

fn signature_bytes(text: &str, scheme: Scheme) -> Result<Vec<u8>, SignatureError> {
    let length = if scheme == Scheme::HmacSha1 { 20 } else { 32 };
    let bytes = BASE64.decode(text.as_bytes()).ok().filter(|bytes| bytes.len() == length);
    bytes.ok_or(SignatureError::V1Signature)
}

/// Writes the text that the SecretKey signs; the parameters must be sorted.
pub(super) fn write_string_to_sign<T: AsRef<str>>(
    method: &str,
    host: &str,
    sorted: &[(T, T)],
    sink: &mut impl Sink,
) {
    for part in [method, host, "/"] {
        sink.put(part.as_bytes());
    }
    let mut joint = "?";
    for (name, value) in sorted {
        for part in [joint, name.as_ref(), "=", value.as_ref()] {
            sink.put(part.as_bytes());
        }
        joint = "&";
    }
}

/// What signs, and how.
pub(super) struct SigningKey<'a> {
    pub scheme: Scheme,
    pub secret_key: &'a str,
}

/// The signature of a text under a SecretKey.
pub(super) fn signature<T: AsRef<str>>(
    key: &SigningKey<'_>,
    method: &str,
    host: &str,
    sorted: &[(T, T)],
) -> Vec<u8> {
    let SigningKey { scheme, secret_key } = *key;
    if scheme == Scheme::HmacSha1 {
        let mut mac = hmac_sha1(&[secret_key.as_bytes()]);
        write_string_to_sign(method, host, sorted, &mut mac);
        return mac.finalize().into_bytes().to_vec();
    }
    let mut mac = hmac_sha256(&[secret_key.as_bytes()]);
    write_string_to_sign(method, host, sorted, &mut mac);
    mac.finalize().into_bytes().to_vec()
}

impl V1Proof<'_> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.parameters, name).map(|value| &**value)
    }

    /// Whether this SecretKey signed the request.
    pub(super) fn is_signed_by(&self, claim: &Claim<'_>, secret_key: &str) -> bool {
        let key = SigningKey { scheme: self.scheme, secret_key };
        candidates(claim.host, false).any(|spelling| {
            let expected = signature(&key, claim.method, spelling.host, &self.parameters);
            bool::from(expected.ct_eq(&self.signature))
        })
    }
}
