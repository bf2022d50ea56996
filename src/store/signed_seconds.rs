//! The seconds for which keys signed calls that only the memory of a node knows.

use super::schema::signed_seconds;
use super::statement::{Bind, Statement};
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use crate::domain::seconds::{REACH, Seconds};
use diesel::prelude::*;

/// Replaces what a node has seen of a key.
pub fn put(conn: &mut Conn, node: &str, id: &SecretId, seconds: &Seconds) -> Result<(), StoreError> {
    let put = Statement {
        text: "INSERT INTO signed_seconds (node, secret_id, newest, seconds) VALUES (?, ?, ?, ?) \
               ON CONFLICT (node, secret_id) DO UPDATE SET newest = excluded.newest, seconds = excluded.seconds",
        binds: &[
            Bind::Text(node),
            Bind::Text(id.as_str()),
            Bind::Number(seconds.newest()),
            Bind::Bytes(&seconds.to_bytes()),
        ],
    };
    put.run(conn).map(drop)
}

/// What all nodes have seen and a request may still be signed for.
pub fn recent(conn: &mut Conn, now: i64) -> Result<Vec<(SecretId, Seconds)>, StoreError> {
    let rows: Vec<(String, i64, Vec<u8>)> = signed_seconds::table
        .filter(signed_seconds::newest.gt(now - REACH))
        .select((signed_seconds::secret_id, signed_seconds::newest, signed_seconds::seconds))
        .load(conn)?;
    let corrupt = StoreError::Corrupt("signed_seconds");
    let read = |(id, newest, bytes): (String, i64, Vec<u8>)| {
        Some((SecretId::parse(&id).ok()?, Seconds::from_bytes(newest, &bytes)?))
    };
    rows.into_iter().map(read).collect::<Option<_>>().ok_or(corrupt)
}

/// Forgets what no request can be signed for any more.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(signed_seconds::table.filter(signed_seconds::newest.le(now - REACH))).execute(conn)?;
    Ok(())
}
