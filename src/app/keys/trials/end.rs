//! How a trial ends by itself.

use crate::app::change::event::{CAMLOCK, Draft};
use crate::app::change::{Change, Outsider};
use crate::app::keys::limits::idle;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::key::{Key, KeyStatus};
use crate::domain::trial::Trial;
use crate::store::api_keys::{self, Stamp};
use crate::store::{dialect, trials, users};

/// Trials that are looked up at once.
const AT_ONCE: i64 = 100;

/// Enables the keys whose trials are over, each in a transaction of its own; says how many. Whatever was changed meanwhile
/// ended the trial, and two servers that do this at once enable a key once.
pub async fn end_trials(app: &App) -> Result<usize, Failure> {
    let mut enabled = 0;
    loop {
        let now = app.clock.now();
        let ended = app.store.read(move |conn| trials::ended(conn, now, AT_ONCE)).await?;
        if ended.is_empty() {
            return Ok(enabled);
        }
        for trial in ended {
            let is_done = app.change_again(&Outsider, move |change| end(change, &trial)).await?;
            enabled += usize::from(is_done);
        }
    }
}

fn end(change: &mut Change<'_, Outsider>, trial: &Trial) -> Result<bool, Failure> {
    let (id, now) = (&trial.secret_id, change.app.clock.now());
    dialect::lock_user(change.conn, trial.uid)?;
    if !trials::take_ended(change.conn, id, now)? {
        return Ok(false);
    }
    let holder = users::by_uid(change.conn, trial.uid)?.ok_or(Failure::Corrupt("trials.uid"))?;
    let key = api_keys::find(change.conn, trial.uid, id)?.ok_or(Failure::Corrupt("trials.secret_id"))?;
    if !api_keys::set_status(change.conn, &key, KeyStatus::Enabled, Stamp { by: CAMLOCK, at: now })? {
        return Ok(false);
    }
    idle::plan(change.conn, &Key { status: KeyStatus::Enabled, ..key }, now)?;
    let event = Draft::by_camlock(EventName::END_KEY_TRIAL, holder.owner_uin);
    event.on(&holder).object(id.as_str()).record(change);
    Ok(true)
}
