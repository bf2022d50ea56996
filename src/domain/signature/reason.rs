//! The stable names of refusals, for programs that ask the gate.

use super::error::{AuthorizationPart, HeaderFault, Shape, SignatureError};

impl SignatureError {
    /// Why, in a word that never changes.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MissingCredentials => "missing_credentials",
            Self::Doubled(_)
            | Self::Authorization(AuthorizationPart::Repeated)
            | Self::SignedHeader { fault: HeaderFault::Repeated, .. } => "doubled_header",
            Self::SignedHeader { fault: HeaderFault::NotSigned, .. } => "unsigned_header",
            Self::SignedHeader { fault: HeaderFault::Absent, .. } => "signed_header_missing",
            Self::SignedHeader { fault: HeaderFault::Value, .. }
            | Self::Missing(_)
            | Self::Malformed(_)
            | Self::V1Signature
            | Self::V1Ambiguous(_)
            | Self::Authorization(_)
            | Self::ScopeDate { .. } => "malformed_signature",
            Self::Expired { .. } => "skew",
            Self::Method => "unsupported_method",
            Self::Shape(Shape::FormUnread) | Self::UnsignedPayload => "body_not_covered",
            Self::Shape(_) => "malformed_request",
            Self::TooLarge { .. } => "too_large",
            Self::BodyHash { .. } => "body_mismatch",
            Self::V1Off => "v1_off",
            Self::SecretIdNotFound => "unknown_key",
            Self::Mismatch(_) => "wrong_signature",
            Self::Gate(fault) => fault.reason(),
        }
    }
}
