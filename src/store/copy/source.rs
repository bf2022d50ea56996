//! What is copied from: it stands still from the first row to the last.

use super::CopyError;
use crate::config::DatabaseUrl;
use crate::store::connection::{begin, open_file};
use crate::store::start_lock::StartLock;
use crate::store::{Conn, StoreError, bulk, dialect, meta, migrations, nodes, wal};
use diesel::connection::{AnsiTransactionManager, SimpleConnection};

/// A database that nobody writes to until this is dropped.
///
/// SQLite: its one write transaction is ours, the lock file says that no server has it open, and no start gets through.
/// PostgreSQL: each table is locked against writes before the snapshot is taken, and no node has told of itself for 30 s.
pub struct Source {
    conn: Conn,
    _starts: StartLock,
}

impl Source {
    /// Opens it at `now`, in unix seconds; refuses one that is in use, or of another version.
    pub fn open(url: &DatabaseUrl, now: i64) -> Result<Self, CopyError> {
        if let DatabaseUrl::Sqlite(path) = url {
            if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
                return Err(CopyError::Missing(url.to_string()));
            }
            if wal::is_in_use(path) {
                return Err(CopyError::InUse(url.to_string()));
            }
            wal::ensure_fits(path)?;
        }
        let starts = StartLock::take(url)?;
        let mut conn = match url {
            DatabaseUrl::Sqlite(path) => Conn::Sqlite(open_file(path)?),
            DatabaseUrl::Postgres(_) => bulk::open(url)?,
        };
        if migrations::is_untouched(&mut conn)? {
            return Err(CopyError::Missing(url.to_string()));
        }
        if !migrations::is_ours(&mut conn)? {
            return Err(CopyError::Schema(url.to_string()));
        }
        hold(&mut conn).map_err(|error| CopyError::Busy(url.to_string(), error))?;
        let is_shared = matches!(conn, Conn::Postgres(_));
        if is_shared && (!nodes::running(&mut conn, now)?.is_empty() || !dialect::use_alone(&mut conn)?) {
            return Err(CopyError::InUse(url.to_string()));
        }
        Ok(Self { conn, _starts: starts })
    }

    /// What ties it to its master key.
    pub fn vault_check(&mut self) -> Result<Vec<u8>, CopyError> {
        let check = meta::find(&mut self.conn, meta::VAULT_CHECK)?;
        Ok(check.ok_or(StoreError::Corrupt("the vault check"))?)
    }

    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// Keeps everybody from writing, then takes the one look at everything.
fn hold(conn: &mut Conn) -> Result<(), StoreError> {
    let tables = bulk::tables(conn)?;
    match conn {
        Conn::Sqlite(_) => begin(conn)?,
        Conn::Postgres(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN ISOLATION LEVEL REPEATABLE READ")?;
            let names: Vec<String> = tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
            inner.batch_execute("SET LOCAL lock_timeout = '5s'")?;
            inner.batch_execute(&format!("LOCK TABLE {} IN SHARE MODE", names.join(", ")))?;
        }
    }
    Ok(())
}
