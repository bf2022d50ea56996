//! Policies attached to groups, and detached.

use crate::app::caller::Caller;
use crate::app::caller::clearance::loosened;
use crate::app::change::Change;
use crate::app::groups::found;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::group::{GroupId, GroupRefusal};
use crate::domain::paging::{Paged, Paging};
use crate::domain::permission::action;
use crate::domain::policies::{Attachment, MAX_ATTACHED, PolicyId};
use crate::store::grants::Given;
use crate::store::{dialect, grants, groups, policies};

/// What of a list is wanted: those whose name or description holds a text, empty for all, and which page of them.
pub struct Wanted<'a> {
    pub keyword: &'a str,
    pub paging: Paging,
}

impl Wanted<'_> {
    /// All of them.
    pub const ALL: Self = Self { keyword: "", paging: Paging::WHOLE };
}

/// What is attached to a group, of those whose name or description holds a text.
pub async fn group_policies(
    app: &App,
    caller: &Caller,
    id: GroupId,
    wanted: Wanted<'_>,
) -> Result<Paged<Attachment>, Failure> {
    caller.ensure_group(action::LIST_GROUP_POLICIES, id)?;
    let paging = wanted.paging;
    let (owner, wanted) = (caller.owner(), wanted.keyword.trim().to_lowercase());
    app.store
        .read(move |conn| {
            found(conn, owner, id)?;
            let mut held = groups::attached(conn, id)?;
            held.retain(|policy| {
                [&policy.name, &policy.description].iter().any(|text| text.to_lowercase().contains(&wanted))
            });
            Ok(paging.of(held))
        })
        .await
}

/// Attaches policies to a group, all or none. What is attached already stays so.
pub async fn attach_group_policies(
    app: &App,
    caller: &Caller,
    id: GroupId,
    policies: Vec<PolicyId>,
) -> Result<(), Failure> {
    caller.ensure_group(action::ATTACH_GROUP_POLICY, id)?;
    app.change(caller, move |change| attach_group_policies_in(change, id, &policies)).await
}

pub(in crate::app) fn attach_group_policies_in(
    change: &mut Change<'_>,
    id: GroupId,
    policies: &[PolicyId],
) -> Result<(), Failure> {
    change.by.ensure_group(action::ATTACH_GROUP_POLICY, id)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    policies.iter().try_for_each(|policy| attach_to_group_in(change, id, *policy))
}

pub(in crate::app) fn attach_to_group_in(
    change: &mut Change<'_>,
    id: GroupId,
    policy: PolicyId,
) -> Result<(), Failure> {
    let group = found(change.conn, change.by.owner(), id)?;
    let known = policies::find(change.conn, change.by.owner(), policy)?;
    let policy = known.ok_or(GroupRefusal::NoPolicy(policy))?;
    let held = groups::attached(change.conn, id)?;
    if held.iter().any(|attached| attached.policy_id == policy.id) {
        return Ok(());
    }
    if held.len() >= MAX_ATTACHED {
        return Err(GroupRefusal::TooManyPolicies.into());
    }
    let mark = change.by.mark_on_group(change.app, action::ATTACH_GROUP_POLICY, id)?;
    groups::attach(change.conn, id, policy.id, Given { by: &change.by.user.name, mark })?;
    let event = change.event(EventName::AttachGroupPolicy).about(&group.name).object(&policy.name);
    event.fact("group_id", id.0).fact("policy_id", policy.id.0).record(change);
    Ok(())
}

/// Detaches a policy from a group.
pub async fn detach_group_policy(
    app: &App,
    caller: &Caller,
    id: GroupId,
    policy: PolicyId,
) -> Result<(), Failure> {
    caller.ensure_group(action::DETACH_GROUP_POLICY, id)?;
    app.change(caller, move |change| detach_group_policy_in(change, id, policy)).await
}

pub(in crate::app) fn detach_group_policy_in(
    change: &mut Change<'_>,
    id: GroupId,
    policy: PolicyId,
) -> Result<(), Failure> {
    change.by.ensure_group(action::DETACH_GROUP_POLICY, id)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    let group = found(change.conn, change.by.owner(), id)?;
    let policy =
        policies::find(change.conn, change.by.owner(), policy)?.ok_or(GroupRefusal::NoPolicy(policy))?;
    if !groups::detach(change.conn, id, policy.id)? {
        return Err(GroupRefusal::NotAttached(policy.id, id).into());
    }
    let mark = change.by.mark_on_group(change.app, action::DETACH_GROUP_POLICY, id)?;
    if let Some(at) = loosened(change.conn, &policy, mark)? {
        grants::loosen_group(change.conn, id, at)?;
    }
    let event = change.event(EventName::DetachGroupPolicy).about(&group.name).object(&policy.name);
    event.fact("group_id", id.0).fact("policy_id", policy.id.0).record(change);
    Ok(())
}
