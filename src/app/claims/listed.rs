//! The claim links of a user: seen and revoked by those who may make them, and what the page after making one shows.

use crate::app::caller::Caller;
use crate::app::factors::ask::HANDED_OVER;
use crate::app::handing::Handed;
use crate::app::session::tickets::{OncePage, shown_once};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::claim::{Claim, Claimed, MOST_LISTED};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::store::{claims, users};

/// The claim links of a user, the newest first; none to whoever may not make them.
pub async fn claims_of(app: &App, caller: &Caller, uin: Uin) -> Result<Vec<Claim>, Failure> {
    if caller.ensure(action::CREATE_CLAIM_LINK, uin).is_err() {
        return Ok(Vec::new());
    }
    app.view(caller, move |view| {
        let user = users::find(view.conn, view.by.owner(), uin)?.ok_or(Failure::NotFound)?;
        Ok(claims::of_user(view.conn, user.uid, MOST_LISTED)?)
    })
    .await
}

/// Ends a claim link from the commit on. Never asks for anything: it is the safe direction.
pub async fn revoke_claim(app: &App, caller: &Caller, uin: Uin, id: String) -> Result<(), Failure> {
    caller.ensure(action::CREATE_CLAIM_LINK, uin)?;
    app.change(caller, move |change| {
        let user = users::find(change.conn, change.by.owner(), uin)?.ok_or(Failure::NotFound)?;
        let claim = claims::revoke(change.conn, user.uid, &id)?.ok_or(Failure::NotFound)?;
        let event = change.event(EventName::REVOKE_CLAIM_LINK).on(&user);
        let event = match &claim.claimed {
            Claimed::Password => event,
            Claimed::Key(id) => event.object(id.as_str()),
        };
        event.fact("link", claim.id.as_str()).record(change);
        Ok(())
    })
    .await
}

/// What the page after making it shows, once.
pub async fn handed(app: &App, caller: &Caller, uin: Uin, ticket: String) -> Result<Option<Handed>, Failure> {
    caller.ensure(action::CREATE_CLAIM_LINK, uin)?;
    let owner = caller.owner();
    let user = app.store.read(move |conn| users::find(conn, owner, uin)).await?.ok_or(Failure::NotFound)?;
    let page = OncePage { purpose: HANDED_OVER, uid: user.uid };
    let Some(text) = shown_once(app, caller, page, ticket).await? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| Failure::Corrupt("tickets.sealed"))
}
