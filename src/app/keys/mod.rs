//! API keys: listed, created, disabled, enabled, deleted, for others and for oneself.

pub mod access_keys;
pub mod import;
pub(super) mod pair;
pub mod reveal;
pub mod reveal_age;
pub(super) mod rights;
pub mod usage;

use super::caller::Caller;
use super::{App, Failure};
use crate::app::change::Change;
use crate::app::factors::ask::ask;
use crate::app::factors::ask::{Asked, Detail, Wish};
use crate::app::keys::pair::fresh_pair;
use crate::app::keys::reveal_age::{By, Wait};
use crate::app::session::tickets::Door;
use crate::app::session::tickets::SHOWN_ONCE_SECONDS;
use crate::app::session::tickets::{NewTicket, mint};
use crate::domain::account::SecretReveal;
use crate::domain::field::{self, FieldError};
use crate::domain::key::{Key, KeyRefusal, KeyStatus, SecretId, ensure_deletable, free_slot};
use crate::domain::secret::SecretKey;
use crate::domain::step_up::Purpose;
use crate::domain::user::User;
use crate::store::api_keys::{self, Stamp};
use crate::store::key_usage::{self, LastUse, Record};
use crate::store::{Conn, StoreError, dialect, retired_ids, users};
use crate::vault::Binding;

pub use crate::app::keys::rights::{Operation, Place, Rights};

/// The keys of one membership and what the caller may do with them.
pub struct KeyPage {
    pub holder: User,
    pub keys: Vec<Key>,
    /// Of those that were ever used.
    pub uses: Vec<LastUse>,
    /// The newest refused call of each key.
    pub refusals: Vec<Record>,
    pub rights: Rights,
    /// Of others' keys: how long the caller has to wait to see their secrets.
    pub wait: Option<Wait>,
}

/// A wish that is done, or waits for a second-factor check.
pub enum Step<T> {
    Done(T),
    Asked(Asked),
}

impl Caller {
    fn needs_step_up(&self, operation: Operation) -> bool {
        let settings = &self.account.settings;
        let shows = operation == Operation::Create && settings.secret_reveal == SecretReveal::Once;
        shows || settings.operation_protection || self.user.protection.action
    }
}

/// The keys of one membership.
pub async fn keys(app: &App, caller: &Caller, place: Place) -> Result<KeyPage, Failure> {
    let now = app.clock.now();
    app.view(caller, move |view| {
        let holder = holder(view.conn, view.by, place, Operation::Query)?;
        let keys = api_keys::of_user(view.conn, holder.uid)?;
        let ids: Vec<SecretId> = keys.iter().map(|key| key.secret_id.clone()).collect();
        let uses = key_usage::last_used(view.conn, &ids)?;
        let refusals = key_usage::last_refused(view.conn, &ids)?;
        let wait = view.by.wait_for(&holder, By::AnyApp, now);
        Ok(KeyPage { rights: view.by.rights(place, &holder), wait, holder, keys, uses, refusals })
    })
    .await
}

/// One key, for the pages that ask before something happens to it.
pub async fn key(
    app: &App,
    caller: &Caller,
    place: Place,
    (operation, id): (Operation, SecretId),
) -> Result<(User, Key), Failure> {
    app.view(caller, move |view| {
        let holder = holder(view.conn, view.by, place, operation)?;
        let key = api_keys::find(view.conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
        Ok((holder, key))
    })
    .await
}

/// Makes a key, unless two exist. Asks for a second-factor check where the account wants one.
pub async fn create_key(app: &App, caller: &Caller, place: Place, note: &str) -> Result<Step<Key>, Failure> {
    let note = key_note(note)?;
    if !caller.needs_step_up(Operation::Create) {
        let made = app.change(caller, move |change| create_in(change, place, &note)).await;
        return made.map(|(key, _)| Step::Done(key));
    }
    let holder = app
        .view(caller, move |view| {
            let holder = holder(view.conn, view.by, place, Operation::Create)?;
            free_slot(&api_keys::of_user(view.conn, holder.uid)?)?;
            Ok::<_, Failure>(holder)
        })
        .await?;
    let detail = Detail { own: place == Place::Own, note, ..Detail::default() };
    let wish = Wish { purpose: Purpose::CreateKey, target: &holder, object: "", detail, secret: None };
    ask(app, caller, wish).await.map(Step::Asked)
}

fn create_in(change: &mut Change<'_>, place: Place, note: &str) -> Result<(Key, SecretKey), Failure> {
    let holder = holder(change.conn, change.by, place, Operation::Create)?;
    let (id, secret) = fresh_pair(change.app, change.conn)?;
    let by = &change.by.user.name;
    let key = put_key(
        change.app,
        change.conn,
        NewKey { holder: &holder, secret_id: id, secret: &secret, note, by },
    )?;
    change.event("CreateApiKey").on(&holder).object(key.secret_id.as_str()).record(change);
    Ok((key, secret))
}

/// A pair that becomes a key: whose, what for, and who made it.
pub(in crate::app) struct NewKey<'a> {
    pub holder: &'a User,
    pub secret_id: SecretId,
    pub secret: &'a SecretKey,
    pub note: &'a str,
    pub by: &'a str,
}

/// Keeps a pair in a free slot, sealed.
pub(in crate::app) fn put_key(app: &App, conn: &mut Conn, new: NewKey<'_>) -> Result<Key, Failure> {
    let NewKey { holder, secret_id, secret, note, by } = new;
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
    };
    let sealed = app.vault.seal(&secret_binding(&key), secret.expose().as_bytes())?;
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

/// A key that was made after a step-up.
pub(in crate::app) struct Created {
    pub secret_id: SecretId,
    /// Opens the page that shows the pair, where it is shown once.
    pub ticket: Option<String>,
}

/// Creates after a passed step-up; where secrets are shown once, the ticket opens the page that does it.
pub(in crate::app) fn create_checked(
    change: &mut Change<'_>,
    place: Place,
    note: &str,
) -> Result<Created, Failure> {
    let (key, secret) = create_in(change, place, note)?;
    let ticket = if change.by.account.settings.secret_reveal == SecretReveal::Once {
        let door = created_door(change.by, &key);
        Some(mint(
            change.app,
            change.conn,
            &NewTicket { door: &door, shown: Some(secret.expose()), seconds: SHOWN_ONCE_SECONDS },
        )?)
    } else {
        None
    };
    Ok(Created { secret_id: key.secret_id, ticket })
}

/// Makes a key unusable from the commit on. Never asks for anything: it is the safe direction.
pub async fn disable_key(app: &App, caller: &Caller, place: Place, id: SecretId) -> Result<(), Failure> {
    app.change(caller, move |change| {
        let holder = holder(change.conn, change.by, place, Operation::Disable)?;
        set_status(change, &holder, &id, KeyStatus::Disabled)
    })
    .await
}

/// Makes a key usable again.
pub async fn enable_key(app: &App, caller: &Caller, place: Place, id: SecretId) -> Result<Step<()>, Failure> {
    if caller.needs_step_up(Operation::Enable) {
        return ask_about_key(app, caller, place, (Operation::Enable, Purpose::EnableKey), id).await;
    }
    app.change(caller, move |change| enable_in(change, place, &id)).await.map(Step::Done)
}

pub(in crate::app) fn enable_in(change: &mut Change<'_>, place: Place, id: &SecretId) -> Result<(), Failure> {
    let holder = holder(change.conn, change.by, place, Operation::Enable)?;
    set_status(change, &holder, id, KeyStatus::Enabled)
}

fn set_status(
    change: &mut Change<'_>,
    holder: &User,
    id: &SecretId,
    status: KeyStatus,
) -> Result<(), Failure> {
    dialect::lock_user(change.conn, holder.uid)?;
    let key = api_keys::find(change.conn, holder.uid, id)?.ok_or(Failure::NotFound)?;
    let stamp = Stamp { by: &change.by.user.name, at: change.app.clock.now() };
    if api_keys::set_status(change.conn, &key, status, stamp)? {
        let name = if status == KeyStatus::Enabled { "EnableApiKey" } else { "DisableApiKey" };
        change.event(name).on(holder).object(id.as_str()).record(change);
    }
    Ok(())
}

/// Deletes a disabled key for good; `confirm` is the last four characters of its SecretId.
pub async fn delete_key(
    app: &App,
    caller: &Caller,
    place: Place,
    (id, confirm): (SecretId, String),
) -> Result<Step<()>, Failure> {
    let (_, key) = key(app, caller, place, (Operation::Delete, id.clone())).await?;
    ensure_deletable(&key)?;
    if confirm.trim() != id.tail() {
        return Err(FieldError::on_page(
            "confirm",
            format!("Type the last four characters of the SecretId: {}.", id.tail()),
        )
        .into());
    }
    if caller.needs_step_up(Operation::Delete) {
        return ask_about_key(app, caller, place, (Operation::Delete, Purpose::DeleteKey), id).await;
    }
    app.change_again(caller, move |change| delete_in(change, place, &id)).await.map(Step::Done)
}

pub(in crate::app) fn delete_in(change: &mut Change<'_>, place: Place, id: &SecretId) -> Result<(), Failure> {
    let holder = holder(change.conn, change.by, place, Operation::Delete)?;
    dialect::lock_user(change.conn, holder.uid)?;
    let key = api_keys::find(change.conn, holder.uid, id)?.ok_or(Failure::NotFound)?;
    ensure_deletable(&key)?;
    if !api_keys::delete_disabled(change.conn, &key)? {
        return Err(Failure::NotFound);
    }
    key_usage::forget(change.conn, id)?;
    change.event("DeleteApiKey").on(&holder).object(id.as_str()).record(change);
    Ok(())
}

async fn ask_about_key(
    app: &App,
    caller: &Caller,
    place: Place,
    (operation, purpose): (Operation, Purpose),
    id: SecretId,
) -> Result<Step<()>, Failure> {
    let (holder, key) = key(app, caller, place, (operation, id)).await?;
    let detail = Detail { own: place == Place::Own, ..Detail::default() };
    let wish = Wish { purpose, target: &holder, object: key.secret_id.as_str(), detail, secret: None };
    ask(app, caller, wish).await.map(Step::Asked)
}

/// Replaces the note on a key.
pub async fn set_key_note(
    app: &App,
    caller: &Caller,
    place: Place,
    (id, note): (SecretId, String),
) -> Result<(), Failure> {
    app.change(caller, move |change| {
        let holder = holder(change.conn, change.by, place, Operation::Create)?;
        dialect::lock_user(change.conn, holder.uid)?;
        let key = api_keys::find(change.conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
        let note = field::unless_kept(Some(&key.note), &note, key_note)?;
        api_keys::set_note(change.conn, &key, &note)?;
        change
            .event("UpdateApiKey")
            .on(&holder)
            .object(id.as_str())
            .changed([("note", key.note.into(), note.into())])
            .record(change);
        Ok(())
    })
    .await
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
pub(in crate::app) fn created_door<'a>(caller: &'a Caller, key: &'a Key) -> Door<'a> {
    Door {
        session: &caller.session.id_hash,
        purpose: "key_created",
        uid: key.uid,
        object: key.secret_id.as_str(),
    }
}

/// Where a key's sealed secret belongs.
pub(in crate::app) fn secret_binding(key: &Key) -> Binding<'_> {
    Binding {
        table: "api_keys",
        column: "secret",
        account: key.owner_uin.0.unsigned_abs(),
        user: key.uid.0.unsigned_abs(),
        object: key.secret_id.as_str(),
    }
}
