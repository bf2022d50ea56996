//! The database as everybody shares it, and the two verbs: read and write.

use super::Conn;
use super::connection::{Manager, begin, commit, open_file, part_with_read_only, rollback};
use super::crew::{Crew, DEADLINE, Missed, Progress};
use super::dialect;
use super::error::{self, MayRepeat, StoreError};
use super::place::Place;
use super::turn::Turns;
use super::wal::Log;
use crate::config::DatabaseUrl;
use crate::metrics::StoreTimes;
use diesel::r2d2::{Builder, CustomizeConnection, ManageConnection, Pool, PooledConnection};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Times that a change is tried again.
const REPEATS: u8 = 3;
/// Questions on connections beside the pool that may be on their way at once.
const LINES: usize = 32;

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
    times: Arc<StoreTimes>,
}

impl Store {
    /// Connects; fails at once when the database cannot be reached.
    pub fn open(url: &DatabaseUrl, connections: u32) -> Result<Self, StoreError> {
        let place = Arc::new(Place::new(url.clone()));
        place.remember();
        let pool = builder(url, connections)
            .build(Manager(Arc::clone(&place)))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
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
            times: Arc::default(),
            log,
        };
        dialect::ensure_sound(&mut *store.connection()?)?;
        Ok(store)
    }

    /// How long it kept whom waiting.
    pub fn times(&self) -> Arc<StoreTimes> {
        Arc::clone(&self.times)
    }

    /// How much waits for a thread.
    pub fn waiting(&self) -> usize {
        self.readers.waiting() + self.writers.waiting() + self.lines.waiting()
    }

    /// Does work that was asked for some time ago, and counts how long that and the work took.
    fn timed<T>(&self, asked: Instant, work: impl FnOnce(&Self) -> T) -> T {
        self.times.wait.note(asked.elapsed());
        let begun = Instant::now();
        let done = work(self);
        self.times.work.note(begun.elapsed());
        done
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
        let ran = self.readers.run(move |_| store.timed(began, |store| store.read_now(ask))).await;
        ran.unwrap_or_else(|missed| Err(self.missed(missed, began).into()))
    }

    /// Asks for a few rows that an index leads to. SQLite is asked on this very thread: such a read waits for no writer, and is over
    /// before another thread would have begun.
    pub async fn look<T, E>(
        &self,
        ask: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if self.is_sqlite()
            && let Some(mut conn) = self.idle_connection()
        {
            self.ensure_in_place()?;
            return ask(&mut conn);
        }
        self.read(ask).await
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
        let ran = self
            .writers
            .run(move |progress| store.timed(began, |store| store.change(change, Some(progress))));
        self.ended(ran.await, began)
    }

    /// The same for what can be done again: when it met others in a circle, it is, three times at most.
    pub async fn write_again<T, E>(
        &self,
        change: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + MayRepeat + Send + 'static,
    {
        let (store, began) = (self.clone(), Instant::now());
        let ran = self.writers.run(move |progress| {
            let mut tries = 1..=REPEATS;
            store.timed(began, |store| {
                loop {
                    match store.change(&change, Some(progress)) {
                        Err(error) if error.is_conflict() && tries.next().is_some() => {}
                        outcome => return outcome,
                    }
                }
            })
        });
        self.ended(ran.await, began)
    }

    /// What came of a change, of which a note stays when it was kept.
    fn ended<T, E: From<StoreError>>(
        &self,
        ran: Result<Result<T, E>, Missed>,
        began: Instant,
    ) -> Result<T, E> {
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

    /// Makes sure, if there is room for it, that copies made until now are told from the file that is open.
    pub fn take_stock(&self) {
        let Some(log) = &self.log else { return };
        log.expect();
        if let Err(error) = self.write_now(|_| Ok::<_, StoreError>(())) {
            tracing::warn!(%error, "changes wait in the log of the database");
        }
    }

    /// Leaves a SQLite file that is whole by itself.
    pub fn put_away(&self) {
        if let Some(log) = &self.log {
            log.put_away();
        }
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
        let changed = change(conn).and_then(|value| {
            if log.is_some() {
                Log::count(conn)?;
            }
            Ok(value)
        });
        let value = match changed {
            Ok(value) => value,
            Err(error) => {
                // The first error says why; a connection that cannot roll back is not used again.
                match rollback(conn) {
                    Ok(()) => part_with_read_only(conn),
                    Err(second) => {
                        tracing::warn!(error = %second, "a change that failed could not be rolled back");
                    }
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
        // Nor one that has not had the time to fail: work that is refused at once says nothing about it.
        if current.since > began || current.since.elapsed() < DEADLINE {
            return;
        }
        let pool =
            builder(&self.place.url, self.connections).build_unchecked(Manager(Arc::clone(&self.place)));
        let former = std::mem::replace(&mut *current, Current { pool, since: Instant::now() });
        drop(current);
        // Taking leave of a silent server may take its time.
        std::thread::spawn(move || drop(former));
    }

    /// A connection that nobody uses, without waiting for one.
    fn idle_connection(&self) -> Option<PooledConnection<Manager>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).pool.try_get()
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, StoreError> {
        let pool = self.current.read().unwrap_or_else(PoisonError::into_inner).pool.clone();
        pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

fn builder(url: &DatabaseUrl, connections: u32) -> Builder<Manager> {
    Pool::builder()
        .connection_customizer(Box::new(InUse))
        .max_size(connections)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_secs(2))
        .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
}

/// Each connection in use says so for as long as it lives, whatever the clocks of machines say.
#[derive(Debug)]
struct InUse;

impl CustomizeConnection<Conn, StoreError> for InUse {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), StoreError> {
        if dialect::use_with_others(conn)? {
            return Ok(());
        }
        Err(StoreError::Unavailable("it is being copied into another one".to_owned()))
    }
}

fn too_late() -> StoreError {
    StoreError::Unavailable("the database does not answer".to_owned())
}
