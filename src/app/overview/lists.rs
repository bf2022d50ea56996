//! What stands behind what the overview tells: the keys and users themselves, a page at a time.

use super::{sources, when};
use crate::app::caller::Caller;
use crate::app::keys::usage;
use crate::app::{App, Failure};
use crate::domain::attention::{KeyCause, KeyFound, Named, Spot, When};
use crate::domain::key::SecretId;
use crate::domain::paging::{PAGE_ROWS, cut_page};
use crate::domain::permission::action;
use crate::domain::user::Uid;
use crate::store::key_lines::{self, Part, Wanted};
use crate::store::{Conn, standing_users};
use std::collections::HashMap;

/// Administrators of one page, which has no second.
const MOST_LISTED: usize = 200;

/// Keys with a cause, the worst first, each with who has it.
pub struct KeyPage {
    pub when: When,
    /// Whether all keys that an older version left are counted.
    pub is_filled: bool,
    pub rows: Vec<HeldKey>,
    /// Where the next page begins, if there is one.
    pub next: Option<Spot>,
}

/// A key and who has it.
pub struct HeldKey {
    pub key: KeyFound,
    pub holder: Named,
}

/// A user, and since when it has been inactive.
pub struct UserRow {
    pub user: Named,
    pub since: Option<i64>,
}

/// Users, the worst first.
pub struct UserPage {
    pub is_filled: bool,
    pub rows: Vec<UserRow>,
    pub next: Option<Spot>,
    /// How many more there are that are not listed.
    pub unlisted: usize,
    /// How many administrators were looked at, where there are more.
    pub part_of: Option<usize>,
}

/// Keys of the caller's account with a cause, from a place on.
pub async fn keys(
    app: &App,
    caller: &Caller,
    cause: KeyCause,
    after: Option<Spot>,
) -> Result<KeyPage, Failure> {
    caller.ensure_here(action::GET_OVERVIEW)?;
    usage::flush_usage(app).await?;
    let when = when(app, caller);
    app.view(caller, move |view| {
        let wanted = Wanted { owner: view.by.owner(), cause, when };
        let part = Part { after: after.as_ref(), limit: usize::from(PAGE_ROWS) + 1 };
        let mut found = key_lines::page(view.conn, wanted, part)?;
        let next = cut_page(&mut found, PAGE_ROWS);
        let next = next.map(|key| Spot { at: key.at(cause), id: key.secret_id.to_string() });
        let is_filled = key_lines::is_filled(view.conn)?;
        Ok(KeyPage { when, is_filled, rows: with_holders(view.conn, found)?, next })
    })
    .await
}

/// The keys of root, disabled ones included.
pub async fn root_keys(app: &App, caller: &Caller) -> Result<KeyPage, Failure> {
    caller.ensure_here(action::GET_OVERVIEW)?;
    usage::flush_usage(app).await?;
    let when = when(app, caller);
    app.view(caller, move |view| {
        let found = sources::keys_of_root(view)?;
        let is_filled = key_lines::is_filled(view.conn)?;
        Ok(KeyPage { when, is_filled, rows: with_holders(view.conn, found)?, next: None })
    })
    .await
}

fn with_holders(conn: &mut Conn, found: Vec<KeyFound>) -> Result<Vec<HeldKey>, Failure> {
    let mut uids: Vec<Uid> = found.iter().map(|key| key.uid).collect();
    uids.dedup();
    let holders: HashMap<Uid, Named> = key_lines::named(conn, &uids)?;
    let held = |key: KeyFound| holders.get(&key.uid).cloned().map(|holder| HeldKey { key, holder });
    Ok(found.into_iter().filter_map(held).collect())
}

/// Refused calls of some keys in the last 24 hours, and the most frequent reason of each.
pub async fn refusals(app: &App, caller: &Caller, ids: Vec<SecretId>) -> Result<Vec<Refusals>, Failure> {
    caller.ensure_here(action::GET_OVERVIEW)?;
    let since = when(app, caller).start(KeyCause::Refused);
    app.view(caller, move |view| {
        let mut told = Vec::new();
        for id in &ids {
            let found = key_lines::refused_since(view.conn, id, since)?;
            told.push(Refusals { calls: found.iter().map(|(_, calls)| calls).sum(), reasons: found });
        }
        Ok(told)
    })
    .await
}

/// Refused calls of a key.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    pub calls: i64,
    /// The stable name of each reason and how often, the most frequent first.
    pub reasons: Vec<(String, i64)>,
}

/// Users of the caller's account without use, from a place on.
pub async fn inactive_users(app: &App, caller: &Caller, after: Option<Spot>) -> Result<UserPage, Failure> {
    caller.ensure_here(action::GET_OVERVIEW)?;
    let before = when(app, caller).users_end();
    app.view(caller, move |view| {
        let (conn, owner) = (&mut *view.conn, view.by.owner());
        let part = Part { after: after.as_ref(), limit: usize::from(PAGE_ROWS) + 1 };
        let mut found = standing_users::inactive(conn, owner, before, part)?;
        let next = cut_page(&mut found, PAGE_ROWS);
        let next = next.map(|(uid, since)| Spot { at: *since, id: uid.0.to_string() });
        let uids: Vec<Uid> = found.iter().map(|(uid, _)| *uid).collect();
        let mut named = key_lines::named(conn, &uids)?;
        let row = |(uid, since)| named.remove(&uid).map(|user| UserRow { user, since: Some(since) });
        Ok(UserPage {
            rows: found.into_iter().filter_map(row).collect(),
            next,
            is_filled: key_lines::is_filled(conn)?,
            unlisted: 0,
            part_of: None,
        })
    })
    .await
}

/// Administrators of the caller's account who sign in with a password alone.
pub async fn administrators(app: &App, caller: &Caller) -> Result<UserPage, Failure> {
    caller.ensure_here(action::GET_OVERVIEW)?;
    app.view(caller, move |view| {
        let owner = view.by.owner();
        let found = standing_users::unprotected(view.conn, owner, sources::MOST_ADMINISTRATORS)?;
        let row = |user| UserRow { user, since: None };
        Ok(UserPage {
            unlisted: found.users.len().saturating_sub(MOST_LISTED),
            rows: found.users.into_iter().take(MOST_LISTED).map(row).collect(),
            next: None,
            is_filled: true,
            part_of: found.is_part.then_some(found.looked_at),
        })
    })
    .await
}
