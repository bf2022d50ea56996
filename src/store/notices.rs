//! Up to which event people have read the notices, and how many they have not.

use super::schema::{audit_events, notices_read};
use super::{Conn, StoreError};
use crate::domain::user::{Uid, Uin};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

/// Notices that are counted one by one.
const MOST_COUNTED: i64 = 100;

/// The newest event that a person has read; 0 before.
pub fn read_up_to(conn: &mut Conn, uid: Uid) -> Result<i64, StoreError> {
    let found: Option<i64> =
        notices_read::table.find(uid.0).select(notices_read::seq).get_result(conn).optional()?;
    Ok(found.unwrap_or_default())
}

/// Notes that a person has read all up to an event; never back.
pub fn mark_read(conn: &mut Conn, uid: Uid, seq: i64) -> Result<(), StoreError> {
    let row = (notices_read::uid.eq(uid.0), notices_read::seq.eq(seq));
    let insert = diesel::insert_into(notices_read::table).values(row).on_conflict_do_nothing();
    let made = match conn {
        Conn::Postgres(conn) => insert.execute(conn)?,
        Conn::Sqlite(conn) => insert.execute(conn)?,
    };
    if made == 0 {
        diesel::update(notices_read::table.find(uid.0).filter(notices_read::seq.lt(seq)))
            .set(notices_read::seq.eq(seq))
            .execute(conn)?;
    }
    Ok(())
}

/// How many bad notices of an account a person has not read, counted up to a hundred.
pub fn new_alarms(conn: &mut Conn, owner: Uin, uid: Uid) -> Result<usize, StoreError> {
    let read = sql::<BigInt>("coalesce((SELECT seq FROM notices_read WHERE uid = ")
        .bind::<BigInt, _>(uid.0)
        .sql("), 0)");
    // Written out: a partial index serves only a condition that is known when the statement is planned.
    let found: Vec<i64> = audit_events::table
        .filter(audit_events::owner_uin.eq(owner.0).and(audit_events::seq.gt(read)))
        .filter(sql::<Bool>("notice = 'bad'"))
        .order(audit_events::seq.desc())
        .limit(MOST_COUNTED)
        .select(audit_events::seq)
        .load(conn)?;
    Ok(found.len())
}
