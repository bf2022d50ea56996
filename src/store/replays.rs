//! Signatures that were used.

use super::schema::replays;
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
    diesel::insert_into(replays::table).values(used).execute(conn)?;
    Ok(())
}

/// Forgets what can no longer be used again.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(replays::table.filter(replays::expires_at.lt(now))).execute(conn)?;
    Ok(())
}
