//! The limits of a key: looked at and changed. What loosens one asks a person for a code, and is refused to a program.

pub mod ahead;
pub mod beyond;
pub mod first;
pub mod idle;
pub(in crate::app) mod keep;
pub mod operator;

use crate::app::caller::{By, Caller};
use crate::app::change::Change;
use crate::app::keys::limits::keep::{set, told_of};
use crate::app::keys::limits::operator::Limiting;
use crate::app::keys::trials::told::trial_in;
use crate::app::keys::{HeldKey, KeyRef, Place};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::permission::action;
use crate::domain::trial::Trial;
use crate::domain::user::User;
use crate::store::{Conn, api_keys, dialect, users};

/// A key, with what the caller may do with its limits.
pub struct LimitsPage {
    pub held: HeldKey,
    pub may_update: bool,
    /// While it is tried off.
    pub trial: Option<Trial>,
}

impl LimitsPage {
    /// Whether the key stays disabled once these limits are set, as they end its trial.
    pub fn is_end_of_trial(&self, written: &WrittenLimits, now: i64) -> bool {
        let limits = &self.held.key.limits;
        self.trial.is_some() && written.read(limits, now).is_ok_and(|after| !after.counts_like(limits))
    }
}

/// A key and its limits.
pub async fn limits(app: &App, caller: &Caller, key: &KeyRef) -> Result<LimitsPage, Failure> {
    let key = key.clone();
    app.view(caller, move |view| {
        let holder = holder_of(view.conn, view.by, key.place, action::QUERY_KEY_LIMITS)?;
        let may_update = view.by.ensure(action::UPDATE_KEY_LIMITS, holder.uin).is_ok();
        let key = api_keys::find(view.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
        let trial = trial_in(view.conn, &key)?;
        Ok(LimitsPage { held: HeldKey { holder, key }, may_update, trial })
    })
    .await
}

/// Sets some limits of a key, for a program; from the commit on they hold.
pub async fn update_limits(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    limiting: Limiting,
) -> Result<(), Failure> {
    let key = key.clone();
    app.change(caller, move |change| {
        let holder = holder_of(change.conn, change.by, key.place, action::UPDATE_KEY_LIMITS)?;
        dialect::lock_user(change.conn, holder.uid)?;
        let found = api_keys::find(change.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
        let written = limiting.clone().over(WrittenLimits::of(&found.limits, " "));
        set_limits_in(change, &key, &written)
    })
    .await
}

/// Sets the limits of a key; from the commit on they hold.
pub(in crate::app) fn set_limits_in(
    change: &mut Change<'_>,
    key: &KeyRef,
    written: &WrittenLimits,
) -> Result<(), Failure> {
    let holder = holder_of(change.conn, change.by, key.place, action::UPDATE_KEY_LIMITS)?;
    dialect::lock_user(change.conn, holder.uid)?;
    let key = api_keys::find(change.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
    let (expiry, now) = (change.by.account.settings.key_expiry, change.app.clock.now());
    let after = written.read_over(&key.limits, expiry, now).map_err(Failure::Invalid)?;
    if after == key.limits {
        return Ok(());
    }
    if after.is_looser_than(&key.limits) {
        ensure_may_loosen(change, &holder)?;
    }
    let is_end = set(change.app, change.conn, &key, &after)?;
    let event = change.event(EventName::UPDATE_KEY_LIMITS).on(&holder).object(key.secret_id.as_str());
    told_of(event, &key.limits, &after, is_end).record(change);
    Ok(())
}

fn ensure_may_loosen(change: &Change<'_>, holder: &User) -> Result<(), Failure> {
    if matches!(change.by.by, By::Key(_)) {
        return Err(Failure::refused((
            "A call can only tighten limits. Loosen them in the console, where a code is asked for.",
            "接口只能收紧限制；放宽限制请在控制台操作并通过身份验证。",
        )));
    }
    change.by.mark_on_user(change.app, action::UPDATE_KEY_LIMITS, holder.uin).map(drop)
}

/// The user whose key is meant, once the caller's policies allow the action. Denied before missing: no oracle.
pub(in crate::app) fn holder_of(
    conn: &mut Conn,
    caller: &Caller,
    place: Place,
    action: &'static str,
) -> Result<User, Failure> {
    let uin = match place {
        Place::Own => caller.user.uin,
        Place::Of(uin) => uin,
    };
    caller.ensure(action, uin)?;
    let holder = match place {
        Place::Own => User::clone(&caller.user),
        Place::Of(uin) => users::find(conn, caller.owner(), uin)?.ok_or(Failure::NotFound)?,
    };
    caller.ensure_not_of_root(action, &holder)?;
    Ok(holder)
}
