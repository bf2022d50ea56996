//! One-time tickets: minted when something was proven, used up by the page they open.

use crate::app::caller::Caller;
use crate::app::session::refusals::note_refusal;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::user::Uid;
use crate::store::Conn;
use crate::store::tickets::{self, Ticket};
use crate::vault::places;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use crate::domain::deadline::SHOWN_ONCE_SECONDS;

/// How a ticket was received.
pub(in crate::app) enum Taken<T> {
    /// It opens the door, once.
    Shown(T),
    /// It did before, or there is none.
    Before,
    /// It does not fit.
    Never,
}

/// Why a ticket opens nothing: late, of another session or purpose, or made up.
pub(in crate::app) const BAD_TICKET: &str = "ticket does not fit";

/// What a ticket opens.
pub(in crate::app) struct Door<'a> {
    pub session: &'a str,
    pub purpose: &'static str,
    pub uid: Uid,
    pub object: &'a str,
}

/// The digest under which an unguessable token is kept.
pub fn digest(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

/// A ticket to be minted: what it opens, what is sealed in it and comes back when it is used, how long it lives.
pub(in crate::app) struct NewTicket<'a> {
    pub door: &'a Door<'a>,
    pub shown: Option<&'a str>,
    pub seconds: i64,
}

/// Mints a ticket.
pub(in crate::app) fn mint(app: &App, conn: &mut Conn, new: &NewTicket<'_>) -> Result<String, Failure> {
    let NewTicket { door, shown, seconds } = new;
    let token = app.random.token()?;
    let digest = digest(&token);
    let sealed =
        shown.map(|text| app.vault.seal(&places::ticket(door.uid, &digest), text.as_bytes())).transpose()?;
    let ticket = Ticket {
        session: door.session.to_owned(),
        purpose: door.purpose.to_owned(),
        uid: door.uid.0,
        object: door.object.to_owned(),
        sealed,
        expires_at: app.clock.now() + seconds,
        used_at: None,
        digest,
    };
    tickets::insert(conn, &ticket)?;
    Ok(token)
}

/// Uses a ticket up, if it opens this door. Gives what was sealed in it.
pub(in crate::app) fn take(
    app: &App,
    conn: &mut Conn,
    door: &Door<'_>,
    token: &str,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let Some(ticket) = tickets::take(conn, &wanted(door, token), app.clock.now())? else {
        return Ok(None);
    };
    let Some(sealed) = ticket.sealed else { return Ok(Some(Zeroizing::default())) };
    let opened = app.vault.open(&places::ticket(door.uid, &ticket.digest), &sealed)?;
    let text = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("tickets.sealed"))?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// Whether a ticket opens this door; it still does afterwards.
pub(in crate::app) fn opens(
    app: &App,
    conn: &mut Conn,
    door: &Door<'_>,
    token: &str,
) -> Result<bool, Failure> {
    Ok(tickets::is_good(conn, &wanted(door, token), app.clock.now())?)
}

/// The same as [`take`], and whether a ticket that opens nothing is a page loaded again or an old address, or worth a line in
/// the log.
pub(in crate::app) fn take_or_tell(
    app: &App,
    conn: &mut Conn,
    door: &Door<'_>,
    token: &str,
) -> Result<Taken<Zeroizing<String>>, Failure> {
    if let Some(text) = take(app, conn, door, token)? {
        return Ok(Taken::Shown(text));
    }
    let is_harmless = token.is_empty() || tickets::was_used(conn, &wanted(door, token))?;
    Ok(if is_harmless { Taken::Before } else { Taken::Never })
}

/// A page of the caller's that is shown once: what for, and about whom.
#[derive(Clone, Copy)]
pub struct OncePage {
    pub purpose: &'static str,
    pub uid: Uid,
}

/// What a page shows once: for the caller's own session, about one user.
pub async fn shown_once(
    app: &App,
    caller: &Caller,
    page: OncePage,
    token: String,
) -> Result<Option<Zeroizing<String>>, Failure> {
    let OncePage { purpose, uid } = page;
    let taken = app
        .change(caller, move |change| {
            let door = Door { session: &change.by.session()?.id_hash, purpose, uid, object: "" };
            take_or_tell(change.app, change.conn, &door, &token)
        })
        .await?;
    match taken {
        Taken::Shown(text) => return Ok(Some(text)),
        Taken::Before => {}
        Taken::Never => {
            let event = caller.event(EventName::USE_TICKET).fact("purpose", purpose);
            note_refusal(app, caller, event, BAD_TICKET).await?;
        }
    }
    Ok(None)
}

fn wanted(door: &Door<'_>, token: &str) -> Ticket {
    Ticket {
        digest: digest(token),
        session: door.session.to_owned(),
        purpose: door.purpose.to_owned(),
        uid: door.uid.0,
        object: door.object.to_owned(),
        sealed: None,
        expires_at: 0,
        used_at: None,
    }
}
