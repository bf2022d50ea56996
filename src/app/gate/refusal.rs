//! Why the gate lets a request not through.

use crate::app::Failure;
use crate::app::caller::access::OF_KEY;
use crate::app::gate::replay::TWIN;
use crate::domain::gate::headers::HeaderFault;
use crate::domain::gate::target::AmbiguousPath;
use crate::domain::key_limits::Elsewhere;
use crate::domain::policy::evaluate::{Decision, Reason};
use crate::domain::replay::ReplayRefusal;
use crate::domain::signature::SignatureError;
use std::borrow::Cow;

/// A refusal: what the gateway should answer, a stable name, and a text for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    pub status: u16,
    pub reason: &'static str,
    pub message: Cow<'static, str>,
}

/// What ends the weighing of a request.
#[derive(Debug)]
pub(in crate::app) enum Stop {
    Refused(Refused),
    /// A copy of a change that was made already: told a second after it.
    Twin,
    Failure(Failure),
}

impl Stop {
    /// The refusal, unless it was our own fault.
    pub(in crate::app) fn into_refused(self) -> Result<Refused, Failure> {
        match self {
            Self::Refused(refused) => Ok(refused),
            Self::Twin => Ok(Refused::unproven("replayed", TWIN)),
            Self::Failure(failure) => Err(failure),
        }
    }
}

impl Refused {
    /// The request cannot be read in one way only.
    pub(in crate::app) fn unclear(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, reason, message: message.into() }
    }

    /// Nothing proves who sent it.
    pub(in crate::app) fn unproven(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 401, reason, message: message.into() }
    }

    /// It is known who sent it, and it is not allowed.
    pub(in crate::app) fn forbidden(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 403, reason, message: message.into() }
    }

    /// The body is longer than is read here.
    pub fn too_large() -> Self {
        Self { status: 413, reason: "body_too_large", message: "The body is too long.".into() }
    }

    /// What the policies say against it.
    pub(in crate::app) fn by_policy(decision: &Decision, because: String) -> Self {
        let reason = match (&decision.reason, &decision.by) {
            (_, Some(_)) => "explicit_deny",
            (Reason::OutsideBoundary(label), None) if label == OF_KEY => "key_policy",
            (Reason::OutsideBoundary(_), None) => "boundary",
            _ => "no_policy",
        };
        Self::forbidden(reason, because)
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Replayed(refusal) => refusal.into(),
            other => Self::Failure(other),
        }
    }
}

impl From<SignatureError> for Stop {
    fn from(error: SignatureError) -> Self {
        let (reason, message) = (error.reason(), error.to_string().into());
        Self::Refused(Refused { status: status_of(reason), reason, message })
    }
}

impl From<ReplayRefusal> for Stop {
    fn from(refusal: ReplayRefusal) -> Self {
        match refusal {
            ReplayRefusal::Twin { .. } => Self::Twin,
            ReplayRefusal::Unsigned => {
                Self::Refused(Refused::unproven("action_not_signed", refusal.to_string()))
            }
            other => Self::Refused(Refused::unproven("replayed", other.to_string())),
        }
    }
}

/// What a gateway answers to a signature that is refused for that reason.
fn status_of(reason: &str) -> u16 {
    match reason {
        "doubled_header"
        | "doubled_parameter"
        | "doubled_credentials"
        | "malformed_request"
        | "malformed_signature"
        | "unsupported_method"
        | "path_not_covered" => 400,
        "body_not_covered" | "streaming_body" | "token_region" | "token_service" => 403,
        "too_large" => 413,
        _ => 401,
    }
}

impl From<Elsewhere> for Stop {
    fn from(elsewhere: Elsewhere) -> Self {
        Self::Refused(Refused::forbidden(Elsewhere::REASON, elsewhere.to_string()))
    }
}

impl From<HeaderFault> for Refused {
    fn from(fault: HeaderFault) -> Self {
        Self::unclear(fault.reason(), fault.to_string())
    }
}

impl From<HeaderFault> for Stop {
    fn from(fault: HeaderFault) -> Self {
        Self::Refused(fault.into())
    }
}

impl From<AmbiguousPath> for Stop {
    fn from(ambiguous: AmbiguousPath) -> Self {
        Self::Refused(Refused::unclear("ambiguous_path", ambiguous.to_string()))
    }
}
