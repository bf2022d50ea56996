//! One connection type for two databases, and how each is opened.

use super::error::StoreError;
use super::place::Place;
use crate::config::{DatabaseUrl, with_parameters};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection};
use std::path::Path;
use std::sync::Arc;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Opens connections by the scheme of the URL, never by guessing.
pub(super) struct Manager(pub(super) Arc<Place>);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        let refused = |error: diesel::ConnectionError| StoreError::Unavailable(error.to_string());
        match &self.0.url {
            DatabaseUrl::Sqlite(path) => {
                let conn = open_existing(path, "mode=rw")?;
                // The log that stands there would be laid over another file.
                self.0.ensure_same()?;
                Ok(Conn::Sqlite(prepared(conn)?))
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_deadlines(url)).map_err(refused)?;
                // The last keeps what a lost connection has locked from being locked for ever.
                conn.batch_execute(
                    "SET statement_timeout = '9s'; SET lock_timeout = '5s'; \
                     SET default_transaction_isolation = 'read committed'; \
                     SET idle_in_transaction_session_timeout = '15s';",
                )?;
                Ok(Conn::Postgres(conn))
            }
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        Ok(conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        match conn {
            Conn::Sqlite(conn) => std::thread::panicking() || is_broken(conn),
            Conn::Postgres(conn) => std::thread::panicking() || is_broken(conn),
        }
    }
}

/// A connection beside any pool.
pub(super) fn connect(url: &DatabaseUrl) -> Result<Conn, StoreError> {
    Manager(Arc::new(Place::new(url.clone()))).connect()
}

/// A SQLite file that is there, ready for work.
pub(super) fn open_file(path: &Path) -> Result<SqliteConnection, StoreError> {
    prepared(open_existing(path, "mode=rw")?)
}

/// Opens a SQLite file as the parameters say; one that is not there, or was moved a moment ago, is never made.
pub(super) fn open_existing(path: &Path, parameters: &str) -> Result<SqliteConnection, StoreError> {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let whole = whole.to_string_lossy();
    let escaped: String = url::form_urlencoded::byte_serialize(whole.as_bytes()).collect();
    let address = format!("file:{}?{parameters}", escaped.replace("%2F", "/").replace('+', "%20"));
    SqliteConnection::establish(&address)
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", path.display())))
}

/// Checkpoints are ours to make, as a stamp goes with each.
fn prepared(mut conn: SqliteConnection) -> Result<SqliteConnection, StoreError> {
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0; \
         PRAGMA journal_size_limit = 4194304; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(conn)
}

/// Gives a PostgreSQL address the deadlines it does not set itself, so that a silent network is noticed within seconds.
fn with_deadlines(address: &str) -> String {
    let deadlines = [
        ("connect_timeout", "5"),
        ("tcp_user_timeout", "10000"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        // After a failover the former primary is no place to write to, and behind the new one.
        ("target_session_attrs", "read-write"),
    ];
    with_parameters(address, &deadlines)
}

fn is_broken<C>(conn: &mut C) -> bool
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::is_broken_transaction_manager(conn)
}

/// A connection that can only read is of no use: the next one may lead to the new primary.
pub(super) fn part_with_read_only(conn: &mut Conn) {
    let Conn::Postgres(conn) = conn else { return };
    let ask = diesel::sql_query("SELECT current_setting('transaction_read_only') = 'on' AS found");
    if ask.get_result::<Found>(conn).map_or(true, |answer| answer.found) {
        AnsiTransactionManager::transaction_manager_status_mut(conn).set_in_error();
    }
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}

pub(super) fn begin(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
    }
}

pub(super) fn commit(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
        Conn::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
    }
}

pub(super) fn rollback(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        Conn::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
    }
}
