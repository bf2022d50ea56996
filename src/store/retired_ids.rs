//! SecretIds that were deleted: their digests, which outlive the key, its user and its account.

use super::schema::{audit_events, retired_ids, sequences};
use super::{Conn, StoreError, dialect};
use crate::domain::audit::EventName;
use crate::domain::key::SecretId;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

/// How the log says that a key was deleted; its target ends in the SecretId.
const DELETIONS: [&str; 2] = [EventName::DELETE_API_KEY.as_str(), EventName::DELETE_ACCESS_KEY.as_str()];
/// The sequence that says how far the log has been read.
const READ: &str = "retired";

/// Keeps a SecretId from ever belonging to a key again.
pub fn retire(conn: &mut Conn, id: &SecretId) -> Result<(), StoreError> {
    dialect::insert_retired(conn, &digest(id.as_str()))
}

/// Whether a SecretId was retired, as far as the table knows.
pub fn contains(conn: &mut Conn, id: &SecretId) -> Result<bool, StoreError> {
    let found: i64 = retired_ids::table.find(digest(id.as_str())).count().get_result(conn)?;
    Ok(found > 0)
}

/// Which of these SecretIds were retired, as far as the table knows.
pub fn among<'a>(conn: &mut Conn, ids: &'a [SecretId]) -> Result<Vec<&'a SecretId>, StoreError> {
    let digests: Vec<Vec<u8>> = ids.iter().map(|id| digest(id.as_str())).collect();
    let found: Vec<Vec<u8>> = retired_ids::table
        .filter(retired_ids::digest.eq_any(&digests))
        .select(retired_ids::digest)
        .load(conn)?;
    Ok(ids.iter().zip(&digests).filter(|(_, digest)| found.contains(digest)).map(|(id, _)| id).collect())
}

/// Whether that part of the log which has not been read yet says that a SecretId was deleted.
pub fn is_in_unread_log(conn: &mut Conn, id: &SecretId) -> Result<bool, StoreError> {
    let read = read_until(conn)?;
    let found: i64 = audit_events::table
        .filter(audit_events::seq.gt(read).and(audit_events::event.eq_any(DELETIONS)))
        .filter(audit_events::target.like(format!("%/ {id}")))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// Retires what the next events of the log say was deleted; `false` when there are no more.
pub fn read_log(conn: &mut Conn, events: i64) -> Result<bool, StoreError> {
    let read = read_until(conn)?;
    let found: Vec<(i64, String, String)> = audit_events::table
        .filter(audit_events::seq.gt(read))
        .order(audit_events::seq)
        .limit(events)
        .select((audit_events::seq, audit_events::event, audit_events::target))
        .load(conn)?;
    let Some((last, _, _)) = found.last() else { return Ok(false) };
    for (_, event, target) in &found {
        let id = target.rsplit(' ').next().unwrap_or_default();
        if DELETIONS.contains(&event.as_str())
            && let Ok(id) = SecretId::parse(id)
        {
            retire(conn, &id)?;
        }
    }
    diesel::update(sequences::table.find(READ).filter(sequences::value.lt(*last)))
        .set(sequences::value.eq(*last))
        .execute(conn)?;
    Ok(true)
}

fn read_until(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(sequences::table.find(READ).select(sequences::value).get_result(conn)?)
}

fn digest(id: &str) -> Vec<u8> {
    Sha256::digest(id.as_bytes()).to_vec()
}
