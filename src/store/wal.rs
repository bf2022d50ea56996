//! Whose write-ahead log stands beside a SQLite file.
//!
//! SQLite lays a log that it finds over whatever file has the name, which ruins a copy that was put there. A number in
//! the database grows before each checkpoint; a file beside the database (`camlock.db-stamp`) keeps the number that the
//! database itself surely holds, without the log, and the version of its schema. A copy made before has a smaller number,
//! one made anew (`VACUUM INTO`) another version of the schema. What fits is what the log was begun on.

use super::connection::open_existing;
use super::new_file::with_ending;
use super::place::{belong_to, identity};
use super::{Conn, StoreError, meta};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer};
use diesel::{RunQueryDsl, SqliteConnection};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Changes after which they are taken from the log into the database.
const CHANGES: u32 = 50;
/// Bytes of growth of the log after which that is done earlier.
const GROWTH: u64 = 4 * 1024 * 1024;
const NUMBER: &str = "checkpoint";

/// What is known of the database without its log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Stamp {
    number: i64,
    schema: i64,
    /// The version that is on its way into the database.
    next_schema: i64,
    file: (u64, u64),
}

impl Stamp {
    fn text(&self) -> String {
        let Self { number, schema, next_schema, file: (device, inode) } = self;
        format!("{number} {schema} {next_schema} {device} {inode}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let mut next = || parts.next();
        Some(Self {
            number: next()?.parse().ok()?,
            schema: next()?.parse().ok()?,
            next_schema: next()?.parse().ok()?,
            file: (next()?.parse().ok()?, next()?.parse().ok()?),
        })
    }
}

fn stamp_name(path: &Path) -> PathBuf {
    with_ending(path, "-stamp")
}

fn read_stamp(path: &Path) -> Option<Stamp> {
    Stamp::parse(&fs::read_to_string(stamp_name(path)).ok()?)
}

/// Whole or not at all, also for who reads it at this moment.
fn write_stamp(path: &Path, stamp: &Stamp) -> std::io::Result<()> {
    let new = with_ending(path, "-stamp.new");
    fs::write(&new, stamp.text())?;
    // Only root can, and only for root does it matter.
    let _ = belong_to(&new, path);
    fs::rename(new, stamp_name(path))
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Binary)]
    value: Vec<u8>,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    schema_version: i64,
}

#[derive(QueryableByName)]
struct Checked {
    #[diesel(sql_type = Integer)]
    busy: i32,
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = diesel::sql_types::Text)]
    quick_check: String,
}

fn number_in(conn: &mut SqliteConnection) -> Result<i64, StoreError> {
    let ask = format!("SELECT value FROM meta NOT INDEXED WHERE name = '{NUMBER}'");
    let found = diesel::sql_query(ask).get_result::<Value>(conn).optional()?;
    Ok(found.map_or(0, |row| decoded(&row.value)))
}

fn decoded(value: &[u8]) -> i64 {
    value.try_into().map_or(0, i64::from_be_bytes)
}

fn schema_of(conn: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(diesel::sql_query("PRAGMA schema_version").get_result::<Version>(conn)?.schema_version)
}

/// The database as it is without its log.
fn alone(path: &Path) -> Result<Stamp, StoreError> {
    let mut conn = open_existing(path, "mode=ro&immutable=1")?;
    let schema = schema_of(&mut conn)?;
    let number = number_in(&mut conn)?;
    Ok(Stamp { number, schema, next_schema: schema, file: identity(path).unwrap_or_default() })
}

/// Refuses a database beside which another one's log stands; to be asked before it is opened.
pub fn ensure_fits(path: &Path) -> Result<(), StoreError> {
    let log = with_ending(path, "-wal");
    let stamp = read_stamp(path);
    let has_log = fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let fits = match (has_log, stamp) {
        (false, _) => {
            // What is begun now is begun on this file.
            let written = alone(path).is_ok_and(|stamp| write_stamp(path, &stamp).is_ok());
            if !written {
                // A stamp of what was here before would say no to what is begun now.
                let _ = fs::remove_file(stamp_name(path));
            }
            true
        }
        (true, Some(stamp)) => is_base(path, stamp),
        (true, None) => is_whole(path),
    };
    if fits { Ok(()) } else { Err(StoreError::ForeignLog(path.display().to_string())) }
}

/// Whether a log that goes with this stamp was begun on that file.
fn is_base(path: &Path, stamp: Stamp) -> bool {
    let is_shared = is_in_use(path);
    let fits = || match alone(path) {
        Ok(found) => {
            let knows_schema = found.schema == stamp.schema || found.schema == stamp.next_schema;
            knows_schema && found.number >= stamp.number && (!is_shared || found.file == stamp.file)
        }
        // A checkpoint that was cut short leaves a file that only its own log makes whole.
        Err(_) => is_whole(path),
    };
    // A server that is at work may write at this moment.
    fits()
        || is_shared
            && (0..3).any(|_| {
                std::thread::sleep(Duration::from_millis(100));
                fits()
            })
}

/// Whether file and log together make a sound database: all that can be said where no stamp was written yet.
fn is_whole(path: &Path) -> bool {
    let verdict = open_existing(path, "mode=ro").and_then(|mut conn| {
        Ok(diesel::sql_query("PRAGMA quick_check(1)").get_result::<Verdict>(&mut conn)?.quick_check)
    });
    verdict.is_ok_and(|verdict| verdict == "ok")
}

fn lock_name(path: &Path) -> PathBuf {
    with_ending(path, "-lock")
}

/// Whether another Camlock has the database open.
pub(super) fn is_in_use(path: &Path) -> bool {
    File::open(lock_name(path)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// What may stand beside a database without holding anything of it.
pub fn companions(path: &Path) -> [PathBuf; 3] {
    ["-stamp", "-stamp.new", "-lock"].map(|ending| with_ending(path, ending))
}

/// Takes changes from the log into the database, and keeps the stamp.
pub struct Log {
    path: PathBuf,
    /// As long as it is open, the log is not taken away.
    conn: Mutex<SqliteConnection>,
    changes: AtomicU32,
    length: AtomicU64,
    _in_use: Option<File>,
}

impl Log {
    /// Of a database that is open.
    pub fn new(path: &Path, conn: SqliteConnection) -> Self {
        let lock = lock_name(path);
        let in_use = File::options().create(true).append(true).open(&lock).ok();
        let _ = belong_to(&lock, path);
        let in_use = in_use.filter(|file| file.try_lock_shared().is_ok());
        Self {
            path: path.to_owned(),
            conn: Mutex::new(conn),
            changes: AtomicU32::new(0),
            length: AtomicU64::new(0),
            _in_use: in_use,
        }
    }

    /// Has the next change followed by a checkpoint.
    pub fn expect(&self) {
        self.changes.store(CHANGES, Ordering::Relaxed);
    }

    /// Whether it is time for a checkpoint after the change that is about to be kept.
    pub fn is_due(&self) -> bool {
        let changes = self.changes.fetch_add(1, Ordering::Relaxed) + 1;
        changes >= CHANGES
            || self.present_length() >= self.length.load(Ordering::Relaxed).saturating_add(GROWTH)
    }

    fn present_length(&self) -> u64 {
        fs::metadata(with_ending(&self.path, "-wal")).map_or(0, |log| log.len())
    }

    /// Counts on, in the change that a checkpoint follows.
    pub fn count(conn: &mut Conn) -> Result<(), StoreError> {
        let number = meta::find(conn, NUMBER)?.map_or(0, |value| decoded(&value));
        meta::put(conn, NUMBER, &(number + 1).to_be_bytes())
    }

    /// Takes what is in the log into the database. What does not work now is done after a later change.
    pub fn checkpoint(&self) {
        self.changes.store(0, Ordering::Relaxed);
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.check(&mut conn) {
            tracing::warn!(%error, "changes wait in the log of the database");
        }
        self.length.store(self.present_length(), Ordering::Relaxed);
    }

    fn check(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let refused = |error: std::io::Error| StoreError::Unavailable(error.to_string());
        let schema = schema_of(conn)?;
        // Without a stamp the file itself is looked at, which a half-known one would forbid.
        if let Some(former) = read_stamp(&self.path).filter(|former| former.schema != schema) {
            write_stamp(&self.path, &Stamp { next_schema: schema, ..former }).map_err(refused)?;
        }
        let number = number_in(conn)?;
        let checked = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result::<Checked>(conn)?;
        if checked.busy != 0 || checked.log != checked.checkpointed {
            return Ok(());
        }
        let file = identity(&self.path).unwrap_or_default();
        write_stamp(&self.path, &Stamp { number, schema, next_schema: schema, file }).map_err(refused)
    }
}

impl Log {
    /// Takes all of the log into the file that is open, so that the file alone is whole, and a copy that was put in its
    /// place meanwhile finds no log.
    pub fn put_away(&self) {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        // What others are at work on stays in the log, and is taken in later.
        let _ = conn.batch_execute("PRAGMA busy_timeout = 200; PRAGMA wal_checkpoint(TRUNCATE)");
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.put_away();
    }
}
