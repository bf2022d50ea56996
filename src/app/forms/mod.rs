//! A form that makes something makes it once, however often it is sent.
//!
//! What it makes and that it was sent stand in one transaction: a change and a question record the sending, and a
//! second one of the same form is [`Failure::SentTwice`] there, on every node.

pub mod kept;

use super::caller::Caller;
use super::caller::sending::Sending;
use super::{App, Failure};
use crate::app::session::tickets::SHOWN_ONCE_SECONDS;
use crate::store::forms::{self, Sent};
use crate::store::{Conn, step_ups};
use crate::vault::places;
use zeroize::Zeroizing;

/// What became of a form so far.
pub enum Progress {
    /// Nothing: it was not sent, or nothing came of that.
    Unused,
    /// This sending used it.
    Mine,
    /// Another sending is at work on it, or broke off.
    Working,
    /// Another sending was answered with this address.
    Answered(Zeroizing<String>),
}

/// What became of other sendings of the same form. A step-up that ran out leaves the form as if it was never sent.
pub async fn progress(app: &App, caller: &Caller, sending: &Sending) -> Result<Progress, Failure> {
    let (digest, session, now) = (sending.digest.clone(), caller.session()?.id_hash.clone(), app.clock.now());
    let found = app.store.read(move |conn| -> Result<_, Failure> {
        let Some(sent) = forms::find(conn, &digest)? else { return Ok(None) };
        let is_over = match (&sent.question, &sent.answer) {
            (Some(id), Some(_)) => step_ups::find(conn, &session, Some(id), now)?.is_none(),
            _ => false,
        };
        Ok(Some((sent, is_over)))
    });
    let Some((sent, is_over)) = found.await? else { return Ok(Progress::Unused) };
    if sent.request_id == sending.request_id {
        return Ok(Progress::Mine);
    }
    if is_over {
        let is_free = app.store.write(move |conn| forms::free(conn, &sent)).await?;
        return Ok(if is_free { Progress::Unused } else { Progress::Working });
    }
    let Some(sealed) = sent.answer else { return Ok(Progress::Working) };
    open_answer(app, &sent.digest, &sealed).map(Progress::Answered)
}

/// Keeps what a sending was answered with, for the next sending of the same form.
pub async fn keep_answer(app: &App, sending: &Sending, address: &str) -> Result<(), Failure> {
    let sealed = app.vault.seal(&places::form_answer(&sending.digest), address.as_bytes())?;
    let sent = sending.sent(Some(sealed));
    Ok(app.store.write(move |conn| forms::set_answer(conn, &sent)).await?)
}

/// Keeps, with what a form of somebody signed out made, where its second sending leads.
pub(in crate::app) fn keep_made(
    app: &App,
    conn: &mut Conn,
    digest: String,
    address: &str,
) -> Result<(), Failure> {
    let answer = Some(app.vault.seal(&places::form_answer(&digest), address.as_bytes())?);
    let expires_at = app.clock.now() + SHOWN_ONCE_SECONDS;
    let sent = Sent { digest, request_id: String::new(), question: None, answer, expires_at };
    Ok(forms::insert(conn, &sent)?)
}

/// Where the second sending of such a form leads.
pub(in crate::app) async fn made(app: &App, digest: String) -> Result<Option<Zeroizing<String>>, Failure> {
    let found = app.store.read(move |conn| forms::find(conn, &digest)).await?;
    let Some(Sent { digest, answer: Some(sealed), .. }) = found else { return Ok(None) };
    open_answer(app, &digest, &sealed).map(Some)
}

fn open_answer(app: &App, digest: &str, sealed: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let opened = app.vault.open(&places::form_answer(digest), sealed)?;
    let address = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("forms.answer"))?;
    Ok(Zeroizing::new(address.to_owned()))
}

/// Lets the form be sent again: nothing came of this sending after all.
pub async fn release_form(app: &App, sending: &Sending) -> Result<(), Failure> {
    let sent = sending.sent(None);
    Ok(app.store.write(move |conn| forms::forget(conn, &sent)).await?)
}

/// What waited for a step-up is done, and can be seen at this address; without one nothing came of it.
pub async fn settle_form(app: &App, question: &str, address: Option<&str>) -> Result<(), Failure> {
    let id = question.to_owned();
    let waiting = app.store.read(move |conn| forms::of_question(conn, &id)).await?;
    let Some(sent) = waiting else { return Ok(()) };
    let answer = address
        .map(|text| app.vault.seal(&places::form_answer(&sent.digest), text.as_bytes()))
        .transpose()?;
    app.store
        .write(move |conn| {
            if answer.is_some() {
                forms::finish(conn, &Sent { answer, ..sent })
            } else {
                forms::forget(conn, &sent)
            }
        })
        .await?;
    Ok(())
}
