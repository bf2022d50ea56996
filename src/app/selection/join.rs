//! Several users into one group.

use super::{Chosen, Fate, Selection};
use crate::app::caller::Caller;
use crate::app::change::View;
use crate::app::{App, Failure};
use crate::domain::group::{Group, GroupId, ensure_can_join, ensure_room};
use crate::domain::permission::action;
use crate::domain::user::{Uid, Uin};
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
        let mut joined =
            Joined { members: &members, counts: &counts, count: groups::count_members(view.conn, group.id)? };
        for chosen in &mut selection.users {
            chosen.fate = fate(view, chosen, &joined);
            if chosen.is_due() && !members.contains_key(&chosen.user.uid) {
                joined.count += 1;
            }
        }
        Ok((group, selection))
    })
    .await
}

/// Who is in the group since when; in how many groups each is; how many users the group would have by then.
struct Joined<'a> {
    members: &'a HashMap<Uid, i64>,
    counts: &'a HashMap<Uid, usize>,
    count: usize,
}

fn fate(view: &View<'_>, chosen: &Chosen, joined: &Joined<'_>) -> Fate {
    let user = &chosen.user;
    if let Err(refusal) = ensure_can_join(user.kind) {
        return Fate::left_out(refusal);
    }
    match joined.members.get(&user.uid) {
        Some(since) if view.by.may(action::LIST_GROUPS_OF_USER, user.uin) => {
            Fate::Already { since: Some(*since), by: String::new() }
        }
        // Who may not know it is told nothing of it.
        Some(_) => Fate::Due,
        None => {
            let groups = joined.counts.get(&user.uid).copied().unwrap_or_default();
            Fate::unless(ensure_room(joined.count, groups))
        }
    }
}
