//! Facts about this database: which master key it belongs to.

use super::schema::meta;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// The name under which the vault's check value is kept.
pub const VAULT_CHECK: &str = "vault_check";

/// The value of that name.
pub fn find(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(meta::table.find(name).select(meta::value).get_result(conn).optional()?)
}

/// Keeps a new value.
pub fn insert(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), StoreError> {
    diesel::insert_into(meta::table).values((meta::name.eq(name), meta::value.eq(value))).execute(conn)?;
    Ok(())
}
