//! Signed requests: TC3-HMAC-SHA256, the older v1 parameter signatures and AWS Signature V4, as pure functions over bytes.
//!
//! [`parse`], or for services behind the gate [`parse_for_gate`], checks all that needs no key and yields a [`Claim`]; the
//! caller looks the key up by its id; [`verify`] alone turns a claim into [`Verified`].
//!
//! The rules are those of Tencent Cloud API 3.0, with any service in the scope and the host signed with or without port.

mod authorization;
mod candidate;
mod canonical;
mod claim;
mod coverage;
mod error;
mod explain;
mod form;
mod gate;
mod gate_fault;
mod gate_message;
mod gate_rules;
mod hmac;
mod message;
mod message_zh;
mod reason;
mod request;
mod sign;
mod sigv4;
mod tc3;
mod v1;
mod verify;
mod window;

pub use claim::{Claim, Scheme};
pub use coverage::Coverage;
pub use error::{AuthorizationPart, Difference, HeaderFault, Mismatch, Shape, SignatureError};
pub use explain::{Explanation, explain, explanations};
pub use form::{Parameter, Parameters, parameters};
pub use gate::parse_for_gate;
pub use gate_fault::GateFault;
pub use gate_rules::GateRules;
pub use request::{Body, Header, Incoming};
pub use sign::{KeyPair, Outgoing, OutgoingV1, sign_tc3, sign_v1};
pub use sigv4::{AwsSigningKey, OutgoingAws, aws_date, presign_aws_v4, sign_aws_v4, signing_key};
pub use verify::{Allowances, KeyMaterial, Verified, verify};
pub use window::{WINDOW_SECONDS, utc_date};

/// Reads who claims to have signed a request, and checks everything that can be checked without the key.
///
/// A request with an `Authorization` header is TC3; one without it must carry the v1 parameter `Signature`.
pub fn parse<'a>(incoming: &Incoming<'a>, now: i64) -> Result<Claim<'a>, SignatureError> {
    let repeated = |_| SignatureError::Authorization(AuthorizationPart::Repeated);
    match incoming.header("authorization").map_err(repeated)? {
        Some(authorization) => tc3::parse(incoming, authorization, now),
        None => v1::parse(incoming, now),
    }
}
