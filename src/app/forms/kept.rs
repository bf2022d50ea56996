//! A form that came too late: its session had ended. What was filled in waits for the same person, sealed, for an hour.

use crate::app::caller::Caller;
use crate::app::session::rules::is_live;
use crate::app::session::tickets::digest;
use crate::app::{App, Failure};
use crate::domain::session::{Session, Stage};
use crate::store::kept_forms::{self, KeptForm};
use crate::store::{dialect, sessions, users};
use crate::vault::places;
use serde::{Deserialize, Serialize};

/// Seconds that a form waits, and that a session may be over when it comes.
const KEEP_SECONDS: i64 = sessions::REMEMBERED_SECONDS;
/// Forms of one identity that wait at a time.
const MOST: usize = 5;

/// What was filled in, without anything secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Filled {
    /// Where the form was sent to.
    pub path: String,
    pub fields: Vec<(String, String)>,
}

/// What became of a form that waits.
pub enum Kept {
    Found(Filled),
    /// It is somebody else's, or of another account; it is dropped.
    Foreign,
    Gone,
}

/// The session of that id, if it ended by itself within the last hour.
pub async fn ended_session(app: &App, id_hash: String) -> Result<Option<Session>, Failure> {
    let found = app.store.read(move |conn| sessions::find(conn, &id_hash)).await?;
    Ok(found.filter(|session| session.is_at(Stage::SignedIn) && has_just_ended(app, session)))
}

fn has_just_ended(app: &App, session: &Session) -> bool {
    let idle_end = session.last_seen_at.saturating_add(app.rules.session_idle);
    let ago = app.clock.now() - idle_end.min(session.expires_at);
    !is_live(app, session) && (0..KEEP_SECONDS).contains(&ago)
}

/// Keeps what somebody filled in whose session has ended. Gives the name to ask for it by.
pub async fn keep_form(app: &App, session: &Session, filled: &Filled) -> Result<Option<String>, Failure> {
    let (uin, uid, name, now) = (session.uin, session.uid.0, app.random.token()?, app.clock.now());
    let digest = digest(&name);
    let text = serde_json::to_vec(filled).map_err(|_| Failure::Corrupt("kept_forms.fields"))?;
    let fields = app.vault.seal(&places::kept_form(uin, uid, &digest), &text)?;
    let form = KeptForm { digest, uin: uin.0, uid, fields, created_at: now, expires_at: now + KEEP_SECONDS };
    app.store
        .write(move |conn| {
            dialect::lock_identity(conn, uin)?;
            if !users::of_identity(conn, uin)?.iter().any(|user| user.uid.0 == uid) {
                return Ok(None);
            }
            kept_forms::insert(conn, &form, MOST)?;
            Ok(Some(name))
        })
        .await
}

/// Whether a form of that name waits for somebody.
pub async fn is_form_kept(app: &App, name: &str) -> Result<bool, Failure> {
    let (digest, now) = (digest(name), app.clock.now());
    Ok(app.store.read(move |conn| kept_forms::find(conn, &digest, now)).await?.is_some())
}

/// What waits under that name, for the one who filled it in.
pub async fn kept_form(app: &App, caller: &Caller, name: &str) -> Result<Kept, Failure> {
    let (digest, now) = (digest(name), app.clock.now());
    let wanted = digest.clone();
    let found = app.store.read(move |conn| kept_forms::find(conn, &wanted, now)).await?;
    let Some(form) = found else { return Ok(Kept::Gone) };
    if form.uin != caller.user.uin.0 || form.uid != caller.user.uid.0 {
        app.store.write(move |conn| kept_forms::delete(conn, &digest)).await?;
        return Ok(Kept::Foreign);
    }
    let text = app.vault.open(&places::kept_form(caller.user.uin, form.uid, &digest), &form.fields)?;
    let filled = serde_json::from_slice(&text).map_err(|_| Failure::Corrupt("kept_forms.fields"))?;
    Ok(Kept::Found(filled))
}
