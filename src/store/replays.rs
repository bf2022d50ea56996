//! Signatures that were used: changes by signature and action, and the nonces of the old signatures.

use super::schema::{replays, signed_changes};
use super::sequences::{self, Sequence};
use super::{Conn, StoreError, dialect};
use diesel::prelude::*;

/// A change that was made under a signature.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = signed_changes)]
pub struct SignedChange {
    pub signature: String,
    pub action: String,
    pub request_id: String,
    pub arrived_ms: i64,
    pub origin: String,
    pub expires_at: i64,
}

/// What was changed under that signature.
pub fn of_signature(conn: &mut Conn, signature: &str) -> Result<Vec<SignedChange>, StoreError> {
    Ok(signed_changes::table
        .filter(signed_changes::signature.eq(signature))
        .select(SignedChange::as_select())
        .load(conn)?)
}

/// The change that action made under that signature.
pub fn find(conn: &mut Conn, signature: &str, action: &str) -> Result<Option<SignedChange>, StoreError> {
    let made = signed_changes::table.find((signature, action));
    Ok(made.select(SignedChange::as_select()).get_result(conn).optional()?)
}

/// Remembers a change; a second one of the same signature and action is [`StoreError::Duplicate`].
pub fn insert(conn: &mut Conn, change: &SignedChange) -> Result<(), StoreError> {
    let number = sequences::next(conn, Sequence::Replay)?;
    diesel::insert_into(signed_changes::table)
        .values((change, signed_changes::number.eq(number)))
        .execute(conn)?;
    Ok(())
}

/// Has everybody else wait who is about to remember a change, and says what was changed under those signatures until now.
///
/// As many numbers are taken as there are signatures; the last of them is told.
pub fn claim(conn: &mut Conn, signatures: &[&str]) -> Result<(i64, Vec<SignedChange>), StoreError> {
    let count = i64::try_from(signatures.len()).unwrap_or(i64::MAX);
    let last = sequences::advance(conn, Sequence::Replay, count)?;
    let made = signed_changes::table
        .filter(signed_changes::signature.eq_any(signatures))
        .select(SignedChange::as_select())
        .load(conn)?;
    Ok((last, made))
}

/// Remembers changes of which none was made before, under the numbers up to `last`.
pub fn insert_claimed(conn: &mut Conn, changes: &[&SignedChange], last: i64) -> Result<(), StoreError> {
    let numbered: Vec<(&SignedChange, i64)> = changes.iter().rev().copied().zip((1..=last).rev()).collect();
    if numbered.is_empty() { Ok(()) } else { dialect::insert_changes(conn, &numbered) }
}

/// The changes after that number, which is the order of their commits, as far as they may still be tried again.
pub fn after(conn: &mut Conn, number: i64, now: i64) -> Result<Vec<SignedChange>, StoreError> {
    Ok(signed_changes::table
        .filter(signed_changes::number.gt(number).and(signed_changes::expires_at.ge(now)))
        .select(SignedChange::as_select())
        .load(conn)?)
}

/// Uses up a nonce; a second time is [`StoreError::Duplicate`].
pub fn use_nonce(conn: &mut Conn, nonce: &str, request_id: &str, expires_at: i64) -> Result<(), StoreError> {
    diesel::insert_into(replays::table)
        .values((
            replays::digest.eq(nonce),
            replays::binding.eq(""),
            replays::request_id.eq(request_id),
            replays::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets what can no longer be used again.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(replays::table.filter(replays::expires_at.lt(now))).execute(conn)?;
    diesel::delete(signed_changes::table.filter(signed_changes::expires_at.lt(now))).execute(conn)?;
    Ok(())
}
