//! A database that is filled whole: all of it or nothing.

use super::bare::TakenAway;
use super::catalog;
use super::insert;
use super::values::{Batch, Table, Value, quoted};
use crate::config::DatabaseUrl;
use crate::store::connection::{begin, commit, connect, open_existing};
use crate::store::{Conn, StoreError};
use diesel::connection::SimpleConnection;

/// Opens a database for work that may take minutes.
///
/// What is written to SQLite here is not safe on the disk before it is synced, and lost when the process ends early.
pub fn open(url: &DatabaseUrl) -> Result<Conn, StoreError> {
    let mut conn = match url {
        DatabaseUrl::Postgres(_) => connect(url)?,
        DatabaseUrl::Sqlite(path) => Conn::Sqlite(open_existing(path, "mode=rw")?),
    };
    conn.batch_execute(match conn {
        Conn::Postgres(_) => {
            "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
             SET maintenance_work_mem = '64MB'; SET synchronous_commit = on;"
        }
        Conn::Sqlite(_) => {
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; \
             PRAGMA cache_size = -524288; PRAGMA temp_store = FILE; PRAGMA locking_mode = EXCLUSIVE;"
        }
    })?;
    Ok(conn)
}

/// A database that is being filled, in one transaction.
pub struct Load<'a> {
    conn: &'a mut Conn,
    tables: Vec<Table>,
    away: TakenAway,
}

impl<'a> Load<'a> {
    /// Begins with the tables as they are.
    pub fn begin(conn: &'a mut Conn) -> Result<Self, StoreError> {
        begin(conn)?;
        Self::within(conn)
    }

    /// The same in a transaction that has begun.
    pub fn within(conn: &'a mut Conn) -> Result<Self, StoreError> {
        let tables = catalog::tables(conn)?;
        let away = TakenAway::from(conn)?;
        Ok(Self { conn, tables, away })
    }

    /// The tables that there are.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Result<Table, StoreError> {
        let found = self.tables.iter().find(|table| table.name == name);
        found.cloned().ok_or(StoreError::Corrupt("a table that is not there"))
    }

    /// Whatever else is to be asked or changed on the way.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// Takes out what the migrations have put in.
    pub fn clear(&mut self, table: &Table) -> Result<(), StoreError> {
        Ok(self.conn.batch_execute(&format!("DELETE FROM {}", quoted(&table.name)))?)
    }

    /// Writes the rows of a batch.
    pub fn put(&mut self, table: &Table, batch: Batch) -> Result<(), StoreError> {
        insert::insert(self.conn, table, batch)
    }

    /// Writes rows as they come.
    pub fn put_all(
        &mut self,
        table: &Table,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::of(table);
        for row in rows {
            batch.push(row)?;
            if batch.is_full() {
                self.put(table, std::mem::replace(&mut batch, Batch::of(table)))?;
            }
        }
        self.put(table, batch)
    }

    /// Brings indexes, triggers and references back; what is left to do is to commit.
    pub fn restore(self) -> Result<&'a mut Conn, StoreError> {
        self.away.restore(self.conn)?;
        Ok(self.conn)
    }

    /// The same, and keeps everything.
    pub fn finish(self) -> Result<(), StoreError> {
        Ok(commit(self.restore()?)?)
    }
}
