//! Policies of an account: listed, read, created, changed, deleted.

pub mod edit;
pub mod entities;
pub mod holders;
pub mod impact;
pub mod key_effect;
pub mod least;
pub mod planned;
pub mod simulate;
pub mod versions;
pub mod who_can;

use super::caller::Caller;
use super::{App, Failure};
use crate::app::caller::clearance::{limits, loosened};
use crate::app::change::Change;
use crate::domain::audit::EventName;
use crate::domain::grant::Mark;
use crate::domain::paging::{Paged, Paging};
use crate::domain::permission::{Denial, action};
use crate::domain::policies::{
    Description, Document, MAX_DELETED_AT_ONCE, MAX_POLICIES, PolicyId, PolicyKind, PolicyName,
    PolicyRefusal, PolicySummary, PolicyVersion, StoredPolicy, Uses, resource_of,
};
use crate::domain::user::Uin;
use crate::store::sequences::{self, Sequence};
use crate::store::{Conn, dialect, grants, policies, policy_search, policy_versions};
use serde_json::Value;

/// What a list of policies is asked for.
#[derive(Clone, Debug, Default)]
pub struct PolicyFilter {
    /// A part of the name or the description, in any case.
    pub text: String,
    pub kind: Option<PolicyKind>,
}

/// A policy with what the list shows beside it.
#[derive(Clone, Debug)]
pub struct ListedPolicy {
    pub policy: PolicySummary,
    pub uses: Uses,
}

/// A policy with its text and how often it is in use in the account.
#[derive(Clone, Debug)]
pub struct PolicyDetail {
    pub policy: StoredPolicy,
    pub uses: Uses,
}

/// What a new policy says.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    pub name: PolicyName,
    pub description: Description,
    pub document: Document,
}

/// What a policy is changed to; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PolicyChange {
    pub name: Option<PolicyName>,
    pub description: Option<Description>,
    /// Overwrites the default version.
    pub document: Option<Document>,
}

/// Which policy is meant.
#[derive(Clone, Debug)]
pub enum PolicyKey {
    Id(PolicyId),
    Name(String),
}

/// Whom a list of a policy's holders is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EntityFilter {
    All,
    Users,
    Groups,
}

/// What deleting does to a policy that is attached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IfAttached {
    /// Nothing is deleted.
    Refuse,
    /// It is detached from everybody, as the API does.
    Detach,
}

impl Caller {
    /// Refuses what the policies do not allow on a policy of this account.
    pub fn ensure_on_policy(&self, action: &'static str, id: PolicyId) -> Result<(), Denial> {
        self.ensure_on(action, &resource_of(self.owner(), id))
    }

    /// Whether the policies allow an action on a policy of this account.
    pub fn may_on_policy(&self, action: &'static str, id: PolicyId) -> bool {
        self.ensure_on_policy(action, id).is_ok()
    }
}

/// Presets and the account's own policies, by name, with how often each is in use.
pub async fn list_policies(
    app: &App,
    caller: &Caller,
    filter: PolicyFilter,
    paging: Paging,
) -> Result<Paged<ListedPolicy>, Failure> {
    caller.ensure_here(action::LIST_POLICIES)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let mut rows = policy_search::rows(conn, owner, filter.kind)?;
            let wanted = filter.text.trim().to_lowercase();
            rows.retain(|row| {
                row.name.to_lowercase().contains(&wanted) || row.description.to_lowercase().contains(&wanted)
            });
            let Paged { rows, total } = paging.of(rows);
            let ids: Vec<PolicyId> = rows.iter().map(|row| row.id).collect();
            let uses = policy_search::uses(conn, owner, &ids)?;
            let with_uses = |policy: PolicySummary| ListedPolicy {
                uses: uses.get(&policy.id).copied().unwrap_or_default(),
                policy,
            };
            Ok(Paged { rows: rows.into_iter().map(with_uses).collect(), total })
        })
        .await
}

/// A policy with its text.
pub async fn policy(app: &App, caller: &Caller, id: PolicyId) -> Result<PolicyDetail, Failure> {
    caller.ensure_on_policy(action::GET_POLICY, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let policy = policies::find(conn, owner, id)?.ok_or(PolicyRefusal::NoSuchPolicy(id))?;
            let uses = policy_search::uses(conn, owner, &[id])?.remove(&id).unwrap_or_default();
            Ok(PolicyDetail { policy, uses })
        })
        .await
}

/// Creates a custom policy; its text is version 1. Gives its id.
pub async fn create_policy(app: &App, caller: &Caller, new: NewPolicy) -> Result<PolicyId, Failure> {
    caller.ensure_here(action::CREATE_POLICY)?;
    app.change(caller, move |change| create_policy_in(change, &new)).await
}

pub(in crate::app) fn create_policy_in(
    change: &mut Change<'_>,
    new: &NewPolicy,
) -> Result<PolicyId, Failure> {
    change.by.ensure_here(action::CREATE_POLICY)?;
    let (owner, now) = (change.by.owner(), change.app.clock.now());
    dialect::lock_account(change.conn, owner)?;
    if policies::count_custom(change.conn, owner)? >= MAX_POLICIES {
        return Err(PolicyRefusal::AccountFull.into());
    }
    ensure_free_name(change.conn, owner, &new.name)?;
    let policy = StoredPolicy {
        id: PolicyId(sequences::next(change.conn, Sequence::Policy)?),
        owner_uin: owner,
        name: new.name.as_str().to_owned(),
        description: new.description.as_str().to_owned(),
        document: new.document.as_str().to_owned(),
        created_at: now,
        updated_at: now,
        created_by: change.by.user.name.clone(),
    };
    policies::insert(change.conn, &policy)?;
    let mark = change.by.mark_on_user(change.app, action::CREATE_POLICY, owner)?;
    grants::mark_policy(change.conn, policy.id, mark)?;
    let version = PolicyVersion {
        policy_id: policy.id,
        version: policy_versions::next_number(change.conn, policy.id)?,
        document: policy.document.clone(),
        created_at: now,
        created_by: policy.created_by.clone(),
        is_default: true,
    };
    policy_versions::insert(change.conn, &version)?;
    change.event(EventName::CREATE_POLICY).about(&policy.name).fact("policy_id", policy.id.0).record(change);
    Ok(policy.id)
}

/// Changes name, description or text of a custom policy. Gives its id.
pub async fn update_policy(
    app: &App,
    caller: &Caller,
    key: PolicyKey,
    wanted: PolicyChange,
) -> Result<PolicyId, Failure> {
    match &key {
        PolicyKey::Id(id) => caller.ensure_on_policy(action::UPDATE_POLICY, *id)?,
        // Who may update no policy at all does not learn which names exist.
        PolicyKey::Name(name) => {
            let (owner, name) = (caller.owner(), name.clone());
            let found = app.store.read(move |conn| policies::by_name(conn, owner, &name)).await?;
            caller.ensure_on_policy(action::UPDATE_POLICY, found.map_or(PolicyId(0), |policy| policy.id))?;
        }
    }
    app.change(caller, move |change| update_policy_in(change, &key, &wanted)).await
}

pub(in crate::app) fn update_policy_in(
    change: &mut Change<'_>,
    key: &PolicyKey,
    wanted: &PolicyChange,
) -> Result<PolicyId, Failure> {
    let owner = change.by.owner();
    dialect::lock_account(change.conn, owner)?;
    let id = match key {
        PolicyKey::Id(id) => *id,
        PolicyKey::Name(name) => policies::by_name(change.conn, owner, name)?.ok_or(Failure::NotFound)?.id,
    };
    change.by.ensure_on_policy(action::UPDATE_POLICY, id)?;
    let before = changeable(change.conn, owner, id)?;
    let mut after = StoredPolicy { updated_at: change.app.clock.now(), ..before.clone() };
    if let Some(name) = wanted.name.as_ref().filter(|name| name.as_str() != before.name) {
        ensure_free_name(change.conn, owner, name)?;
        name.as_str().clone_into(&mut after.name);
    }
    if let Some(description) = &wanted.description {
        description.as_str().clone_into(&mut after.description);
    }
    policies::rename(change.conn, &after)?;
    if let Some(document) = &wanted.document {
        let mark = change.by.mark_on_policy(change.app, action::UPDATE_POLICY, id)?;
        policy_versions::overwrite_default(change.conn, id, document.as_str(), mark)?;
        note_loosening(change.conn, &before, mark)?;
    }
    let is_new = wanted.document.as_ref().is_some_and(|text| text.as_str() != before.document);
    let document =
        if is_new { ("the former text".into(), "a new text".into()) } else { (Value::Null, Value::Null) };
    change
        .event(EventName::UPDATE_POLICY)
        .about(&after.name)
        .fact("policy_id", id.0)
        .changed([
            ("name", before.name.into(), after.name.into()),
            ("description", before.description.into(), after.description.into()),
            ("document", document.0, document.1),
        ])
        .record(change);
    Ok(id)
}

/// Deletes custom policies with all their versions, all or none. None that bounds a user is deleted: without
/// its boundary that user could do more than before.
pub async fn delete_policies(
    app: &App,
    caller: &Caller,
    ids: Vec<PolicyId>,
    if_attached: IfAttached,
) -> Result<(), Failure> {
    for id in &ids {
        caller.ensure_on_policy(action::DELETE_POLICY, *id)?;
    }
    if ids.len() > MAX_DELETED_AT_ONCE {
        return Err(PolicyRefusal::TooManyAtOnce.into());
    }
    app.change(caller, move |change| {
        let mut ids = ids;
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            delete_policy_in(change, id, if_attached)?;
        }
        Ok(())
    })
    .await
}

pub(in crate::app) fn delete_policy_in(
    change: &mut Change<'_>,
    id: PolicyId,
    if_attached: IfAttached,
) -> Result<(), Failure> {
    change.by.ensure_on_policy(action::DELETE_POLICY, id)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    let policy = changeable(change.conn, change.by.owner(), id)?;
    let uses = policy_search::uses(change.conn, change.by.owner(), &[id])?.remove(&id).unwrap_or_default();
    if uses.boundaries > 0 {
        return Err(PolicyRefusal::BoundsUsers.into());
    }
    if if_attached == IfAttached::Refuse && uses.users + uses.groups > 0 {
        return Err(PolicyRefusal::Attached.into());
    }
    if limits(change.conn, &policy)? {
        let mark = change.by.mark_on_policy(change.app, action::DELETE_POLICY, id)?;
        if let Some(at) = mark.waits_from() {
            grants::loosen_holders(change.conn, id, at)?;
        }
    }
    policies::delete(change.conn, id)?;
    change
        .event(EventName::DELETE_POLICY)
        .about(&policy.name)
        .fact("policy_id", id.0)
        .fact("detached_users", uses.users)
        .fact("detached_groups", uses.groups)
        .record(change);
    Ok(())
}

/// A policy of the account itself; presets are found and refused.
pub(in crate::app) fn changeable(conn: &mut Conn, owner: Uin, id: PolicyId) -> Result<StoredPolicy, Failure> {
    let policy = policies::find(conn, owner, id)?.ok_or(PolicyRefusal::NoSuchPolicy(id))?;
    if policy.is_preset() { Err(PolicyRefusal::Preset.into()) } else { Ok(policy) }
}

/// A text that limited those who have it is another one now.
pub(in crate::app) fn note_loosening(
    conn: &mut Conn,
    before: &StoredPolicy,
    mark: Mark,
) -> Result<(), Failure> {
    if let Some(at) = loosened(conn, before, mark)? {
        grants::loosen_policy(conn, before.id, at)?;
    }
    Ok(())
}

fn ensure_free_name(conn: &mut Conn, owner: Uin, name: &PolicyName) -> Result<(), Failure> {
    match policies::by_name(conn, owner, name.as_str())? {
        Some(_) => Err(PolicyRefusal::NameTaken.into()),
        None => Ok(()),
    }
}
