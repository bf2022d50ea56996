//! Up to which key it was warned of its end, so many days ahead.

use super::schema::{key_lines, key_warnings};
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use diesel::prelude::*;

/// A place among all keys by their end: after the key with this end and id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    pub expires_at: i64,
    pub secret_id: String,
}

/// The last key that was looked at; none before the first look.
pub fn place(conn: &mut Conn, days: i64) -> Result<Option<Place>, StoreError> {
    let found: Option<(i64, String)> = key_warnings::table
        .find(days)
        .select((key_warnings::expires_at, key_warnings::secret_id))
        .get_result(conn)
        .optional()?;
    Ok(found.map(|(expires_at, secret_id)| Place { expires_at, secret_id }))
}

/// Moves on from one place to the next; `false` when somebody else did meanwhile.
pub fn advance(conn: &mut Conn, days: i64, from: Option<&Place>, to: Place) -> Result<bool, StoreError> {
    let Place { expires_at, secret_id } = to;
    let Some(from) = from else {
        let row = (
            key_warnings::days.eq(days),
            key_warnings::expires_at.eq(expires_at),
            key_warnings::secret_id.eq(secret_id),
        );
        let insert = diesel::insert_into(key_warnings::table).values(row).on_conflict_do_nothing();
        let made = match conn {
            Conn::Postgres(conn) => insert.execute(conn)?,
            Conn::Sqlite(conn) => insert.execute(conn)?,
        };
        return Ok(made == 1);
    };
    let still = key_warnings::expires_at.eq(from.expires_at).and(key_warnings::secret_id.eq(&from.secret_id));
    let moved = diesel::update(key_warnings::table.find(days).filter(still))
        .set((key_warnings::expires_at.eq(expires_at), key_warnings::secret_id.eq(secret_id)))
        .execute(conn)?;
    Ok(moved == 1)
}

/// The next keys by their end after a place, before an end: of all accounts, at most so many.
pub fn ending(
    conn: &mut Conn,
    after: &Place,
    until: i64,
    most: i64,
) -> Result<Vec<(i64, SecretId)>, StoreError> {
    let Place { expires_at: after, secret_id: id } = after;
    let is_after = key_lines::expires_at.gt(after).or(key_lines::secret_id.gt(id));
    let found: Vec<(Option<i64>, String)> = key_lines::table
        .filter(key_lines::expires_at.ge(after).and(key_lines::expires_at.lt(until)))
        .filter(is_after)
        .order((key_lines::expires_at, key_lines::secret_id))
        .limit(most)
        .select((key_lines::expires_at, key_lines::secret_id))
        .load(conn)?;
    let read = |(at, id): (Option<i64>, String)| {
        let id = SecretId::parse(&id).map_err(|_| StoreError::Corrupt("key_lines.secret_id"))?;
        Ok((at.unwrap_or_default(), id))
    };
    found.into_iter().map(read).collect()
}
