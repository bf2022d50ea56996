//! When a session is alive, and how many one person may have.

use crate::app::{App, Failure};
use crate::domain::deadline;
use crate::domain::session::{Session, Stage};
use crate::domain::user::Uin;
use crate::store::{Conn, sessions};

/// Sessions of one identity: the oldest ends when another begins.
pub const MAX_SESSIONS: usize = 20;

/// Seconds that a half-done sign-in may wait for its second step.
pub(in crate::app) const SECOND_STEP_SECONDS: i64 = 600;

/// Whether a session has neither idled out nor reached its end. One that a wrong clock made is over.
pub(in crate::app) fn is_live(app: &App, session: &Session) -> bool {
    let now = app.clock.now();
    let idle = app.rules.session_idle;
    deadline::is_past(session.created_at, now)
        && deadline::holds(session.expires_at, longest(app, session), now)
        && deadline::holds(session.last_seen_at.saturating_add(idle), idle, now)
}

fn longest(app: &App, session: &Session) -> i64 {
    if session.is_at(Stage::SignedIn) { app.rules.session_absolute } else { SECOND_STEP_SECONDS }
}

/// A session that is alive.
pub(in crate::app) fn live_session(app: &App, conn: &mut Conn, id_hash: &str) -> Result<Session, Failure> {
    sessions::find(conn, id_hash)?.filter(|session| is_live(app, session)).ok_or(Failure::NotSignedIn)
}

/// Ends the oldest sessions until there is room for one more; gives them. The identity is locked by now.
pub(in crate::app) fn make_room(app: &App, conn: &mut Conn, uin: Uin) -> Result<Vec<Session>, Failure> {
    let mut held = sessions::of_identity(conn, uin, app.clock.now())?;
    held.retain(|session| is_live(app, session));
    held.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    let ended = held.split_off(held.len().min(MAX_SESSIONS - 1));
    for session in &ended {
        sessions::delete(conn, &session.id_hash)?;
    }
    Ok(ended)
}
