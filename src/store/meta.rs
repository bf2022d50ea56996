//! Facts about this database: which master key it belongs to.

use super::schema::meta;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// The name under which the vault's check value is kept.
pub const VAULT_CHECK: &str = "vault_check";

/// The name of what is written to see whether anything can be written.
pub const READY_STAMP: &str = "ready_stamp";

/// The name of the oldest newest migration of a program that can work on this schema, in digits. A migration that does
/// more than add sets it to its own number.
pub const OLDEST_READER: &str = "oldest_reader";

/// The value of that name.
pub fn find(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(meta::table.find(name).select(meta::value).get_result(conn).optional()?)
}

/// Keeps a new value.
pub fn insert(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), StoreError> {
    diesel::insert_into(meta::table).values((meta::name.eq(name), meta::value.eq(value))).execute(conn)?;
    Ok(())
}

/// Keeps a value, in place of the former one.
pub fn put(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), StoreError> {
    let changed = diesel::update(meta::table.find(name)).set(meta::value.eq(value)).execute(conn)?;
    if changed > 0 {
        return Ok(());
    }
    let row = diesel::insert_into(meta::table).values((meta::name.eq(name), meta::value.eq(value)));
    match conn {
        // Another node may insert it at this moment.
        Conn::Postgres(conn) => row.on_conflict_do_nothing().execute(conn)?,
        Conn::Sqlite(conn) => row.execute(conn)?,
    };
    Ok(())
}
