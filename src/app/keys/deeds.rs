//! What is done to keys, once for people and programs. Who may, and which key is meant, was settled before.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::change::event::{CAMLOCK, Draft, OPERATOR};
use crate::app::keys::HeldKey;
use crate::app::keys::limits::first::{NewKeyText, begin, begun, first_limits};
use crate::app::keys::limits::idle;
use crate::app::keys::pair::fresh_pair;
use crate::app::keys::trials::told;
use crate::app::{App, Failure};
use crate::clock;
use crate::domain::audit::EventName;
use crate::domain::delivery::Delivery;
use crate::domain::key::{AccessKeyRefusal, Key, KeyRefusal, KeyStatus, SecretId, free_slot};
use crate::domain::key_limits::KeyLimits;
use crate::domain::secret::SecretKey;
use crate::domain::trial::{TRIAL_MINUTES, Trial};
use crate::domain::user::{Uin, User};
use crate::store::api_keys::{self, Stamp};
use crate::store::{Conn, StoreError, dialect, key_usage, retired_ids, rotations, trials};
use crate::vault::places;

/// Who does something to a key, as the log and the key name it.
#[derive(Clone, Copy)]
pub(in crate::app) enum Who<'a> {
    Caller(&'a Caller),
    /// For an account.
    Operator(Uin),
    Camlock(Uin),
}

impl Who<'_> {
    pub fn name(&self) -> &str {
        match self {
            Self::Caller(caller) => &caller.user.name,
            Self::Operator(_) => OPERATOR,
            Self::Camlock(_) => CAMLOCK,
        }
    }

    /// An event about a key of somebody.
    pub fn about(&self, name: EventName, holder: &User, id: &SecretId) -> Draft {
        let draft = match self {
            Self::Caller(caller) => caller.event(name),
            Self::Operator(owner) => Draft::by_operator(name, *owner),
            Self::Camlock(owner) => Draft::by_camlock(name, *owner),
        };
        draft.on(holder).object(id.as_str())
    }
}

/// What setting the status of a key came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::app) enum Turned {
    /// It was so already.
    Nothing,
    Status,
    /// It was only tried off.
    Trial,
}

impl Turned {
    /// An event of it, which says if it ended a trial.
    pub fn told(self, event: Draft, status: KeyStatus) -> Draft {
        match self {
            Self::Trial => told::ended(event, status),
            Self::Nothing | Self::Status => event,
        }
    }
}

/// Sets the status of a key, whoever does it. Whoever says how a key is to be ends its trial, also where it is so already.
pub(in crate::app) fn turn(
    conn: &mut Conn,
    key: &Key,
    status: KeyStatus,
    stamp: Stamp<'_>,
) -> Result<Turned, StoreError> {
    let was_tried = trials::remove(conn, &key.secret_id)?;
    let is_turned = api_keys::set_status(conn, key, status, stamp)?;
    Ok(match (was_tried, is_turned) {
        (true, _) => Turned::Trial,
        (false, true) => Turned::Status,
        (false, false) => Turned::Nothing,
    })
}

/// Takes a disabled key away for good, with what was remembered of its use; `false` when it is not there any more.
pub(in crate::app) fn take_away(conn: &mut Conn, key: &Key) -> Result<bool, StoreError> {
    let is_gone = api_keys::delete_disabled(conn, key)?;
    if is_gone {
        key_usage::forget(conn, &key.secret_id)?;
    }
    Ok(is_gone)
}

/// By which door a deed comes: the log names it as that door does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::app) enum Via {
    Console,
    Api,
}

impl Via {
    fn created(self) -> EventName {
        match self {
            Self::Console => EventName::CREATE_API_KEY,
            Self::Api => EventName::CREATE_ACCESS_KEY,
        }
    }

    fn deleted(self) -> EventName {
        match self {
            Self::Console => EventName::DELETE_API_KEY,
            Self::Api => EventName::DELETE_ACCESS_KEY,
        }
    }

    /// The event of a changed status; the API has one name for both and says what it was before.
    fn turned(self, change: &Change<'_>, held: &HeldKey, status: KeyStatus) -> Draft {
        let event = |name| about(change, name, held);
        match (self, status) {
            (Self::Console, KeyStatus::Enabled) => event(EventName::ENABLE_API_KEY),
            (Self::Console, KeyStatus::Disabled) => event(EventName::DISABLE_API_KEY),
            (Self::Api, _) => {
                let (before, after) = (held.key.status.as_str(), status.as_str());
                event(EventName::UPDATE_ACCESS_KEY).changed([("status", before.into(), after.into())])
            }
        }
    }

    /// The refusal of a key that is not there any more.
    fn gone(self) -> Failure {
        match self {
            Self::Console => Failure::NotFound,
            Self::Api => AccessKeyRefusal::NoSuchKey.into(),
        }
    }
}

/// Makes a new key for a user, unless two exist, with the limits that the account gives.
pub(in crate::app) fn create(
    change: &mut Change<'_>,
    holder: &User,
    note: &str,
    via: Via,
) -> Result<(Key, SecretKey), Failure> {
    let text = NewKeyText { note: note.to_owned(), ..NewKeyText::default() };
    create_limited(change, holder, &text, via)
}

/// The same with limits of its own, which hold from its first call on.
pub(in crate::app) fn create_limited(
    change: &mut Change<'_>,
    holder: &User,
    text: &NewKeyText,
    via: Via,
) -> Result<(Key, SecretKey), Failure> {
    let expiry = change.by.account.settings.key_expiry;
    let limits = first_limits(text.limits.as_deref(), expiry, change.app.clock.now())?;
    let (secret_id, secret) = fresh_pair(change.app, change.conn)?;
    let by = change.by.user.name.as_str();
    let is_sealed = matches!(text.delivery.judged()?, Some(Delivery::Sealed(_)));
    let new = NewKey { holder, secret_id, secret: &secret, note: &text.note, by, is_sealed };
    let key = put(change.app, change.conn, new)?;
    let key = begin(change.app, change.conn, key, limits)?;
    let event = change.event(via.created()).on(holder).object(key.secret_id.as_str());
    begun(event, &key).record(change);
    Ok((key, secret))
}

/// Enables or disables a key; from the commit on it counts. Nothing is written where it is so already.
pub(in crate::app) fn set_status(
    change: &mut Change<'_>,
    held: &HeldKey,
    status: KeyStatus,
    via: Via,
) -> Result<(), Failure> {
    let stamp = Stamp { by: &change.by.user.name, at: change.app.clock.now() };
    let turned = turn(change.conn, &held.key, status, stamp)?;
    let is_wanted = status == KeyStatus::Enabled && turned == Turned::Nothing;
    // Whoever enables a key wants it, also where it is enabled already: its silence counts anew.
    let is_anew = is_wanted
        && is_silence_counted(change.conn, &held.key)?
        && api_keys::confirm(change.conn, &held.key, stamp)?;
    if turned != Turned::Nothing || is_anew {
        if status == KeyStatus::Enabled {
            idle::plan(change.conn, &Key { status, ..held.key.clone() }, stamp.at)?;
        }
        turned.told(via.turned(change, held, status), status).record(change);
    }
    Ok(())
}

/// Whether a key is disabled by itself once nobody has called with it for a while: by a limit, or as it is replaced.
fn is_silence_counted(conn: &mut Conn, key: &Key) -> Result<bool, StoreError> {
    if key.limits.idle_days.is_some() {
        return Ok(true);
    }
    Ok(rotations::of_user(conn, key.uid)?.is_some_and(|found| found.old == key.secret_id))
}

/// Disables the key that signed the call that asks for it, or ends its trial so that it stays off. Nothing is written where it is
/// disabled already.
pub(in crate::app) fn quarantine(change: &mut Change<'_>, held: &HeldKey) -> Result<(), Failure> {
    let stamp = Stamp { by: &change.by.user.name, at: change.app.clock.now() };
    let turned = turn(change.conn, &held.key, KeyStatus::Disabled, stamp)?;
    if turned != Turned::Nothing {
        let event = about(change, EventName::QUARANTINE_KEY, held);
        turned.told(event, KeyStatus::Disabled).record(change);
    }
    Ok(())
}

/// Disables an enabled key for a while; it is enabled again by itself unless somebody changes it before.
pub(in crate::app) fn try_off(change: &mut Change<'_>, held: &HeldKey) -> Result<(), Failure> {
    let began_at = change.app.clock.now();
    let stamp = Stamp { by: &change.by.user.name, at: began_at };
    if !api_keys::set_status(change.conn, &held.key, KeyStatus::Disabled, stamp)? {
        return Err(KeyRefusal::NothingToTry.into());
    }
    let trial = Trial {
        secret_id: held.key.secret_id.clone(),
        uid: held.key.uid,
        began_at,
        began_by: change.by.user.name.clone(),
        ends_at: began_at + TRIAL_MINUTES * 60,
    };
    trials::insert(change.conn, &trial, held.key.owner_uin)?;
    about(change, EventName::START_KEY_TRIAL, held)
        .fact("until", clock::readable(trial.ends_at))
        .record(change);
    Ok(())
}

/// Deletes a disabled key for good.
pub(in crate::app) fn delete(change: &mut Change<'_>, held: &HeldKey, via: Via) -> Result<(), Failure> {
    if !take_away(change.conn, &held.key)? {
        return Err(via.gone());
    }
    about(change, via.deleted(), held).record(change);
    Ok(())
}

fn about(change: &Change<'_>, name: EventName, held: &HeldKey) -> Draft {
    change.event(name).on(&held.holder).object(held.key.secret_id.as_str())
}

/// A pair that becomes a key: whose, what for, and who made it.
pub(in crate::app) struct NewKey<'a> {
    pub holder: &'a User,
    pub secret_id: SecretId,
    pub secret: &'a SecretKey,
    pub note: &'a str,
    pub by: &'a str,
    /// Whether only its user is to see the secret here.
    pub is_sealed: bool,
}

/// Keeps a pair in a free slot, sealed.
pub(in crate::app) fn put(app: &App, conn: &mut Conn, new: NewKey<'_>) -> Result<Key, Failure> {
    let NewKey { holder, secret_id, secret, note, by, is_sealed } = new;
    dialect::lock_user(conn, holder.uid)?;
    let now = app.clock.now();
    let key = Key {
        slot: free_slot(&api_keys::of_user(conn, holder.uid)?)?,
        secret_id,
        uid: holder.uid,
        owner_uin: holder.owner_uin,
        uin: holder.uin,
        status: KeyStatus::Enabled,
        note: note.to_owned(),
        created_at: now,
        created_by: by.to_owned(),
        changed_at: now,
        changed_by: by.to_owned(),
        limits: KeyLimits::default(),
        limits_at: None,
        made_sealed: is_sealed,
    };
    let sealed = app.vault.seal(&places::key_secret(&key), secret.expose().as_bytes())?;
    match api_keys::insert(conn, &key, &sealed) {
        Err(StoreError::Duplicate(_)) => {
            Err(Failure::refused(("A key with this SecretId exists already.", "该 SecretId 已存在。")))
        }
        Err(error) => Err(error.into()),
        // Asked once the row is there: whoever deleted a key of this id meanwhile has committed by now.
        Ok(()) if retired_ids::contains(conn, &key.secret_id)? => Err(KeyRefusal::Retired.into()),
        Ok(()) => Ok(key),
    }
}
