//! Refusals that come in crowds: one event a minute tells how many there were.

use super::schema::refusals;
use super::{Conn, StoreError, dialect};
use diesel::prelude::*;

/// Seconds for which a further refusal is only counted.
const QUIET_SECONDS: i64 = 60;
/// Seconds after which nobody asks any more.
const FORGET_SECONDS: i64 = 86_400;

/// Counts a refusal; gives how many there were since the last one that was told, when it is time to tell.
pub fn count(conn: &mut Conn, bucket: &str, now: i64) -> Result<Option<i64>, StoreError> {
    dialect::lock_text(conn, bucket)?;
    let known: Option<(i64, i64)> = refusals::table
        .find(bucket)
        .select((refusals::told_at, refusals::untold))
        .get_result(conn)
        .optional()?;
    let Some((told_at, untold)) = known else {
        diesel::insert_into(refusals::table)
            .values((refusals::bucket.eq(bucket), refusals::told_at.eq(now), refusals::untold.eq(0_i64)))
            .execute(conn)?;
        return Ok(Some(1));
    };
    // A clock that was ahead must not silence the log.
    let is_quiet = (now - QUIET_SECONDS < told_at) && (told_at <= now);
    let (told_at, left) = if is_quiet { (told_at, untold + 1) } else { (now, 0) };
    diesel::update(refusals::table.find(bucket))
        .set((refusals::told_at.eq(told_at), refusals::untold.eq(left)))
        .execute(conn)?;
    Ok((!is_quiet).then_some(untold + 1))
}

/// Removes what is long over.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(refusals::table.filter(refusals::told_at.lt(now - FORGET_SECONDS))).execute(conn)?;
    Ok(())
}
