//! Permission boundaries: what a user's policies may allow at most.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::users::changeable;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::permission::action;
use crate::domain::policies::{PolicyId, PolicyRefusal, StoredPolicy};
use crate::domain::user::{Uin, UserKind};
use crate::store::{boundaries, dialect, grants, policies, users};

/// The boundary of a user, if it has one.
pub async fn boundary(app: &App, caller: &Caller, uin: Uin) -> Result<Option<StoredPolicy>, Failure> {
    caller.ensure(action::GET_BOUNDARY, uin)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
            Ok(boundaries::find(conn, user.uid)?)
        })
        .await
}

/// Sets or replaces it: from the next request on nothing outside of it is allowed.
pub async fn put_boundary(app: &App, caller: &Caller, uin: Uin, policy: PolicyId) -> Result<(), Failure> {
    caller.ensure(action::PUT_BOUNDARY, uin)?;
    app.change(caller, move |change| put_boundary_in(change, uin, policy)).await
}

pub(in crate::app) fn put_boundary_in(
    change: &mut Change<'_>,
    uin: Uin,
    policy: PolicyId,
) -> Result<(), Failure> {
    change.by.ensure(action::PUT_BOUNDARY, uin)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    let user = changeable(change.conn, change.by, uin)?;
    let policy =
        policies::find(change.conn, change.by.owner(), policy)?.ok_or(PolicyRefusal::NoSuchPolicy(policy))?;
    if user.kind == UserKind::Root {
        return Err(PolicyRefusal::RootHasNoBoundary.into());
    }
    dialect::lock_user(change.conn, user.uid)?;
    boundaries::put(change.conn, user.uid, policy.id)?;
    let mark = change.by.mark_on_user(change.app, action::PUT_BOUNDARY, uin)?;
    if let Some(at) = mark.waits_from() {
        grants::loosen_user(change.conn, user.uid, at)?;
    }
    let event = change.event(EventName::PutUserPermissionsBoundary).on(&user).object(&policy.name);
    event.fact("policy_id", policy.id.0).record(change);
    Ok(())
}

/// Removes it; a user without one stays as it is.
pub async fn delete_boundary(app: &App, caller: &Caller, uin: Uin) -> Result<(), Failure> {
    caller.ensure(action::DELETE_BOUNDARY, uin)?;
    app.change(caller, move |change| delete_boundary_in(change, uin)).await
}

pub(in crate::app) fn delete_boundary_in(change: &mut Change<'_>, uin: Uin) -> Result<(), Failure> {
    change.by.ensure(action::DELETE_BOUNDARY, uin)?;
    let user = changeable(change.conn, change.by, uin)?;
    dialect::lock_user(change.conn, user.uid)?;
    let before = boundaries::find(change.conn, user.uid)?;
    let Some(before) = before else { return Ok(()) };
    boundaries::delete(change.conn, user.uid)?;
    let mark = change.by.mark_on_user(change.app, action::DELETE_BOUNDARY, uin)?;
    if let Some(at) = mark.waits_from() {
        grants::loosen_user(change.conn, user.uid, at)?;
    }
    let event = change.event(EventName::DeleteUserPermissionsBoundary).on(&user).object(&before.name);
    event.fact("policy_id", before.id.0).record(change);
    Ok(())
}
