//! Signing, for the help page's self-check, the signature debugger and tests.

use data_encoding::{BASE64, HEXLOWER};
use hmac::Mac;
use sha2::{Digest, Sha256};

use super::authorization::{ALGORITHM, TERMINATOR};
use super::candidate::Candidate;
use super::canonical::{CanonicalRequest, write_string_to_sign};
use super::claim::Scheme;
use super::hmac::signing_mac;
use super::request::Header;
use super::{utc_date, v1};

/// Both halves of a key; no `Debug`, as one is secret.
#[derive(Clone, Copy)]
pub struct KeyPair<'a> {
    pub secret_id: &'a str,
    pub secret_key: &'a str,
}

/// A request about to be signed by TC3.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub method: &'static str,
    /// The raw query of a GET, empty for a POST.
    pub query: &'a str,
    /// The headers to sign, `content-type` and `host` among them, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, or the text `UNSIGNED-PAYLOAD`.
    pub payload: &'a [u8],
    pub timestamp: i64,
    pub service: &'a str,
}

/// A request about to be signed by v1.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingV1<'a> {
    pub method: &'static str,
    pub host: &'a str,
    /// Decoded names and values, without `Signature`, in any order.
    pub parameters: &'a [(&'a str, &'a str)],
    pub scheme: Scheme,
}

/// The value of the `Authorization` header.
pub fn sign_tc3(request: &Outgoing<'_>, key: KeyPair<'_>) -> String {
    let mut headers: Vec<Header<'_>> =
        request.headers.iter().map(|(name, value)| (*name, value.trim_ascii().as_bytes())).collect();
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let signed_headers = names.join(";");
    let host =
        request.headers.iter().find(|(name, _)| *name == "host").map_or("", |(_, value)| value.trim_ascii());
    let canonical = CanonicalRequest {
        method: request.method,
        uri: "/",
        query: request.query,
        headers: &headers,
        signed_headers: &signed_headers,
        payload_sha256: Sha256::digest(request.payload).into(),
    };
    let hash = canonical.sha256(Candidate { host, lower: false });
    let (scope, signature) = signature(request, &hash, key.secret_key);
    let credential = format!("{}/{scope}", key.secret_id);
    format!("{ALGORITHM} Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}")
}

fn signature(request: &Outgoing<'_>, canonical: &[u8; 32], secret_key: &str) -> (String, String) {
    let date = utc_date(request.timestamp);
    let scope = format!("{date}/{}/{TERMINATOR}", request.service);
    let mut mac = signing_mac(secret_key, &date, request.service);
    write_string_to_sign(&request.timestamp.to_string(), &scope, canonical, &mut mac);
    (scope, HEXLOWER.encode(&mac.finalize().into_bytes()))
}

/// The value of the parameter `Signature`, not yet percent-encoded.
pub fn sign_v1(request: &OutgoingV1<'_>, secret_key: &str) -> String {
    let mut sorted = request.parameters.to_vec();
    sorted.sort_unstable();
    let key = v1::SigningKey { scheme: request.scheme, secret_key };
    let signature = v1::signature(&key, request.method, request.host, &sorted);
    BASE64.encode(&signature)
}
