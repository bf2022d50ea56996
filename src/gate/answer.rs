//! How the gate answers when it has no verdict.

use crate::app::Failure;
use crate::app::gate::{Refused, Verdict};
use crate::gate::question::answered;
use crate::http::body::BodyFault;
use crate::http::request::request_id;
use crate::metrics::{Fate, Judged, Outcome, Verdicts};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use std::time::Duration;

/// How long the gate waits for the database.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// Why a request may not go on, for gateways that pass headers.
pub(super) const REASON: HeaderName = HeaderName::from_static("x-camlock-reason");

/// Why there is no verdict.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No gate token, or none that is good.
    NotAdmitted,
    /// The question cannot be read; the text says what to send.
    Unreadable(String),
    TooLarge,
    /// It is answered with no.
    Refused(Refused),
    /// The database does not answer in time.
    Late,
    Failure(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<BodyFault> for Trouble {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::TooLarge => Self::TooLarge,
            BodyFault::Broken => Self::Unreadable("The body did not arrive whole.".to_owned()),
        }
    }
}

impl Trouble {
    /// The status, the reason and a text for people.
    pub(super) fn told(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NotAdmitted => (StatusCode::UNAUTHORIZED, "", String::new()),
            Self::Unreadable(text) => (StatusCode::BAD_REQUEST, "malformed_question", text.clone()),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too long.".to_owned())
            }
            Self::Refused(refused) => {
                let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::FORBIDDEN);
                (status, refused.reason, refused.message.clone().into_owned())
            }
            Self::Late | Self::Failure(Failure::Store(_)) => {
                let text = "The database does not answer. Ask again soon.".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", text)
            }
            Self::Failure(_) => {
                let text =
                    "Something went wrong here. The log has the cause under the request id.".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", text)
            }
        }
    }

    pub(super) fn note(&self) {
        match self {
            Self::Late => tracing::error!("the database did not answer the gate in time"),
            Self::Failure(error) => tracing::error!(%error, "a verdict failed"),
            _ => {}
        }
    }

    /// The answer to whoever asked in JSON. One who is not let in is told nothing.
    pub(super) fn as_json(&self, request: &HttpRequest) -> HttpResponse {
        self.note();
        let (status, reason, message) = self.told();
        let mut response = HttpResponse::build(status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if reason.is_empty() {
            return response.finish();
        }
        let told = json!({ "reason": reason, "message": message, "request_id": request_id(request) });
        response.insert_header((CONTENT_TYPE, "application/json")).body(told.to_string())
    }

    /// The answer to a gateway that knows 401, 403 and 503 alone, or those and 400 and 413.
    pub(super) fn as_status(&self, statuses: Statuses) -> HttpResponse {
        self.note();
        let (status, reason, _) = self.told();
        let status = match status {
            StatusCode::INTERNAL_SERVER_ERROR => StatusCode::SERVICE_UNAVAILABLE,
            other => statuses.fit(other),
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if !reason.is_empty() {
            response.insert_header((REASON, HeaderValue::from_static(reason)));
        }
        response.finish()
    }
}

/// The answer in JSON, or why there is none.
pub(super) fn in_json(request: &HttpRequest, answer: Result<Value, Trouble>) -> HttpResponse {
    match answer {
        Ok(answer) => answered(&answer),
        Err(trouble) => trouble.as_json(request),
    }
}

/// What becomes of a question that is answered so.
pub(super) fn fate_of<T>(answer: &Result<T, Trouble>) -> Fate {
    match answer {
        Ok(_) => Fate::Answered,
        Err(trouble) => Fate::of(trouble.told().0.as_u16()),
    }
}

/// Counts what a gateway is told, and hands it on.
pub(super) fn counted(verdicts: &Verdicts, judged: Result<Verdict, Trouble>) -> Result<Verdict, Trouble> {
    match &judged {
        Ok(verdict) => verdicts.count(&Judged {
            outcome: outcome_of(verdict.status()),
            scheme: verdict.scheme,
            coverage: verdict.coverage,
            service: &verdict.service,
            reason: verdict.reason(),
        }),
        Err(trouble) => {
            let (status, reason, _) = trouble.told();
            let (outcome, reason) = match trouble {
                Trouble::NotAdmitted => (Outcome::NotAdmitted, "not_admitted"),
                _ => (outcome_of(status.as_u16()), reason),
            };
            verdicts.count(&Judged { outcome, scheme: None, coverage: None, service: "", reason });
        }
    }
    judged
}

fn outcome_of(status: u16) -> Outcome {
    match status {
        200 => Outcome::Allowed,
        400 | 413 => Outcome::Malformed,
        401 => Outcome::Unproven,
        403 => Outcome::Forbidden,
        _ => Outcome::Failed,
    }
}

/// Which statuses a gateway can pass on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Statuses {
    /// 200, 401, 403, 503: whatever else becomes another one in nginx.
    Few,
    All,
}

impl Statuses {
    /// The status itself, or the one that says as much.
    pub(super) fn fit(self, status: StatusCode) -> StatusCode {
        match (self, status) {
            (Self::Few, StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE) => StatusCode::FORBIDDEN,
            (_, status) => status,
        }
    }
}

/// Every other address below the gate.
pub async fn nowhere(request: HttpRequest) -> HttpResponse {
    let allowed = match request.path() {
        "/gate/verify" | "/gate/signing-key" | "/gate/evaluate" | "/gate/opa" => Some("POST"),
        "/gate/openapi.json" => Some("GET"),
        _ => None,
    };
    let status = allowed.map_or(StatusCode::NOT_FOUND, |_| StatusCode::METHOD_NOT_ALLOWED);
    let mut response = HttpResponse::build(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Some(method) = allowed {
        response.insert_header((ALLOW, method));
    }
    response.finish()
}
