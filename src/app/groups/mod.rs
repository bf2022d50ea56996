//! User groups: listed, created, renamed, deleted.

pub mod members;
pub mod policies;

use super::caller::Caller;
use crate::app::caller::clearance;
use crate::app::change::Change;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::{self, FieldError};
use crate::domain::group::{self, Group, GroupId, GroupRefusal, Holds, MAX_GROUPS};
use crate::domain::names::look_alike;
use crate::domain::paging::{Paged, Paging};
use crate::domain::permission::{Denial, action};
use crate::domain::user::Uin;
use crate::store::sequences::{self, Sequence};
use crate::store::{self, Conn, dialect, grants, groups};

/// A group with what the list shows beside it.
pub struct ListedGroup {
    pub group: Group,
    pub holds: Holds,
}

/// What is to be different about a group; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    pub name: Option<String>,
    pub remark: Option<String>,
}

/// A group as the head of its pages shows it, and what the caller may do there.
pub struct GroupHead {
    pub group: Group,
    pub members: bool,
    pub permissions: bool,
    pub may_edit: bool,
    pub may_delete: bool,
}

impl Caller {
    /// Refuses what the policies do not allow on a group of this account.
    pub fn ensure_group(&self, action: &'static str, id: GroupId) -> Result<(), Denial> {
        self.ensure_on(action, &group::resource_of(self.owner(), id))
    }

    /// Whether the policies allow an action on a group.
    pub fn may_group(&self, action: &'static str, id: GroupId) -> bool {
        self.ensure_group(action, id).is_ok()
    }
}

/// The account's groups whose name or remark holds a text.
pub async fn groups(
    app: &App,
    caller: &Caller,
    keyword: &str,
    paging: Paging,
) -> Result<Paged<ListedGroup>, Failure> {
    caller.ensure_here(action::LIST_GROUPS)?;
    let (owner, wanted) = (caller.owner(), keyword.trim().to_lowercase());
    app.store
        .read(move |conn| {
            let mut found = groups::of_account(conn, owner)?;
            found.retain(|group| {
                [&group.name, &group.remark].iter().any(|text| text.to_lowercase().contains(&wanted))
            });
            let Paged { rows, total } = paging.of(found);
            let ids: Vec<GroupId> = rows.iter().map(|group| group.id).collect();
            let held = groups::holds(conn, &ids)?;
            let listed =
                |group: Group| ListedGroup { holds: held.get(&group.id).copied().unwrap_or_default(), group };
            Ok(Paged { rows: rows.into_iter().map(listed).collect(), total })
        })
        .await
}

/// One group, for those to whom the policies allow an action on it.
pub async fn group(
    app: &App,
    caller: &Caller,
    action: &'static str,
    id: GroupId,
) -> Result<ListedGroup, Failure> {
    caller.ensure_group(action, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let group = found(conn, owner, id)?;
            let holds = groups::holds(conn, &[id])?.get(&id).copied().unwrap_or_default();
            Ok(ListedGroup { group, holds })
        })
        .await
}

/// Name and tabs of a group, for anyone who may open at least one of its pages.
pub async fn group_head(app: &App, caller: &Caller, id: GroupId) -> Result<GroupHead, Failure> {
    let (members, permissions) =
        (caller.may_group(action::LIST_MEMBERS, id), caller.may_group(action::LIST_GROUP_POLICIES, id));
    if !members && !permissions {
        caller.ensure_group(action::LIST_MEMBERS, id)?;
    }
    let owner = caller.owner();
    let group = app.store.read(move |conn| found(conn, owner, id)).await?;
    Ok(GroupHead {
        members,
        permissions,
        may_edit: caller.may_group(action::UPDATE_GROUP, id),
        may_delete: caller.may_group(action::DELETE_GROUP, id),
        group,
    })
}

/// Makes a group without users and without policies.
pub async fn create_group(app: &App, caller: &Caller, name: &str, remark: &str) -> Result<Group, Failure> {
    caller.ensure_here(action::CREATE_GROUP)?;
    let (name, remark) = (group::name(name)?, group::remark(remark)?);
    app.change(caller, move |change| {
        let owner_uin = change.by.owner();
        dialect::lock_account(change.conn, owner_uin)?;
        let known = groups::of_account(change.conn, owner_uin)?;
        if known.len() >= MAX_GROUPS {
            return Err(GroupRefusal::TooManyGroups.into());
        }
        ensure_free_name(&known, None, &name)?;
        let id = GroupId(sequences::next(change.conn, Sequence::Group)?);
        let group = Group { id, owner_uin, name, remark, created_at: change.app.clock.now() };
        groups::insert(change.conn, &group)?;
        let event = change.event(EventName::CreateGroup).about(&group.name);
        event.fact("group_id", id.0).fact("remark", group.remark.as_str()).record(change);
        Ok(group)
    })
    .await
}

/// Renames a group or changes its remark.
pub async fn update_group(
    app: &App,
    caller: &Caller,
    id: GroupId,
    wanted: GroupChange,
) -> Result<(), Failure> {
    caller.ensure_group(action::UPDATE_GROUP, id)?;
    app.change(caller, move |change| {
        dialect::lock_account(change.conn, change.by.owner())?;
        let before = found(change.conn, change.by.owner(), id)?;
        let after = wanted.applied_to(&before)?;
        if after.name != before.name {
            ensure_free_name(&groups::of_account(change.conn, change.by.owner())?, Some(id), &after.name)?;
        }
        groups::update(change.conn, &after)?;
        let event = change.event(EventName::UpdateGroup).about(&after.name).fact("group_id", id.0);
        let changed = [
            ("name", before.name.into(), after.name.into()),
            ("remark", before.remark.into(), after.remark.into()),
        ];
        event.changed(changed).record(change);
        Ok(())
    })
    .await
}

/// Deletes a group; its users lose what only the group gave them, from the commit on.
pub async fn delete_group(app: &App, caller: &Caller, id: GroupId) -> Result<(), Failure> {
    caller.ensure_group(action::DELETE_GROUP, id)?;
    app.change(caller, move |change| delete_group_in(change, id)).await
}

pub(in crate::app) fn delete_group_in(change: &mut Change<'_>, id: GroupId) -> Result<(), Failure> {
    change.by.ensure_group(action::DELETE_GROUP, id)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    let group = found(change.conn, change.by.owner(), id)?;
    let held = groups::holds(change.conn, &[id])?.get(&id).copied().unwrap_or_default();
    if held.members > 0 && limits(change.conn, change.by.owner(), id)? {
        let mark = change.by.mark_on_group(change.app, action::DELETE_GROUP, id)?;
        if let Some(at) = mark.waits_from() {
            grants::loosen_members(change.conn, id, at)?;
        }
    }
    groups::delete(change.conn, id)?;
    let event = change.event(EventName::DeleteGroup).about(&group.name).fact("group_id", id.0);
    let event = event.fact("users", held.members).fact("policies", held.policies);
    event.record(change);
    Ok(())
}

/// Whether a group takes something from its users, or did until lately.
pub(in crate::app) fn limits(conn: &mut Conn, owner: Uin, id: GroupId) -> Result<bool, Failure> {
    for held in groups::attached(conn, id)? {
        let policy = store::policies::find(conn, owner, held.policy_id)?;
        if let Some(policy) = policy
            && clearance::limits(conn, &policy)?
        {
            return Ok(true);
        }
    }
    Ok(grants::group_loosened_at(conn, id)?.is_some())
}

impl GroupChange {
    /// The group as it would be; only what changes is judged.
    fn applied_to(&self, before: &Group) -> Result<Group, FieldError> {
        let (name, remark) = (self.name.as_ref().unwrap_or(&before.name), self.remark.as_ref());
        Ok(Group {
            name: field::unless_kept(Some(&before.name), name, group::name)?,
            remark: field::unless_kept(
                Some(&before.remark),
                remark.unwrap_or(&before.remark),
                group::remark,
            )?,
            ..before.clone()
        })
    }
}

/// Refuses a name that another group has, or one that looks like it. An account has few.
fn ensure_free_name(known: &[Group], own: Option<GroupId>, name: &str) -> Result<(), GroupRefusal> {
    let key = name.to_lowercase();
    for group in known.iter().filter(|group| Some(group.id) != own) {
        if group.name.to_lowercase() == key {
            return Err(GroupRefusal::NameTaken);
        }
        if look_alike(&group.name, name) {
            return Err(GroupRefusal::LooksTaken);
        }
    }
    Ok(())
}

/// A group of the account.
pub(in crate::app) fn found(conn: &mut Conn, owner: Uin, id: GroupId) -> Result<Group, Failure> {
    groups::find(conn, owner, id)?.ok_or(GroupRefusal::NoGroup(id).into())
}
