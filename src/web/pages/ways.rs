//! Addresses that several pages lead to.

use crate::app::{deferred::Asked, keys::Place};
use crate::domain::user::Uin;
use crate::web::answer::see_other;
use actix_web::HttpResponse;

/// The address of a key page.
pub fn keys_address(place: Place) -> String {
    match place {
        Place::Own => "/keys".to_owned(),
        Place::Of(uin) => format!("/users/{uin}/keys"),
    }
}

/// The address of the page with what is to be sent to a user.
pub fn handed_over(uin: Uin, ticket: &str) -> String {
    format!("/users/{uin}/handed-over?t={ticket}")
}

/// What says in an address that an invitation is shown.
pub const INVITATION: &str = "invitation";

/// The same for an invitation, which has no user yet: its maker's page.
pub fn invitation_of(maker: Uin, ticket: &str) -> String {
    format!("{}&{INVITATION}=1", handed_over(maker, ticket))
}

/// On to what a person was asked: the question, or enrolment first.
pub fn question(asked: &Asked) -> HttpResponse {
    see_other(&if asked.must_enrol {
        format!("/me/mfa/totp/new?then={}", asked.id)
    } else {
        format!("/verify?c={}", asked.id)
    })
}
