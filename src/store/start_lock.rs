//! One start at a time for each database, so that none sees what another has half made.

use super::connection::connect;
use super::{Conn, StoreError};
use crate::config::DatabaseUrl;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// The number of the lock on PostgreSQL; that of the migrations is another, for versions that know only that one.
const NUMBER: &str = "7312";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

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
    Folder { _folder: File },
    Session { _session: Box<Conn> },
}

impl StartLock {
    /// Waits for its turn.
    pub fn take(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let held = match url {
            DatabaseUrl::Sqlite(path) => lock_folder(folder_of(path))?,
            DatabaseUrl::Postgres(_) => lock_session(connect(url)?)?,
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
    until_taken(|| Ok(diesel::sql_query(&ask).get_result::<Answer>(&mut session)?.taken))?;
    Ok(Held::Session { _session: Box::new(session) })
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
