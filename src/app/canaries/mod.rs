//! Canaries: pairs that look like keys and authenticate nothing, placed where nobody should look.

pub mod touches;

use crate::app::caller::Caller;
use crate::app::canaries::touches::flush_touches;
use crate::app::change::Change;
use crate::app::change::steward::Steward;
use crate::app::factors::ask::own_door;
use crate::app::keys::pair::fresh_pair;
use crate::app::session::tickets::{NewTicket, SHOWN_ONCE_SECONDS, mint};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::canary::{Canary, LONGEST_NAME, MAX_CANARIES, Touch};
use crate::domain::field::{self, FieldError};
use crate::domain::key::SecretId;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::store::{Conn, StoreError, canaries, dialect, retired_ids};
use crate::vault::places;

/// What the ticket of the page that shows a new pair is for.
pub const NEW_CANARY: &str = "canary";

/// A canary and the newest of its uses.
pub struct Watched {
    pub canary: Canary,
    pub touches: Vec<Touch>,
}

/// The account's canaries: what was used last first, deleted ones last.
pub async fn canary_keys(app: &App, caller: &Caller) -> Result<Vec<Canary>, Failure> {
    caller.ensure_here(action::LIST_CANARIES)?;
    flush_touches(app).await?;
    app.view(caller, |view| Ok(canaries::of_account(view.conn, view.by.owner())?)).await
}

/// One canary of the account, with who used it.
pub async fn canary_key(app: &App, caller: &Caller, id: SecretId) -> Result<Watched, Failure> {
    caller.ensure_here(action::LIST_CANARIES)?;
    flush_touches(app).await?;
    app.view(caller, move |view| {
        let canary = own(view.conn, view.by.owner(), &id)?;
        let touches = canaries::touches(view.conn, &id)?;
        Ok(Watched { canary, touches })
    })
    .await
}

/// The name of a canary that is not deleted, for whoever is about to delete it.
pub async fn name_of_living(app: &App, caller: &Caller, id: SecretId) -> Result<String, Failure> {
    caller.ensure_here(action::DELETE_CANARY)?;
    app.view(caller, move |view| {
        let canary = own(view.conn, view.by.owner(), &id)?;
        if canary.deleted_at.is_some() { Err(Failure::NotFound) } else { Ok(canary.name) }
    })
    .await
}

fn own(conn: &mut Conn, owner: Uin, id: &SecretId) -> Result<Canary, Failure> {
    let found = canaries::find(conn, id)?.filter(|canary| canary.owner_uin == owner);
    found.ok_or(Failure::NotFound)
}

/// Makes a canary. Its pair is sealed in a ticket: only the page right after shows it.
pub(in crate::app) fn create_canary_in(change: &mut Change<'_>, name: &str) -> Result<String, Failure> {
    change.by.ensure_here(action::CREATE_CANARY)?;
    let name = field::required("name", ("name", "名称"), name, LONGEST_NAME)?;
    change.by.ensure_asked(change.app, action::CREATE_CANARY)?;
    let owner = change.by.owner();
    dialect::lock_account(change.conn, owner)?;
    if canaries::count_living(change.conn, owner)? >= MAX_CANARIES {
        let told =
            format!("This account has {MAX_CANARIES} canary keys, the most there can be. Delete one first.");
        return Err(FieldError::on_page("name", told).into());
    }
    let (secret_id, secret) = fresh_pair(change.app, change.conn)?;
    let place = places::canary_secret(owner, &secret_id);
    let sealed = change.app.vault.seal(&place, secret.expose().as_bytes())?;
    let canary = Canary {
        secret_id: secret_id.clone(),
        owner_uin: owner,
        name: name.clone(),
        created_at: change.app.clock.now(),
        created_by: change.by.user.name.clone(),
        deleted_at: None,
        deleted_by: String::new(),
        touches: 0,
        touched_ms: 0,
    };
    canaries::insert(change.conn, &canary, &sealed)?;
    if retired_ids::contains(change.conn, &secret_id)? {
        return Err(StoreError::Duplicate("canaries.secret_id".to_owned()).into());
    }
    // The log does not tell which SecretId it is: not everybody who reads it may tell canaries from keys.
    change.event(EventName::CREATE_CANARY).about(&name).record(change);
    let shown = zeroize::Zeroizing::new(format!("{secret_id}\n{}", secret.expose()));
    let door = own_door(change.by, NEW_CANARY)?;
    mint(
        change.app,
        change.conn,
        &NewTicket { door: &door, shown: Some(&shown), seconds: SHOWN_ONCE_SECONDS },
    )
}

/// Deletes a canary: nothing is told of its use any more. Its record stays, and its SecretId is given to no key.
pub(in crate::app) fn delete_canary_in(change: &mut Change<'_>, id: &SecretId) -> Result<(), Failure> {
    change.by.ensure_here(action::DELETE_CANARY)?;
    let canary = own(change.conn, change.by.owner(), id)?;
    change.by.ensure_asked(change.app, action::DELETE_CANARY)?;
    let at = change.app.clock.now();
    if !canaries::delete(change.conn, id, &change.by.user.name, at)? {
        return Err(Failure::NotFound);
    }
    change.event(EventName::DELETE_CANARY).about(&canary.name).record(change);
    Ok(())
}
