//! Who is in which group.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::groups::{found, limits};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::group::{
    Group, GroupId, GroupRefusal, Joined, MAX_AT_ONCE, Member, UserRef, ensure_can_join, ensure_room,
};
use crate::domain::paging::{Paged, Paging};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User};
use crate::store::{Conn, dialect, grants, groups, users};

/// A user and the group it is to be in, or no longer.
pub type Pair = (GroupId, UserRef);

/// The users of a group.
pub async fn members(
    app: &App,
    caller: &Caller,
    id: GroupId,
    paging: Paging,
) -> Result<Paged<Member>, Failure> {
    caller.ensure_group(action::LIST_MEMBERS, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            found(conn, owner, id)?;
            Ok(paging.of(groups::members(conn, id)?))
        })
        .await
}

/// A group and all its users.
pub async fn group_with_members(
    app: &App,
    caller: &Caller,
    id: GroupId,
) -> Result<(Group, Vec<Member>), Failure> {
    caller.ensure_group(action::GET_GROUP, id)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let group = found(conn, owner, id)?;
            Ok((group, groups::members(conn, id)?))
        })
        .await
}

/// The groups that a user is in.
pub async fn groups_of(
    app: &App,
    caller: &Caller,
    user: UserRef,
    paging: Paging,
) -> Result<Paged<Joined>, Failure> {
    app.view(caller, move |view| {
        let target = person(view.conn, view.by.owner(), user);
        // Denied before missing: an unknown UID is asked about like the account itself.
        let uin = match (&target, user) {
            (Ok(user), _) => user.uin,
            (Err(_), UserRef::Uin(uin)) => uin,
            (Err(_), UserRef::Uid(_)) => view.by.owner(),
        };
        view.by.ensure(action::LIST_GROUPS_OF_USER, uin)?;
        Ok(paging.of(groups::of_user(view.conn, target?.uid)?))
    })
    .await
}

/// Puts users into groups, all or none. Who is in a group already stays in it.
pub async fn add_to_groups(app: &App, caller: &Caller, pairs: Vec<Pair>) -> Result<(), Failure> {
    for (id, _) in &pairs {
        caller.ensure_group(action::ADD_MEMBER, *id)?;
    }
    app.change(caller, move |change| add_to_groups_in(change, &pairs)).await
}

pub(in crate::app) fn add_to_groups_in(change: &mut Change<'_>, pairs: &[Pair]) -> Result<(), Failure> {
    for (id, _) in pairs {
        change.by.ensure_group(action::ADD_MEMBER, *id)?;
    }
    ensure_few(pairs)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    lock_all(change.conn, change.by.owner(), pairs)?;
    pairs.iter().try_for_each(|(id, user)| add_in(change, *id, *user))
}

fn add_in(change: &mut Change<'_>, id: GroupId, user: UserRef) -> Result<(), Failure> {
    let group = found(change.conn, change.by.owner(), id)?;
    let user = locked(change.conn, change.by.owner(), user)?;
    ensure_can_join(user.kind)?;
    if groups::is_member(change.conn, id, user.uid)? {
        return Ok(());
    }
    ensure_room(groups::count_members(change.conn, id)?, groups::count_of_user(change.conn, user.uid)?)?;
    let mark = change.by.mark_on_group(change.app, action::ADD_MEMBER, id)?;
    groups::add_member(change.conn, id, user.uid, mark)?;
    let event = change.event(EventName::ADD_USER_TO_GROUP).on(&user).object(&group.name);
    event.fact("group_id", id.0).record(change);
    Ok(())
}

/// Takes users out of groups, all or none.
pub async fn remove_from_groups(app: &App, caller: &Caller, pairs: Vec<Pair>) -> Result<(), Failure> {
    for (id, _) in &pairs {
        caller.ensure_group(action::REMOVE_MEMBER, *id)?;
    }
    app.change(caller, move |change| remove_from_groups_in(change, &pairs)).await
}

pub(in crate::app) fn remove_from_groups_in(change: &mut Change<'_>, pairs: &[Pair]) -> Result<(), Failure> {
    for (id, _) in pairs {
        change.by.ensure_group(action::REMOVE_MEMBER, *id)?;
    }
    ensure_few(pairs)?;
    dialect::lock_account(change.conn, change.by.owner())?;
    lock_all(change.conn, change.by.owner(), pairs)?;
    pairs.iter().try_for_each(|(id, user)| remove_in(change, *id, *user))
}

fn remove_in(change: &mut Change<'_>, id: GroupId, user: UserRef) -> Result<(), Failure> {
    let group = found(change.conn, change.by.owner(), id)?;
    let named = user;
    let user = person(change.conn, change.by.owner(), named)?;
    if !groups::remove_member(change.conn, id, user.uid)? {
        return Err(GroupRefusal::NotMember(named, id).into());
    }
    let mark = change.by.mark_on_group(change.app, action::REMOVE_MEMBER, id)?;
    if let Some(at) = mark.waits_from()
        && limits(change.conn, change.by.owner(), id)?
    {
        grants::loosen_user(change.conn, user.uid, at)?;
    }
    let event = change.event(EventName::REMOVE_USER_FROM_GROUP).on(&user).object(&group.name);
    event.fact("group_id", id.0).record(change);
    Ok(())
}

fn ensure_few(pairs: &[Pair]) -> Result<(), GroupRefusal> {
    if pairs.len() <= MAX_AT_ONCE { Ok(()) } else { Err(GroupRefusal::TooManyAtOnce) }
}

/// A user of the account.
fn person(conn: &mut Conn, owner: Uin, user: UserRef) -> Result<User, Failure> {
    let known = match user {
        UserRef::Uin(uin) => users::find(conn, owner, uin)?,
        UserRef::Uid(uid) => users::by_uid(conn, uid)?.filter(|user| user.owner_uin == owner),
    };
    known.ok_or(GroupRefusal::NoUser(user).into())
}

/// Keeps everybody from being changed, in the same order everywhere and before the first event.
fn lock_all(conn: &mut Conn, owner: Uin, pairs: &[Pair]) -> Result<(), Failure> {
    let mut uids = Vec::with_capacity(pairs.len());
    for (_, user) in pairs {
        uids.push(person(conn, owner, *user)?.uid);
    }
    uids.sort_unstable();
    for uid in uids {
        dialect::lock_user(conn, uid)?;
    }
    Ok(())
}

/// The same, kept from being deleted until the transaction ends.
fn locked(conn: &mut Conn, owner: Uin, user: UserRef) -> Result<User, Failure> {
    let seen = person(conn, owner, user)?;
    dialect::lock_user(conn, seen.uid)?;
    person(conn, owner, user)
}
