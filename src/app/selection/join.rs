//! Several users into one group.

use super::{Chosen, Fate, Selection};
use crate::app::caller::Caller;
use crate::app::change::View;
use crate::app::{App, Failure};
use crate::domain::group::{Group, GroupId, GroupRefusal, MAX_GROUPS_PER_USER, MAX_MEMBERS};
use crate::domain::permission::action;
use crate::domain::user::{Uid, Uin, UserKind};
use crate::store::groups;
use std::collections::HashMap;

/// A group, and what joining it means for each of some users.
pub async fn joining(
    app: &App,
    caller: &Caller,
    group: GroupId,
    uins: Vec<Uin>,
) -> Result<(Group, Selection), Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    caller.ensure_group(action::ADD_MEMBER, group)?;
    app.view(caller, move |view| {
        let group = groups::find(view.conn, view.by.owner(), group)?.ok_or(Failure::NotFound)?;
        let mut selection = Selection::load(view, &uins)?;
        let uids = selection.uids();
        let members = groups::joined(view.conn, group.id, &uids)?;
        let counts = groups::counts_of_users(view.conn, &uids)?;
        let mut room = MAX_MEMBERS.saturating_sub(groups::count_members(view.conn, group.id)?);
        for chosen in &mut selection.users {
            chosen.fate = fate(view, chosen, &Joined { members: &members, counts: &counts });
            if chosen.is_due() && !members.contains_key(&chosen.user.uid) {
                if room == 0 {
                    chosen.fate = Fate::left_out(GroupRefusal::GroupFull);
                }
                room = room.saturating_sub(1);
            }
        }
        Ok((group, selection))
    })
    .await
}

/// Who is in the group since when; in how many groups each is.
struct Joined<'a> {
    members: &'a HashMap<Uid, i64>,
    counts: &'a HashMap<Uid, usize>,
}

fn fate(view: &View<'_>, chosen: &Chosen, joined: &Joined<'_>) -> Fate {
    let user = &chosen.user;
    if user.kind == UserKind::Root {
        return Fate::left_out(GroupRefusal::IsRoot);
    }
    let since = joined.members.get(&user.uid);
    match since.filter(|_| view.by.may(action::LIST_GROUPS_OF_USER, user.uin)) {
        Some(since) => Fate::Already { since: Some(*since), by: String::new() },
        None if since.is_none()
            && joined.counts.get(&user.uid).is_some_and(|count| *count >= MAX_GROUPS_PER_USER) =>
        {
            Fate::left_out(GroupRefusal::UserFull)
        }
        None => Fate::Due,
    }
}
