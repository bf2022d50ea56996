//! An invitation, for the root of another account: looking changes nothing, two buttons answer it.

use crate::app::Failure;
use crate::app::users::invitations::{Offer, answer_invitation, look_at_invitation, revoke_invitation};
use crate::domain::invitation::{Invitation, Standing};
use crate::web::answer::{PageResult, render, render_as};
use crate::web::{
    forms::csrf::Protected, layout::Layout, layout::badge::Badge, layout::filters, query::Query, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "claims/invitation.html")]
struct InvitationPage {
    page: Layout,
    token: Zeroizing<String>,
    /// Nothing of a link that offers nothing.
    offer: Option<Offer>,
    /// Why it was not accepted.
    refusal: Option<String>,
    own_uin: String,
}

impl InvitationPage {
    fn of(visit: &Visit, token: &str, offer: Option<Offer>) -> Self {
        Self {
            page: visit.layout(""),
            token: Zeroizing::new(token.to_owned()),
            offer,
            refusal: None,
            own_uin: visit.person.user.uin.to_string(),
        }
    }
}

/// What is offered. It changes nothing, so whatever looks at addresses in messages may look at it.
pub async fn form(visit: Visit, query: Query) -> PageResult {
    let token = query.text("t");
    match look_at_invitation(visit.app(), &visit.person, token.to_owned()).await {
        Ok(offer) => render(&InvitationPage::of(&visit, token, Some(offer))),
        Err(Failure::NotProven) => closed(&visit),
        Err(other) => Err(other.into()),
    }
}

/// Accepts or declines.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    let (token, is_accepted) = (form.text("t").to_owned(), form.text("answer") == "accept");
    if !is_accepted && form.text("answer") != "decline" {
        return closed(&visit);
    }
    match answer_invitation(visit.app(), &visit.person, token.clone(), is_accepted).await {
        Ok(name) if is_accepted => {
            Ok(visit.done("/identity", format!("You are a collaborator of {name} now. Act there from here.")))
        }
        Ok(name) => Ok(visit.done("/", format!("You declined the invitation of {name}."))),
        Err(Failure::NotProven) => closed(&visit),
        Err(Failure::Refused(text)) => {
            let offer = look_at_invitation(visit.app(), &visit.person, token.clone()).await?;
            let page = InvitationPage::of(&visit, &token, Some(offer));
            render_as(StatusCode::CONFLICT, &InvitationPage { refusal: Some(text.to_string()), ..page })
        }
        Err(other) => Err(other.into()),
    }
}

fn closed(visit: &Visit) -> PageResult {
    render_as(StatusCode::GONE, &InvitationPage::of(visit, "", None))
}

/// Ends an invitation; that never waits for a code.
pub async fn revoke(visit: Visit, _form: Protected) -> PageResult {
    revoke_invitation(visit.app(), &visit.person, visit.part("invitation").to_owned()).await?;
    Ok(visit.done("/claims", "The invitation is revoked and opens nothing any more."))
}

/// An invitation as the list of its account shows it.
pub struct InvitationView {
    pub id: String,
    pub name: String,
    pub policies: String,
    pub made_at: i64,
    pub made_by: String,
    pub expires_at: i64,
    /// When it was answered, and the root who did.
    pub answered: Option<(i64, String)>,
    pub is_open: bool,
    pub badge: Badge,
}

impl InvitationView {
    pub fn of(invitation: Invitation, now: i64) -> Self {
        let by = invitation.answered_by.map(|uin| uin.to_string()).unwrap_or_default();
        let standing = invitation.standing(now);
        Self {
            is_open: standing == Standing::Open,
            badge: match standing {
                Standing::Open => Badge::new("info", "clock", "Open"),
                Standing::Accepted => Badge::new("ok", "circle-check", "Accepted"),
                Standing::Declined => Badge::new("off", "ban", "Declined"),
                Standing::Expired => Badge::new("off", "ban", "Expired"),
            },
            id: invitation.id,
            name: invitation.wish.name,
            policies: invitation.wish.policies.join(", "),
            made_at: invitation.made_at,
            made_by: invitation.made_by,
            expires_at: invitation.expires_at,
            answered: invitation.answered.map(|(at, _)| (at, by)),
        }
    }
}
