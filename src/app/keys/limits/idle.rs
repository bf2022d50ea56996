//! Keys that nobody calls with: warned of, then disabled.

use crate::app::change::Outsider;
use crate::app::change::event::{CAMLOCK, Draft};
use crate::app::{App, Failure};
use crate::clock;
use crate::domain::audit::EventName;
use crate::domain::key::{Key, KeyStatus, SecretId};
use crate::domain::key_limits::idle_warnings;
use crate::domain::span::DAY;
use crate::store::api_keys::{self, Stamp};
use crate::store::{Conn, dialect, key_idle, key_usage};

/// Keys that are looked at one after another before others come in between.
const IN_ONE: i64 = 100;

/// Names the next look at a key whose silence counts from a moment.
pub(in crate::app) fn plan(conn: &mut Conn, key: &Key, from: i64) -> Result<(), Failure> {
    let days = key.limits.idle_days.filter(|_| key.is_enabled());
    Ok(key_idle::put(conn, &key.secret_id, days.map(|days| next(from, days, from)))?)
}

/// The next moment at which something is due: a warning, or the end.
fn next(from: i64, days: i64, now: i64) -> i64 {
    let end = from + days * DAY;
    idle_warnings(days).into_iter().map(|before| end - before).find(|at| *at > now).unwrap_or(end)
}

/// Whether there is a key to look at.
pub async fn is_due(app: &App) -> Result<bool, Failure> {
    let now = app.clock.now();
    Ok(!app.store.read(move |conn| key_idle::due(conn, now, 1)).await?.is_empty())
}

/// Looks at the keys that are due; says how many they were. What keys were used for lately is to be written down before.
pub async fn sweep(app: &App) -> Result<usize, Failure> {
    let now = app.clock.now();
    let due = app.store.read(move |conn| key_idle::due(conn, now, IN_ONE)).await?;
    let count = due.len();
    for id in due {
        app.change(&Outsider, move |change| {
            let draft = look(change.app, change.conn, &id)?;
            if let Some(draft) = draft {
                draft.record(change);
            }
            Ok(())
        })
        .await?;
    }
    Ok(count)
}

/// What became of one key: an event, if it was disabled or somebody is to be warned.
fn look(app: &App, conn: &mut Conn, id: &SecretId) -> Result<Option<Draft>, Failure> {
    let Some(found) = api_keys::signer(conn, id)? else {
        key_idle::put(conn, id, None)?;
        return Ok(None);
    };
    let holder = found.user;
    dialect::lock_user(conn, holder.uid)?;
    let now = app.clock.now();
    // Another server may have looked meanwhile, or somebody enabled it.
    if key_idle::due_of(conn, id)?.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let key = api_keys::find(conn, holder.uid, id)?;
    let Some((key, days)) = key.and_then(|key| key.limits.idle_days.map(|days| (key, days))) else {
        key_idle::put(conn, id, None)?;
        return Ok(None);
    };
    if !key.is_enabled() {
        key_idle::put(conn, id, None)?;
        return Ok(None);
    }
    let from = key.silent_since(key_usage::last_use(conn, id)?.map(|used| used.at()));
    let end = from + days * DAY;
    let event = |name| Draft::by_camlock(name, holder.owner_uin).on(&holder).object(id.as_str());
    if now >= end {
        api_keys::set_status(conn, &key, KeyStatus::Disabled, Stamp { by: CAMLOCK, at: now })?;
        key_idle::put(conn, id, None)?;
        return Ok(Some(event(EventName::DISABLE_API_KEY).fact("idle_days", days)));
    }
    key_idle::put(conn, id, Some(next(from, days, now)))?;
    let is_warned = idle_warnings(days).into_iter().any(|before| now >= end - before);
    Ok(is_warned.then(|| event(EventName::KEY_IDLE_SOON).fact("disabled_at", clock::iso(end))))
}
