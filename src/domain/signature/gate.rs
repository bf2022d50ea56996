//! The entrance for requests to other services, in all schemes.

use super::claim::{Claim, Proof};
use super::error::{AuthorizationPart, Shape, SignatureError};
use super::gate_fault::GateFault;
use super::gate_rules::GateRules;
use super::request::Incoming;
use super::{authorization, sigv4, tc3, v1};

const MAX_SHOWN: usize = 64;

/// Reads who claims to have signed a request to a service behind the gate, and checks all that needs no key.
///
/// The scheme is that of the `Authorization` header; without one it is a presigned URL, or v1 by the parameter `Signature`.
pub fn parse_for_gate<'a>(
    incoming: &Incoming<'a>,
    now: i64,
    rules: &GateRules<'_>,
) -> Result<Claim<'a>, SignatureError> {
    let repeated = |_| SignatureError::from(GateFault::Credential(AuthorizationPart::Repeated));
    let claim = match incoming.header("authorization").map_err(repeated)? {
        Some(header) => by_header(incoming, header, now, rules)?,
        None if sigv4::is_presigned(incoming.query) => sigv4::presigned(incoming, now, rules)?,
        None => by_parameters(incoming, now)?,
    };
    let covers_path = matches!(claim.proof, Proof::Aws(_));
    if covers_path || incoming.path == "/" { Ok(claim) } else { Err(GateFault::PathNotCovered.into()) }
}

/// A v1 request, or one that is not signed.
fn by_parameters<'a>(incoming: &Incoming<'a>, now: i64) -> Result<Claim<'a>, SignatureError> {
    let is_form = incoming.has_media_type(&["application/x-www-form-urlencoded"])?;
    v1::parse(incoming, now).map_err(|error| match error {
        SignatureError::Shape(Shape::FormUnread) if is_form => error,
        SignatureError::Method | SignatureError::Shape(_) => SignatureError::MissingCredentials,
        other => other,
    })
}

fn by_header<'a>(
    incoming: &Incoming<'a>,
    header: &'a [u8],
    now: i64,
    rules: &GateRules<'_>,
) -> Result<Claim<'a>, SignatureError> {
    if sigv4::is_presigned(incoming.query) {
        return Err(GateFault::TwoSignatures.into());
    }
    let name = header.split(|byte| *byte == b' ').next().unwrap_or_default();
    if name == sigv4::ALGORITHM.as_bytes() {
        sigv4::from_header(incoming, header, now, rules)
    } else if name == authorization::ALGORITHM.as_bytes() {
        incoming.ensure_small_body(rules.body_limit)?;
        tc3::parse(incoming, header, now)
    } else {
        Err(GateFault::UnsupportedScheme(shown(name)).into())
    }
}

/// The name of a scheme; no more of a header that may hold a password.
fn shown(name: &[u8]) -> String {
    let letters = name.iter().take(MAX_SHOWN).map(|byte| char::from(*byte));
    letters.filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}
