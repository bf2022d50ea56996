//! Showing a stored SecretKey again: asked, checked, shown once per check.

use crate::app::caller::Caller;
use crate::app::deferred::{Detail, Wish, reveal_door};
use crate::app::keys::reveal_age::By;
use crate::app::keys::{Operation, Place, Step, created_door, holder, secret_binding};
use crate::app::session::tickets::{BAD_TICKET, Taken};
use crate::app::{App, Failure};
use crate::domain::account::SecretReveal;
use crate::domain::key::{Key, KeyRefusal, SecretId};
use crate::domain::secret::SecretKey;
use crate::domain::step_up::{Purpose, TICKET_SECONDS};
use crate::domain::user::User;
use crate::store::{Conn, api_keys};

/// A pair, on its way to the one page that shows it.
pub struct Shown {
    pub holder: User,
    pub key: Key,
    pub secret: SecretKey,
}

impl App {
    /// Wishes to see a SecretKey. Done: a ticket, as an earlier check still serves.
    pub async fn ask_secret(
        &self,
        caller: &Caller,
        place: Place,
        id: SecretId,
    ) -> Result<Step<String>, Failure> {
        let asked = self.ask_for_secret(caller, place, id.clone()).await;
        if let Err(failure) = &asked {
            self.note_refused_reveal(caller, &id, why(failure)).await?;
        }
        asked
    }

    async fn ask_for_secret(
        &self,
        caller: &Caller,
        place: Place,
        id: SecretId,
    ) -> Result<Step<String>, Failure> {
        let (holder, key) = self.key(caller, place, (Operation::Query, id)).await?;
        ensure_showable(caller, place, &holder)?;
        caller.ensure_waited(&holder, By::AnyApp, self.clock.now())?;
        self.ensure_own_waited(caller, &key).await?;
        if self.step_up_left(caller) > 0 && self.ensure_code_counts(caller, &holder).is_ok() {
            let (app, asker) = (self.clone(), caller.clone());
            let mint = move |conn: &mut Conn| {
                app.mint(conn, &reveal_door(&asker, key.uid, &key.secret_id), None, TICKET_SECONDS)
            };
            return self.store.write(mint).await.map(Step::Done);
        }
        let detail = Detail { own: place == Place::Own, ..Detail::default() };
        let wish = Wish {
            purpose: Purpose::ShowSecret,
            target: &holder,
            object: key.secret_id.as_str(),
            detail,
            secret: None,
        };
        self.ask(caller, wish).await.map(Step::Asked)
    }

    /// Opens the secret for a ticket that fits; `None` when the ticket was used, is late or belongs elsewhere.
    pub async fn show_secret(
        &self,
        caller: &Caller,
        place: Place,
        (id, ticket): (SecretId, String),
    ) -> Result<Option<Shown>, Failure> {
        let (app, asker) = (self.clone(), caller.clone());
        let tried = (id.clone(), ticket.is_empty());
        let shown = self
            .store
            .write(move |conn| {
                let holder = holder(conn, &asker, place, Operation::Query)?;
                let key = api_keys::find(conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
                ensure_showable(&asker, place, &holder)?;
                match app.take_or_tell(conn, &reveal_door(&asker, holder.uid, &id), &ticket)? {
                    Taken::Shown(_) => {}
                    Taken::Before => return Ok(Taken::Before),
                    Taken::Never => return Ok(Taken::Never),
                }
                app.ensure_code_counts(&asker, &holder)?;
                let sealed = api_keys::sealed_secret(conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
                let secret = app.open_secret(&key, &sealed)?;
                asker.event("ShowSecretKey").on(&holder).object(id.as_str()).write(conn, &app)?;
                Ok(Taken::Shown(Shown { holder, key, secret }))
            })
            .await;
        self.note_unopened(caller, tried, shown).await
    }

    /// The pair that was just created where secrets are shown once; `None` when it was shown before.
    pub async fn show_created(
        &self,
        caller: &Caller,
        place: Place,
        (id, ticket): (SecretId, String),
    ) -> Result<Option<Shown>, Failure> {
        let (app, asker) = (self.clone(), caller.clone());
        let tried = (id.clone(), ticket.is_empty());
        let shown = self
            .store
            .write(move |conn| {
                let holder = holder(conn, &asker, place, Operation::Create)?;
                let key = api_keys::find(conn, holder.uid, &id)?.ok_or(Failure::NotFound)?;
                let text = match app.take_or_tell(conn, &created_door(&asker, &key), &ticket)? {
                    Taken::Shown(text) => text,
                    Taken::Before => return Ok(Taken::Before),
                    Taken::Never => return Ok(Taken::Never),
                };
                let secret = SecretKey::parse(&text).map_err(|_| Failure::Corrupt("tickets.sealed"))?;
                let event = asker.event("ShowSecretKey").on(&holder).object(id.as_str());
                event.fact("once", true).write(conn, &app)?;
                Ok(Taken::Shown(Shown { holder, key, secret }))
            })
            .await;
        self.note_unopened(caller, tried, shown).await
    }

    /// Writes down a page of a secret that a ticket did not open. Who came without one only reads an old address.
    async fn note_unopened(
        &self,
        caller: &Caller,
        (id, is_bare): (SecretId, bool),
        shown: Result<Taken<Shown>, Failure>,
    ) -> Result<Option<Shown>, Failure> {
        let reason = match &shown {
            Ok(Taken::Shown(_) | Taken::Before) => None,
            Ok(Taken::Never) => Some(BAD_TICKET),
            Err(failure) => why(failure),
        };
        self.note_refused_reveal(caller, &id, reason.filter(|_| !is_bare)).await?;
        Ok(match shown? {
            Taken::Shown(shown) => Some(shown),
            Taken::Before | Taken::Never => None,
        })
    }

    /// The event names what was asked for, whether there is such a key or not: it must not tell.
    async fn note_refused_reveal(
        &self,
        caller: &Caller,
        id: &SecretId,
        reason: Option<&'static str>,
    ) -> Result<(), Failure> {
        let Some(reason) = reason else { return Ok(()) };
        self.note_refusal(caller, caller.event("ShowSecretKey").about(id.as_str()), reason).await
    }

    pub(in crate::app) fn open_secret(&self, key: &Key, sealed: &[u8]) -> Result<SecretKey, Failure> {
        let opened = self.vault.open(&secret_binding(key), sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("api_keys.secret"))?;
        SecretKey::parse(text).map_err(|_| Failure::Corrupt("api_keys.secret"))
    }
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
