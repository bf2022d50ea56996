//! Browser sessions, known by the digest of what the cookie holds.

use super::schema::{enrolments, sessions, step_ups, tickets};
use super::{Conn, StoreError};
use crate::domain::deadline::{CLOCK_SLACK, latest};
use crate::domain::session::{Session, Stage};
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;

/// Seconds for which a session that ran out is remembered, to tell its browser so. It opens nothing.
pub const REMEMBERED_SECONDS: i64 = 3_600;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id_hash: String,
    family: String,
    state: String,
    stage: String,
    uin: i64,
    uid: i64,
    method: String,
    ip: String,
    user_agent: String,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
    step_up_at: Option<i64>,
    former_id: Option<String>,
    code_at: Option<i64>,
    code_device: Option<String>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id_hash: row.id_hash,
            family: row.family,
            state: row.state,
            stage: row.stage,
            uin: Uin(row.uin),
            uid: Uid(row.uid),
            method: row.method,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            step_up_at: row.step_up_at,
            former_id: row.former_id,
            code_at: row.code_at,
            code_device: row.code_device,
        }
    }
}

impl From<&Session> for Row {
    fn from(session: &Session) -> Self {
        Self {
            id_hash: session.id_hash.clone(),
            family: session.family.clone(),
            state: session.state.clone(),
            stage: session.stage.clone(),
            uin: session.uin.0,
            uid: session.uid.0,
            method: session.method.clone(),
            ip: session.ip.clone(),
            user_agent: session.user_agent.clone(),
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            step_up_at: session.step_up_at,
            former_id: session.former_id.clone(),
            code_at: session.code_at,
            code_device: session.code_device.clone(),
        }
    }
}

/// Keeps a new session.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), StoreError> {
    diesel::insert_into(sessions::table).values(Row::from(session)).execute(conn)?;
    Ok(())
}

/// The session of that digest, whatever its age.
pub fn find(conn: &mut Conn, id_hash: &str) -> Result<Option<Session>, StoreError> {
    let row: Option<Row> =
        sessions::table.find(id_hash).select(Row::as_select()).get_result(conn).optional()?;
    Ok(row.map(Session::from))
}

/// The session that had that id before its last change of id.
pub fn find_former(conn: &mut Conn, id_hash: &str) -> Result<Option<Session>, StoreError> {
    let row: Option<Row> = sessions::table
        .filter(sessions::former_id.eq(id_hash))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(row.map(Session::from))
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
    let rows: Vec<Row> = sessions::table
        .filter(
            sessions::uin
                .eq(uin.0)
                .and(sessions::stage.eq(Stage::SignedIn.as_str()))
                .and(sessions::expires_at.gt(now)),
        )
        .order(sessions::last_seen_at.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
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
    let ran_out = sessions::expires_at.le(now - REMEMBERED_SECONDS);
    let (lasts, is_ahead) =
        (sessions::expires_at.gt(latest(longest, now)), sessions::created_at.gt(now + CLOCK_SLACK));
    match conn {
        // Each by itself: of all in one, SQLite would make a look at every session.
        Conn::Sqlite(conn) => {
            diesel::delete(sessions::table.filter(ran_out)).execute(conn)?;
            diesel::delete(sessions::table.filter(lasts)).execute(conn)?;
            diesel::delete(sessions::table.filter(is_ahead)).execute(conn)?
        }
        // Whoever ends one of them right now goes on, and neither waits for the other.
        Conn::Postgres(conn) => {
            let is_over = ran_out.or(lasts).or(is_ahead);
            let over = sessions::table.filter(is_over).select(sessions::id_hash);
            let free: Vec<String> = over.for_update().skip_locked().load(conn)?;
            diesel::delete(sessions::table.filter(sessions::id_hash.eq_any(free))).execute(conn)?
        }
    };
    diesel::delete(step_ups::table.filter(step_ups::expires_at.le(now))).execute(conn)?;
    diesel::delete(tickets::table.filter(tickets::expires_at.le(now))).execute(conn)?;
    Ok(())
}
