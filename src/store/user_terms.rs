//! What users are found by, for a search to be a range of an index.

use super::schema::{user_lines, user_starts, user_terms, users};
use super::users::Row;
use super::{Conn, StoreError};
use crate::domain::user::{Uin, User};
use crate::domain::user_terms::{starts, terms};
use diesel::dsl::not;
use diesel::prelude::*;

/// Keeps what a user is found by that is found by nothing yet.
pub fn insert(conn: &mut Conn, user: &User) -> Result<(), StoreError> {
    for term in terms(user) {
        diesel::insert_into(user_terms::table)
            .values((
                user_terms::owner_uin.eq(user.owner_uin.0),
                user_terms::term.eq(term),
                user_terms::uid.eq(user.uid.0),
            ))
            .execute(conn)?;
    }
    for start in starts(user) {
        diesel::insert_into(user_starts::table)
            .values((
                user_starts::owner_uin.eq(user.owner_uin.0),
                user_starts::start.eq(start),
                user_starts::name_key.eq(user.name.to_lowercase()),
                user_starts::uid.eq(user.uid.0),
            ))
            .execute(conn)?;
    }
    diesel::update(user_lines::table.find(user.uid.0))
        .set(user_lines::is_searchable.eq(true))
        .execute(conn)?;
    Ok(())
}

/// The same in place of what it was found by before.
pub fn replace(conn: &mut Conn, user: &User) -> Result<(), StoreError> {
    diesel::delete(user_terms::table.filter(user_terms::uid.eq(user.uid.0))).execute(conn)?;
    diesel::delete(user_starts::table.filter(user_starts::uid.eq(user.uid.0))).execute(conn)?;
    insert(conn, user)
}

/// Whether some users of an account are found only by what earlier versions looked for.
pub fn is_unfilled(conn: &mut Conn, owner: Uin) -> Result<bool, StoreError> {
    // A range instead of an equation, for the reason that `user_looks` gives.
    let found: Option<i64> = user_lines::table
        .filter(user_lines::owner_uin.ge(owner.0).and(user_lines::owner_uin.le(owner.0)))
        .filter(not(user_lines::is_searchable))
        .order((user_lines::owner_uin, user_lines::uid))
        .limit(1)
        .select(user_lines::uid)
        .get_result(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Keeps what some users are found by who lack it; `false` when there are none left.
pub fn fill(conn: &mut Conn, most: i64) -> Result<bool, StoreError> {
    let found: Vec<i64> = user_lines::table
        .filter(not(user_lines::is_searchable))
        .order((user_lines::owner_uin, user_lines::uid))
        .limit(most)
        .select(user_lines::uid)
        .load(conn)?;
    for uid in &found {
        // The line comes first: whoever renames this user waits for it, or has kept the new texts already.
        let line = user_lines::table.find(uid).filter(not(user_lines::is_searchable));
        let touched = diesel::update(line).set(user_lines::is_searchable.eq(true)).execute(conn)?;
        if touched == 1 {
            let row: Row = users::table.find(uid).select(Row::as_select()).get_result(conn)?;
            replace(conn, &User::try_from(row)?)?;
        }
    }
    Ok(!found.is_empty())
}
