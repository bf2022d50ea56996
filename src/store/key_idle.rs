//! When keys that are switched off after some days of silence are to be looked at next.

use super::schema::key_idle;
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use diesel::prelude::*;

/// Names the next look at a key; none: it is not looked at any more.
pub fn put(conn: &mut Conn, id: &SecretId, due_at: Option<i64>) -> Result<(), StoreError> {
    let Some(due_at) = due_at else {
        diesel::delete(key_idle::table.find(id.as_str())).execute(conn)?;
        return Ok(());
    };
    let moved =
        diesel::update(key_idle::table.find(id.as_str())).set(key_idle::due_at.eq(due_at)).execute(conn)?;
    if moved == 0 {
        diesel::insert_into(key_idle::table)
            .values((key_idle::secret_id.eq(id.as_str()), key_idle::due_at.eq(due_at)))
            .execute(conn)?;
    }
    Ok(())
}

/// Those to be looked at by now, the longest overdue first, at most so many.
pub fn due(conn: &mut Conn, now: i64, most: i64) -> Result<Vec<SecretId>, StoreError> {
    let found: Vec<String> = key_idle::table
        .filter(key_idle::due_at.le(now))
        .order(key_idle::due_at)
        .limit(most)
        .select(key_idle::secret_id)
        .load(conn)?;
    let read = |id: String| SecretId::parse(&id).map_err(|_| StoreError::Corrupt("key_idle.secret_id"));
    found.into_iter().map(read).collect()
}

/// When a key is to be looked at next, if it is.
pub fn due_of(conn: &mut Conn, id: &SecretId) -> Result<Option<i64>, StoreError> {
    Ok(key_idle::table.find(id.as_str()).select(key_idle::due_at).get_result(conn).optional()?)
}
