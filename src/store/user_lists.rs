//! Users of an account in the order of their UINs, as programs list them.

use super::schema::{identities, users};
use super::users::Row;
use super::{Conn, StoreError};
use crate::domain::user::{Uin, User, UserKind};
use diesel::prelude::*;

/// Where a list begins and how long it is.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Only users with a greater UIN.
    pub after: Uin,
    pub limit: i64,
}

/// A part of an account's users, of one kind or of all.
pub fn slice(
    conn: &mut Conn,
    owner: Uin,
    kind: Option<UserKind>,
    slice: Slice,
) -> Result<Vec<User>, StoreError> {
    let mut query = users::table
        .filter(users::owner_uin.eq(owner.0).and(users::uin.gt(slice.after.0)))
        .order(users::uin)
        .limit(slice.limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(users::kind.eq(kind.as_str()));
    }
    query.load(conn)?.into_iter().map(|row: Row| User::try_from(row)).collect()
}

/// The UIN of the user of a kind that has so many before it. Those are skipped in the index; no row of them is read.
pub fn uin_at(conn: &mut Conn, owner: Uin, kind: UserKind, before: i64) -> Result<Option<Uin>, StoreError> {
    let found: Option<i64> = users::table
        .filter(users::owner_uin.eq(owner.0).and(users::kind.eq(kind.as_str())))
        .order(users::uin)
        .offset(before)
        .limit(1)
        .select(users::uin)
        .get_result(conn)
        .optional()?;
    Ok(found.map(Uin))
}

/// The users with these UINs, each with when and from where it last signed in.
pub fn with_last_sign_in(
    conn: &mut Conn,
    owner: Uin,
    uins: &[Uin],
) -> Result<Vec<(User, Option<i64>, Option<String>)>, StoreError> {
    let uins: Vec<i64> = uins.iter().map(|uin| uin.0).collect();
    users::table
        .inner_join(identities::table)
        .filter(users::owner_uin.eq(owner.0).and(users::uin.eq_any(uins)))
        .order(users::uin)
        .select((Row::as_select(), identities::last_sign_in_at, identities::last_sign_in_ip))
        .load(conn)?
        .into_iter()
        .map(|(row, at, ip): (Row, _, _)| Ok((User::try_from(row)?, at, ip)))
        .collect()
}
