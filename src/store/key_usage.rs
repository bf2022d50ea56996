//! When keys were used, and the newest calls with each.

use super::dialect::Holder;
use super::schema::{key_records, key_refusals, key_usage};
use super::statement::{Bind, Statement};
use super::{Conn, StoreError, dialect};
use crate::domain::key::SecretId;
use crate::domain::key_usage::{GateCall, KEPT_DAYS, KEPT_RECORDS, LastUse, Record};
use crate::domain::span::DAY;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = key_usage)]
struct UsageRow {
    secret_id: String,
    last_used_ms: i64,
    ip: String,
    service: String,
    action: String,
    client: String,
}

impl From<UsageRow> for LastUse {
    fn from(row: UsageRow) -> Self {
        Self {
            secret_id: row.secret_id,
            last_used_ms: row.last_used_ms,
            ip: row.ip,
            service: row.service,
            action: row.action,
            client: row.client,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = key_records)]
struct RecordRow {
    secret_id: String,
    request_id: String,
    at_ms: i64,
    service: String,
    action: String,
    ip: String,
    client: String,
    result: String,
    reason: String,
    host: Option<String>,
    path_prefix: Option<String>,
    coverage: Option<String>,
    verdict: Option<String>,
}

impl From<RecordRow> for Record {
    fn from(row: RecordRow) -> Self {
        let gate = row.verdict.map(|verdict| GateCall {
            host: row.host.unwrap_or_default(),
            path_prefix: row.path_prefix.unwrap_or_default(),
            coverage: row.coverage.unwrap_or_default(),
            verdict,
        });
        Self {
            gate,
            secret_id: row.secret_id,
            request_id: row.request_id,
            at_ms: row.at_ms,
            service: row.service,
            action: row.action,
            ip: row.ip,
            client: row.client,
            result: row.result,
            reason: row.reason,
        }
    }
}

/// Keeps calls of one key and gives whose it is. A key that is gone leaves nothing.
pub fn put(
    conn: &mut Conn,
    id: &SecretId,
    records: &[Record],
    last_use: Option<&Record>,
) -> Result<Option<Holder>, StoreError> {
    let Some(holder) = dialect::keep_key(conn, id)? else { return Ok(None) };
    for record in records {
        insert(conn, record)?;
    }
    if let Some(newest) = last_use {
        set_last_use(conn, newest)?;
    }
    Ok(Some(holder))
}

/// The same text on both databases: each place is used once, in order.
fn insert(conn: &mut Conn, record: &Record) -> Result<(), StoreError> {
    let gate = record.gate.as_ref();
    let insert = Statement {
        text: "INSERT INTO key_records (secret_id, request_id, at_ms, service, action, ip, client, result, reason, \
               host, path_prefix, coverage, verdict) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        binds: &[
            Bind::Text(&record.secret_id),
            Bind::Text(&record.request_id),
            Bind::Number(record.at_ms),
            Bind::Text(&record.service),
            Bind::Text(&record.action),
            Bind::Text(&record.ip),
            Bind::Text(&record.client),
            Bind::Text(&record.result),
            Bind::Text(&record.reason),
            Bind::MaybeText(gate.map(|call| call.host.as_str())),
            Bind::MaybeText(gate.map(|call| call.path_prefix.as_str())),
            Bind::MaybeText(gate.map(|call| call.coverage.as_str())),
            Bind::MaybeText(gate.map(|call| call.verdict.as_str())),
        ],
    };
    insert.run(conn).map(drop)
}

fn set_last_use(conn: &mut Conn, record: &Record) -> Result<(), StoreError> {
    let put = Statement {
        text: "INSERT INTO key_usage (secret_id, last_used_ms, ip, service, action, client, first_used_ms) \
               VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (secret_id) DO UPDATE SET \
               last_used_ms = excluded.last_used_ms, ip = excluded.ip, service = excluded.service, \
               action = excluded.action, client = excluded.client \
               WHERE excluded.last_used_ms >= key_usage.last_used_ms",
        binds: &[
            Bind::Text(&record.secret_id),
            Bind::Number(record.at_ms),
            Bind::Text(&record.ip),
            Bind::Text(&record.service),
            Bind::Text(&record.action),
            Bind::Text(&record.client),
            Bind::Number(record.at_ms),
        ],
    };
    put.run(conn).map(drop)
}

/// Drops the oldest calls of a key beyond what is kept.
pub fn prune(conn: &mut Conn, id: &SecretId) -> Result<(), StoreError> {
    let surplus: Vec<(i64, String)> = key_records::table
        .filter(key_records::secret_id.eq(id.as_str()))
        .order((key_records::at_ms.desc(), key_records::request_id.desc()))
        .offset(i64::try_from(KEPT_RECORDS).unwrap_or(i64::MAX))
        .limit(10_000)
        .select((key_records::at_ms, key_records::request_id))
        .load(conn)?;
    for (at_ms, request_id) in surplus {
        diesel::delete(key_records::table.find((id.as_str(), at_ms, request_id))).execute(conn)?;
    }
    Ok(())
}

/// When a key was last used, unless it never was.
pub fn last_use(conn: &mut Conn, id: &SecretId) -> Result<Option<LastUse>, StoreError> {
    let row: Option<UsageRow> =
        key_usage::table.find(id.as_str()).select(UsageRow::as_select()).get_result(conn).optional()?;
    Ok(row.map(LastUse::from))
}

/// When keys were last used, of those that have ever been, in no order.
pub fn last_used(conn: &mut Conn, ids: &[SecretId]) -> Result<Vec<LastUse>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(SecretId::as_str).collect();
    let rows: Vec<UsageRow> =
        key_usage::table.filter(key_usage::secret_id.eq_any(ids)).select(UsageRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(LastUse::from).collect())
}

/// When a key was used first, in unix milliseconds; nothing of one that was used before this was kept, or never.
pub fn first_used(conn: &mut Conn, id: &SecretId) -> Result<Option<i64>, StoreError> {
    let found: Option<Option<i64>> =
        key_usage::table.find(id.as_str()).select(key_usage::first_used_ms).get_result(conn).optional()?;
    Ok(found.flatten())
}

/// The newest refused call of each key, of those that have one among the calls that are kept.
pub fn last_refused(conn: &mut Conn, ids: &[SecretId]) -> Result<Vec<Record>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        let refused: Option<RecordRow> = key_records::table
            .filter(key_records::secret_id.eq(id.as_str()))
            .filter(key_records::result.eq("refused"))
            .order((key_records::at_ms.desc(), key_records::request_id.desc()))
            .select(RecordRow::as_select())
            .first(conn)
            .optional()?;
        found.extend(refused.map(Record::from));
    }
    Ok(found)
}

/// The calls of a key that are kept, newest first.
pub fn records(conn: &mut Conn, id: &SecretId) -> Result<Vec<Record>, StoreError> {
    let rows: Vec<RecordRow> = key_records::table
        .filter(key_records::secret_id.eq(id.as_str()))
        .order((key_records::at_ms.desc(), key_records::request_id.desc()))
        .limit(i64::try_from(KEPT_RECORDS).unwrap_or(i64::MAX))
        .select(RecordRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Forgets a key that is deleted.
pub fn forget(conn: &mut Conn, id: &SecretId) -> Result<(), StoreError> {
    diesel::delete(key_usage::table.find(id.as_str())).execute(conn)?;
    diesel::delete(key_records::table.filter(key_records::secret_id.eq(id.as_str()))).execute(conn)?;
    diesel::delete(key_refusals::table.filter(key_refusals::secret_id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}

/// Drops calls that are too old.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    let oldest = (now - KEPT_DAYS * DAY) * 1000;
    diesel::delete(key_records::table.filter(key_records::at_ms.lt(oldest))).execute(conn)?;
    diesel::delete(key_refusals::table.filter(key_refusals::last_ms.lt(oldest))).execute(conn)?;
    Ok(())
}
