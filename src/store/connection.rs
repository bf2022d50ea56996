//! One connection type for two databases, their pool, and the two verbs: read and write.

use super::error::StoreError;
use crate::config::{DatabaseUrl, with_parameters};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::{Connection, PgConnection, QueryResult, SqliteConnection};
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Opens connections by the scheme of the URL, never by guessing.
struct Manager(DatabaseUrl);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        let refused = |error: diesel::ConnectionError| StoreError::Unavailable(error.to_string());
        match &self.0 {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(refused)?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;",
                )?;
                Ok(Conn::Sqlite(conn))
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnection::establish(&with_deadlines(url)).map_err(refused)?;
                conn.batch_execute(
                    "SET statement_timeout = '10s'; SET lock_timeout = '5s'; \
                     SET default_transaction_isolation = 'read committed';",
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
    Manager(url.clone()).connect()
}

/// Gives a PostgreSQL address the deadlines it does not set itself, so that a silent network is noticed within seconds.
fn with_deadlines(address: &str) -> String {
    let deadlines = [
        ("connect_timeout", "5"),
        ("tcp_user_timeout", "10000"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
    ];
    with_parameters(address, &deadlines)
}

/// Which file this is, whatever its name.
fn identity(url: &DatabaseUrl) -> Option<(u64, u64)> {
    let DatabaseUrl::Sqlite(path) = url else { return None };
    std::fs::metadata(path).map(|file| (file.dev(), file.ino())).ok()
}

fn is_broken<C>(conn: &mut C) -> bool
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::is_broken_transaction_manager(conn)
}

/// The database, shared by everybody who asks it something.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    /// On SQLite writers take turns here: its own waiting is unfair.
    turn: Arc<Mutex<()>>,
    url: Arc<DatabaseUrl>,
    /// The SQLite file that was opened.
    file: Option<(u64, u64)>,
}

/// A connection beside the pool, for a question that cannot wait behind others.
pub struct Line {
    store: Store,
    conn: Option<Conn>,
    is_new: bool,
}

impl Line {
    /// Asks; when the connection turns out to be gone, once more on a new one.
    pub fn ask<T>(&mut self, ask: impl Fn(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.ensure_in_place()?;
        if let Some(conn) = &mut self.conn
            && let Ok(answer) = ask(conn)
        {
            return Ok(answer);
        }
        self.conn = None;
        let mut conn = Manager(DatabaseUrl::clone(&self.store.url)).connect()?;
        let answer = ask(&mut conn)?;
        self.conn = Some(conn);
        self.is_new = true;
        Ok(answer)
    }

    /// Whether the last answer was the first of a connection: behind it may stand another database, such as a restored one.
    pub fn is_new(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }
}

impl Store {
    /// Connects; fails at once when the database cannot be reached.
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, StoreError> {
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(2))
            .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
            .build(Manager(url.clone()))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let store = Self { pool, turn: Arc::default(), url: Arc::new(url.clone()), file: identity(url) };
        super::dialect::ensure_sound(&mut *store.connection()?)?;
        Ok(store)
    }

    /// Whether the embedded database is in use.
    pub fn is_sqlite(&self) -> bool {
        matches!(*self.url, DatabaseUrl::Sqlite(_))
    }

    /// A connection of one's own, made when it is first used.
    pub fn line(&self) -> Line {
        Line { store: self.clone(), conn: None, is_new: false }
    }

    /// Refuses to go on with a SQLite file that was moved or replaced: what is open is no longer what others open.
    pub fn ensure_in_place(&self) -> Result<(), StoreError> {
        if self.file == identity(&self.url) {
            return Ok(());
        }
        Err(StoreError::Unavailable(
            "the database file was moved or replaced; Camlock must be restarted".to_owned(),
        ))
    }

    /// Asks something, off the async threads.
    pub async fn read<T, E>(
        &self,
        ask: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        off_thread(move || store.read_now(ask)).await
    }

    /// Changes something: all of it or nothing. Writers of SQLite exclude each other from the start.
    pub async fn write<T, E>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        off_thread(move || store.write_now(change)).await
    }

    /// Asks something on this thread: for the command line and start-up.
    pub fn read_now<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        ask(&mut *self.connection()?)
    }

    /// Changes something on this thread: for the command line and start-up.
    pub fn write_now<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self.is_sqlite().then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        let conn = &mut *self.connection()?;
        begin(conn).map_err(StoreError::from)?;
        match change(conn) {
            Ok(value) => {
                if let Err(error) = commit(conn) {
                    // Whether it was kept is unknown to the caller: say that it failed, and leave no open transaction.
                    let _ = rollback(conn);
                    return Err(StoreError::from(error).into());
                }
                Ok(value)
            }
            Err(error) => {
                // The first error says why; a connection that cannot roll back is not used again.
                if let Err(second) = rollback(conn) {
                    tracing::warn!(error = %second, "a change that failed could not be rolled back");
                }
                Err(error)
            }
        }
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, StoreError> {
        self.pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

async fn off_thread<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Unavailable("the server is stopping".to_owned()).into()),
        },
    }
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

fn rollback(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        Conn::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
    }
}
