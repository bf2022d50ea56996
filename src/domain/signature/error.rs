//! Why a signed request was refused.

use super::gate_fault::GateFault;
use crate::domain::language::Language;
use crate::domain::sentence::Worded;
use std::borrow::Cow;

/// A refusal; its code is the API's and its text names the part at fault, never the expected signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignatureError {
    /// Neither an `Authorization` header nor a `Signature` parameter.
    MissingCredentials,
    /// A header or parameter that the scheme needs.
    Missing(&'static str),
    /// A header or parameter given more than once, so that two readers could take different ones.
    Doubled(String),
    /// A header or parameter with a value outside its grammar.
    Malformed(&'static str),
    /// A v1 signature that is not Base64 of the right length.
    V1Signature,
    /// The `Authorization` header breaks its grammar here.
    Authorization(AuthorizationPart),
    /// A name in `SignedHeaders` and what is wrong with it.
    SignedHeader { name: String, fault: HeaderFault },
    /// The date in the credential scope is not the UTC date of the timestamp.
    ScopeDate { claimed: String, expected: String },
    /// More than [`super::WINDOW_SECONDS`] from the server's clock, in either direction.
    Expired { claimed: i64, now: i64 },
    /// Neither GET nor POST.
    Method,
    /// A request that one signature cannot cover.
    Shape(Shape),
    /// Beyond a documented limit, in bytes.
    TooLarge { limit: usize },
    /// `X-TC-Content-SHA256` is not the hash of the received body, which was this.
    BodyHash { received: String },
    /// `UNSIGNED-PAYLOAD` for an action that wants its body signed.
    UnsignedPayload,
    /// A v1 signature where the account does not accept them.
    V1Off,
    /// A v1 value that could be read as a further parameter under the same signature.
    V1Ambiguous(String),
    /// No such key, or one that may not be used.
    SecretIdNotFound,
    /// The signature is not the one this key makes over this request.
    Mismatch(Box<Mismatch>),
    /// What only the gate refuses.
    Gate(GateFault),
}

/// A part of the `Authorization` header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthorizationPart {
    /// Too long, or not printable ASCII.
    Header,
    /// More than one header.
    Repeated,
    /// The client was told not to sign (`Authorization: SKIP`).
    Skipped,
    Algorithm,
    Credential,
    SecretId,
    Date,
    Service,
    Terminator,
    SignedHeaders,
    Signature,
}

/// What is wrong with a signed header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HeaderFault {
    /// The scheme wants it signed, and it is not.
    NotSigned,
    /// Signed, but the request has none.
    Absent,
    /// Signed, but the request has several.
    Repeated,
    /// Its value has control characters.
    Value,
}

/// How a request breaks the shape that the scheme covers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    PostWithQuery,
    GetWithBody,
    GetContentType,
    PostContentType,
    /// Blanks or control characters in the raw query.
    Query,
    /// A form that cannot be decoded.
    Form,
    /// A v1 form of which only the hash is known.
    FormUnread,
}

/// The server's view of a request whose signature did not match: what a client compares with its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mismatch {
    pub difference: Option<Difference>,
    pub timestamp: i64,
    /// The server's time.
    pub now: i64,
    pub host: String,
    /// Empty for v1, as are the signed headers.
    pub scope: String,
    pub signed_headers: String,
    pub body_sha256: String,
}

/// The one part whose exchange makes the signature match.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Difference {
    /// The client signed an empty body.
    EmptyBody,
    /// The client signed `UNSIGNED-PAYLOAD` without sending the header that says so.
    UnsignedPayload,
    /// The client signed the real path in place of `/`.
    Path,
    /// The client signed an empty query.
    Query,
    /// The client encoded the path once where twice is the rule, or the other way round.
    Encoding,
}

impl SignatureError {
    /// The code of the API's error (`cam_api.json`, common errors).
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingCredentials | Self::Missing(_) => "MissingParameter",
            Self::Malformed(_) => "InvalidParameterValue",
            Self::Doubled(_) | Self::Shape(_) => "InvalidRequest",
            Self::Method => "UnsupportedProtocol",
            Self::TooLarge { .. } => "RequestSizeLimitExceeded",
            Self::Authorization(_) | Self::SignedHeader { .. } | Self::ScopeDate { .. } => {
                "AuthFailure.InvalidAuthorization"
            }
            Self::Expired { .. } => "AuthFailure.SignatureExpire",
            Self::SecretIdNotFound => "AuthFailure.SecretIdNotFound",
            Self::V1Signature
            | Self::BodyHash { .. }
            | Self::UnsignedPayload
            | Self::V1Off
            | Self::V1Ambiguous(_)
            | Self::Mismatch(_)
            | Self::Gate(_) => "AuthFailure.SignatureFailure",
        }
    }
}

impl SignatureError {
    /// Of a request that came too late or too early, the time at which it would be judged: read again as of then, it says
    /// whose clock is wrong.
    pub fn claimed_time(&self) -> Option<i64> {
        match self {
            Self::Expired { claimed: at, .. }
            | Self::Gate(
                GateFault::ExpiredPresigned { ended: at, .. } | GateFault::NotYetValid { begins: at, .. },
            ) => Some(*at),
            _ => None,
        }
    }
}

impl From<GateFault> for SignatureError {
    fn from(fault: GateFault) -> Self {
        Self::Gate(fault)
    }
}

impl std::fmt::Display for SignatureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Language::EnUs))
    }
}

impl Worded for SignatureError {
    fn zh(&self) -> Cow<'static, str> {
        self.message(Language::ZhCn).into()
    }
}

impl std::error::Error for SignatureError {}
