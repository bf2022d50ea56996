//! Versions of a custom policy: five texts at most, one of them decides.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::policies::{changeable, note_loosening};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::permission::action;
use crate::domain::policies::{Document, MAX_VERSIONS, PolicyId, PolicyRefusal, PolicyVersion, StoredPolicy};
use crate::store::{Conn, dialect, policies, policy_versions};

/// The versions of a policy, newest first; a preset has one.
pub async fn policy_versions(
    app: &App,
    caller: &Caller,
    id: PolicyId,
) -> Result<Vec<PolicyVersion>, Failure> {
    caller.ensure_on_policy(action::LIST_POLICY_VERSIONS, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let policy = policies::find(conn, owner, id)?.ok_or(PolicyRefusal::NoSuchPolicy(id))?;
            versions_of(conn, &policy)
        })
        .await
}

/// One version of a policy.
pub async fn policy_version(
    app: &App,
    caller: &Caller,
    id: PolicyId,
    version: i64,
) -> Result<PolicyVersion, Failure> {
    caller.ensure_on_policy(action::GET_POLICY_VERSION, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let policy = policies::find(conn, owner, id)?.ok_or(PolicyRefusal::NoSuchPolicy(id))?;
            one_of(&versions_of(conn, &policy)?, version).cloned()
        })
        .await
}

/// A text that becomes a version, and whether it decides from then on.
pub struct NewVersion {
    pub document: Document,
    pub is_default: bool,
}

/// Adds a version, and lets it decide if asked to: that takes both permissions. Gives its number.
pub async fn create_policy_version(
    app: &App,
    caller: &Caller,
    id: PolicyId,
    new: NewVersion,
) -> Result<i64, Failure> {
    let NewVersion { document, is_default } = new;
    caller.ensure_on_policy(action::CREATE_POLICY_VERSION, id)?;
    if is_default {
        caller.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id)?;
    }
    app.change(caller, move |change| {
        dialect::lock_account(change.conn, change.by.owner())?;
        let policy = changeable(change.conn, change.by.owner(), id)?;
        create_version_in(change, &policy, &document, is_default)
    })
    .await
}

pub(in crate::app) fn create_version_in(
    change: &mut Change<'_>,
    policy: &StoredPolicy,
    document: &Document,
    is_default: bool,
) -> Result<i64, Failure> {
    if policy_versions::of_policy(change.conn, policy.id)?.len() >= MAX_VERSIONS {
        return Err(PolicyRefusal::VersionsFull.into());
    }
    let version = PolicyVersion {
        policy_id: policy.id,
        version: policy_versions::next_number(change.conn, policy.id)?,
        document: document.as_str().to_owned(),
        created_at: change.app.clock.now(),
        created_by: change.by.user.name.clone(),
        is_default: false,
    };
    policy_versions::insert(change.conn, &version)?;
    if is_default {
        let mark = change.by.mark_on_policy(change.app, action::SET_DEFAULT_POLICY_VERSION, policy.id)?;
        policy_versions::set_default(change.conn, &version, mark)?;
        note_loosening(change.conn, policy, mark)?;
    }
    change
        .event(EventName::CreatePolicyVersion)
        .about(&policy.name)
        .fact("policy_id", policy.id.0)
        .fact("version", version.version)
        .fact("default", is_default)
        .record(change);
    Ok(version.version)
}

/// Makes another version the one that decides.
pub async fn set_default_policy_version(
    app: &App,
    caller: &Caller,
    id: PolicyId,
    version: i64,
) -> Result<(), Failure> {
    caller.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id)?;
    app.change(caller, move |change| set_default_in(change, id, version)).await
}

pub(in crate::app) fn set_default_in(
    change: &mut Change<'_>,
    id: PolicyId,
    version: i64,
) -> Result<(), Failure> {
    change.by.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    let policy = changeable(change.conn, change.by.owner(), id)?;
    let versions = policy_versions::of_policy(change.conn, id)?;
    let chosen = one_of(&versions, version)?;
    if chosen.is_default {
        return Err(PolicyRefusal::AlreadyDefault.into());
    }
    let mark = change.by.mark_on_policy(change.app, action::SET_DEFAULT_POLICY_VERSION, id)?;
    policy_versions::set_default(change.conn, chosen, mark)?;
    note_loosening(change.conn, &policy, mark)?;
    let event = change.event(EventName::SetDefaultPolicyVersion).about(&policy.name).fact("policy_id", id.0);
    let before = versions.iter().find(|known| known.is_default).map(|known| known.version);
    event.changed([("default_version", before.into(), version.into())]).record(change);
    Ok(())
}

/// Deletes versions, all or none; the default one stays.
pub async fn delete_policy_versions(
    app: &App,
    caller: &Caller,
    id: PolicyId,
    numbers: Vec<i64>,
) -> Result<(), Failure> {
    caller.ensure_on_policy(action::DELETE_POLICY_VERSION, id)?;
    app.change(caller, move |change| {
        dialect::lock_account(change.conn, change.by.owner())?;
        let policy = changeable(change.conn, change.by.owner(), id)?;
        let versions = policy_versions::of_policy(change.conn, id)?;
        let mut numbers = numbers;
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            if one_of(&versions, number)?.is_default {
                return Err(PolicyRefusal::DefaultVersion.into());
            }
            policy_versions::delete(change.conn, id, number)?;
            change
                .event(EventName::DeletePolicyVersion)
                .about(&policy.name)
                .fact("policy_id", id.0)
                .fact("version", number)
                .record(change);
        }
        Ok(())
    })
    .await
}

fn versions_of(conn: &mut Conn, policy: &StoredPolicy) -> Result<Vec<PolicyVersion>, Failure> {
    if !policy.is_preset() {
        return Ok(policy_versions::of_policy(conn, policy.id)?);
    }
    Ok(vec![PolicyVersion {
        policy_id: policy.id,
        version: 1,
        document: policy.document.clone(),
        created_at: policy.created_at,
        created_by: policy.created_by.clone(),
        is_default: true,
    }])
}

fn one_of(versions: &[PolicyVersion], number: i64) -> Result<&PolicyVersion, Failure> {
    let found = versions.iter().find(|version| version.version == number);
    found.ok_or_else(|| PolicyRefusal::NoSuchVersion(number).into())
}
