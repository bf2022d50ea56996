//! Signing, for help snippets and tests.

use data_encoding::HEXLOWER;
use hmac::Mac;
use sha2::{Digest, Sha256};

use super::credential::{ALGORITHM, TERMINATOR};
use super::date::aws_date;
use super::encoding::{component, path_once_more};
use super::key::signing_key;
use super::payload::UNSIGNED;
use super::query::Query;
use crate::domain::signature::sign::KeyPair;

/// A request about to be signed by `AWS4-HMAC-SHA256`.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingAws<'a> {
    pub method: &'a str,
    /// Raw path and query, joined by `?` where there is a query.
    pub target: &'a str,
    /// The headers to sign, `host` among them, names in lower case; `x-amz-date` is added.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, or the text `UNSIGNED-PAYLOAD`.
    pub payload: &'a [u8],
    pub timestamp: i64,
    pub region: &'a str,
    pub service: &'a str,
    /// Whether the path is encoded once more, as all services but S3 want it.
    pub double_encode: bool,
}

/// The value of the `Authorization` header; [`aws_date`] of the timestamp is that of `X-Amz-Date`.
pub fn sign_aws_v4(request: &OutgoingAws<'_>, key: KeyPair<'_>) -> String {
    let date = aws_date(request.timestamp);
    let mut headers = request.headers.to_vec();
    headers.push(("x-amz-date", &date));
    let (_, query) = target(request);
    let (signed_headers, signature) = signature(request, &headers, query, key.secret_key);
    let credential = format!("{}/{}", key.secret_id, scope(request));
    format!("{ALGORITHM} Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}")
}

/// The query of the presigned URL, which is good for so many seconds.
pub fn presign_aws_v4(request: &OutgoingAws<'_>, key: KeyPair<'_>, expires: u32) -> String {
    let names = names(request.headers);
    let encoded = |text: &str| component(text).unwrap_or_default().into_owned();
    let credential = encoded(&format!("{}/{}", key.secret_id, scope(request)));
    let (_, before) = target(request);
    let joint = if before.is_empty() { "" } else { "&" };
    let query = format!(
        "{before}{joint}X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={credential}&X-Amz-Date={}\
         &X-Amz-Expires={expires}&X-Amz-SignedHeaders={}",
        aws_date(request.timestamp),
        encoded(&names)
    );
    let (_, signature) = signature(request, request.headers, &query, key.secret_key);
    format!("{query}&X-Amz-Signature={signature}")
}

fn target<'a>(request: &OutgoingAws<'a>) -> (&'a str, &'a str) {
    request.target.split_once('?').unwrap_or((request.target, ""))
}

fn scope(request: &OutgoingAws<'_>) -> String {
    let date = aws_date(request.timestamp);
    let day = date.split('T').next().unwrap_or_default();
    format!("{day}/{}/{}/{TERMINATOR}", request.region, request.service)
}

fn names(headers: &[(&str, &str)]) -> String {
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.join(";")
}

/// The signed headers and the signature.
fn signature(
    request: &OutgoingAws<'_>,
    headers: &[(&str, &str)],
    query: &str,
    secret_key: &str,
) -> (String, String) {
    let mut sorted = headers.to_vec();
    sorted.sort_unstable();
    let lines: Vec<String> = sorted
        .iter()
        .map(|(name, value)| {
            let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
            format!("{name}:{}\n", words.join(" "))
        })
        .collect();
    let told = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256").map(|(_, value)| *value);
    let is_unsigned = request.payload == UNSIGNED.as_bytes();
    let hash = HEXLOWER.encode(&Sha256::digest(request.payload));
    let payload = told.unwrap_or(if is_unsigned { UNSIGNED } else { &hash });
    let (path, _) = target(request);
    let path = if request.double_encode { path_once_more(path) } else { path.into() };
    let query = Query::parse(query).map(|query| query.canonical()).unwrap_or_default();
    let signed_headers = names(headers);
    let canonical =
        format!("{}\n{path}\n{query}\n{}\n{signed_headers}\n{payload}", request.method, lines.concat());

    let (date, scope) = (aws_date(request.timestamp), scope(request));
    let digest = HEXLOWER.encode(&Sha256::digest(canonical));
    let day = date.split('T').next().unwrap_or_default();
    let mut mac = signing_key(secret_key, day, request.region, request.service).mac();
    mac.update(format!("{ALGORITHM}\n{date}\n{scope}\n{digest}").as_bytes());
    (signed_headers, HEXLOWER.encode(&mac.finalize().into_bytes()))
}
