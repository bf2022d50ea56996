//! Policies attached to groups, and detached.

use crate::app::caller::Caller;
use crate::app::caller::clearance::loosened;
use crate::app::groups::{Paged, Paging, found};
use crate::app::{App, Failure};
use crate::domain::group::{GroupId, GroupRefusal};
use crate::domain::permission::action;
use crate::domain::policies::MAX_ATTACHED;
use crate::store::{Conn, dialect, grants, groups, policies};

pub use crate::store::policies::Attachment;

impl App {
    /// What is attached to a group, of those whose name or description holds a text.
    pub async fn group_policies(
        &self,
        caller: &Caller,
        (id, keyword): (GroupId, &str),
        paging: Paging,
    ) -> Result<Paged<Attachment>, Failure> {
        caller.ensure_group(action::LIST_GROUP_POLICIES, id)?;
        let (owner, wanted) = (caller.owner(), keyword.trim().to_lowercase());
        self.store
            .read(move |conn| {
                found(conn, owner, id)?;
                let mut held = groups::attached(conn, id)?;
                held.retain(|policy| {
                    [&policy.name, &policy.description]
                        .iter()
                        .any(|text| text.to_lowercase().contains(&wanted))
                });
                Ok(paging.of(held))
            })
            .await
    }

    /// Attaches policies to a group, all or none. What is attached already stays so.
    pub async fn attach_group_policies(
        &self,
        caller: &Caller,
        id: GroupId,
        policies: Vec<i64>,
    ) -> Result<(), Failure> {
        caller.ensure_group(action::ATTACH_GROUP_POLICY, id)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store.write(move |conn| app.attach_group_policies_in(conn, &asker, (id, &policies))).await
    }

    pub(in crate::app) fn attach_group_policies_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (id, policies): (GroupId, &[i64]),
    ) -> Result<(), Failure> {
        caller.ensure_group(action::ATTACH_GROUP_POLICY, id)?;
        dialect::lock_account(conn, caller.owner())?;
        policies.iter().try_for_each(|policy| self.attach_to_group_in(conn, caller, (id, *policy)))
    }

    pub(in crate::app) fn attach_to_group_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (id, policy): (GroupId, i64),
    ) -> Result<(), Failure> {
        let group = found(conn, caller.owner(), id)?;
        let known = policies::find(conn, caller.owner(), policy)?;
        let policy = known.ok_or(GroupRefusal::NoPolicy(policy))?;
        let held = groups::attached(conn, id)?;
        if held.iter().any(|attached| attached.policy_id == policy.id) {
            return Ok(());
        }
        if held.len() >= MAX_ATTACHED {
            return Err(GroupRefusal::TooManyPolicies.into());
        }
        let mark = caller.mark_on_group(self, action::ATTACH_GROUP_POLICY, id)?;
        groups::attach(conn, id, policy.id, (&caller.user.name, mark))?;
        let event = caller.event("AttachGroupPolicy").about(&group.name).object(&policy.name);
        event.fact("group_id", id.0).fact("policy_id", policy.id).write(conn, self)
    }

    /// Detaches a policy from a group.
    pub async fn detach_group_policy(
        &self,
        caller: &Caller,
        id: GroupId,
        policy: i64,
    ) -> Result<(), Failure> {
        caller.ensure_group(action::DETACH_GROUP_POLICY, id)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store.write(move |conn| app.detach_group_policy_in(conn, &asker, (id, policy))).await
    }

    pub(in crate::app) fn detach_group_policy_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (id, policy): (GroupId, i64),
    ) -> Result<(), Failure> {
        caller.ensure_group(action::DETACH_GROUP_POLICY, id)?;
        dialect::lock_account(conn, caller.owner())?;
        let group = found(conn, caller.owner(), id)?;
        let policy = policies::find(conn, caller.owner(), policy)?.ok_or(GroupRefusal::NoPolicy(policy))?;
        if !groups::detach(conn, id, policy.id)? {
            return Err(GroupRefusal::NotAttached(policy.id, id).into());
        }
        let mark = caller.mark_on_group(self, action::DETACH_GROUP_POLICY, id)?;
        if let Some(at) = loosened(conn, &policy, mark)? {
            grants::loosen_group(conn, id, at)?;
        }
        let event = caller.event("DetachGroupPolicy").about(&group.name).object(&policy.name);
        event.fact("group_id", id.0).fact("policy_id", policy.id).write(conn, self)
    }
}
