//! Which tables a database has, asked of the database itself, so that none can be forgotten.

use super::values::{Column, Kind, Table};
use crate::store::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

const SQLITE: &str = "SELECT t.name AS table_name, c.name AS column_name, lower(c.type) AS kind \
     FROM sqlite_master t, pragma_table_info(t.name) c \
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite|_%' ESCAPE '|' ORDER BY t.name, c.name";
const POSTGRES: &str = "SELECT t.relname::text AS table_name, c.attname::text AS column_name, \
     format_type(c.atttypid, NULL) AS kind FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid \
     WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') \
     AND c.attnum > 0 AND NOT c.attisdropped AND c.attgenerated = '' \
     ORDER BY t.relname::text COLLATE \"C\", c.attname::text COLLATE \"C\"";

/// All tables by name, but for the list of migrations, each with its columns by name.
pub fn tables(conn: &mut Conn) -> Result<Vec<Table>, StoreError> {
    let ask = match conn {
        Conn::Sqlite(_) => SQLITE,
        Conn::Postgres(_) => POSTGRES,
    };
    let mut tables: Vec<Table> = Vec::new();
    for row in diesel::sql_query(ask).load::<Row>(conn)? {
        if row.table_name == "__diesel_schema_migrations" {
            continue;
        }
        let column = Column { name: row.column_name, kind: kind(&row.kind)? };
        match tables.last_mut().filter(|table| table.name == row.table_name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { name: row.table_name, columns: vec![column] }),
        }
    }
    Ok(tables)
}

fn kind(name: &str) -> Result<Kind, StoreError> {
    match name {
        "bigint" | "smallint" | "integer" => Ok(Kind::Int),
        "boolean" => Ok(Kind::Bool),
        "text" => Ok(Kind::Text),
        "blob" | "bytea" => Ok(Kind::Bytes),
        other => {
            Err(StoreError::Version(format!("It has a column of the kind {other}, which is not Camlock's.")))
        }
    }
}
