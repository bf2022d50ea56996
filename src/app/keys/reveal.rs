//! Showing a stored SecretKey again: asked, checked, shown once per check.

use crate::app::caller::Caller;
use crate::app::factors::ask::{Detail, Wish, ask, reveal_door, step_up_left};
use crate::app::keys::reveal_age::{Vouching, ensure_code_counts, ensure_own_waited};
use crate::app::keys::{HeldKey, KeyRef, Operation, Place, Step, created_door, find, held};
use crate::app::session::refusals::note_refusal;
use crate::app::session::tickets::{BAD_TICKET, NewTicket, Taken, mint, take_or_tell};
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::audit::EventName;
use crate::domain::key::{Key, KeyRefusal, SecretId};
use crate::domain::secret::SecretKey;
use crate::domain::step_up::{Purpose, TICKET_SECONDS};
use crate::domain::user::User;
use crate::store::api_keys;
use crate::vault::places;

/// A pair, on its way to the one page that shows it.
pub struct Shown {
    pub holder: User,
    pub key: Key,
    pub secret: SecretKey,
}

/// Wishes to see a SecretKey. Done: a ticket, as an earlier check still serves.
pub async fn ask_secret(app: &App, caller: &Caller, key: &KeyRef) -> Result<Step<String>, Failure> {
    let asked = ask_for_secret(app, caller, key).await;
    if let Err(failure) = &asked {
        note_refused_reveal(app, caller, &key.id, why(failure)).await?;
    }
    asked
}

async fn ask_for_secret(app: &App, caller: &Caller, key: &KeyRef) -> Result<Step<String>, Failure> {
    let place = key.place;
    let HeldKey { holder, key } = find(app, caller, key, Operation::Query).await?;
    ensure_showable(caller, place, &holder)?;
    ensure_not_sealed(caller, &key)?;
    caller.ensure_waited(&holder, Vouching::AnyApp, app.clock.now())?;
    ensure_own_waited(app, caller, &key).await?;
    if step_up_left(app, caller) > 0 && ensure_code_counts(app, caller, &holder).is_ok() {
        let minted = app.change(caller, move |change| {
            let door = reveal_door(change.by, key.uid, &key.secret_id)?;
            mint(change.app, change.conn, &NewTicket { door: &door, shown: None, seconds: TICKET_SECONDS })
        });
        return minted.await.map(Step::Done);
    }
    let detail = Detail { own: place == Place::Own, ..Detail::default() };
    let wish = Wish {
        purpose: Purpose::ShowSecret,
        target: &holder,
        object: key.secret_id.as_str(),
        detail,
        secret: None,
    };
    ask(app, caller, wish).await.map(Step::Asked)
}

/// Opens the secret for a ticket that fits; `None` when the ticket was used, is late or belongs elsewhere.
pub async fn show_secret(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    ticket: String,
) -> Result<Option<Shown>, Failure> {
    let tried = Tried { id: key.id.clone(), is_bare: ticket.is_empty() };
    let wanted = key.clone();
    let shown = app
        .change(caller, move |change| {
            let HeldKey { holder, key } = held(change.conn, change.by, &wanted, Operation::Query)?;
            ensure_showable(change.by, wanted.place, &holder)?;
            ensure_not_sealed(change.by, &key)?;
            let door = reveal_door(change.by, holder.uid, &key.secret_id)?;
            match take_or_tell(change.app, change.conn, &door, &ticket)? {
                Taken::Shown(_) => {}
                Taken::Before => return Ok(Taken::Before),
                Taken::Never => return Ok(Taken::Never),
            }
            ensure_code_counts(change.app, change.by, &holder)?;
            let sealed = api_keys::sealed_secret(change.conn, holder.uid, &key.secret_id)?;
            let secret = open_secret(change.app, &key, &sealed.ok_or(Failure::NotFound)?)?;
            change
                .event(EventName::SHOW_SECRET_KEY)
                .on(&holder)
                .object(key.secret_id.as_str())
                .record(change);
            Ok(Taken::Shown(Shown { holder, key, secret }))
        })
        .await;
    note_unopened(app, caller, tried, shown).await
}

/// The pair that was just created where secrets are shown once; `None` when it was shown before.
pub async fn show_created(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    ticket: String,
) -> Result<Option<Shown>, Failure> {
    let tried = Tried { id: key.id.clone(), is_bare: ticket.is_empty() };
    let wanted = key.clone();
    let shown = app
        .change(caller, move |change| {
            let HeldKey { holder, key } = held(change.conn, change.by, &wanted, Operation::Create)?;
            let text = match take_or_tell(change.app, change.conn, &created_door(change.by, &key)?, &ticket)?
            {
                Taken::Shown(text) => text,
                Taken::Before => return Ok(Taken::Before),
                Taken::Never => return Ok(Taken::Never),
            };
            let secret = SecretKey::parse(&text).map_err(|_| Failure::Corrupt("tickets.sealed"))?;
            let event = change.event(EventName::SHOW_SECRET_KEY).on(&holder).object(key.secret_id.as_str());
            event.fact("once", true).record(change);
            Ok(Taken::Shown(Shown { holder, key, secret }))
        })
        .await;
    note_unopened(app, caller, tried, shown).await
}

/// The key whose secret a page was to show, and whether it came without a ticket.
struct Tried {
    id: SecretId,
    is_bare: bool,
}

/// Writes down a page of a secret that a ticket did not open. Who came without one only reads an old address.
async fn note_unopened(
    app: &App,
    caller: &Caller,
    tried: Tried,
    shown: Result<Taken<Shown>, Failure>,
) -> Result<Option<Shown>, Failure> {
    let reason = match &shown {
        Ok(Taken::Shown(_) | Taken::Before) => None,
        Ok(Taken::Never) => Some(BAD_TICKET),
        Err(failure) => why(failure),
    };
    note_refused_reveal(app, caller, &tried.id, reason.filter(|_| !tried.is_bare)).await?;
    Ok(match shown? {
        Taken::Shown(shown) => Some(shown),
        Taken::Before | Taken::Never => None,
    })
}

/// The event names what was asked for, whether there is such a key or not: it must not tell.
async fn note_refused_reveal(
    app: &App,
    caller: &Caller,
    id: &SecretId,
    reason: Option<&'static str>,
) -> Result<(), Failure> {
    let Some(reason) = reason else { return Ok(()) };
    note_refusal(app, caller, caller.event(EventName::SHOW_SECRET_KEY).about(id.as_str()), reason).await
}

pub(in crate::app) fn open_secret(app: &App, key: &Key, sealed: &[u8]) -> Result<SecretKey, Failure> {
    let opened = app.vault.open(&places::key_secret(key), sealed)?;
    let text = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("api_keys.secret"))?;
    SecretKey::parse(text).map_err(|_| Failure::Corrupt("api_keys.secret"))
}

/// Why a SecretKey is not shown, for the log; nothing for what is no refusal.
fn why(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Denied(_) => Some("not allowed"),
        Failure::NotFound => Some("no such key"),
        Failure::Refused(_) => Some("not possible now"),
        _ => None,
    }
}

fn ensure_showable(caller: &Caller, place: Place, holder: &User) -> Result<(), Failure> {
    caller.ensure_show(place, holder)?;
    match caller.account.settings.secret_reveal {
        SecretReveal::StepUp => Ok(()),
        SecretReveal::Once => Err(KeyRefusal::ShownOnce.into()),
    }
}

/// Refuses the secret of a key that was made sealed to everybody but its user: whoever made it was never to see it.
fn ensure_not_sealed(caller: &Caller, key: &Key) -> Result<(), Failure> {
    if key.is_sealed_from(caller.user.uid) { Err(KeyRefusal::Sealed.into()) } else { Ok(()) }
}
