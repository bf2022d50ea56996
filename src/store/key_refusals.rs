//! Signatures under enabled keys that were refused: how many, for each key and reason.

use super::schema::key_refusals;
use super::{Conn, StoreError, dialect};
use crate::domain::key::SecretId;
use crate::domain::key_usage::RefusedSignatures;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(Queryable, Selectable)]
#[diesel(table_name = key_refusals)]
struct Row {
    reason: String,
    count: i64,
    first_ms: i64,
    last_ms: i64,
    ip: String,
}

/// Adds to what is known of a key. One that is gone leaves nothing.
pub fn count(conn: &mut Conn, id: &SecretId, refused: &RefusedSignatures) -> Result<(), StoreError> {
    if dialect::keep_key(conn, id)?.is_none() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO key_refusals (secret_id, reason, count, first_ms, last_ms, ip) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (secret_id, reason) DO UPDATE SET \
         count = key_refusals.count + excluded.count, last_ms = excluded.last_ms, ip = excluded.ip",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<Text, _>(&refused.reason)
    .bind::<BigInt, _>(refused.count)
    .bind::<BigInt, _>(refused.first_ms)
    .bind::<BigInt, _>(refused.last_ms)
    .bind::<Text, _>(&refused.ip)
    .execute(conn)?;
    Ok(())
}

/// What was refused under a key, the newest first.
pub fn of_key(conn: &mut Conn, id: &SecretId) -> Result<Vec<RefusedSignatures>, StoreError> {
    let rows: Vec<Row> = key_refusals::table
        .filter(key_refusals::secret_id.eq(id.as_str()))
        .order((key_refusals::last_ms.desc(), key_refusals::reason))
        .select(Row::as_select())
        .load(conn)?;
    let told = |Row { reason, count, first_ms, last_ms, ip }| RefusedSignatures {
        reason,
        count,
        first_ms,
        last_ms,
        ip,
    };
    Ok(rows.into_iter().map(told).collect())
}
