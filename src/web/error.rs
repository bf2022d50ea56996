//! What a page can answer instead of itself.

use crate::app::Failure;
use crate::domain::permission::{Cause, Denial};
use crate::domain::sentence::Sentence;
use crate::passwords::PasswordsError;
use crate::store::{StoreError, was_anything_kept};
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use std::borrow::Cow;

/// Seconds after which it is worth trying again where too many sign in.
const BUSY_SECONDS: i64 = 5;

/// What a page can answer instead of itself.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Missing, or not for this person to see: the two look the same.
    #[error("There is nothing at this address, or it is not open to you.")]
    NotFound,
    /// Policies do not allow it.
    #[error("{0}")]
    Denied(Denial),
    /// A rule said no; the text says which and what to do.
    #[error("{0}")]
    Refused(String),
    /// The request cannot be read; the text says what to do.
    #[error("{0}")]
    Malformed(&'static str),
    #[error("This address answers other methods only.")]
    MethodNotAllowed(String),
    #[error("This page takes forms only.")]
    UnsupportedMedia,
    #[error("That is more than a form may hold. Shorten it and send it again.")]
    TooLarge,
    #[error("The form took too long to arrive. Send it again.")]
    TooSlow,
    #[error("Another site sent this request. Open Camlock itself and try again there.")]
    CrossSite,
    /// The browser came by another name than the one that the operator set.
    #[error(
        "This server expects to be opened as {0} (public_url), and you opened it by another name. Nothing was done. Open that address; if it is not the right one, the operator has to change public_url."
    )]
    OtherName(String),
    #[error(
        "Your browser did not say which site this request comes from, so it is refused. Use a current browser and open Camlock by its own address."
    )]
    UnknownOrigin,
    #[error("This form is out of date. Go back, load the page again and send it once more.")]
    StaleForm,
    /// The form was shown in another account.
    #[error(
        "This page was made for another account, so nothing was done. Load it again in the account that you mean."
    )]
    OtherAccount(String),
    #[error("Too many wrong tries.")]
    Throttled { seconds: i64 },
    /// Not an error for people: the page is somewhere else.
    #[error("see {0}")]
    Elsewhere(String),
    #[error(
        "The server is busy or its database is not available. Nothing was changed. Try again in a moment."
    )]
    Unavailable(#[source] Box<dyn std::error::Error>),
    #[error(
        "It is not known whether the change was made: the database did not confirm it. Look at the present state before you try again. If the change was made, the audit log has an event with the request id below."
    )]
    Unknown(#[source] Box<dyn std::error::Error>),
    #[error("Too many people are signing in right now. Nothing was changed. Try again in a few seconds.")]
    Busy,
    /// Our fault; the cause is logged and never shown.
    #[error(
        "Something went wrong on our side. If this was a change, look whether it was made before you try again."
    )]
    Internal(#[source] Box<dyn std::error::Error>),
}

impl From<Failure> for PageError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound | Failure::NotProven => Self::NotFound,
            Failure::Denied(denial) => Self::Denied(denial),
            Failure::Refused(text) => Self::Refused(text.to_string()),
            Failure::Policy(refusal) if refusal.is_absence() => Self::NotFound,
            Failure::Policy(refusal) => Self::Refused(refusal.to_string()),
            Failure::Group(refusal) if refusal.is_absence() => Self::NotFound,
            Failure::Group(refusal) => Self::Refused(refusal.to_string()),
            Failure::Invalid(errors) => {
                Self::Refused(Sentence::joined(errors.iter().map(|error| &error.text)).to_string())
            }
            Failure::Throttled { seconds } => Self::Throttled { seconds },
            Failure::AccessKey(refusal) => Self::Refused(refusal.to_string()),
            Failure::SentTwice => Self::Refused("This request was carried out before.".to_owned()),
            Failure::Replayed(refusal) => Self::Refused(refusal.to_string()),
            Failure::StepUpNeeded => {
                Self::Refused("A code from your authenticator app is needed first. Try again.".to_owned())
            }
            Failure::NotSignedIn => Self::Elsewhere("/login".to_owned()),
            Failure::Store(StoreError::Unknown(_)) => Self::Unknown(failure.into()),
            // Part of what was asked for may be done.
            Failure::Store(StoreError::Unavailable(_) | StoreError::Conflict(_)) if was_anything_kept() => {
                Self::Unknown(failure.into())
            }
            Failure::Store(StoreError::Unavailable(_) | StoreError::Conflict(_)) => {
                Self::Unavailable(failure.into())
            }
            Failure::Passwords(PasswordsError::Busy) => Self::Busy,
            other => Self::Internal(other.into()),
        }
    }
}

impl From<Denial> for PageError {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl PageError {
    /// To the sign-in page, which leads back to a page that was asked for.
    pub fn sign_in(request: &HttpRequest) -> Self {
        let is_page = request.method().is_safe() && request.path() != "/" && request.path() != "/logout";
        if !is_page {
            return Self::Elsewhere("/login".to_owned());
        }
        let page = if holds_ticket(request.query_string()) {
            request.path().to_owned()
        } else {
            request.uri().path_and_query().map_or("", |page| page.as_str()).to_owned()
        };
        let next: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        Self::Elsewhere(format!("/login?next={next}"))
    }

    fn title(&self) -> Cow<'static, str> {
        let fixed = match self {
            Self::OtherAccount(account) => return format!("You now act in {account}").into(),
            Self::NotFound => "Page not found",
            Self::Denied(_) => "Not allowed",
            Self::Refused(_) => "Not possible now",
            Self::Malformed(_) => "The request cannot be read",
            Self::MethodNotAllowed(_) => "Method not allowed",
            Self::UnsupportedMedia => "Not a form",
            Self::TooLarge => "Too large",
            Self::TooSlow => "Too slow",
            Self::CrossSite | Self::OtherName(_) | Self::UnknownOrigin | Self::StaleForm => "Request refused",
            Self::Throttled { .. } => "Too many tries",
            Self::Elsewhere(_) => "See elsewhere",
            Self::Unavailable(_) | Self::Busy => "Not available",
            Self::Unknown(_) => "Not known",
            Self::Internal(_) => "Something went wrong",
        };
        fixed.into()
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Denied(_)
            | Self::CrossSite
            | Self::OtherName(_)
            | Self::UnknownOrigin
            | Self::StaleForm
            | Self::OtherAccount(_) => StatusCode::FORBIDDEN,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Elsewhere(_) => StatusCode::SEE_OTHER,
            Self::Unavailable(_) | Self::Unknown(_) | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Status and facts only: the edge draws the page, as it knows the request's id and who asked.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::new(self.status_code());
        match self {
            Self::Elsewhere(address) => {
                if let Ok(value) = address.parse() {
                    answer.headers_mut().insert(LOCATION, value);
                }
                return answer;
            }
            Self::Throttled { seconds } => {
                answer.headers_mut().insert(RETRY_AFTER, (*seconds).max(1).into());
            }
            Self::Busy => {
                answer.headers_mut().insert(RETRY_AFTER, BUSY_SECONDS.into());
            }
            Self::MethodNotAllowed(allow) => {
                if let Ok(value) = allow.parse() {
                    answer.headers_mut().insert(ALLOW, value);
                }
            }
            Self::Unavailable(cause) | Self::Unknown(cause) | Self::Internal(cause) => {
                tracing::error!(error = %cause, "a request failed");
            }
            _ => {}
        }
        answer.extensions_mut().insert(Trouble::from(self));
        answer
    }
}

/// What an error page says; travels with the answer until the edge draws it.
pub struct Trouble {
    pub status: u16,
    pub title: Cow<'static, str>,
    pub text: String,
    /// Whether the person may want another account.
    pub is_elsewhere: bool,
    /// Whether the person has to look how things stand.
    pub is_unknown: bool,
    pub action: Option<&'static str>,
    pub resource: String,
    /// What an administrator would have to do.
    pub remedy: &'static str,
    /// Whether another policy is all that is missing.
    pub lacks_policy: bool,
}

impl From<&PageError> for Trouble {
    fn from(error: &PageError) -> Self {
        let (text, action, resource) = match error {
            PageError::Denied(denial) => (denial.on_page(), Some(denial.action), denial.resource.clone()),
            PageError::Throttled { seconds } => {
                (format!("Too many wrong tries. Try again in {}.", in_words(*seconds)), None, String::new())
            }
            other => (other.to_string(), None, String::new()),
        };
        let denial = if let PageError::Denied(denial) = error { Some(denial) } else { None };
        Self {
            remedy: denial.map_or("", Denial::remedy),
            lacks_policy: denial.is_some_and(|denial| denial.cause == Cause::NoPolicy),
            status: error.status_code().as_u16(),
            title: error.title(),
            text,
            is_elsewhere: matches!(error, PageError::OtherAccount(_)),
            is_unknown: matches!(error, PageError::Unknown(_)),
            action,
            resource,
        }
    }
}

/// Whether a query holds what belongs to the session that ended: a ticket or the id of a question.
fn holds_ticket(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| ["t", "c", "then", "token"].contains(&name.as_ref()))
}

/// A waiting time as people say it.
pub fn in_words(seconds: i64) -> String {
    match seconds {
        ..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}
