//! Policies attached to users, and detached.

use crate::app::caller::Caller;
use crate::app::caller::clearance::loosened;
use crate::app::change::Change;
use crate::app::users::changeable;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::group::GroupId;
use crate::domain::permission::action;
use crate::domain::policies::{Attachment, PolicyId, PolicyRefusal, StoredPolicy, ensure_room};
use crate::domain::user::{Uin, User};
use crate::store::attachments::Inherited;
use crate::store::grants::Given;
use crate::store::{attachments, dialect, grants, policies, users};

/// A policy in force for a user, and where it comes from.
#[derive(Clone, Debug)]
pub struct Held {
    pub policy_id: PolicyId,
    pub name: String,
    pub description: String,
    pub is_preset: bool,
    /// Since when it is attached to the user itself.
    pub direct_since: Option<i64>,
    /// Since when it is attached to the user, or else to the first of the groups, and by whom.
    pub since: i64,
    pub by: String,
    /// The groups that it comes from: id and name.
    pub groups: Vec<(GroupId, String)>,
}

/// What is attached to a user.
pub async fn attached(app: &App, caller: &Caller, uin: Uin) -> Result<Vec<Attachment>, Failure> {
    caller.ensure(action::LIST_ATTACHED, uin)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
            Ok(attachments::attached(conn, user.uid)?)
        })
        .await
}

/// Everything in force for a user, its own and that of its groups, by name.
pub async fn attached_all(app: &App, caller: &Caller, uin: Uin) -> Result<Vec<Held>, Failure> {
    caller.ensure(action::LIST_ALL_ATTACHED, uin)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
            let own = attachments::attached(conn, user.uid)?;
            Ok(held(own, attachments::inherited(conn, user.uid)?))
        })
        .await
}

/// Policies that the caller's account can attach.
pub async fn policies(app: &App, caller: &Caller) -> Result<Vec<StoredPolicy>, Failure> {
    let owner = caller.owner();
    Ok(app.store.read(move |conn| policies::of_account(conn, owner)).await?)
}

/// Attaches policies to a user, all or none.
pub async fn attach_policies(
    app: &App,
    caller: &Caller,
    uin: Uin,
    ids: Vec<PolicyId>,
) -> Result<usize, Failure> {
    caller.ensure(action::ATTACH_POLICY, uin)?;
    app.change(caller, move |change| {
        attach_policies_in(change, uin, &ids)?;
        Ok(ids.len())
    })
    .await
}

pub(in crate::app) fn attach_policies_in(
    change: &mut Change<'_>,
    uin: Uin,
    ids: &[PolicyId],
) -> Result<(), Failure> {
    change.by.ensure(action::ATTACH_POLICY, uin)?;
    // No policy is deleted while it is being attached.
    dialect::lock_account(change.conn, change.by.owner())?;
    let user = changeable(change.conn, change.by, uin)?;
    for id in ids {
        let policy = policies::find(change.conn, change.by.owner(), *id)?
            .ok_or_else(|| FieldError::new("policy", PolicyRefusal::NoSuchPolicy(*id)))?;
        attach_in(change, &user, &policy)?;
    }
    Ok(())
}

pub(in crate::app) fn attach_in(
    change: &mut Change<'_>,
    user: &User,
    policy: &StoredPolicy,
) -> Result<(), Failure> {
    change.by.ensure(action::ATTACH_POLICY, user.uin)?;
    dialect::lock_user(change.conn, user.uid)?;
    let held = attachments::attached(change.conn, user.uid)?;
    if held.iter().all(|attachment| attachment.policy_id != policy.id) {
        ensure_room(held.len())?;
    }
    let mark = change.by.mark_on_user(change.app, action::ATTACH_POLICY, user.uin)?;
    if attachments::attach(change.conn, user.uid, policy.id, Given { by: &change.by.user.name, mark })? {
        change
            .event(EventName::ATTACH_USER_POLICY)
            .on(user)
            .object(&policy.name)
            .fact("policy_id", policy.id.0)
            .record(change);
    }
    Ok(())
}

/// Detaches a policy from a user.
pub async fn detach_policy(app: &App, caller: &Caller, uin: Uin, id: PolicyId) -> Result<(), Failure> {
    caller.ensure(action::DETACH_POLICY, uin)?;
    app.change(caller, move |change| detach_policy_in(change, uin, id)).await
}

pub(in crate::app) fn detach_policy_in(
    change: &mut Change<'_>,
    uin: Uin,
    id: PolicyId,
) -> Result<(), Failure> {
    change.by.ensure(action::DETACH_POLICY, uin)?;
    let user = changeable(change.conn, change.by, uin)?;
    let policy =
        policies::find(change.conn, change.by.owner(), id)?.ok_or(PolicyRefusal::NoSuchPolicy(id))?;
    if !attachments::detach(change.conn, user.uid, id)? {
        return Err(PolicyRefusal::NotAttached(id).into());
    }
    let mark = change.by.mark_on_user(change.app, action::DETACH_POLICY, uin)?;
    if let Some(at) = loosened(change.conn, &policy, mark)? {
        grants::loosen_user(change.conn, user.uid, at)?;
    }
    let event = change.event(EventName::DETACH_USER_POLICY).on(&user).object(&policy.name);
    event.fact("policy_id", id.0).record(change);
    Ok(())
}

fn held(own: Vec<Attachment>, inherited: Vec<Inherited>) -> Vec<Held> {
    let mut all: Vec<Held> = own
        .into_iter()
        .map(|attachment| Held {
            is_preset: attachment.is_preset(),
            policy_id: attachment.policy_id,
            name: attachment.name,
            description: attachment.description,
            direct_since: Some(attachment.created_at),
            since: attachment.created_at,
            by: attachment.created_by,
            groups: Vec::new(),
        })
        .collect();
    for Inherited { policy, group } in inherited {
        if let Some(known) = all.iter_mut().find(|held| held.policy_id == policy.policy_id) {
            known.groups.push(group);
            continue;
        }
        all.push(Held {
            is_preset: policy.is_preset(),
            policy_id: policy.policy_id,
            name: policy.name,
            description: policy.description,
            direct_since: None,
            since: policy.created_at,
            by: policy.created_by,
            groups: vec![group],
        });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}
