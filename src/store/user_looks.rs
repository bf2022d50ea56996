//! What user names look like, and which of them are doubles.

use super::schema::{user_looks, users};
use super::{Conn, StoreError};
use crate::domain::names::{look_alike, looks};
use crate::domain::user::{Uid, Uin};
use diesel::dsl::not;
use diesel::prelude::*;

/// Names that are compared at once where their looks are not kept yet.
const AT_ONCE: i64 = 5_000;

/// Keeps what a user's name looks like, in place of what an earlier name did.
pub fn replace(conn: &mut Conn, owner: Uin, uid: Uid, name: &str) -> Result<(), StoreError> {
    diesel::delete(user_looks::table.filter(user_looks::uid.eq(uid.0))).execute(conn)?;
    for look in looks(name) {
        diesel::insert_into(user_looks::table)
            .values((
                user_looks::owner_uin.eq(owner.0),
                user_looks::look.eq(look),
                user_looks::uid.eq(uid.0),
                user_looks::is_ascii.eq(name.is_ascii()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Whether another user of the account has a name that this one is easily taken for.
pub fn is_double(conn: &mut Conn, owner: Uin, name: &str, but: Option<Uid>) -> Result<bool, StoreError> {
    let but = but.map_or(0, |uid| uid.0);
    // First those whose looks are missing: whoever gets them meanwhile has them below.
    if is_double_of_unfilled(conn, owner, name, but)? {
        return Ok(true);
    }
    // Of two plain names the letters decide, so a plain one is compared with the others alone.
    let kinds: &[bool] = if name.is_ascii() { &[false] } else { &[false, true] };
    let looks: Vec<String> = looks(name).into_iter().collect();
    let found: Option<i64> = user_looks::table
        .filter(user_looks::owner_uin.eq(owner.0).and(user_looks::look.eq_any(&looks)))
        .filter(user_looks::is_ascii.eq_any(kinds).and(user_looks::uid.ne(but)))
        .select(user_looks::uid)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The same among those whose looks are not kept yet.
fn is_double_of_unfilled(conn: &mut Conn, owner: Uin, name: &str, but: i64) -> Result<bool, StoreError> {
    let mut after = 0;
    loop {
        // A range instead of an equation: with that, PostgreSQL would walk over all users in the order of their UIDs as long
        // as it has no statistics of the column, instead of looking at the index, which holds these few.
        let found: Vec<(i64, String)> = users::table
            .filter(users::owner_uin.ge(owner.0).and(users::owner_uin.le(owner.0)))
            .filter(users::uid.gt(after).and(not(users::has_looks)))
            .order((users::owner_uin, users::uid))
            .limit(AT_ONCE)
            .select((users::uid, users::name))
            .load(conn)?;
        let Some((last, _)) = found.last() else { return Ok(false) };
        after = *last;
        if found.iter().any(|(uid, other)| *uid != but && look_alike(name, other)) {
            return Ok(true);
        }
    }
}

/// Computes what the names of some users look like; `false` when there are none left.
pub fn fill(conn: &mut Conn, most: i64) -> Result<bool, StoreError> {
    let found: Vec<(i64, i64)> = users::table
        .filter(not(users::has_looks))
        .order((users::owner_uin, users::uid))
        .limit(most)
        .select((users::owner_uin, users::uid))
        .load(conn)?;
    for (owner, uid) in &found {
        // The row comes first: whoever renames this user waits, or has kept the looks of the new name already.
        let name: Option<String> = diesel::update(users::table.find(uid).filter(not(users::has_looks)))
            .set(users::has_looks.eq(true))
            .returning(users::name)
            .get_result(conn)
            .optional()?;
        if let Some(name) = name {
            replace(conn, Uin(*owner), Uid(*uid), &name)?;
        }
    }
    Ok(!found.is_empty())
}
