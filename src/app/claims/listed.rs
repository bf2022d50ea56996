//! Claim links, of a user and of the account: seen and revoked by those who may make them, and what the page after making one shows.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::factors::ask::HANDED_OVER;
use crate::app::handing::Handed;
use crate::app::session::tickets::{OncePage, shown_once};
use crate::app::{App, Failure};
use crate::domain::attention::Named;
use crate::domain::audit::EventName;
use crate::domain::claim::{Claim, ClaimPlace, Claimed, MOST_LISTED};
use crate::domain::paging::{PAGE_ROWS, Slice, cut_page};
use crate::domain::permission::action;
use crate::domain::user::{Uid, Uin, User};
use crate::store::{claims, key_lines, users};

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

/// A claim link and whose it is.
pub struct Held {
    pub holder: Named,
    pub claim: Claim,
}

/// A page of an account's claim links.
pub struct ClaimList {
    pub rows: Vec<Held>,
    pub next: Option<ClaimPlace>,
}

/// A page of the account's claim links, the newest first; of users for whom the caller may make them.
pub async fn claims(app: &App, caller: &Caller, after: Option<ClaimPlace>) -> Result<ClaimList, Failure> {
    caller.ensure_here(action::CREATE_CLAIM_LINK)?;
    app.view(caller, move |view| {
        let slice = Slice { cursor: after, size: i64::from(PAGE_ROWS) + 1 };
        let mut found = claims::of_account(view.conn, view.by.owner(), slice)?;
        let next = cut_page(&mut found, PAGE_ROWS).map(Claim::place);
        let mut uids: Vec<Uid> = found.iter().map(|claim| claim.uid).collect();
        uids.sort_unstable();
        uids.dedup();
        let holders = key_lines::named(view.conn, &uids)?;
        let held = |claim: Claim| {
            let holder = holders.get(&claim.uid).cloned()?;
            view.by.may(action::CREATE_CLAIM_LINK, holder.uin).then_some(Held { holder, claim })
        };
        Ok(ClaimList { rows: found.into_iter().filter_map(held).collect(), next })
    })
    .await
}

/// Ends a claim link of a user from the commit on. Never asks for anything: it is the safe direction.
pub async fn revoke_claim(app: &App, caller: &Caller, uin: Uin, id: String) -> Result<(), Failure> {
    caller.ensure(action::CREATE_CLAIM_LINK, uin)?;
    app.change(caller, move |change| {
        let user = users::find(change.conn, change.by.owner(), uin)?.ok_or(Failure::NotFound)?;
        revoke(change, &user, &id)
    })
    .await
}

/// The same for a link of the account that is known by its name alone.
pub async fn revoke_found(app: &App, caller: &Caller, id: String) -> Result<(), Failure> {
    caller.ensure_here(action::CREATE_CLAIM_LINK)?;
    app.change(caller, move |change| {
        let claim = claims::find(change.conn, &id)?.filter(|claim| claim.owner == change.by.owner());
        let uid = claim.ok_or(Failure::NotFound)?.uid;
        let user = users::by_uid(change.conn, uid)?.ok_or(Failure::NotFound)?;
        change.by.ensure(action::CREATE_CLAIM_LINK, user.uin)?;
        revoke(change, &user, &id)
    })
    .await
}

fn revoke(change: &mut Change<'_>, user: &User, id: &str) -> Result<(), Failure> {
    let claim = claims::revoke(change.conn, user.uid, id)?.ok_or(Failure::NotFound)?;
    let event = change.event(EventName::REVOKE_CLAIM_LINK).on(user);
    let event = match &claim.claimed {
        Claimed::Password => event,
        Claimed::Key(id) => event.object(id.as_str()),
    };
    event.fact("link", claim.id.as_str()).record(change);
    Ok(())
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
