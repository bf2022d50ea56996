//! Signatures that were used.

use super::schema::replays;
use super::sequences::{self, Sequence};
use super::{Conn, StoreError};
use diesel::prelude::*;

/// A use of a signature: by its digest, bound to what it signed first.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = replays)]
pub struct Use {
    pub digest: String,
    pub binding: String,
    pub request_id: String,
    pub expires_at: i64,
}

/// The use of that digest.
pub fn find(conn: &mut Conn, digest: &str) -> Result<Option<Use>, StoreError> {
    Ok(replays::table.find(digest).select(Use::as_select()).first(conn).optional()?)
}

/// Remembers a use; a second one of the same digest is [`StoreError::Duplicate`].
pub fn insert(conn: &mut Conn, used: &Use) -> Result<(), StoreError> {
    let number = sequences::next(conn, Sequence::Replay)?;
    diesel::insert_into(replays::table).values((used, replays::number.eq(number))).execute(conn)?;
    Ok(())
}

/// The uses after that number, which is the order of their commits, as far as they may still be tried again.
pub fn after(conn: &mut Conn, number: i64, now: i64) -> Result<Vec<Use>, StoreError> {
    Ok(replays::table
        .filter(replays::number.gt(number).and(replays::expires_at.ge(now)))
        .select(Use::as_select())
        .load(conn)?)
}

/// Forgets what can no longer be used again.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(replays::table.filter(replays::expires_at.lt(now))).execute(conn)?;
    Ok(())
}
