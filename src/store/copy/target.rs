//! What is copied into: made by the copy, and not there before it is whole.

use super::CopyError;
use crate::config::DatabaseUrl;
use crate::store::connection::{begin, commit};
use crate::store::new_file::with_ending;
use crate::store::{Conn, StoreError, bulk, migrations};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A database on its way, with all tables and no rows.
///
/// PostgreSQL: one transaction, from the first table to the last row. SQLite: a file beside its place (`.copy`), which
/// gets its name when it is safe on the disk.
pub struct Target {
    conn: Conn,
    file: Option<Unfinished>,
}

/// A file that is removed again, unless it was given its name.
struct Unfinished {
    at: PathBuf,
    place: PathBuf,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        remove(&self.at);
    }
}

impl Target {
    /// Makes the tables; refuses a place that holds anything.
    pub fn make(url: &DatabaseUrl) -> Result<Self, CopyError> {
        let file = match url {
            DatabaseUrl::Sqlite(path) => Some(unfinished(path)?),
            DatabaseUrl::Postgres(_) => None,
        };
        let at = match &file {
            Some(file) => DatabaseUrl::Sqlite(file.at.clone()),
            None => url.clone(),
        };
        let mut conn = bulk::open(&at)?;
        begin(&mut conn)?;
        if !is_empty(&mut conn)? {
            return Err(CopyError::NotEmpty(url.to_string()));
        }
        migrations::run(&mut conn)?;
        if let Conn::Postgres(conn) = &mut conn {
            conn.batch_execute("SET statement_timeout = 0").map_err(StoreError::from)?;
        }
        Ok(Self { conn, file })
    }

    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Keeps it, safe on the disk.
    pub(super) fn keep(mut self) -> Result<(), CopyError> {
        commit(&mut self.conn)?;
        let Self { conn, file } = self;
        drop(conn);
        let Some(file) = file else { return Ok(()) };
        let refused = |error| CopyError::File(file.place.display().to_string(), error);
        File::open(&file.at).and_then(|file| file.sync_all()).map_err(refused)?;
        // A link never takes the place of a file that has come meanwhile, as a new name would.
        fs::hard_link(&file.at, &file.place).map_err(refused)?;
        let folder = crate::store::start_lock::folder_of(&file.place);
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused)
    }
}

/// A new file beside that place; what a copy that was broken off left there is removed.
fn unfinished(place: &Path) -> Result<Unfinished, CopyError> {
    for there in [place.to_owned(), with_ending(place, "-wal"), with_ending(place, "-journal")] {
        if fs::symlink_metadata(&there).is_ok() {
            return Err(CopyError::NotEmpty(there.display().to_string()));
        }
    }
    let at = with_ending(place, ".copy");
    remove(&at);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&at);
    made.map_err(|error| CopyError::File(at.display().to_string(), error))?;
    Ok(Unfinished { at, place: place.to_owned() })
}

fn remove(path: &Path) {
    for ending in ["", "-journal", "-wal", "-shm"] {
        let _ = fs::remove_file(with_ending(path, ending));
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    found: bool,
}

fn is_empty(conn: &mut Conn) -> Result<bool, StoreError> {
    let ask = match conn {
        Conn::Sqlite(_) => "SELECT EXISTS (SELECT 1 FROM sqlite_master) AS found",
        Conn::Postgres(_) => {
            "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace) AS found"
        }
    };
    Ok(!diesel::sql_query(ask).get_result::<Answer>(conn)?.found)
}
