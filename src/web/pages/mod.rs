//! The pages, one folder for each noun.

pub mod account;
pub mod attached;
pub mod audit;
pub mod choose;
pub mod confirm;
pub mod faults;
pub mod grants;
pub mod groups;
pub mod help;
pub mod home;
pub mod keys;
pub mod me;
pub mod policies;
pub mod sign_in;
pub mod step_up;
pub mod users;

use super::answer::see_other;
use super::context::WebContext;
use super::error::PageError;
use crate::app::keys::Place;
use crate::domain::key::SecretId;
use crate::domain::user::Uin;
use crate::web::layout::flash::{self, Kind};
use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};

/// On to another page, which begins with a sentence about what was done.
pub fn done(session: &Session, address: &str, text: impl Into<String>) -> HttpResponse {
    flash::leave(session, Kind::Ok, text);
    see_other(address)
}

/// Leaves a warning for the next page, unless the session has ended or goes on under another key.
///
/// A second click loses to the first, which gave the session a new key: then nothing may be kept under the old one,
/// or the browser would be sent the old key back.
pub async fn leave_if_alive(context: &WebContext, session: &Session, text: &str) -> Result<(), PageError> {
    if let Some(id) = super::session::id(session)
        && crate::app::sign_in::is_signed_in(&context.app, id).await?
    {
        flash::leave(session, Kind::Warn, text);
    }
    Ok(())
}

/// The user that an address names; whatever is not a UIN names nobody.
pub fn uin_of(request: &HttpRequest) -> Result<Uin, PageError> {
    let text = request.match_info().get("uin").unwrap_or_default();
    Uin::parse(text).map_err(|_| PageError::NotFound)
}

/// The key that an address names.
pub fn secret_id_of(request: &HttpRequest) -> Result<SecretId, PageError> {
    let text = request.match_info().get("secret_id").unwrap_or_default();
    SecretId::parse(text).map_err(|_| PageError::NotFound)
}

/// Whose keys an address is about: `/keys` is one's own, `/users/{uin}/keys` somebody's.
pub fn place_of(request: &HttpRequest) -> Result<Place, PageError> {
    match request.match_info().get("uin") {
        None => Ok(Place::Own),
        Some(_) => uin_of(request).map(Place::Of),
    }
}

/// The address of a key page.
pub fn keys_address(place: Place) -> String {
    match place {
        Place::Own => "/keys".to_owned(),
        Place::Of(uin) => format!("/users/{uin}/keys"),
    }
}

/// Where a person who was asked something has to go: the question, or enrolment first.
pub fn question_address(asked: &crate::app::deferred::Asked) -> String {
    if asked.must_enrol {
        format!("/me/mfa/totp/new?then={}", asked.id)
    } else {
        format!("/verify?c={}", asked.id)
    }
}
