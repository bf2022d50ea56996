//! One connection type for two databases, their pool, and the two verbs: read and write.

use super::crew::{Crew, Missed, Progress};
use super::error::{self, StoreError};
use super::place::Place;
use super::turn::Turns;
use super::wal::Log;
use crate::config::{DatabaseUrl, with_parameters};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{Builder, ManageConnection, Pool, PooledConnection};
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Questions on connections beside the pool that may be on their way at once.
const LINES: usize = 32;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Opens connections by the scheme of the URL, never by guessing.
struct Manager(Arc<Place>);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        let refused = |error: diesel::ConnectionError| StoreError::Unavailable(error.to_string());
        match &self.0.url {
            DatabaseUrl::Sqlite(path) => {
                // The log that stands there would be laid over another file.
                self.0.ensure_same()?;
                Ok(Conn::Sqlite(open_file(path)?))
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

/// Checkpoints are ours to make, as a stamp goes with each.
fn open_file(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut conn = SqliteConnection::establish(&path.to_string_lossy())
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
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

/// The pool in use. When work is lost in it, another one takes its place, as what is lost gives nothing back.
struct Current {
    pool: Pool<Manager>,
    since: Instant,
}

/// The database, shared by everybody who asks it something.
#[derive(Clone)]
pub struct Store {
    current: Arc<RwLock<Current>>,
    connections: u32,
    turns: Arc<Turns>,
    place: Arc<Place>,
    /// Of SQLite.
    log: Option<Arc<Log>>,
    readers: Crew,
    writers: Crew,
    pub(super) lines: Crew,
}

impl Store {
    /// Connects; fails at once when the database cannot be reached.
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, StoreError> {
        let place = Arc::new(Place::new(url.clone()));
        let pool = builder(url, connections)
            .build(Manager(Arc::clone(&place)))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        place.remember();
        let log = match url {
            DatabaseUrl::Sqlite(path) => Some(Arc::new(Log::new(path, open_file(path)?))),
            DatabaseUrl::Postgres(_) => None,
        };
        let threads = connections as usize * 2;
        let store = Self {
            current: Arc::new(RwLock::new(Current { pool, since: Instant::now() })),
            connections,
            turns: Arc::default(),
            place,
            readers: Crew::new(threads),
            // Changes of SQLite follow each other anyway.
            writers: Crew::new(if log.is_some() { 1 } else { threads }),
            lines: Crew::new(LINES),
            log,
        };
        super::dialect::ensure_sound(&mut *store.connection()?)?;
        Ok(store)
    }

    /// Whether the embedded database is in use.
    pub fn is_sqlite(&self) -> bool {
        self.log.is_some()
    }

    /// A connection beside the pool.
    pub(super) fn connect(&self) -> Result<Conn, StoreError> {
        Manager(Arc::clone(&self.place)).connect()
    }

    /// Refuses to go on with a SQLite file that was moved or replaced.
    pub(super) fn ensure_in_place(&self) -> Result<(), StoreError> {
        self.place.ensure_same()
    }

    /// Asks something, off the async threads and within the deadline.
    pub async fn read<T, E>(
        &self,
        ask: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (store, began) = (self.clone(), Instant::now());
        let ran = self.readers.run(move |_| store.read_now(ask)).await;
        ran.unwrap_or_else(|missed| Err(self.missed(missed, began).into()))
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
        let (store, began) = (self.clone(), Instant::now());
        let ran = self.writers.run(move |progress| store.change(change, Some(progress))).await;
        if matches!(ran, Ok(Ok(_))) {
            super::kept::note();
        }
        ran.unwrap_or_else(|missed| Err(self.missed(missed, began).into()))
    }

    /// Asks something on this thread: for the command line and start-up.
    pub fn read_now<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.ensure_in_place()?;
        ask(&mut *self.connection()?)
    }

    /// Changes something on this thread: for the command line and start-up.
    pub fn write_now<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change(change, None)
    }

    fn change<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Conn) -> Result<T, E>,
        progress: Option<&Progress>,
    ) -> Result<T, E> {
        let _turn = self.is_sqlite().then(|| self.turns.take()).transpose()?;
        self.ensure_in_place()?;
        let conn = &mut *self.connection()?;
        begin(conn).map_err(StoreError::from)?;
        let log = self.log.as_ref().filter(|log| log.is_due());
        let mut changed = change(conn);
        if log.is_some()
            && changed.is_ok()
            && let Err(error) = Log::count(conn)
        {
            changed = Err(error.into());
        }
        let value = match changed {
            Ok(value) => value,
            Err(error) => {
                // The first error says why; a connection that cannot roll back is not used again.
                if let Err(second) = rollback(conn) {
                    tracing::warn!(error = %second, "a change that failed could not be rolled back");
                } else {
                    part_with_read_only(conn);
                }
                return Err(error);
            }
        };
        if progress.is_some_and(|progress| !progress.may_commit()) {
            rollback(conn).map_err(StoreError::from)?;
            return Err(too_late().into());
        }
        if let Err(error) = commit(conn) {
            // What can be undone is undone, and no transaction is left open.
            let _ = rollback(conn);
            return Err(error::of_commit(error).into());
        }
        if let Some(log) = log {
            log.checkpoint();
        }
        // A change in a file that was moved meanwhile may be seen by nobody.
        self.ensure_in_place().map_err(|moved| StoreError::Unknown(moved.to_string()))?;
        Ok(value)
    }

    /// What is said of work that has not ended. Its connection gives no sign of life, so others are made.
    fn missed(&self, missed: Missed, began: Instant) -> StoreError {
        if !self.is_sqlite() {
            self.renew(began);
        }
        match missed {
            Missed::Undone => too_late(),
            Missed::Committing => StoreError::Unknown("the database does not answer".to_owned()),
        }
    }

    /// Takes another pool, unless the present one is younger than the work that was lost.
    fn renew(&self, began: Instant) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.since > began {
            return;
        }
        let pool =
            builder(&self.place.url, self.connections).build_unchecked(Manager(Arc::clone(&self.place)));
        let former = std::mem::replace(&mut *current, Current { pool, since: Instant::now() });
        drop(current);
        // Taking leave of a silent server may take its time.
        std::thread::spawn(move || drop(former));
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, StoreError> {
        let pool = self.current.read().unwrap_or_else(PoisonError::into_inner).pool.clone();
        pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

fn builder(url: &DatabaseUrl, connections: u32) -> Builder<Manager> {
    Pool::builder()
        .max_size(connections)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_secs(2))
        .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
}

fn too_late() -> StoreError {
    StoreError::Unavailable("the database does not answer".to_owned())
}

/// A connection that can only read is of no use: the next one may lead to the new primary.
fn part_with_read_only(conn: &mut Conn) {
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

fn rollback(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        Conn::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
    }
}
