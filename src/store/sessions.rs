//! Browser sessions, known by the digest of what the cookie holds.

use super::schema::{enrolments, sessions, step_ups, tickets};
use super::{Conn, StoreError};
use crate::domain::deadline::{CLOCK_SLACK, latest};
use crate::domain::session::Stage;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;

/// Seconds for which a session that ran out is remembered, to tell its browser so. It opens nothing.
pub const REMEMBERED_SECONDS: i64 = 3_600;

/// A session.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub id_hash: String,
    /// Survives the change of id at step-up; form tokens are made from it.
    pub family: String,
    /// What the page layer keeps: flash messages, nothing that decides anything.
    pub state: String,
    pub stage: String,
    pub uin: i64,
    pub uid: i64,
    /// How the person proved who it is, in words.
    pub method: String,
    pub ip: String,
    pub user_agent: String,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub expires_at: i64,
    pub step_up_at: Option<i64>,
    /// The id before the last change of id.
    pub former_id: Option<String>,
    /// When the last right code came, and from which app.
    pub code_at: Option<i64>,
    pub code_device: Option<String>,
}

impl Session {
    /// Whether the sign-in has come as far as that, and no further.
    pub fn is_at(&self, stage: Stage) -> bool {
        self.stage == stage.as_str()
    }
}

/// Keeps a new session.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table).values(session).execute(conn)?;
    Ok(())
}

/// The session of that digest, whatever its age.
pub fn find(conn: &mut Conn, id_hash: &str) -> Result<Option<Session>, StoreError> {
    Ok(sessions::table.find(id_hash).select(Session::as_select()).get_result(conn).optional()?)
}

/// The session that had that id before its last change of id.
pub fn find_former(conn: &mut Conn, id_hash: &str) -> Result<Option<Session>, StoreError> {
    Ok(sessions::table
        .filter(sessions::former_id.eq(id_hash))
        .select(Session::as_select())
        .get_result(conn)
        .optional()?)
}

/// What the page layer kept in that session.
pub fn state(conn: &mut Conn, id_hash: &str) -> Result<Option<String>, StoreError> {
    Ok(sessions::table.find(id_hash).select(sessions::state).get_result(conn).optional()?)
}

/// Replaces what the page layer keeps. Never makes a session: one that was ended stays ended.
pub fn set_state(conn: &mut Conn, id_hash: &str, state: &str) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id_hash)).set(sessions::state.eq(state)).execute(conn)?;
    Ok(())
}

/// Remembers that a session is in use.
pub fn touch(conn: &mut Conn, id_hash: &str, now: i64) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id_hash)).set(sessions::last_seen_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Notes a right code and the app that it came from.
pub fn note_code(conn: &mut Conn, id_hash: &str, device: &str, now: i64) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id_hash))
        .set((sessions::code_at.eq(Some(now)), sessions::code_device.eq(Some(device))))
        .execute(conn)?;
    Ok(())
}

/// Forgets that a code was given: it serves nothing any more.
pub fn forget_code(conn: &mut Conn, id_hash: &str) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id_hash))
        .set((sessions::code_at.eq(None::<i64>), sessions::step_up_at.eq(None::<i64>)))
        .execute(conn)?;
    Ok(())
}

/// Gives a session another id and takes along what waits in it; `false` when it has ended meanwhile.
pub fn replace_id(conn: &mut Conn, old: &str, new: &Session) -> Result<bool, StoreError> {
    insert(conn, new)?;
    diesel::update(step_ups::table.filter(step_ups::session.eq(old)))
        .set(step_ups::session.eq(&new.id_hash))
        .execute(conn)?;
    diesel::update(tickets::table.filter(tickets::session.eq(old)))
        .set(tickets::session.eq(&new.id_hash))
        .execute(conn)?;
    diesel::update(enrolments::table.filter(enrolments::session.eq(old)))
        .set(enrolments::session.eq(&new.id_hash))
        .execute(conn)?;
    delete(conn, old)
}

/// Ends a session; `false` when it had ended before.
pub fn delete(conn: &mut Conn, id_hash: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(id_hash)).execute(conn)? == 1)
}

/// Ends a session under whatever id it goes by now; `false` when it had ended before.
pub fn delete_family(conn: &mut Conn, uin: Uin, family: &str) -> Result<bool, StoreError> {
    let of_family = sessions::uin.eq(uin.0).and(sessions::family.eq(family));
    Ok(diesel::delete(sessions::table.filter(of_family)).execute(conn)? > 0)
}

/// Sessions of one identity that are signed in, newest first.
pub fn of_identity(conn: &mut Conn, uin: Uin, now: i64) -> Result<Vec<Session>, StoreError> {
    Ok(sessions::table
        .filter(
            sessions::uin
                .eq(uin.0)
                .and(sessions::stage.eq(Stage::SignedIn.as_str()))
                .and(sessions::expires_at.gt(now)),
        )
        .order(sessions::last_seen_at.desc())
        .select(Session::as_select())
        .load(conn)?)
}

/// Ends all sessions of an identity but the one of that family, whatever its id is by now.
pub fn delete_others(conn: &mut Conn, uin: Uin, family: &str) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::uin.eq(uin.0).and(sessions::family.ne(family))))
        .execute(conn)?)
}

/// Ends all sessions that act as one membership.
pub fn delete_of_user(conn: &mut Conn, uid: Uid) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::uid.eq(uid.0))).execute(conn)?)
}

/// Removes what has run out, and what a clock that was ahead made to last: sessions, questions, tickets.
pub fn sweep(conn: &mut Conn, now: i64, longest: i64) -> Result<(), StoreError> {
    let is_over = sessions::expires_at
        .le(now - REMEMBERED_SECONDS)
        .or(sessions::expires_at.gt(latest(longest, now)))
        .or(sessions::created_at.gt(now + CLOCK_SLACK));
    match conn {
        Conn::Sqlite(conn) => diesel::delete(sessions::table.filter(is_over)).execute(conn)?,
        // Whoever ends one of them right now goes on, and neither waits for the other.
        Conn::Postgres(conn) => {
            let over = sessions::table.filter(is_over).select(sessions::id_hash);
            let free: Vec<String> = over.for_update().skip_locked().load(conn)?;
            diesel::delete(sessions::table.filter(sessions::id_hash.eq_any(free))).execute(conn)?
        }
    };
    diesel::delete(step_ups::table.filter(step_ups::expires_at.le(now))).execute(conn)?;
    diesel::delete(tickets::table.filter(tickets::expires_at.le(now))).execute(conn)?;
    Ok(())
}
