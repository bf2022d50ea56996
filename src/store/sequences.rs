//! Numbers that are given out once and never again.

use super::schema::sequences;
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

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
    Service,
    GateToken,
}

impl Sequence {
    fn name(self) -> &'static str {
        match self {
            Self::Uin => "uin",
            Self::Uid => "uid",
            Self::AppId => "app_id",
            Self::Policy => "policy",
            Self::Audit => "audit",
            Self::Group => "group",
            Self::Replay => "replay",
            Self::Service => "service",
            Self::GateToken => "gate_token",
        }
    }
}

/// Counts up. Written out, because Diesel keeps no `UPDATE` of its own prepared.
#[derive(QueryId)]
struct Next {
    name: &'static str,
    by: i64,
}

impl Query for Next {
    type SqlType = BigInt;
}

impl RunQueryDsl<Conn> for Next {}

impl<DB> QueryFragment<DB> for Next
where
    DB: diesel::backend::Backend
        + diesel::sql_types::HasSqlType<Text>
        + diesel::sql_types::HasSqlType<BigInt>,
    str: diesel::serialize::ToSql<Text, DB>,
    i64: diesel::serialize::ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE sequences SET value = value + ");
        out.push_bind_param::<BigInt, _>(&self.by)?;
        out.push_sql(" WHERE name = ");
        out.push_bind_param::<Text, _>(self.name)?;
        out.push_sql(" RETURNING value");
        Ok(())
    }
}

/// The next number. Others wait for it until this transaction ends, so there are no gaps.
pub fn next(conn: &mut Conn, sequence: Sequence) -> Result<i64, StoreError> {
    advance(conn, sequence, 1)
}

/// The same for that many numbers, of which it is the last.
pub fn advance(conn: &mut Conn, sequence: Sequence, by: i64) -> Result<i64, StoreError> {
    Ok(Next { name: sequence.name(), by }.get_result(conn)?)
}

/// The number that was given out last.
pub fn last(conn: &mut Conn, sequence: Sequence) -> Result<i64, StoreError> {
    Ok(sequences::table.find(sequence.name()).select(sequences::value).get_result(conn)?)
}

/// How far the database is. What was read after one standing is good for as long as the standing is the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Grows with every commit that may change what a key is allowed; triggers of the schema see to that.
    pub authority: i64,
    /// The number of the newest used signature.
    pub replay: i64,
}

/// Asked before every signed call, so its text is not put together each time.
#[derive(QueryId)]
struct Both;

impl Query for Both {
    type SqlType = (BigInt, BigInt);
}

impl<C> RunQueryDsl<C> for Both {}

impl<DB: diesel::backend::Backend> QueryFragment<DB> for Both {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "SELECT a.value, r.value FROM sequences a, sequences r WHERE a.name = 'authority' AND r.name = 'replay'",
        );
        Ok(())
    }
}

/// How far the database is at this moment.
pub fn standing(conn: &mut Conn) -> Result<Standing, StoreError> {
    let found: Option<(i64, i64)> = match conn {
        Conn::Postgres(conn) => Both.get_result(conn).optional()?,
        Conn::Sqlite(conn) => Both.get_result(conn).optional()?,
    };
    let (authority, replay) = found.ok_or(StoreError::Corrupt("sequences"))?;
    Ok(Standing { authority, replay })
}
