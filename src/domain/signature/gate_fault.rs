//! What the gate refuses beyond what the API refuses.

use super::error::AuthorizationPart;

/// A refusal that only the gate makes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GateFault {
    /// A signature in the `Authorization` header and another in the query.
    TwoSignatures,
    /// A parameter of the signature that is in the query twice, or in another spelling.
    DoubledParameter(String),
    /// A scheme that the gate does not know, by its name.
    UnsupportedScheme(String),
    /// The `Authorization` header, or the parameters in its place, break the grammar here.
    Credential(AuthorizationPart),
    /// The date in the credential scope is not that of `X-Amz-Date`.
    ScopeDate { claimed: String, expected: String },
    /// A token of temporary credentials.
    SessionToken,
    /// A region that the gate token does not take.
    Region(String),
    /// A service that the gate token does not take.
    Service(String),
    /// A body that is signed chunk by chunk.
    Streaming,
    /// A body of which nothing is known that the signature could be held against.
    BodyNotCovered,
    /// `X-Amz-Content-SHA256` is not the hash of the received body, which was this.
    BodyHash { received: String },
    /// A path other than `/` under a scheme that does not cover the path.
    PathNotCovered,
    /// A presigned URL past its time.
    ExpiredPresigned { ended: i64, now: i64 },
    /// A presigned URL before its time.
    NotYetValid { begins: i64, now: i64 },
    /// The signature is wrong, and covers a header that proxies change.
    SignedHeaderChanged(String),
}

impl GateFault {
    /// The stable name of the reason.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::TwoSignatures => "doubled_credentials",
            Self::DoubledParameter(_) => "doubled_parameter",
            Self::UnsupportedScheme(_) => "unsupported_scheme",
            Self::Credential(AuthorizationPart::Repeated) => "doubled_header",
            Self::Credential(_) | Self::ScopeDate { .. } => "malformed_signature",
            Self::SessionToken => "session_token",
            Self::Region(_) => "token_region",
            Self::Service(_) => "token_service",
            Self::Streaming => "streaming_body",
            Self::BodyNotCovered => "body_not_covered",
            Self::BodyHash { .. } => "body_mismatch",
            Self::PathNotCovered => "path_not_covered",
            Self::ExpiredPresigned { .. } => "expired_presigned",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::SignedHeaderChanged(_) => "signed_header_changed",
        }
    }
}
