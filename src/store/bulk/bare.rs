//! Tables without indexes, triggers and references while they are filled: each is made once instead of kept row by row.

use super::values::quoted;
use crate::store::{Conn, StoreError};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// What was taken away, as the statements that bring it back, in their order.
pub(super) struct TakenAway(Vec<String>);

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    away: String,
    #[diesel(sql_type = Text)]
    back: String,
}

const SQLITE: &str = "SELECT 'DROP ' || type || ' \"' || name || '\"' AS away, sql AS back FROM sqlite_master \
     WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type";

/// References first, then keys, then other indexes; they come back the other way round.
const POSTGRES: [&str; 3] = [
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away, \
     format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS back \
     FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype = 'f'",
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away, \
     format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS back \
     FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'u') \
     AND conrelid <> '__diesel_schema_migrations'::regclass",
    "SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS away, pg_get_indexdef(i.indexrelid) AS back \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
     WHERE c.relnamespace = current_schema()::regnamespace \
     AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)",
];

const TRIGGERS: &str = "SELECT DISTINCT format('ALTER TABLE %s DISABLE TRIGGER USER', tgrelid::regclass) AS away, \
     format('ALTER TABLE %s ENABLE TRIGGER USER', tgrelid::regclass) AS back \
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
     WHERE c.relnamespace = current_schema()::regnamespace AND NOT tgisinternal";

const IDENTITIES: &str = "SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), \
     (SELECT greatest(coalesce(max(%I), 1), 1) FROM %s))', c.oid::regclass, attname, attname, c.oid::regclass) AS away, '' AS back \
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
     WHERE attidentity <> '' AND relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";

impl TakenAway {
    /// Takes everything away that can be made again from the rows.
    pub(super) fn from(conn: &mut Conn) -> Result<Self, StoreError> {
        let mut back = Vec::new();
        match conn {
            Conn::Sqlite(_) => take(conn, SQLITE, &mut back)?,
            Conn::Postgres(_) => {
                take(conn, TRIGGERS, &mut back)?;
                for ask in POSTGRES {
                    take(conn, ask, &mut back)?;
                }
                back.reverse();
            }
        }
        Ok(Self(back))
    }

    /// Brings all of it back; refuses rows that break a rule of the schema.
    pub(super) fn restore(self, conn: &mut Conn) -> Result<(), StoreError> {
        for statement in self.0 {
            conn.batch_execute(&statement)?;
        }
        match conn {
            Conn::Sqlite(_) => ensure_references(conn),
            Conn::Postgres(_) => {
                // Numbers that the database gives out itself go on behind those that came.
                take(conn, IDENTITIES, &mut Vec::new())?;
                Ok(conn.batch_execute("ANALYZE")?)
            }
        }
    }
}

fn take(conn: &mut Conn, ask: &str, back: &mut Vec<String>) -> Result<(), StoreError> {
    for part in diesel::sql_query(ask).load::<Part>(conn)? {
        conn.batch_execute(&part.away)?;
        back.push(part.back);
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = Text)]
    table: String,
}

/// References are not looked at while SQLite is filled.
fn ensure_references(conn: &mut Conn) -> Result<(), StoreError> {
    let ask = "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1";
    match diesel::sql_query(ask).get_result::<Broken>(conn).optional()? {
        None => Ok(()),
        Some(Broken { table }) => {
            Err(StoreError::Version(format!("A row of {} belongs to one that is not there.", quoted(&table))))
        }
    }
}
