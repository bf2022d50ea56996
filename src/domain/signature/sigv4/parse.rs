//! From a request to a claim.

use std::borrow::Cow;

use super::credential::{ALGORITHM, Stated};
use super::payload::Payload;
use super::proof::{AwsProof, Text};
use super::query::{self, Query};
use super::{date, encoding, headers};
use crate::domain::signature::claim::{Claim, Proof};
use crate::domain::signature::error::SignatureError;
use crate::domain::signature::gate_fault::GateFault;
use crate::domain::signature::gate_rules::GateRules;
use crate::domain::signature::request::Incoming;
use crate::domain::signature::window::WINDOW_SECONDS;

const MAX_METHOD: usize = 16;
const MAX_PATH: usize = 8 * 1024;
/// Longest life of a presigned URL: a week.
const MAX_EXPIRES: i64 = 604_800;
const TOKEN: &str = "X-Amz-Security-Token";

/// A request whose `Authorization` header has the signature.
pub(in crate::domain::signature) fn from_header<'a>(
    incoming: &Incoming<'a>,
    authorization: &'a [u8],
    now: i64,
    rules: &GateRules<'_>,
) -> Result<Claim<'a>, SignatureError> {
    if query::is_presigned(incoming.query) {
        return Err(GateFault::TwoSignatures.into());
    }
    let stated = Stated::of_header(authorization)?;
    let query = bounded(incoming, rules)?;
    let timestamp = header_date(incoming, &stated.signed_headers)?;
    if now.abs_diff(timestamp) > WINDOW_SECONDS.unsigned_abs() {
        return Err(SignatureError::Expired { claimed: timestamp, now });
    }
    let payload = Payload::of_header(incoming, &stated.signed_headers, rules.take_streaming)?;
    let drawn = Drawn { stated, query, payload, raw_query: Some(incoming.query), timestamp };
    drawn.claim(incoming, now, rules)
}

/// A request whose query has the signature.
pub(in crate::domain::signature) fn presigned<'a>(
    incoming: &Incoming<'a>,
    now: i64,
    rules: &GateRules<'_>,
) -> Result<Claim<'a>, SignatureError> {
    let query = bounded(incoming, rules)?;
    let algorithm = query.needed("X-Amz-Algorithm")?;
    if algorithm != ALGORITHM {
        let name = algorithm.chars().take(64).collect();
        return Err(GateFault::UnsupportedScheme(name).into());
    }
    let stated = Stated::parse(
        query.needed("X-Amz-Credential")?,
        query.needed("X-Amz-SignedHeaders")?,
        &query.needed("X-Amz-Signature")?,
    )?;
    let timestamp = date::basic(&query.needed("X-Amz-Date")?);
    let timestamp = timestamp.ok_or(SignatureError::Malformed("X-Amz-Date"))?;
    let ended = timestamp.saturating_add(lifetime(&query.needed("X-Amz-Expires")?)?);
    if now > ended {
        return Err(GateFault::ExpiredPresigned { ended, now }.into());
    }
    if timestamp.saturating_sub(now) > WINDOW_SECONDS {
        return Err(GateFault::NotYetValid { begins: timestamp, now }.into());
    }
    let payload = Payload::of_url(incoming, &stated.signed_headers, rules.take_streaming)?;
    Drawn { stated, query, payload, raw_query: None, timestamp }.claim(incoming, now, rules)
}

/// The query of a request that keeps to the limits.
fn bounded<'a>(incoming: &Incoming<'a>, rules: &GateRules<'_>) -> Result<Query<'a>, SignatureError> {
    let is_token = incoming.method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_token || !(1..=MAX_METHOD).contains(&incoming.method.len()) {
        return Err(SignatureError::Malformed("method"));
    }
    if incoming.path.len() > MAX_PATH {
        return Err(SignatureError::TooLarge { limit: MAX_PATH });
    }
    incoming.ensure_sound_query()?;
    incoming.ensure_small_body(rules.body_limit)?;
    let query = Query::parse(incoming.query)?;
    if incoming.header(TOKEN)?.is_some() || query.has(TOKEN) {
        return Err(GateFault::SessionToken.into());
    }
    Ok(query)
}

/// When the request says that it was signed: `X-Amz-Date`, or `Date` without it.
fn header_date(incoming: &Incoming<'_>, list: &str) -> Result<i64, SignatureError> {
    if let Some(text) = incoming.text_header("X-Amz-Date")? {
        headers::ensure_signed(list, "x-amz-date")?;
        return date::basic(text).ok_or(SignatureError::Malformed("X-Amz-Date"));
    }
    let text = incoming.text_header("Date")?.ok_or(SignatureError::Missing("X-Amz-Date"))?;
    headers::ensure_signed(list, "date")?;
    date::of_header(text).ok_or(SignatureError::Malformed("Date"))
}

fn lifetime(text: &str) -> Result<i64, SignatureError> {
    let refused = SignatureError::Malformed("X-Amz-Expires");
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: Option<i64> = text.parse().ok().filter(|_| digits);
    seconds.filter(|seconds| (1..=MAX_EXPIRES).contains(seconds)).ok_or(refused)
}

/// What both forms have in common.
struct Drawn<'a> {
    stated: Stated<'a>,
    query: Query<'a>,
    payload: Payload,
    raw_query: Option<&'a str>,
    timestamp: i64,
}

impl<'a> Drawn<'a> {
    fn claim(
        self,
        incoming: &Incoming<'a>,
        now: i64,
        rules: &GateRules<'_>,
    ) -> Result<Claim<'a>, SignatureError> {
        let Self { stated, query, payload, raw_query, timestamp } = self;
        let Stated { credential, signed_headers, signature } = stated;
        let (host, date) = (incoming.host()?, date::aws_date(timestamp));
        ensure_scope(credential.date(), &date)?;
        rules.ensure_taken(credential.region(), credential.service())?;
        headers::ensure_own_are_signed(incoming, &signed_headers)?;
        let secret_id = Cow::Owned(credential.id().to_owned());
        let (once, twice) = (Cow::Borrowed(incoming.path), encoding::path_once_more(incoming.path));
        let (path, other_path) = if rules.double_encode { (twice, once) } else { (once, twice) };
        let text = Text {
            method: incoming.method,
            path,
            query: query.canonical(),
            headers: headers::canonical(incoming, &signed_headers)?,
            payload: payload.line,
            date,
        };
        let other_headers = headers::canonical_without_port(incoming, &signed_headers, host)?;
        let raw_query = raw_query.filter(|raw| *raw != text.query);
        let other_payload = payload.other;
        let proof = AwsProof {
            credential,
            signed_headers,
            signature,
            text,
            other_headers,
            raw_query,
            other_path,
            other_payload,
        };
        Ok(Claim {
            method: incoming.method,
            host,
            path: incoming.path,
            secret_id,
            timestamp,
            now,
            body_sha256: payload.sha256,
            coverage: payload.coverage,
            proof: Proof::Aws(Box::new(proof)),
        })
    }
}

fn ensure_scope(claimed: &str, date: &str) -> Result<(), SignatureError> {
    let expected = date.split('T').next().unwrap_or_default();
    if claimed == expected {
        return Ok(());
    }
    Err(GateFault::ScopeDate { claimed: claimed.to_owned(), expected: expected.to_owned() }.into())
}
