//! One-time tokens that open the first-run setup, each with the seed its page shows.

use super::schema::setup_tokens;
use super::{Conn, StoreError};
use crate::domain::deadline::{SETUP_SECONDS, latest};
use diesel::prelude::*;

/// Keeps a new token's digest in place of earlier ones.
pub fn replace(conn: &mut Conn, digest: &str, seed: &[u8], expires_at: i64) -> Result<(), StoreError> {
    diesel::delete(setup_tokens::table).execute(conn)?;
    diesel::insert_into(setup_tokens::table)
        .values((
            setup_tokens::digest.eq(digest),
            setup_tokens::seed.eq(seed),
            setup_tokens::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The sealed seed of a token that still holds.
pub fn seed(conn: &mut Conn, digest: &str, now: i64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(setup_tokens::table
        .find(digest)
        .filter(setup_tokens::expires_at.gt(now))
        .filter(setup_tokens::expires_at.le(latest(SETUP_SECONDS, now)))
        .select(setup_tokens::seed)
        .get_result(conn)
        .optional()?)
}

/// Uses every token up.
pub fn delete_all(conn: &mut Conn) -> Result<(), StoreError> {
    diesel::delete(setup_tokens::table).execute(conn)?;
    Ok(())
}
