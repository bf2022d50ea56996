//! What the console's editor does to a policy: one look before, one change after.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::policies::versions::create_version_in;
use crate::app::policies::{NewPolicy, PolicyChange, PolicyDetail, PolicyKey, changeable, update_policy_in};
use crate::app::{App, Failure};
use crate::domain::permission::{Denial, action};
use crate::domain::policies::{PolicyId, StoredPolicy};
use crate::store::{dialect, policy_search};

/// What an edit came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Edited {
    /// The number of the new version, when the text changed.
    pub version: Option<i64>,
    /// Whether name or description changed.
    pub is_renamed: bool,
}

/// A policy that the caller may read and give a new text.
pub async fn policy_to_edit(app: &App, caller: &Caller, id: PolicyId) -> Result<StoredPolicy, Failure> {
    caller.ensure_on_policy(action::GET_POLICY, id)?;
    ensure_may_edit(caller, id)?;
    let owner = caller.owner();
    app.store.read(move |conn| changeable(conn, owner, id)).await
}

/// Saves what differs, all or nothing: a new text is a new version, which decides from then on.
pub(in crate::app) fn edit_policy_in(
    change: &mut Change<'_>,
    id: PolicyId,
    new: NewPolicy,
) -> Result<Edited, Failure> {
    ensure_may_edit(change.by, id)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    let before = changeable(change.conn, change.by.owner(), id)?;
    let is_renamed = new.name.as_str() != before.name || new.description.as_str() != before.description;
    let is_new_text = new.document.as_str() != before.document;
    let NewPolicy { name, description, document } = new;
    if is_renamed {
        let wanted = PolicyChange { name: Some(name), description: Some(description), document: None };
        update_policy_in(change, &PolicyKey::Id(id), &wanted)?;
    }
    let version = if is_new_text { Some(create_version_in(change, &before, &document, true)?) } else { None };
    Ok(Edited { version, is_renamed })
}

/// A policy that the caller may delete, and what it is in use for.
pub async fn policy_to_delete(app: &App, caller: &Caller, id: PolicyId) -> Result<PolicyDetail, Failure> {
    caller.ensure_on_policy(action::DELETE_POLICY, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let policy = changeable(conn, owner, id)?;
            let uses = policy_search::uses(conn, owner, &[id])?.remove(&id).unwrap_or_default();
            Ok(PolicyDetail { policy, uses })
        })
        .await
}

fn ensure_may_edit(caller: &Caller, id: PolicyId) -> Result<(), Denial> {
    caller.ensure_on_policy(action::CREATE_POLICY_VERSION, id)?;
    caller.ensure_on_policy(action::SET_DEFAULT_POLICY_VERSION, id)
}
