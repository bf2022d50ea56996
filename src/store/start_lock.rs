//! One start at a time for each database, so that none sees what another has half made.

use super::connection::{begin, commit, connect};
use super::{Conn, StoreError, meta, migrations};
use crate::config::DatabaseUrl;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// The number of the lock on PostgreSQL; that of the migrations is another, for versions that know only that one.
const NUMBER: &str = "7312";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
/// How long a start waits for another one where it has nothing to make itself.
const COURTESY: Duration = Duration::from_secs(5);

/// What PostgreSQL says when waiting helps nothing.
const LASTING: [&str; 8] = [
    "authentication failed",
    "does not exist",
    "pg_hba.conf",
    "no password supplied",
    "permission denied",
    "certificate",
    "does not support SSL",
    "invalid",
];
const REST: Duration = Duration::from_secs(1);

/// Waits about a minute for a database that cannot be reached, and says so once.
pub fn wait_for(url: &DatabaseUrl) -> Result<(), StoreError> {
    let end = Instant::now() + PATIENCE;
    let mut has_told = false;
    loop {
        let Err(error) = connect(url) else { return Ok(()) };
        let text = error.to_string();
        let is_lasting = LASTING.iter().any(|lasting| text.contains(lasting));
        if is_lasting || !matches!(error, StoreError::Unavailable(_)) || Instant::now() + REST > end {
            return Err(error);
        }
        if !has_told {
            has_told = true;
            tracing::warn!(database = %url, %error, "the database is not there yet; waiting a minute for it");
        }
        std::thread::sleep(REST);
    }
}

/// Held until it is dropped; it also ends with the process.
pub struct StartLock {
    _held: Held,
}

/// What holds it: the folder of the SQLite file, or a PostgreSQL session of its own.
enum Held {
    Folder {
        _folder: File,
    },
    Session {
        _session: Box<Conn>,
    },
    /// Nothing: somebody else does, and there is nothing to make.
    Nothing,
}

impl StartLock {
    /// Waits for its turn.
    pub fn take(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let held = match url {
            DatabaseUrl::Sqlite(path) => lock_folder(folder_of(path))?,
            DatabaseUrl::Postgres(_) => {
                let mut session = connect(url)?;
                ensure_own_sessions(&mut session, &mut connect(url)?)?;
                lock_session(session)?
            }
        };
        Ok(Self { _held: held })
    }
}

/// The folder in which a file is, or is to be.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn lock_folder(path: &Path) -> Result<Held, StoreError> {
    let refused = |error: std::io::Error| {
        StoreError::Unavailable(format!("its folder {} cannot be used: {error}", path.display()))
    };
    let folder = File::open(path).map_err(refused)?;
    let taken = until_taken(|| match folder.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(refused(error)),
    });
    taken.map(|()| Held::Folder { _folder: folder })
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

fn lock_session(mut session: Conn) -> Result<Held, StoreError> {
    let ask = format!("SELECT pg_try_advisory_lock({NUMBER}) AS taken");
    let begun = Instant::now();
    let mut is_held = false;
    until_taken(|| {
        is_held = diesel::sql_query(&ask).get_result::<Answer>(&mut session)?.taken;
        Ok(is_held || (begun.elapsed() > COURTESY && is_complete(&mut session)?))
    })?;
    if is_held {
        return Ok(Held::Session { _session: Box::new(session) });
    }
    tracing::warn!("something holds the lock for starts; going on without, as the database is complete");
    Ok(Held::Nothing)
}

/// Whether this start would make nothing in the database.
fn is_complete(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(!migrations::is_untouched(conn)?
        && migrations::is_current(conn)?
        && meta::find(conn, meta::VAULT_CHECK)?.is_some())
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Refuses what gives each transaction another session: locks, deadlines and prepared statements belong to sessions.
fn ensure_own_sessions(one: &mut Conn, other: &mut Conn) -> Result<(), StoreError> {
    let refused = || {
        StoreError::Version(
            "a pooler in transaction mode stands before PostgreSQL. Set it to session mode (pgbouncer: \
             pool_mode = session), or name PostgreSQL itself in database.url"
                .to_owned(),
        )
    };
    let backend = |conn: &mut Conn| -> Result<i32, StoreError> {
        begin(conn)?;
        let answer = diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result::<Backend>(conn);
        commit(conn)?;
        Ok(answer?.pid)
    };
    match (backend(one), backend(other)) {
        (Ok(one), Ok(other)) if one != other => Ok(()),
        (Ok(_), Ok(_)) => Err(refused()),
        (Err(error), _) | (_, Err(error)) if error.to_string().contains("prepared statement") => {
            Err(refused())
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

fn until_taken(mut attempt: impl FnMut() -> Result<bool, StoreError>) -> Result<(), StoreError> {
    let end = Instant::now() + PATIENCE;
    while !attempt()? {
        if Instant::now() >= end {
            return Err(StoreError::Unavailable(
                "another Camlock has been starting on it for a minute".to_owned(),
            ));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
