//! Counters of wrong guesses.

use super::schema::throttles;
use super::{Conn, StoreError, dialect};
use crate::domain::throttle::{FORGET_SECONDS, Limit};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = throttles)]
struct Row {
    failures: i64,
    last_failed_at: i64,
    blocked_until: i64,
}

/// Until when a bucket is blocked, if it is.
pub fn blocked_until(conn: &mut Conn, bucket: &str, now: i64) -> Result<Option<i64>, StoreError> {
    let until: Option<i64> =
        throttles::table.find(bucket).select(throttles::blocked_until).first(conn).optional()?;
    Ok(until.filter(|until| *until > now))
}

/// Counts a failure and says how many there are now.
pub fn fail(conn: &mut Conn, bucket: &str, limit: Limit, now: i64) -> Result<i64, StoreError> {
    dialect::lock_text(conn, bucket)?;
    let row: Option<Row> = throttles::table.find(bucket).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else {
        diesel::insert_into(throttles::table)
            .values((
                throttles::bucket.eq(bucket),
                throttles::failures.eq(1_i64),
                throttles::last_failed_at.eq(now),
                throttles::blocked_until.eq(now + limit.wait(1)),
            ))
            .execute(conn)?;
        return Ok(1);
    };
    let is_forgotten = row.last_failed_at + FORGET_SECONDS <= now && row.blocked_until <= now;
    let failures = if is_forgotten { 1 } else { row.failures + 1 };
    diesel::update(throttles::table.find(bucket))
        .set((
            throttles::failures.eq(failures),
            throttles::last_failed_at.eq(now),
            throttles::blocked_until.eq(now + limit.wait(failures)),
        ))
        .execute(conn)?;
    Ok(failures)
}

/// Forgets a bucket's failures.
pub fn clear(conn: &mut Conn, bucket: &str) -> Result<(), StoreError> {
    diesel::delete(throttles::table.find(bucket)).execute(conn)?;
    Ok(())
}

/// Forgets every bucket that begins so.
pub fn clear_all(conn: &mut Conn, prefix: &str) -> Result<usize, StoreError> {
    let end = format!("{prefix}{}", char::MAX);
    Ok(diesel::delete(throttles::table.filter(throttles::bucket.ge(prefix).and(throttles::bucket.lt(end))))
        .execute(conn)?)
}

/// Removes what is too old to count.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(
        throttles::table
            .filter(throttles::last_failed_at.lt(now - FORGET_SECONDS).and(throttles::blocked_until.lt(now))),
    )
    .execute(conn)?;
    Ok(())
}

/// Takes one failure back.
pub fn forgive(conn: &mut Conn, bucket: &str, limit: Limit) -> Result<(), StoreError> {
    dialect::lock_text(conn, bucket)?;
    let row: Option<Row> = throttles::table.find(bucket).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(()) };
    let failures = (row.failures - 1).max(0);
    diesel::update(throttles::table.find(bucket))
        .set((
            throttles::failures.eq(failures),
            throttles::blocked_until.eq(row.last_failed_at + limit.wait(failures)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Failures that still count.
pub fn failures(conn: &mut Conn, bucket: &str, now: i64) -> Result<i64, StoreError> {
    let row: Option<Row> = throttles::table.find(bucket).select(Row::as_select()).first(conn).optional()?;
    Ok(row.filter(|row| row.last_failed_at + FORGET_SECONDS > now).map_or(0, |row| row.failures))
}

/// Blocks a bucket outright and begins to count anew.
pub fn lock(conn: &mut Conn, bucket: &str, until: i64) -> Result<(), StoreError> {
    diesel::update(throttles::table.find(bucket))
        .set((throttles::failures.eq(0), throttles::blocked_until.eq(until)))
        .execute(conn)?;
    Ok(())
}
