//! One database into another, of either kind: everything or nothing, compared row by row afterwards.

mod source;
mod target;

pub use source::Source;
pub use target::Target;

use super::bulk::{self, Batch, Digest, Load, Table, Value};
use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Batches that wait to be written while the next one is read.
const WAITING: usize = 2;
/// Rows that are looked at together when they are read back.
const ROWS: usize = 1_000;

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0} holds something already. Name a database that is empty, or a file that is not there.")]
    NotEmpty(String),
    #[error("{0} cannot be copied into itself.")]
    Same(String),
    #[error(
        "A server runs on {0}. Stop every server that uses it, and copy then; one that was killed counts for half a minute."
    )]
    InUse(String),
    #[error(
        "{0} was written by another version of Camlock. Start this version on it once, stop it, and copy then."
    )]
    Schema(String),
    #[error("There is no database at {0}.")]
    Missing(String),
    #[error("Something else writes to {0}: {1}. Stop it, and copy then.")]
    Busy(String, StoreError),
    #[error("After copying, {0} differs between the two databases. Nothing was kept; please report it.")]
    Differs(String),
    #[error("A sealed value in {0} does not open with this master key. Nothing was kept.")]
    Sealed(String),
    #[error("The database cannot be copied: {0}")]
    Store(#[from] StoreError),
    #[error("The file {0} cannot be written: {1}.")]
    File(String, std::io::Error),
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// A table that is the same on both sides.
#[derive(Clone, Debug)]
pub struct Copied {
    pub table: String,
    /// How many rows, and the sum of their SHA-256.
    pub digest: Digest,
}

/// The numbers of the log.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, QueryableByName)]
pub struct LogNumbers {
    #[diesel(sql_type = BigInt)]
    pub events: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub first: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub last: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub next: i64,
}

impl LogNumbers {
    /// Whether each number from the first to the last is there once, and the next one follows.
    pub fn are_whole(&self) -> bool {
        match (self.first, self.last) {
            (Some(first), Some(last)) => last - first + 1 == self.events && last == self.next,
            _ => self.next == 0,
        }
    }
}

/// What a copy consists of.
pub struct Outcome {
    pub tables: Vec<Copied>,
    pub log: LogNumbers,
}

/// Looks at each row that stands in the target.
pub type Look<'a> = dyn FnMut(&Table, &[Value]) -> Result<(), CopyError> + 'a;

/// Fills a target from a source; `look` sees every row as it is read back from the target, before anything is kept.
pub fn copy(mut source: Source, mut target: Target, look: &mut Look<'_>) -> Result<Outcome, CopyError> {
    let tables = bulk::tables(source.conn())?;
    let mut load = Load::within(target.conn())?;
    if let Some(table) = differing(&tables, load.tables()) {
        return Err(CopyError::Differs(table));
    }
    let mut copied = Vec::new();
    for table in &tables {
        load.clear(table)?;
        let digest = transfer(source.conn(), &mut load, table)?;
        copied.push(Copied { table: table.name.clone(), digest });
    }
    let conn = load.restore()?;
    for (table, copied) in tables.iter().zip(&copied) {
        if read_back(conn, table, look)? != copied.digest {
            return Err(CopyError::Differs(table.name.clone()));
        }
    }
    let log = log_numbers(conn)?;
    move_on(conn)?;
    target.keep()?;
    Ok(Outcome { tables: copied, log })
}

/// The first table that is not the same on both sides.
fn differing(one: &[Table], other: &[Table]) -> Option<String> {
    let only_in = |one: &[Table], other: &[Table]| {
        one.iter().find(|table| !other.contains(table)).map(|table| table.name.clone())
    };
    only_in(one, other).or_else(|| only_in(other, one))
}

/// Reads on a thread of its own, so that both databases work at the same time.
fn transfer(source: &mut Conn, load: &mut Load<'_>, table: &Table) -> Result<Digest, StoreError> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(source, table, &sender));
        let written = write(load, table, receiver);
        let read = reader.join().unwrap_or(Err(StoreError::Corrupt("a row that cannot be read")));
        // The writer's failure is the reason, where both fail.
        written.and(read)
    })
}

fn read(source: &mut Conn, table: &Table, sender: &SyncSender<Batch>) -> Result<Digest, StoreError> {
    let stopped = || StoreError::Unavailable("the target takes no more rows".to_owned());
    let (mut digest, mut batch) = (Digest::default(), Batch::of(table));
    bulk::each_row(source, table, |row| {
        digest.add(&row);
        batch.push(row)?;
        if batch.is_full() {
            let full = std::mem::replace(&mut batch, Batch::of(table));
            sender.send(full).map_err(|_| stopped())?;
        }
        Ok::<_, StoreError>(())
    })?;
    sender.send(batch).map_err(|_| stopped())?;
    Ok(digest)
}

/// Takes the receiver along, so that the reader stops when writing fails.
fn write(load: &mut Load<'_>, table: &Table, receiver: Receiver<Batch>) -> Result<(), StoreError> {
    receiver.into_iter().try_for_each(|batch| load.put(table, batch))
}

/// Reads on a thread of its own too, while the rows before are looked at.
fn read_back(conn: &mut Conn, table: &Table, look: &mut Look<'_>) -> Result<Digest, CopyError> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read_rows(conn, table, &sender));
        let mut digest = Digest::default();
        let looked = receiver.into_iter().flatten().try_for_each(|row: Vec<Value>| {
            digest.add(&row);
            look(table, &row)
        });
        let read = reader.join().unwrap_or(Err(StoreError::Corrupt("a row that cannot be read")));
        looked.and(read.map_err(CopyError::from)).map(|()| digest)
    })
}

fn read_rows(conn: &mut Conn, table: &Table, sender: &SyncSender<Vec<Vec<Value>>>) -> Result<(), StoreError> {
    let stopped = || StoreError::Unavailable("nobody looks at the rows any more".to_owned());
    let mut rows = Vec::with_capacity(ROWS);
    bulk::each_row(conn, table, |row| {
        rows.push(row);
        if rows.len() == ROWS {
            sender.send(std::mem::replace(&mut rows, Vec::with_capacity(ROWS))).map_err(|_| stopped())?;
        }
        Ok::<_, StoreError>(())
    })?;
    sender.send(rows).map_err(|_| stopped())
}

fn log_numbers(conn: &mut Conn) -> Result<LogNumbers, StoreError> {
    let ask = "SELECT count(seq) AS events, min(seq) AS first, max(seq) AS last, \
         (SELECT value FROM sequences WHERE name = 'audit') AS next FROM audit_events";
    Ok(diesel::sql_query(ask).get_result(conn)?)
}

/// Nodes that remember another database under this address must not find its number here.
fn move_on(conn: &mut Conn) -> Result<(), StoreError> {
    let step = match conn {
        Conn::Sqlite(_) => "abs(random() % 1000000000)",
        Conn::Postgres(_) => "floor(random() * 1000000000)::bigint",
    };
    let change = format!("UPDATE sequences SET value = value + 1 + {step} WHERE name = 'authority'");
    diesel::sql_query(change).execute(conn)?;
    // Whoever knows an earlier number forgets everything.
    diesel::sql_query("DELETE FROM authority_log").execute(conn)?;
    let all = "INSERT INTO authority_log (number, kind, id) \
         SELECT value, 'all', '' FROM sequences WHERE name = 'authority'";
    diesel::sql_query(all).execute(conn)?;
    Ok(())
}
