//! Keys of several users that nobody has used for a while.

use super::{Chosen, Fate, Selection};
use crate::app::caller::Caller;
use crate::app::change::View;
use crate::app::keys::deeds::{Via, set_status};
use crate::app::keys::usage::flush_usage;
use crate::app::keys::{HeldKey, KeyRef, Operation, Place, locked};
use crate::app::{App, Failure};
use crate::domain::key::{KeyStatus, SecretId};
use crate::domain::permission::action;
use crate::domain::span::DAY;
use crate::domain::user::Uin;
use crate::store::{dialect, key_usage};

/// Days without a call after which a key is stale, unless somebody says otherwise; and what can be said.
pub const STALE_DAYS: i64 = 90;
pub const MOST_DAYS: i64 = 3_650;

/// A key that was shown as stale, and whose it is.
#[derive(Clone, Debug)]
pub struct StaleKey {
    pub uin: Uin,
    pub id: SecretId,
}

/// What disabling the keys that were silent for some days means for each of some users.
pub async fn staleness(app: &App, caller: &Caller, days: i64, uins: Vec<Uin>) -> Result<Selection, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    app.view(caller, move |view| {
        let now = view.app.clock.now();
        let mut selection = Selection::load(view, &uins)?;
        for chosen in &mut selection.users {
            chosen.fate = fate(view, chosen);
            let is_due = chosen.is_due();
            for state in &mut chosen.keys {
                state.is_due = is_due && state.key.is_stale(state.used_at, now - days * DAY);
            }
            if is_due && !chosen.keys.iter().any(|state| state.is_due) {
                chosen.fate = Fate::Already { since: None, by: String::new() };
            }
        }
        Ok(selection)
    })
    .await
}

fn fate(view: &View<'_>, chosen: &Chosen) -> Fate {
    let place = Place::Of(chosen.user.uin);
    // The page names the keys.
    for operation in [Operation::Query, Operation::Disable] {
        if let Err(denial) = view.by.ensure_key(place, operation, &chosen.user) {
            return Fate::denied(&denial);
        }
    }
    Fate::Due
}

/// Disables those of the keys that are stale still, in one transaction; gives how many that were. Revoking is the safe
/// direction: a key that meanwhile is gone, in use or out of the caller's reach is passed over and keeps no other from it.
pub async fn disable_stale(
    app: &App,
    caller: &Caller,
    days: i64,
    mut keys: Vec<StaleKey>,
) -> Result<usize, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    flush_usage(app).await?;
    keys.sort_by(|one, other| (one.uin, &one.id).cmp(&(other.uin, &other.id)));
    app.change_again(caller, move |change| {
        let since = change.app.clock.now() - days * DAY;
        dialect::lock_account(change.conn, change.by.owner())?;
        let mut done = 0;
        for StaleKey { uin, id } in &keys {
            let wanted = KeyRef { place: Place::Of(*uin), id: id.clone() };
            let held: HeldKey = match locked(change, &wanted, Operation::Disable) {
                Ok(held) => held,
                Err(Failure::NotFound | Failure::Denied(_)) => continue,
                Err(other) => return Err(other),
            };
            let used_at = key_usage::last_use(change.conn, &held.key.secret_id)?.map(|used| used.at());
            if held.key.is_stale(used_at, since) {
                set_status(change, &held, KeyStatus::Disabled, Via::Console)?;
                done += 1;
            }
        }
        Ok(done)
    })
    .await
}
