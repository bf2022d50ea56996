//! Many rows into one table with few statements.

use super::values::{Batch, Cells, Kind, Table, quoted};
use crate::store::{Conn, StoreError};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};
use std::ops::Range;

/// Values that one statement of SQLite takes.
const VALUES: usize = 8_000;

/// Writes the rows of a batch.
pub(super) fn insert(conn: &mut Conn, table: &Table, batch: Batch) -> Result<(), StoreError> {
    if batch.rows() == 0 {
        return Ok(());
    }
    match conn {
        Conn::Sqlite(conn) => {
            let at_once = (VALUES / table.columns.len().max(1)).max(1);
            for from in (0..batch.rows()).step_by(at_once) {
                let to = batch.rows().min(from + at_once);
                Rows { table, batch: &batch, range: from..to }.execute(conn)?;
            }
        }
        Conn::Postgres(conn) => {
            insert_arrays(conn, table, batch)?;
        }
    }
    Ok(())
}

/// Some rows, each value a parameter of its own.
struct Rows<'a> {
    table: &'a Table,
    batch: &'a Batch,
    range: Range<usize>,
}

impl QueryId for Rows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Rows<'_> {}

impl QueryFragment<Sqlite> for Rows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&format!(
            "INSERT INTO {} ({}) VALUES ",
            quoted(&self.table.name),
            self.table.column_list()
        ));
        for row in self.range.clone() {
            out.push_sql(if row == self.range.start { "(" } else { "), (" });
            for (number, cells) in self.batch.cells.iter().enumerate() {
                if number > 0 {
                    out.push_sql(", ");
                }
                match cells {
                    Cells::Ints(cells) => bind::<Nullable<BigInt>, _>(&mut out, cells.get(row))?,
                    Cells::Texts(cells) => bind::<Nullable<Text>, _>(&mut out, cells.get(row))?,
                    Cells::Bytes(cells) => bind::<Nullable<Binary>, _>(&mut out, cells.get(row))?,
                }
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

fn bind<'b, S, V>(out: &mut AstPass<'_, 'b, Sqlite>, value: Option<&'b V>) -> QueryResult<()>
where
    Sqlite: diesel::sql_types::HasSqlType<S>,
    V: diesel::serialize::ToSql<S, Sqlite>,
{
    let value = value.ok_or(diesel::result::Error::NotFound)?;
    out.push_bind_param::<S, V>(value)
}

/// One array for each column.
fn insert_arrays(conn: &mut diesel::PgConnection, table: &Table, batch: Batch) -> QueryResult<usize> {
    let (mut arrays, mut values) = (Vec::new(), Vec::new());
    for (number, column) in (1..).zip(&table.columns) {
        let name = quoted(&column.name);
        let array = match column.kind {
            Kind::Int | Kind::Bool => "bigint",
            Kind::Text => "text",
            Kind::Bytes => "bytea",
        };
        arrays.push(format!("unnest(${number}::{array}[]) AS {name}"));
        values.push(if column.kind == Kind::Bool { format!("{name} <> 0") } else { name });
    }
    // Beside each other in a list of values they need no table of their own on the way, as they would after FROM.
    let text = format!(
        "INSERT INTO {} ({}) SELECT {} FROM (SELECT {}) AS given",
        quoted(&table.name),
        table.column_list(),
        values.join(", "),
        arrays.join(", ")
    );
    let mut query = diesel::sql_query(text).into_boxed::<diesel::pg::Pg>();
    for cells in batch.cells {
        query = match cells {
            Cells::Ints(cells) => query.bind::<Array<Nullable<BigInt>>, _>(cells),
            Cells::Texts(cells) => query.bind::<Array<Nullable<Text>>, _>(cells),
            Cells::Bytes(cells) => query.bind::<Array<Nullable<Binary>>, _>(cells),
        };
    }
    query.execute(conn)
}
