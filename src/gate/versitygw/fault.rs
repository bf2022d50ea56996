//! Why a question is not answered, as versitygw reads it: a status, a text, and a code that it passes on to its client.

use crate::app::Failure;
use crate::app::gate::Refused;
use crate::gate::answer::Trouble;
use crate::metrics::Fate;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The gateway did not prove itself.
    #[error("the gateway did not prove itself")]
    Peer(Refused),
    /// The gate token that the operator set is not good.
    #[error("the gate token is not good")]
    Door,
    /// There is no such key, or none that is enabled.
    #[error("no enabled key has this id")]
    Nobody,
    /// A session token, which no key here has.
    #[error("a session token")]
    Token,
    #[error("a malformed question")]
    Malformed(String),
    /// The gate token is not for this.
    #[error("not for this gate token")]
    Forbidden(Refused),
    #[error("no answer")]
    Trouble(Trouble),
}

impl Fault {
    /// What became of a question, by its status and why there was no answer.
    pub(super) fn fate(fault: Option<&Self>, status: StatusCode) -> Fate {
        match fault {
            Some(Self::Peer(_) | Self::Door) => Fate::NotAdmitted,
            _ => Fate::of(status.as_u16()),
        }
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreadable(text) => Self::Malformed(text),
            other => Self::Trouble(other),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Trouble(failure.into())
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused.reason {
            "unknown_key" | "disabled_key" => Self::Nobody,
            _ => Self::Forbidden(refused),
        }
    }
}

impl ResponseError for Fault {
    fn error_response(&self) -> HttpResponse {
        let (status, code, text) = match self {
            Self::Peer(refused) | Self::Forbidden(refused) => {
                (StatusCode::FORBIDDEN, None, refused.message.clone().into_owned())
            }
            Self::Door => {
                tracing::error!("the gate token of gate.versitygw_token_file is unknown or revoked");
                (StatusCode::FORBIDDEN, None, "The gate token of this socket is not good.".to_owned())
            }
            Self::Nobody => {
                (StatusCode::FORBIDDEN, Some("NoSuchIdentity"), "No enabled key has this id.".to_owned())
            }
            Self::Token => {
                (StatusCode::FORBIDDEN, Some("InvalidToken"), "No key here has a session token.".to_owned())
            }
            Self::Malformed(text) => (StatusCode::BAD_REQUEST, Some("BadRequest"), text.clone()),
            Self::Trouble(trouble) => {
                trouble.note();
                let (status, _, text) = trouble.told();
                (status, None, text)
            }
        };
        let body = match code {
            Some(code) => json!({ "error": text, "code": code }),
            None => json!({ "error": text }),
        };
        HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(body.to_string())
    }
}
