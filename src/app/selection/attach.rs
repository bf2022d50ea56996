//! One policy for several users.

use super::{Chosen, Fate, Selection};
use crate::app::caller::Caller;
use crate::app::change::View;
use crate::app::policies::holders::HolderRef;
use crate::app::{App, Failure};
use crate::domain::permission::action;
use crate::domain::policies::{PolicyId, StoredPolicy, ensure_room};
use crate::domain::user::{Uid, Uin, UserKind};
use crate::store::{attachments, policies};
use std::collections::HashMap;

/// A policy, and what attaching it means for each of some users.
pub async fn attaching(
    app: &App,
    caller: &Caller,
    policy: PolicyId,
    uins: Vec<Uin>,
) -> Result<(StoredPolicy, Selection), Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    app.view(caller, move |view| {
        let policy = policies::find(view.conn, view.by.owner(), policy)?.ok_or(Failure::NotFound)?;
        let mut selection = Selection::load(view, &uins)?;
        let uids = selection.uids();
        let holders = attachments::of_policy(view.conn, policy.id, &uids)?;
        let counts = attachments::counts(view.conn, &uids)?;
        for chosen in &mut selection.users {
            chosen.fate = fate(view, chosen, &Held { holders: &holders, counts: &counts });
        }
        Ok((policy, selection))
    })
    .await
}

/// Who has the policy, since when and by whom; how many each has.
struct Held<'a> {
    holders: &'a HashMap<Uid, (i64, String)>,
    counts: &'a HashMap<Uid, usize>,
}

fn fate(view: &View<'_>, chosen: &Chosen, held: &Held<'_>) -> Fate {
    let user = &chosen.user;
    if user.kind == UserKind::Root {
        return Fate::left_out("The root user may do everything; policies do not limit it.");
    }
    if let Err(denial) = view.by.ensure_attach(HolderRef::User(user.uin)) {
        return Fate::denied(&denial);
    }
    match held.holders.get(&user.uid) {
        Some((since, by)) if view.by.may(action::LIST_ATTACHED, user.uin) => {
            Fate::Already { since: Some(*since), by: by.clone() }
        }
        // Who may not know it is told nothing of it.
        Some(_) => Fate::Due,
        None => Fate::unless(ensure_room(held.counts.get(&user.uid).copied().unwrap_or_default())),
    }
}
