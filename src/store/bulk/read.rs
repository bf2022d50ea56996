//! Rows of a table one after the other, whatever its columns; no more than one is held at a time.

use super::values::{Table, Value, quoted};
use crate::store::{Conn, StoreError};
use diesel::connection::DefaultLoadingMode;
use diesel::deserialize;
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{BigInt, Bool, SmallInt, Text};
use diesel::sqlite::{Sqlite, SqliteType};
use diesel::{QueryableByName, RunQueryDsl};

/// A row as it comes, for tables that are known at run time only.
struct AnyRow(Vec<Value>);

impl QueryableByName<Sqlite> for AnyRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let value = |at| {
            let field = Row::get(row, at).ok_or("a column is missing")?;
            let Some(mut value) = field.value() else { return Ok(Value::Null) };
            match value.value_type() {
                None => Ok(Value::Null),
                Some(SqliteType::Text) => Ok(Value::Text(value.read_text().to_owned())),
                Some(SqliteType::Binary) => Ok(Value::Bytes(value.read_blob().to_vec())),
                Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                    Ok(Value::Int(value.read_long()))
                }
                Some(_) => Err("a value of a kind that Camlock never writes".into()),
            }
        };
        (0..row.field_count()).map(value).collect::<deserialize::Result<_>>().map(Self)
    }
}

impl QueryableByName<Pg> for AnyRow {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        use deserialize::FromSql;
        let value = |at| {
            let field = Row::get(row, at).ok_or("a column is missing")?;
            let Some(value) = field.value() else { return Ok(Value::Null) };
            match value.get_oid().get() {
                16 => Ok(<bool as FromSql<Bool, Pg>>::from_sql(value)?.into()),
                17 => Ok(Value::Bytes(value.as_bytes().to_vec())),
                20 => Ok(Value::Int(<i64 as FromSql<BigInt, Pg>>::from_sql(value)?)),
                21 => Ok(Value::Int(<i16 as FromSql<SmallInt, Pg>>::from_sql(value)?.into())),
                25 => Ok(Value::Text(<String as FromSql<Text, Pg>>::from_sql(value)?)),
                _ => Err("a value of a kind that Camlock never writes".into()),
            }
        };
        (0..row.field_count()).map(value).collect::<deserialize::Result<_>>().map(Self)
    }
}

/// Gives each row of a table, in any order, to `take`.
pub fn each_row<E: From<StoreError>>(
    conn: &mut Conn,
    table: &Table,
    mut take: impl FnMut(Vec<Value>) -> Result<(), E>,
) -> Result<(), E> {
    let ask = diesel::sql_query(format!("SELECT {} FROM {}", table.column_list(), quoted(&table.name)));
    match conn {
        Conn::Sqlite(conn) => {
            for row in ask.load_iter::<AnyRow, DefaultLoadingMode>(conn).map_err(StoreError::from)? {
                take(row.map_err(StoreError::from)?.0)?;
            }
        }
        Conn::Postgres(conn) => {
            for row in ask.load_iter::<AnyRow, PgRowByRowLoadingMode>(conn).map_err(StoreError::from)? {
                take(row.map_err(StoreError::from)?.0)?;
            }
        }
    }
    Ok(())
}
