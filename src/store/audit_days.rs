//! Between which numbers of the log the events of each day are. A trigger keeps it, since clocks of nodes differ and can be
//! wrong for a while.

use super::schema::audit_days;
use super::{Conn, StoreError};
use crate::domain::user::Uin;
use diesel::dsl::{max, min};
use diesel::prelude::*;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The first and the last number that an event of an account can have which happened in a time, its end left out; nothing
/// where there is no such event. Reads as many rows as the account has days.
pub fn numbers(
    conn: &mut Conn,
    owner: Uin,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<Option<(i64, i64)>, StoreError> {
    let of_owner = || audit_days::table.filter(audit_days::owner_uin.eq(owner.0));
    let first = match from {
        None => Some(0),
        Some(from) => of_owner()
            .filter(audit_days::day.ge(from.div_euclid(DAY)))
            .select(min(audit_days::first_seq))
            .get_result(conn)?,
    };
    let last = match to {
        None => i64::MAX,
        Some(to) => {
            let day = to.saturating_sub(1).div_euclid(DAY);
            let later: Option<i64> = of_owner()
                .filter(audit_days::day.gt(day))
                .select(min(audit_days::first_seq))
                .get_result(conn)?;
            let late: Option<i64> = of_owner()
                .filter(audit_days::day.le(day))
                .select(max(audit_days::last_seq))
                .get_result(conn)?;
            later.map_or(i64::MAX, |seq| late.unwrap_or(0).max(seq - 1))
        }
    };
    Ok(first.map(|first: i64| (first, last)))
}
