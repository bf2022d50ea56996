//! What was touched of that which verdicts rest on: a log under the numbers of the commits.

use super::schema::authority_log;
use super::sequences::{self, Standing};
use super::{Conn, StoreError};
use crate::domain::authority::{News, Touched};
use diesel::prelude::*;

/// Things that a node is told of one by one; of more it is told that everything was touched.
const MOST_TOLD: usize = 1_000;
/// Entries kept. A node that is further behind forgets everything.
const KEPT: i64 = 10_000;

/// How far the database is, and what was touched since a number.
pub fn news(conn: &mut Conn, since: i64) -> Result<(Standing, News), StoreError> {
    let standing = sequences::standing(conn)?;
    let until = standing.authority;
    if until == since {
        return Ok((standing, News { since, until, touched: Some(Vec::new()) }));
    }
    // One statement, and with the entry that was known already: while it stands, nothing after it is pruned, and the
    // database is none that was brought back from before.
    let found: Vec<(i64, String, String)> = authority_log::table
        .filter(authority_log::number.ge(since))
        .order((authority_log::number, authority_log::kind, authority_log::id))
        .limit(i64::try_from(MOST_TOLD * 2).unwrap_or(i64::MAX))
        .select((authority_log::number, authority_log::kind, authority_log::id))
        .load(conn)?;
    let is_linked = found.first().is_some_and(|(number, ..)| *number == since);
    let newer: Vec<_> = found.into_iter().filter(|(number, ..)| *number > since).collect();
    let last = newer.last().map_or(0, |(number, ..)| *number);
    if !is_linked || newer.len() > MOST_TOLD || last < until {
        return Ok((standing, News { since, until, touched: None }));
    }
    let touched = newer.iter().map(|(_, kind, id)| Touched::read(kind, id)).collect();
    // Commits from after the first question are told already.
    let standing = Standing { authority: last, ..standing };
    Ok((standing, News { since, until: last, touched: Some(touched) }))
}

/// Forgets old entries, from the low end on.
pub fn sweep(conn: &mut Conn) -> Result<(), StoreError> {
    let oldest: Option<i64> = authority_log::table
        .order(authority_log::number.desc())
        .offset(KEPT)
        .limit(1)
        .select(authority_log::number)
        .get_result(conn)
        .optional()?;
    if let Some(oldest) = oldest {
        diesel::delete(authority_log::table.filter(authority_log::number.lt(oldest))).execute(conn)?;
    }
    Ok(())
}
