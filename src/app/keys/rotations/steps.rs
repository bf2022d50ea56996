//! What a rotation does by itself when its time has come.

use super::end::{Over, end};
use super::facts::Pair;
use crate::app::change::{Change, Outsider, Spend};
use crate::app::keys::deeds::{Turned, Who, take_away, turn};
use crate::app::keys::usage::flush_usage;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::key::{Key, KeyStatus};
use crate::domain::rotation::{Ending, Rotation, Standing, Step};
use crate::domain::user::{Uid, User};
use crate::store::api_keys::Stamp;
use crate::store::{dialect, rotations, users};

/// Rotations that are looked at before others come in between.
const AT_ONCE: i64 = 100;

/// Looks at the rotations that are due, each in a transaction of its own; says how many. What was done meanwhile by anybody is
/// taken as it is, and two servers that do this at once do each step once.
pub async fn do_due_steps(app: &App) -> Result<usize, Failure> {
    let mut looked_at = 0;
    loop {
        let now = app.clock.now();
        let due = app.store.read(move |conn| rotations::due(conn, now, AT_ONCE)).await?;
        if due.is_empty() {
            return Ok(looked_at);
        }
        // A key that was called with lately is not taken for silent.
        flush_usage(app).await?;
        // One that fails does not keep the others from being done.
        let mut failed = None;
        for (uid, id) in due {
            match app.change_again(&Outsider, move |change| look(change, uid, &id)).await {
                Ok(is_done) => looked_at += usize::from(is_done),
                Err(failure) => failed = Some(failure),
            }
        }
        if let Some(failure) = failed {
            return Err(failure);
        }
    }
}

/// Looks at one rotation under the lock of its user, if it is still due.
fn look(change: &mut Change<'_, Outsider>, uid: Uid, id: &str) -> Result<bool, Failure> {
    dialect::lock_user(change.conn, uid)?;
    let now = change.app.clock.now();
    if !rotations::is_due(change.conn, id, now)? {
        return Ok(false);
    }
    let Some(rotation) = rotations::of_user(change.conn, uid)?.filter(|rotation| rotation.id == id) else {
        return Ok(false);
    };
    let Some(holder) = users::by_uid(change.conn, uid)? else {
        // Its keys are gone with the user, and there is nobody to tell of.
        rotations::end(change.conn, id, Ending::Stopped, now)?;
        return Ok(true);
    };
    go_on(change, &holder, &rotation, None)?;
    Ok(true)
}

/// Does what is to be done now, and names the next look. Where somebody does it by hand, also what is not done by itself.
pub(super) fn go_on<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    rotation: &Rotation,
    by_hand: Option<Who<'_>>,
) -> Result<(), Failure> {
    let now = change.app.clock.now();
    let who = Who::Camlock(rotation.owner_uin);
    let pair = Pair::of(change.conn, rotation)?;
    let (old, standing) = match (&pair.old, pair.standing(rotation, now)) {
        (Some(old), Some(standing)) => (&old.key, standing),
        (None, _) if pair.new.is_some() => {
            return end(change, holder, rotation, Over { who, ending: Ending::Finished }).map(drop);
        }
        _ => return end(change, holder, rotation, Over { who, ending: Ending::Stopped }).map(drop),
    };
    if standing.step != rotation.step {
        step(change, holder, rotation, standing)?;
    }
    if !((rotation.plan.finishes || by_hand.is_some()) && standing.is_ready_at(now)) {
        // What is held, or waits for somebody, is looked at when a key is changed.
        let is_timed = standing.hold.is_none() && standing.due_at > now;
        return Ok(rotations::set_due(change.conn, &rotation.id, is_timed.then_some(standing.due_at))?);
    }
    let who = by_hand.unwrap_or(who);
    match standing.step {
        Step::Watch => {
            disable(change, holder, old, who)?;
            let next = Standing { step: Step::Wait, step_at: now, ..standing };
            step(change, holder, rotation, next)?;
            // The next look is at once: it names the moment of the deletion.
            Ok(rotations::set_due(change.conn, &rotation.id, Some(now))?)
        }
        Step::Wait => {
            delete(change, holder, old, who)?;
            end(change, holder, rotation, Over { who, ending: Ending::Finished }).map(drop)
        }
    }
}

fn step<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    rotation: &Rotation,
    standing: Standing,
) -> Result<(), Failure> {
    rotations::set_step(change.conn, &rotation.id, standing.step, standing.step_at)?;
    let who = Who::Camlock(rotation.owner_uin);
    let event = who.of_rotation(EventName::STEP_KEY_ROTATION, holder, rotation);
    event.fact("step", standing.step.as_str()).record(change);
    Ok(())
}

fn disable<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    old: &Key,
    who: Who<'_>,
) -> Result<(), Failure> {
    let stamp = Stamp { by: who.name(), at: change.app.clock.now() };
    if turn(change.conn, old, KeyStatus::Disabled, stamp)? != Turned::Nothing {
        let event = who.about(EventName::DISABLE_API_KEY, holder, &old.secret_id);
        event.fact("why", "replaced").record(change);
    }
    Ok(())
}

fn delete<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    old: &Key,
    who: Who<'_>,
) -> Result<(), Failure> {
    if take_away(change.conn, old)? {
        let event = who.about(EventName::DELETE_API_KEY, holder, &old.secret_id);
        event.fact("why", "replaced").record(change);
    }
    Ok(())
}
