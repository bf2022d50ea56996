//! Numbers that are given out once and never again.

use super::schema::sequences;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// What is numbered.
#[derive(Clone, Copy, Debug)]
pub enum Sequence {
    Uin,
    Uid,
    AppId,
    Policy,
    Audit,
    Group,
    Replay,
}

/// The next number. Others wait for it until this transaction ends, so there are no gaps.
pub fn next(conn: &mut Conn, sequence: Sequence) -> Result<i64, StoreError> {
    let name = match sequence {
        Sequence::Uin => "uin",
        Sequence::Uid => "uid",
        Sequence::AppId => "app_id",
        Sequence::Policy => "policy",
        Sequence::Audit => "audit",
        Sequence::Group => "group",
        Sequence::Replay => "replay",
    };
    let next = diesel::update(sequences::table.find(name))
        .set(sequences::value.eq(sequences::value + 1))
        .returning(sequences::value)
        .get_result(conn)?;
    Ok(next)
}

/// How far the database is. What was read after one standing is good for as long as the standing is the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Grows with every commit that may change what a key is allowed; triggers of the schema see to that.
    pub authority: i64,
    /// The number of the newest used signature.
    pub replay: i64,
}

/// How far the database is at this moment.
pub fn standing(conn: &mut Conn) -> Result<Standing, StoreError> {
    let rows: Vec<(String, i64)> = sequences::table
        .filter(sequences::name.eq("authority").or(sequences::name.eq("replay")))
        .select((sequences::name, sequences::value))
        .load(conn)?;
    let value = |wanted| rows.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    match (value("authority"), value("replay")) {
        (Some(authority), Some(replay)) => Ok(Standing { authority, replay }),
        _ => Err(StoreError::Corrupt("sequences")),
    }
}
