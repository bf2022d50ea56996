//! What people do to a rotation that is under way.

use super::begin::{Asking, ask_for, begin_at, ensure_may_rotate, told};
use super::end::{Over, end};
use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::keys::deeds::Who;
use crate::app::keys::{Created, HeldKey, KeyRef, Operation, Step, held};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::permission::action;
use crate::domain::rotation::{Ending, Plan, Rotation, RotationRefusal, RotationWish};
use crate::store::{Conn, dialect, rotations};

/// How a rotation is to end from now on, as it is written; what is empty stays.
#[derive(Clone, Debug, Default)]
pub struct PlanWish {
    pub silent_hours: String,
    pub delete_after_days: String,
    pub finishes: bool,
}

/// Sets how a rotation ends. Asks for a second-factor check where deleting a key would.
///
/// # Errors
/// A sentence for each field that does not fit; refused when nothing is under way.
pub async fn set_plan(app: &App, caller: &Caller, key: &KeyRef, wish: PlanWish) -> Result<Step<()>, Failure> {
    let wanted = key.clone();
    let (held, before) = app
        .view(caller, move |view| {
            let held = held(view.conn, view.by, &wanted, Operation::Query)?;
            ensure_may_rotate(view.by, wanted.place, &held.holder)?;
            let before = under_way(view.conn, &held)?.plan;
            Ok::<_, Failure>((held, before))
        })
        .await?;
    let read = before.read(&wish.silent_hours, &wish.delete_after_days).map_err(Failure::Invalid)?;
    let wish = RotationWish::of(Plan { finishes: wish.finishes, ..read }, None);
    if caller.needs_step_up(Operation::Delete) {
        return ask_for(app, caller, Asking { held: &held, place: key.place, wish }).await.map(Step::Asked);
    }
    let key = key.clone();
    app.change(caller, move |change| set_plan_at(change, &key, &wish)).await.map(Step::Done)
}

fn set_plan_at(change: &mut Change<'_>, key: &KeyRef, wish: &RotationWish) -> Result<(), Failure> {
    let held = held(change.conn, change.by, key, Operation::Query)?;
    ensure_may_rotate(change.by, key.place, &held.holder)?;
    dialect::lock_user(change.conn, held.holder.uid)?;
    let rotation = under_way(change.conn, &held)?;
    let plan = wish.plan();
    if plan == rotation.plan {
        return Ok(());
    }
    rotations::set_plan(change.conn, &rotation.id, plan)?;
    let who = Who::Caller(change.by);
    told(who.of_rotation(EventName::UPDATE_KEY_ROTATION, &held.holder, &rotation), plan).record(change);
    Ok(())
}

/// Ends a rotation; both keys stay as they are.
///
/// # Errors
/// Refused when nothing is under way.
pub async fn cancel(app: &App, caller: &Caller, key: &KeyRef) -> Result<(), Failure> {
    let key = key.clone();
    app.change(caller, move |change| {
        let held = held(change.conn, change.by, &key, Operation::Query)?;
        change.by.ensure(action::ROTATE_KEY, held.holder.uin)?;
        dialect::lock_user(change.conn, held.holder.uid)?;
        let rotation = under_way(change.conn, &held)?;
        let who = Who::Caller(change.by);
        end(change, &held.holder, &rotation, Over { who, ending: Ending::Cancelled }).map(drop)
    })
    .await
}

/// The rotation that a key takes part in.
fn under_way(conn: &mut Conn, held: &HeldKey) -> Result<Rotation, Failure> {
    Ok(rotations::of_user(conn, held.holder.uid)?.ok_or(RotationRefusal::NotUnderWay)?)
}

/// What came of a wish about a rotation, once the code was right.
pub(in crate::app) enum Rotated {
    Begun(Created),
    Planned,
}

/// Does what waited for a code.
pub(in crate::app) fn carry_out_rotation(
    change: &mut Change<'_>,
    key: &KeyRef,
    wish: &RotationWish,
) -> Result<Rotated, Failure> {
    if wish.begins.is_some() {
        return begin_at(change, key, wish).map(Rotated::Begun);
    }
    set_plan_at(change, key, wish).map(|()| Rotated::Planned)
}
