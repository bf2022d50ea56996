//! Rotations as programs ask for them, by a signed call or at the command line: begun, looked at, gone on with, ended.

use super::begin::{Start, begin_in, ensure_may_rotate, told};
use super::end::{Over, end};
use super::facts::Pair;
use super::steps::go_on;
use crate::app::caller::Caller;
use crate::app::change::{Change, Spend};
use crate::app::keys::deeds::Who;
use crate::app::keys::usage::flush_usage;
use crate::app::keys::{KeyRef, Operation, holder};
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::audit::EventName;
use crate::domain::key::SecretId;
use crate::domain::permission::action;
use crate::domain::rotation::{
    Ending, NewKeyWish, Plan, Rotation, RotationRefusal, RotationWish, Standing, Step,
};
use crate::domain::user::User;
use crate::store::{Conn, api_keys, dialect, rotations};

/// What a program wants of a rotation; what is not named stays, or is as Camlock proposes.
#[derive(Clone, Debug, Default)]
pub struct ProgramWish {
    pub silent_hours: Option<String>,
    pub delete_after_days: Option<String>,
    /// Whether the steps are done by themselves.
    pub finishes: Option<bool>,
    /// The other key, which is to be the new one; none: whichever is there, or one that is made.
    pub into: Option<SecretId>,
    /// A rotation of the key that is over: meant is the one that began next after it, and where there is none, it begins.
    pub after: Option<String>,
}

impl ProgramWish {
    fn plan(&self, before: Plan) -> Result<Plan, Failure> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let read = before.read(&text(&self.silent_hours), &text(&self.delete_after_days));
        let finishes = self.finishes.unwrap_or(before.finishes);
        read.map(|plan| Plan { finishes, ..plan }).map_err(Failure::Invalid)
    }
}

/// Where a rotation stands, for a program.
pub struct Told {
    pub rotation: Rotation,
    /// Nothing of one that is over.
    pub standing: Option<Standing>,
}

impl Told {
    /// Where it stands in one word: `watch`, `ready_to_disable`, `wait`, `ready_to_delete`, `on_hold`, or how it ended.
    pub fn state(&self, now: i64) -> &'static str {
        match (&self.rotation.ended, &self.standing) {
            (Some((_, ending)), _) => ending.as_str(),
            (None, Some(standing)) if standing.hold.is_some() => "on_hold",
            (None, Some(standing)) if standing.is_ready_at(now) && standing.step == Step::Watch => {
                "ready_to_disable"
            }
            (None, Some(standing)) if standing.is_ready_at(now) => "ready_to_delete",
            (None, Some(standing)) => standing.step.as_str(),
            (None, None) => self.rotation.step.as_str(),
        }
    }

    /// When the next step may be done, in unix seconds; nothing while it is over or on hold.
    pub fn due_at(&self) -> Option<i64> {
        self.standing.as_ref().filter(|standing| standing.hold.is_none()).map(|standing| standing.due_at)
    }
}

/// What a signed call does to a rotation.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Begins it; of one that is under way, sets what the wish says and does what it does by itself. One that is over is told as
    /// it ended, unless the wish names it or it was finished a while ago and the key is the new one.
    Begin(ProgramWish),
    Look,
    /// Does the next step if it may be done, also where the steps are not done by themselves.
    Step,
    Cancel,
}

/// Does something to the rotation of a key, which may be the old or the new one. Asked again, it finds the same rotation: one
/// that is under way is not begun twice, and one that is over is told as it ended.
///
/// # Errors
/// Not found where there is no such key; refused where the user's keys do not allow it, or none is being replaced.
pub async fn rotate_key(app: &App, caller: &Caller, key: &KeyRef, deed: Deed) -> Result<Told, Failure> {
    flush_usage(app).await?;
    let key = key.clone();
    if matches!(deed, Deed::Look) {
        return app
            .view(caller, move |view| {
                let holder = holder(view.conn, view.by, key.place, Operation::Query)?;
                view.by.ensure(action::ROTATE_KEY, holder.uin)?;
                let found = found(view.conn, &holder, &key.id)?;
                tell(view.conn, &found, view.app.clock.now())
            })
            .await;
    }
    app.change_again(caller, move |change| rotate(change, &key, &deed)).await
}

fn rotate(change: &mut Change<'_>, key: &KeyRef, deed: &Deed) -> Result<Told, Failure> {
    let holder = holder(change.conn, change.by, key.place, Operation::Query)?;
    match deed {
        Deed::Look | Deed::Cancel => change.by.ensure(action::ROTATE_KEY, holder.uin)?,
        Deed::Begin(_) | Deed::Step => ensure_may_rotate(change.by, key.place, &holder)?,
    }
    dialect::lock_user(change.conn, holder.uid)?;
    let who = Who::Caller(change.by);
    if let Deed::Begin(wish) = deed {
        let can_show = change.by.account.settings.secret_reveal != SecretReveal::Once;
        return begin_or_go_on(change, &holder, &key.id, Asked { who, wish, can_show });
    }
    let found = found(change.conn, &holder, &key.id)?;
    if found.ended.is_none() {
        match deed {
            Deed::Step => go_on(change, &holder, &found, Some(who))?,
            _ => end(change, &holder, &found, Over { who, ending: Ending::Cancelled }).map(drop)?,
        }
    }
    let now = change.app.clock.now();
    tell(change.conn, &found, now)
}

/// Who asks for a rotation, and what they want.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub who: Who<'a>,
    pub wish: &'a ProgramWish,
    /// Whether the secret of a key that is made can be shown later.
    pub can_show: bool,
}

/// Begins a rotation of a user who is locked; where that is under way, does what is due.
pub(super) fn begin_or_go_on<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    id: &SecretId,
    asked: Asked<'_>,
) -> Result<Told, Failure> {
    let Asked { who, wish, .. } = asked;
    let now = change.app.clock.now();
    let rotation = match meant(change, holder, id, wish)? {
        None => start(change, holder, id, asked)?,
        Some(rotation) if rotation.ended.is_some() => return tell(change.conn, &rotation, now),
        Some(rotation) => {
            if wish.into.as_ref().is_some_and(|into| *into != rotation.new) {
                return Err(RotationRefusal::Changed.into());
            }
            let plan = wish.plan(rotation.plan)?;
            if plan != rotation.plan {
                rotations::set_plan(change.conn, &rotation.id, plan)?;
                told(who.of_rotation(EventName::UPDATE_KEY_ROTATION, holder, &rotation), plan).record(change);
            }
            Rotation { plan, ..rotation }
        }
    };
    go_on(change, holder, &rotation, None)?;
    tell(change.conn, &rotation, now)
}

/// The rotation that is meant; nothing where another one is to begin. Whoever asks again, because an answer was lost, means the
/// same one, whatever became of it meanwhile.
fn meant<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    id: &SecretId,
    wish: &ProgramWish,
) -> Result<Option<Rotation>, Failure> {
    let (conn, now) = (&mut *change.conn, change.app.clock.now());
    let Some(after) = &wish.after else {
        let Some(last) = known(conn, holder, id)? else { return Ok(None) };
        let begins = last.is_behind(id, now) && api_keys::find(conn, holder.uid, id)?.is_some();
        return Ok(Some(last).filter(|_| !begins));
    };
    let before = rotations::find(conn, after)?.filter(|found| found.uid == holder.uid && found.has(id));
    let before = before.ok_or(RotationRefusal::NotOfKey)?;
    if before.ended.is_none() && Pair::of(conn, &before)?.is_whole() {
        return Err(RotationRefusal::UnderWay.into());
    }
    Ok(rotations::next_of_key(conn, id, &before)?)
}

fn start<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    id: &SecretId,
    asked: Asked<'_>,
) -> Result<Rotation, Failure> {
    let Asked { who, wish, can_show } = asked;
    let plan = wish.plan(Plan::default())?;
    let keys = api_keys::of_user(change.conn, holder.uid)?;
    let other = keys.iter().map(|key| &key.secret_id).find(|other| *other != id);
    let into = wish.into.as_ref().or(other);
    if into.is_none() && !can_show {
        return Err(RotationRefusal::ShownOnce.into());
    }
    let begins = NewKeyWish { into: into.map(ToString::to_string), expires_at: None };
    let wish = RotationWish::of(plan, Some(begins));
    begin_in(change, holder, id, Start { who, wish: &wish }).map(|begun| begun.rotation)
}

/// The same, where there has to be one.
fn found(conn: &mut Conn, holder: &User, id: &SecretId) -> Result<Rotation, Failure> {
    if let Some(rotation) = known(conn, holder, id)? {
        return Ok(rotation);
    }
    let key = api_keys::find(conn, holder.uid, id)?;
    Err(key.map_or(Failure::NotFound, |_| RotationRefusal::NotUnderWay.into()))
}

/// The rotation that a user's key takes part in, or else the last one that it took part in.
fn known(conn: &mut Conn, holder: &User, id: &SecretId) -> Result<Option<Rotation>, Failure> {
    if let Some(found) = rotations::of_user(conn, holder.uid)?.filter(|found| found.has(id)) {
        return Ok(Some(found));
    }
    let found = rotations::of_key(conn, id, 1)?;
    Ok(found.into_iter().find(|found| found.uid == holder.uid))
}

/// Where a rotation stands now, as the database has it.
fn tell(conn: &mut Conn, rotation: &Rotation, now: i64) -> Result<Told, Failure> {
    let rotation = rotations::find(conn, &rotation.id)?.ok_or(Failure::Corrupt("rotations.id"))?;
    let standing = Pair::of(conn, &rotation)?.standing(&rotation, now);
    Ok(Told { standing: standing.filter(|_| rotation.ended.is_none()), rotation })
}
