//! How a rotation begins: with a second key that has the limits of the old one.

use super::facts::Pair;
use super::steps::go_on;
use crate::app::caller::Caller;
use crate::app::change::event::Draft;
use crate::app::change::{Change, Spend};
use crate::app::factors::ask::{Asked, Detail, Wish, ask};
use crate::app::keys::deeds::{self, NewKey, Who};
use crate::app::keys::limits::first::expiry_of;
use crate::app::keys::limits::keep::{changed, set};
use crate::app::keys::pair::fresh_pair;
use crate::app::keys::{Created, HeldKey, KeyRef, Operation, Place, Step, created_door, held};
use crate::app::session::tickets::{NewTicket, SHOWN_ONCE_SECONDS, mint};
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::audit::EventName;
use crate::domain::key::{Key, SecretId};
use crate::domain::key_limits::KeyLimits;
use crate::domain::permission::action;
use crate::domain::rotation::{
    NewKeyWish, Plan, Rotation, RotationRefusal, RotationWish, Step as RotationStep,
};
use crate::domain::secret::SecretKey;
use crate::domain::step_up::Purpose;
use crate::domain::user::User;
use crate::store::{Conn, StoreError, api_keys, dialect, rotations};

/// A rotation that somebody wants to begin.
#[derive(Clone, Debug)]
pub struct Beginning {
    pub plan: Plan,
    /// The other key, if it is to be the new one; none: one is made.
    pub into: Option<SecretId>,
    /// When a key that is made ends, in unix seconds; none: never.
    pub expires_at: Option<i64>,
}

/// Begins to replace a key. Asks for a second-factor check where making or deleting a key would.
///
/// # Errors
/// Refused where the user's keys do not allow it, or one of them is being replaced.
pub async fn begin(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    beginning: Beginning,
) -> Result<Step<SecretId>, Failure> {
    let operation = if beginning.into.is_some() { Operation::Delete } else { Operation::Create };
    let begins =
        NewKeyWish { into: beginning.into.map(|id| id.to_string()), expires_at: beginning.expires_at };
    let wish = RotationWish::of(beginning.plan, Some(begins));
    if !caller.needs_step_up(operation) {
        let key = key.clone();
        let made = app.change(caller, move |change| begun_at(change, &key, &wish)).await;
        return made.map(|begun| Step::Done(begun.rotation.new));
    }
    let (wanted, tried) = (key.clone(), wish.clone());
    let held = app
        .view(caller, move |view| {
            let held = held(view.conn, view.by, &wanted, Operation::Query)?;
            ensure_may_rotate(view.by, wanted.place, &held.holder)?;
            ensure_free(view.conn, &held)?;
            replacement(
                &api_keys::of_user(view.conn, held.holder.uid)?,
                &held.key,
                &tried,
                view.app.clock.now(),
            )?;
            Ok::<_, Failure>(held)
        })
        .await?;
    ask_for(app, caller, Asking { held: &held, place: key.place, wish }).await.map(Step::Asked)
}

/// What is asked about before a rotation begins or is changed.
pub(super) struct Asking<'a> {
    pub held: &'a HeldKey,
    pub place: Place,
    pub wish: RotationWish,
}

pub(super) async fn ask_for(app: &App, caller: &Caller, asking: Asking<'_>) -> Result<Asked, Failure> {
    let Asking { held, place, wish } = asking;
    let detail = Detail { own: place == Place::Own, rotation: Some(wish), ..Detail::default() };
    let object = held.key.secret_id.as_str();
    let wish = Wish { purpose: Purpose::RotateKey, target: &held.holder, object, detail, secret: None };
    ask(app, caller, wish).await
}

/// Begins it where that needs no other check, or it was passed.
pub(super) fn begin_at(
    change: &mut Change<'_>,
    key: &KeyRef,
    wish: &RotationWish,
) -> Result<Created, Failure> {
    let begun = begun_at(change, key, wish)?;
    let secret_id = begun.rotation.new;
    match begun.made {
        Some((made, secret)) if change.by.account.settings.secret_reveal == SecretReveal::Once => {
            let door = created_door(change.by, &made)?;
            let new = NewTicket { door: &door, shown: Some(secret.expose()), seconds: SHOWN_ONCE_SECONDS };
            let ticket = mint(change.app, change.conn, &new)?;
            Ok(Created::ShownOnce { secret_id, ticket })
        }
        _ => Ok(Created::Kept(secret_id)),
    }
}

fn begun_at(change: &mut Change<'_>, key: &KeyRef, wish: &RotationWish) -> Result<Begun, Failure> {
    let held = held(change.conn, change.by, key, Operation::Query)?;
    ensure_may_rotate(change.by, key.place, &held.holder)?;
    let who = Who::Caller(change.by);
    begin_in(change, &held.holder, &key.id, Start { who, wish })
}

/// Replacing makes a key, disables another and deletes it: whoever does it may do each.
pub(super) fn ensure_may_rotate(caller: &Caller, place: Place, holder: &User) -> Result<(), Failure> {
    caller.ensure(action::ROTATE_KEY, holder.uin)?;
    for operation in [Operation::Create, Operation::Disable, Operation::Delete] {
        caller.ensure_key(place, operation, holder)?;
    }
    Ok(())
}

fn ensure_free(conn: &mut Conn, held: &HeldKey) -> Result<(), Failure> {
    match rotations::of_user(conn, held.holder.uid)? {
        Some(before) if Pair::of(conn, &before)?.is_whole() => Err(RotationRefusal::UnderWay.into()),
        _ => Ok(()),
    }
}

/// Whoever begins a rotation, and what they want.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    pub who: Who<'a>,
    pub wish: &'a RotationWish,
}

/// A rotation that began, and the key that was made for it.
pub(super) struct Begun {
    pub rotation: Rotation,
    pub made: Option<(Key, SecretKey)>,
}

/// Begins it in one transaction with the key that is made for it.
pub(super) fn begin_in<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    old: &SecretId,
    start: Start<'_>,
) -> Result<Begun, Failure> {
    let Start { who, wish } = start;
    dialect::lock_user(change.conn, holder.uid)?;
    let now = change.app.clock.now();
    let old = api_keys::find(change.conn, holder.uid, old)?.ok_or(Failure::NotFound)?;
    if let Some(before) = rotations::of_user(change.conn, holder.uid)? {
        if Pair::of(change.conn, &before)?.is_whole() {
            return Err(RotationRefusal::UnderWay.into());
        }
        // One of its keys is gone, and no server has looked at it yet.
        go_on(change, holder, &before, None)?;
    }
    let keys = api_keys::of_user(change.conn, holder.uid)?;
    let existing = replacement(&keys, &old, wish, now)?;
    let made = match existing {
        Some(_) => None,
        None => Some(make(change, holder, &old, Start { who, wish })?),
    };
    let new = existing.or(made.as_ref().map(|(key, _)| key.secret_id.clone()));
    let new = new.ok_or(Failure::Corrupt("rotations.new_id"))?;
    let number =
        rotations::last_number(change.conn, &old.secret_id)?.max(rotations::last_number(change.conn, &new)?);
    let rotation = Rotation {
        id: change.app.random.token()?,
        owner_uin: holder.owner_uin,
        uid: holder.uid,
        old: old.secret_id,
        new,
        plan: wish.plan(),
        step: RotationStep::Watch,
        step_at: now,
        started_at: now,
        started_by: who.name().to_owned(),
        number: number + 1,
        ended: None,
    };
    match rotations::insert(change.conn, &rotation) {
        Err(StoreError::Duplicate(_)) => return Err(RotationRefusal::UnderWay.into()),
        other => other?,
    }
    told(who.of_rotation(EventName::START_KEY_ROTATION, holder, &rotation), rotation.plan).record(change);
    Ok(Begun { rotation, made })
}

/// The plan of a rotation as facts of an event.
pub(super) fn told(event: Draft, plan: Plan) -> Draft {
    event
        .fact("silent_hours", plan.silent_hours)
        .fact("delete_after_days", plan.delete_after_days)
        .fact("finishes", plan.finishes)
}

/// The other key, if it is to be the new one; nothing where one is to be made.
fn replacement(
    keys: &[Key],
    old: &Key,
    wish: &RotationWish,
    now: i64,
) -> Result<Option<SecretId>, RotationRefusal> {
    if !old.is_enabled() {
        return Err(RotationRefusal::OldDisabled);
    }
    let begins = wish.begins.as_ref().ok_or(RotationRefusal::Changed)?;
    let other = keys.iter().find(|key| key.secret_id != old.secret_id);
    match other {
        // Whoever asks saw the keys as they were: another key is no surprise to them.
        other if other.map(|key| key.secret_id.as_str()) != begins.into.as_deref() => {
            Err(RotationRefusal::Changed)
        }
        Some(other) if other.halt_at(now).is_some() => Err(RotationRefusal::OtherUnusable),
        Some(other) => Ok(Some(other.secret_id.clone())),
        None if begins.expires_at.is_some_and(|end| end <= now) => Err(RotationRefusal::NoFuture),
        None => Ok(None),
    }
}

/// Makes the second key, with the limits of the old one in force from its first moment.
fn make<By: Spend>(
    change: &mut Change<'_, By>,
    holder: &User,
    old: &Key,
    start: Start<'_>,
) -> Result<(Key, SecretKey), Failure> {
    let Start { who, wish } = start;
    let (secret_id, secret) = fresh_pair(change.app, change.conn)?;
    let (note, by) = (old.note.as_str(), who.name());
    let new = NewKey { holder, secret_id, secret: &secret, note, by, is_sealed: false };
    let key = deeds::put(change.app, change.conn, new)?;
    let id = key.secret_id.clone();
    who.about(EventName::CREATE_API_KEY, holder, &id).fact("replaces", old.secret_id.as_str()).record(change);
    let (now, expiry) = (change.app.clock.now(), expiry_of(change.conn, holder)?);
    let wished = wish.begins.as_ref().and_then(|begins| begins.expires_at);
    let expires_at = wished.or(expiry.end_of_new(now));
    expiry.ensure(expires_at, now)?;
    let idle_days = old.limits.idle_days.or(expiry.silence_of_new());
    let limits = KeyLimits { expires_at, idle_days, review_at: None, ..old.limits.clone() };
    if limits == KeyLimits::default() {
        return Ok((key, secret));
    }
    set(change.app, change.conn, &key, &limits)?;
    let event = who.about(EventName::UPDATE_KEY_LIMITS, holder, &id);
    changed(event, &KeyLimits::default(), &limits).record(change);
    Ok((Key { limits, ..key }, secret))
}
