//! Recovery codes, as digests.

use super::schema::recovery_codes;
use super::{Conn, StoreError};
use crate::domain::user::Uin;
use diesel::prelude::*;

/// Replaces all codes of an identity.
pub fn replace(conn: &mut Conn, uin: Uin, digests: &[[u8; 32]]) -> Result<(), StoreError> {
    delete_all(conn, uin)?;
    for digest in digests {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::digest.eq(digest.to_vec()), recovery_codes::uin.eq(uin.0)))
            .execute(conn)?;
    }
    Ok(())
}

/// Uses a code up; `false` when it is not this identity's or was used before.
pub fn use_up(conn: &mut Conn, uin: Uin, digest: &[u8; 32], now: i64) -> Result<bool, StoreError> {
    let touched = diesel::update(recovery_codes::table.find(digest.to_vec()))
        .filter(recovery_codes::uin.eq(uin.0).and(recovery_codes::used_at.is_null()))
        .set(recovery_codes::used_at.eq(Some(now)))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Codes that still work.
pub fn left(conn: &mut Conn, uin: Uin) -> Result<i64, StoreError> {
    Ok(recovery_codes::table
        .filter(recovery_codes::uin.eq(uin.0).and(recovery_codes::used_at.is_null()))
        .count()
        .get_result(conn)?)
}

/// Removes all codes of an identity.
pub fn delete_all(conn: &mut Conn, uin: Uin) -> Result<(), StoreError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::uin.eq(uin.0))).execute(conn)?;
    Ok(())
}
