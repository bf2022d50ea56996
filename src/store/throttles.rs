//! Counters of wrong guesses.

use super::schema::throttles;
use super::{Conn, StoreError, dialect};
use crate::domain::throttle::{CLOSED_SECONDS, FORGET_SECONDS, Limit, TOLD_EVERY_SECONDS, is_forgotten};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = throttles)]
struct Row {
    failures: i64,
    last_failed_at: i64,
    blocked_until: i64,
    untold: i64,
    told_at: Option<i64>,
}

fn find(conn: &mut Conn, bucket: &str) -> Result<Option<Row>, StoreError> {
    Ok(throttles::table.find(bucket).select(Row::as_select()).get_result(conn).optional()?)
}

/// Makes concurrent writers of these buckets take turns until the transaction ends. Everybody names them in the same order.
pub fn lock_all<'a>(conn: &mut Conn, buckets: impl Iterator<Item = &'a str>) -> Result<(), StoreError> {
    for bucket in buckets {
        dialect::lock_text(conn, bucket)?;
    }
    Ok(())
}

/// Until when a bucket is shut by what was counted, if it is.
pub fn blocked_until(
    conn: &mut Conn,
    bucket: &str,
    limit: Limit,
    now: i64,
) -> Result<Option<i64>, StoreError> {
    Ok(find(conn, bucket)?.and_then(|row| limit.until(row.failures, row.last_failed_at, now)))
}

/// Until when a bucket is locked outright. A lock of more than `longest` seconds was made by a clock that was ahead.
pub fn locked_until(
    conn: &mut Conn,
    bucket: &str,
    longest: i64,
    now: i64,
) -> Result<Option<i64>, StoreError> {
    let until = find(conn, bucket)?.map(|row| row.blocked_until);
    Ok(until.filter(|until| *until > now && *until <= now.saturating_add(longest)))
}

/// Counts a failure and says how many there are now. The bucket, or the person it belongs to, is locked by now.
pub fn fail(conn: &mut Conn, bucket: &str, limit: Limit, now: i64) -> Result<i64, StoreError> {
    let Some(row) = find(conn, bucket)? else {
        diesel::insert_into(throttles::table)
            .values((
                throttles::bucket.eq(bucket),
                throttles::failures.eq(1_i64),
                throttles::last_failed_at.eq(now),
                throttles::blocked_until.eq(until(now, limit.wait(1))),
                throttles::place.eq(bucket.rsplit(':').next()),
            ))
            .execute(conn)?;
        return Ok(1);
    };
    let failures = if is_forgotten(row.last_failed_at, now) { 1 } else { row.failures.saturating_add(1) };
    diesel::update(throttles::table.find(bucket))
        .set((
            throttles::failures.eq(failures),
            throttles::last_failed_at.eq(now),
            throttles::blocked_until.eq(until(now, limit.wait(failures))),
        ))
        .execute(conn)?;
    Ok(failures)
}

/// When a wait ends that begins then; 0 where there is none.
fn until(from: i64, wait: i64) -> i64 {
    if wait == 0 { 0 } else { from.saturating_add(wait) }
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

/// Forgets every bucket of a kind that ends in this place, or in one within it.
pub fn clear_place(conn: &mut Conn, kind: &str, place: &str) -> Result<usize, StoreError> {
    // No index leads by the kind, as one leads by the place.
    let of_kind = || sql::<Text>("(bucket || '')").like(format!("{kind}%"));
    let (first, end) = (format!("{place}/"), format!("{place}/{}", char::MAX));
    let is_there = throttles::place.eq(place).or(throttles::place.ge(first).and(throttles::place.lt(end)));
    let cleared = diesel::delete(throttles::table.filter(is_there).filter(of_kind())).execute(conn)?;
    // Those that an earlier version counted do not say it apart from their name.
    let (last, below) = (format!("%:{place}"), format!("%:{place}/%"));
    let is_named = throttles::bucket.like(last).or(throttles::bucket.like(below));
    let unknown = throttles::table.filter(throttles::place.is_null()).filter(is_named).filter(of_kind());
    Ok(cleared + diesel::delete(unknown).execute(conn)?)
}

/// Removes what is too old to count, or was counted by a wrong clock.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    let old = throttles::last_failed_at
        .lt(now - FORGET_SECONDS)
        .and(throttles::blocked_until.le(now).or(throttles::blocked_until.gt(now + CLOSED_SECONDS)));
    let unswept = throttles::table.filter(old.or(throttles::last_failed_at.gt(now + FORGET_SECONDS)));
    match conn {
        Conn::Sqlite(conn) => diesel::delete(unswept).execute(conn)?,
        // Whoever counts in one of them right now keeps it, and neither waits for the other.
        Conn::Postgres(conn) => {
            let free: Vec<String> =
                unswept.select(throttles::bucket).for_update().skip_locked().load(conn)?;
            diesel::delete(throttles::table).filter(throttles::bucket.eq_any(free)).execute(conn)?
        }
    };
    Ok(())
}

/// Takes one failure back. The bucket is locked by now.
pub fn forgive(conn: &mut Conn, bucket: &str, limit: Limit) -> Result<(), StoreError> {
    let Some(row) = find(conn, bucket)? else { return Ok(()) };
    let failures = (row.failures - 1).max(0);
    diesel::update(throttles::table.find(bucket))
        .set((
            throttles::failures.eq(failures),
            throttles::blocked_until.eq(until(row.last_failed_at, limit.wait(failures))),
        ))
        .execute(conn)?;
    Ok(())
}

/// Failures that still count.
pub fn failures(conn: &mut Conn, bucket: &str, now: i64) -> Result<i64, StoreError> {
    let row = find(conn, bucket)?;
    Ok(row.filter(|row| !is_forgotten(row.last_failed_at, now)).map_or(0, |row| row.failures))
}

/// Blocks a bucket outright and begins to count anew.
pub fn lock(conn: &mut Conn, bucket: &str, until: i64) -> Result<(), StoreError> {
    diesel::update(throttles::table.find(bucket))
        .set((throttles::failures.eq(0), throttles::blocked_until.eq(until)))
        .execute(conn)?;
    Ok(())
}

/// Counts a refusal of a blocked bucket. Once a minute: how many there were since it was told last.
pub fn refuse(conn: &mut Conn, bucket: &str, now: i64) -> Result<Option<i64>, StoreError> {
    let Some(row) = find(conn, bucket)? else { return Ok(None) };
    let untold = row.untold.saturating_add(1);
    let is_due = row.told_at.is_none_or(|at| now.saturating_sub(at).saturating_abs() >= TOLD_EVERY_SECONDS);
    let told_at = if is_due { Some(now) } else { row.told_at };
    diesel::update(throttles::table.find(bucket))
        .set((throttles::untold.eq(if is_due { 0 } else { untold }), throttles::told_at.eq(told_at)))
        .execute(conn)?;
    Ok(is_due.then_some(untold))
}

/// Refusals of a bucket that were counted and not told; they count as told from now on.
pub fn take_untold(conn: &mut Conn, bucket: &str) -> Result<i64, StoreError> {
    let untold = find(conn, bucket)?.map_or(0, |row| row.untold);
    if untold > 0 {
        diesel::update(throttles::table.find(bucket)).set(throttles::untold.eq(0)).execute(conn)?;
    }
    Ok(untold)
}
