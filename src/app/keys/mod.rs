//! API keys: listed, created, disabled, enabled, deleted, for others and for oneself.

pub mod access_keys;
pub mod callers;
pub(super) mod deeds;
pub mod history;
pub mod import;
pub mod limits;
pub(super) mod noticed;
pub(super) mod pair;
pub mod refused;
pub mod reveal;
pub mod reveal_age;
pub(super) mod rights;
pub mod rotations;
pub mod trials;
pub mod usage;

use super::caller::Caller;
use super::{App, Failure};
use crate::app::change::Change;
use crate::app::factors::ask::{Asked, Detail, Wish, ask};
use crate::app::handing::{MadeKey, hand_over_key};
use crate::app::keys::deeds::Via;
use crate::app::keys::limits::first::{NewKeyText, first_limits};
use crate::app::keys::reveal_age::{Vouching, Wait};
use crate::app::session::tickets::{Door, NewTicket, SHOWN_ONCE_SECONDS, mint};
use crate::domain::account::SecretReveal;
use crate::domain::audit::EventName;
use crate::domain::field::{self, FieldError};
use crate::domain::key::{Key, KeyStatus, SecretId, ensure_deletable, free_slot};
use crate::domain::key_usage::{LastUse, Record};
use crate::domain::rotation::Rotation;
use crate::domain::secret::SecretKey;
use crate::domain::step_up::Purpose;
use crate::domain::trial::Trial;
use crate::domain::user::{Uin, User};
use crate::store::api_keys::Signer;
use crate::store::{self, Conn, api_keys, dialect, key_usage, users};

pub use crate::app::keys::rights::KeyRights;
pub use crate::domain::key::{KeyRef, Operation, Place};

/// The keys of one membership and what the caller may do with them.
pub struct KeyPage {
    pub holder: User,
    pub keys: Vec<Key>,
    /// Of those that were ever used.
    pub uses: Vec<LastUse>,
    /// The newest refused call of each key.
    pub refusals: Vec<Record>,
    /// Of those that are tried off.
    pub trials: Vec<Trial>,
    /// If one of them is being replaced by another.
    pub rotation: Option<Rotation>,
    pub rights: KeyRights,
    /// Of others' keys: how long the caller has to wait to see their secrets.
    pub wait: Option<Wait>,
}

/// A key, and whose it is.
pub struct HeldKey {
    pub holder: User,
    pub key: Key,
}

/// A wish that is done, or waits for a second-factor check.
pub enum Step<T> {
    Done(T),
    Asked(Asked),
}

impl Caller {
    pub(in crate::app) fn needs_step_up(&self, operation: Operation) -> bool {
        let settings = &self.account.settings;
        let shows = operation == Operation::Create && settings.secret_reveal == SecretReveal::Once;
        shows || settings.operation_protection || self.user.protection.action
    }
}

/// The keys of one membership.
pub async fn page(app: &App, caller: &Caller, place: Place) -> Result<KeyPage, Failure> {
    let now = app.clock.now();
    app.view(caller, move |view| {
        let holder = holder(view.conn, view.by, place, Operation::Query)?;
        let keys = api_keys::of_user(view.conn, holder.uid)?;
        let ids: Vec<SecretId> = keys.iter().map(|key| key.secret_id.clone()).collect();
        let uses = key_usage::last_used(view.conn, &ids)?;
        let refusals = key_usage::last_refused(view.conn, &ids)?;
        let wait = view.by.wait_for(&holder, Vouching::AnyApp, now);
        let mut tried = Vec::new();
        for key in keys.iter().filter(|key| !key.is_enabled()) {
            tried.extend(store::trials::find(view.conn, &key.secret_id)?);
        }
        Ok(KeyPage {
            rights: view.by.rights(place, &holder),
            rotation: store::rotations::of_user(view.conn, holder.uid)?,
            wait,
            holder,
            keys,
            uses,
            refusals,
            trials: tried,
        })
    })
    .await
}

/// One key, for the pages that ask before something happens to it.
pub async fn find(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    operation: Operation,
) -> Result<HeldKey, Failure> {
    let key = key.clone();
    app.view(caller, move |view| held(view.conn, view.by, &key, operation)).await
}

/// Makes a key, unless two exist. Asks for a second-factor check where the account wants one, and always where somebody
/// else is to get the secret.
pub async fn create(app: &App, caller: &Caller, place: Place, new: NewKeyText) -> Result<Step<Key>, Failure> {
    let (note, delivery) = match (key_note(&new.note), new.delivery.judged()) {
        (Ok(note), Ok(delivery)) => (note, delivery),
        (note, delivery) => {
            return Err(Failure::Invalid(note.err().into_iter().chain(delivery.err()).collect()));
        }
    };
    let new = NewKeyText { note, ..new };
    let is_handed_over = delivery.is_some();
    if !is_handed_over && !caller.needs_step_up(Operation::Create) {
        let made = app.change(caller, move |change| make_at(change, place, &new)).await;
        return made.map(|made| Step::Done(made.key));
    }
    let now = app.clock.now();
    first_limits(new.limits.as_deref(), caller.account.settings.key_expiry, now)?;
    let holder = app
        .view(caller, move |view| {
            let holder = holder(view.conn, view.by, place, Operation::Create)?;
            if is_handed_over {
                view.by.ensure_may_hand_over(&holder)?;
                view.by.ensure_waited_to_hand_over(&holder, Vouching::AnyApp, now)?;
            }
            free_slot(&api_keys::of_user(view.conn, holder.uid)?)?;
            Ok::<_, Failure>(holder)
        })
        .await?;
    let NewKeyText { note, limits, delivery } = new;
    let detail = Detail { own: place == Place::Own, note, limits, delivery, ..Detail::default() };
    let wish = Wish { purpose: Purpose::CreateKey, target: &holder, object: "", detail, secret: None };
    ask(app, caller, wish).await.map(Step::Asked)
}

fn make_at(change: &mut Change<'_>, place: Place, new: &NewKeyText) -> Result<Made, Failure> {
    let holder = holder(change.conn, change.by, place, Operation::Create)?;
    let (key, secret) = deeds::create_limited(change, &holder, new, Via::Console)?;
    Ok(Made { holder, key, secret })
}

struct Made {
    holder: User,
    key: Key,
    secret: SecretKey,
}

/// A key that was made after a step-up, and the page that shows what there is to be shown once.
pub(in crate::app) enum Created {
    Kept(SecretId),
    ShownOnce {
        secret_id: SecretId,
        ticket: String,
    },
    /// Somebody else gets the secret: the page has what is to be sent.
    HandedOver {
        uin: Uin,
        ticket: String,
    },
}

/// Creates after a passed step-up. Where secrets are shown once, the ticket opens the page that does it, unless the secret
/// is handed over to somebody else.
pub(in crate::app) fn create_checked(
    change: &mut Change<'_>,
    place: Place,
    new: &NewKeyText,
) -> Result<Created, Failure> {
    let Made { holder, key, secret } = make_at(change, place, new)?;
    if let Some(delivery) = new.delivery.judged()? {
        change.by.ensure_may_hand_over(&holder)?;
        change.by.ensure_waited_to_hand_over(&holder, Vouching::LastCode, change.app.clock.now())?;
        let list = match place {
            Place::Own => "/keys".to_owned(),
            Place::Of(uin) => format!("/users/{uin}/keys"),
        };
        let made = MadeKey { holder: &holder, key: &key, secret: &secret, list };
        let ticket = hand_over_key(change, &made, &delivery)?;
        return Ok(Created::HandedOver { uin: holder.uin, ticket });
    }
    if change.by.account.settings.secret_reveal != SecretReveal::Once {
        return Ok(Created::Kept(key.secret_id));
    }
    let door = created_door(change.by, &key)?;
    let new = NewTicket { door: &door, shown: Some(secret.expose()), seconds: SHOWN_ONCE_SECONDS };
    let ticket = mint(change.app, change.conn, &new)?;
    Ok(Created::ShownOnce { secret_id: key.secret_id, ticket })
}

/// Makes a key unusable from the commit on. Never asks for anything: it is the safe direction.
pub async fn disable(app: &App, caller: &Caller, key: &KeyRef) -> Result<(), Failure> {
    let key = key.clone();
    app.change(caller, move |change| {
        let held = locked(change, &key, Operation::Disable)?;
        deeds::set_status(change, &held, KeyStatus::Disabled, Via::Console)
    })
    .await
}

/// Makes a key usable again.
pub async fn enable(app: &App, caller: &Caller, key: &KeyRef) -> Result<Step<()>, Failure> {
    if caller.needs_step_up(Operation::Enable) {
        return ask_about(app, caller, key, Purpose::EnableKey).await;
    }
    let key = key.clone();
    app.change(caller, move |change| enable_at(change, &key)).await.map(Step::Done)
}

/// Enables a key where that needs no other check, or it was passed.
pub(in crate::app) fn enable_at(change: &mut Change<'_>, key: &KeyRef) -> Result<(), Failure> {
    let held = locked(change, key, Operation::Enable)?;
    deeds::set_status(change, &held, KeyStatus::Enabled, Via::Console)
}

/// Deletes a disabled key for good; `confirm` is the last four characters of its SecretId.
pub async fn delete(app: &App, caller: &Caller, key: &KeyRef, confirm: &str) -> Result<Step<()>, Failure> {
    let held = find(app, caller, key, Operation::Delete).await?;
    ensure_deletable(&held.key)?;
    if confirm.trim() != key.id.tail() {
        let told = format!("Type the last four characters of the SecretId: {}.", key.id.tail());
        return Err(FieldError::on_page("confirm", told).into());
    }
    if caller.needs_step_up(Operation::Delete) {
        return ask_about(app, caller, key, Purpose::DeleteKey).await;
    }
    let key = key.clone();
    app.change_again(caller, move |change| delete_at(change, &key)).await.map(Step::Done)
}

/// Deletes a disabled key where that needs no other check, or it was passed.
pub(in crate::app) fn delete_at(change: &mut Change<'_>, key: &KeyRef) -> Result<(), Failure> {
    let held = locked(change, key, Operation::Delete)?;
    ensure_deletable(&held.key)?;
    deeds::delete(change, &held, Via::Console)
}

pub(in crate::app) async fn ask_about(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    purpose: Purpose,
) -> Result<Step<()>, Failure> {
    let operation = match purpose {
        Purpose::DeleteKey => Operation::Delete,
        Purpose::TryKeyOff => Operation::Disable,
        _ => Operation::Enable,
    };
    let held = find(app, caller, key, operation).await?;
    let detail = Detail { own: key.place == Place::Own, ..Detail::default() };
    let wish = Wish { purpose, target: &held.holder, object: key.id.as_str(), detail, secret: None };
    ask(app, caller, wish).await.map(Step::Asked)
}

/// Replaces the note on a key.
pub async fn set_note(app: &App, caller: &Caller, key: &KeyRef, note: &str) -> Result<(), Failure> {
    let (key, note) = (key.clone(), note.to_owned());
    app.change(caller, move |change| {
        let HeldKey { holder, key } = locked(change, &key, Operation::Create)?;
        let note = field::unless_kept(Some(&key.note), &note, key_note)?;
        api_keys::set_note(change.conn, &key, &note)?;
        let event = change.event(EventName::UPDATE_API_KEY).on(&holder).object(key.secret_id.as_str());
        event.changed([("note", key.note.into(), note.into())]).record(change);
        Ok(())
    })
    .await
}

/// The key that is meant, once the caller's policies allow the operation.
pub(in crate::app) fn held(
    conn: &mut Conn,
    caller: &Caller,
    key: &KeyRef,
    operation: Operation,
) -> Result<HeldKey, Failure> {
    let holder = holder(conn, caller, key.place, operation)?;
    let key = api_keys::find(conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
    Ok(HeldKey { holder, key })
}

/// The key that is meant, once the caller's policies allow the operation; nobody else changes it until the end.
pub(in crate::app) fn locked(
    change: &mut Change<'_>,
    key: &KeyRef,
    operation: Operation,
) -> Result<HeldKey, Failure> {
    let holder = holder(change.conn, change.by, key.place, operation)?;
    dialect::lock_user(change.conn, holder.uid)?;
    let key = api_keys::find(change.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
    Ok(HeldKey { holder, key })
}

/// Any account's key with its holder and account, for the operator; nobody else changes it until the end.
pub(in crate::app) fn locked_anywhere(conn: &mut Conn, id: &SecretId) -> Result<Signer, Failure> {
    let seen = api_keys::signer(conn, id)?.ok_or(Failure::NotFound)?;
    dialect::lock_user(conn, seen.user.uid)?;
    api_keys::signer(conn, id)?.ok_or(Failure::NotFound)
}

/// What a key is for, in one line; may be empty.
fn key_note(text: &str) -> Result<String, FieldError> {
    field::line("note", ("note", "备注"), text, 128)
}

/// The user whose keys are meant, once the caller's policies allow the operation. Denied before missing: no oracle.
pub(in crate::app) fn holder(
    conn: &mut Conn,
    caller: &Caller,
    place: Place,
    operation: Operation,
) -> Result<User, Failure> {
    let holder = match place {
        Place::Own => User::clone(&caller.user),
        Place::Of(uin) => {
            caller.ensure(operation.action(place), uin)?;
            users::find(conn, caller.owner(), uin)?.ok_or(Failure::NotFound)?
        }
    };
    caller.ensure_key(place, operation, &holder)?;
    Ok(holder)
}

/// What a ticket for a key's once-only page opens.
pub(in crate::app) fn created_door<'a>(caller: &'a Caller, key: &'a Key) -> Result<Door<'a>, Failure> {
    Ok(Door {
        session: &caller.session()?.id_hash,
        purpose: "key_created",
        uid: key.uid,
        object: key.secret_id.as_str(),
    })
}
