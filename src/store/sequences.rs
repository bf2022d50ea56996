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
    };
    let next = diesel::update(sequences::table.find(name))
        .set(sequences::value.eq(sequences::value + 1))
        .returning(sequences::value)
        .get_result(conn)?;
    Ok(next)
}
