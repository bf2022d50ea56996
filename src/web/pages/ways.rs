//! Addresses that several pages lead to.

use crate::app::{deferred::Asked, keys::Place};
use crate::web::answer::see_other;
use actix_web::HttpResponse;

/// The address of a key page.
pub fn keys_address(place: Place) -> String {
    match place {
        Place::Own => "/keys".to_owned(),
        Place::Of(uin) => format!("/users/{uin}/keys"),
    }
}

/// On to what a person was asked: the question, or enrolment first.
pub fn question(asked: &Asked) -> HttpResponse {
    see_other(&if asked.must_enrol {
        format!("/me/mfa/totp/new?then={}", asked.id)
    } else {
        format!("/verify?c={}", asked.id)
    })
}
