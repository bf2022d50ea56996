//! A statement whose text is fixed: Diesel keeps it prepared, as it does not with `sql_query`.

use super::{Conn, StoreError};
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Nullable, Text};

/// What takes the place of a `?`.
#[derive(Clone, Copy)]
pub(super) enum Bind<'a> {
    Text(&'a str),
    MaybeText(Option<&'a str>),
    Number(i64),
    Bytes(&'a [u8]),
}

/// The text, each `?` in it with what takes its place.
pub(super) struct Statement<'a> {
    pub text: &'static str,
    pub binds: &'a [Bind<'a>],
}

impl QueryId for Statement<'_> {
    type QueryId = ();
    // It is known by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Statement<'_> {}

impl<DB> QueryFragment<DB> for Statement<'_>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Binary>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    [u8]: ToSql<Binary, DB>,
    for<'b> Option<&'b str>: ToSql<Nullable<Text>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut binds = self.binds.iter();
        for (place, text) in self.text.split('?').enumerate() {
            if place > 0 {
                match binds.next() {
                    Some(Bind::Text(text)) => out.push_bind_param::<Text, str>(text)?,
                    Some(Bind::MaybeText(text)) => out.push_bind_param::<Nullable<Text>, _>(text)?,
                    Some(Bind::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                    Some(Bind::Bytes(bytes)) => out.push_bind_param::<Binary, [u8]>(bytes)?,
                    None => return Err(diesel::result::Error::QueryBuilderError("too few binds".into())),
                }
            }
            out.push_sql(text);
        }
        Ok(())
    }
}

impl Statement<'_> {
    /// Runs it; says how many rows it touched.
    pub fn run(self, conn: &mut Conn) -> Result<usize, StoreError> {
        Ok(match conn {
            Conn::Postgres(conn) => self.execute(conn)?,
            Conn::Sqlite(conn) => self.execute(conn)?,
        })
    }
}
