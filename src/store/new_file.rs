//! A SQLite database on its way: made complete under another name, so that one under its own name is always whole.

use super::connection::{begin, commit, open_existing};
use super::{Conn, StoreError, accounts, meta, migrations};
use diesel::connection::SimpleConnection;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What is in such a file, as far as it can be read.
#[derive(Default)]
pub struct Contents {
    /// The value that ties it to its master key; written last, so a file that has it is complete.
    pub vault_check: Option<Vec<u8>>,
    pub has_accounts: bool,
}

/// The name under which the database at `path` is made.
pub fn name_of(path: &Path) -> PathBuf {
    with_ending(path, ".new")
}

/// A file that stands beside `path`, such as `camlock.db-wal`.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Looks into a file; what cannot be read is not there.
pub fn look(path: &Path) -> Contents {
    let Ok(conn) = open_existing(path, "mode=rw") else { return Contents::default() };
    let mut conn = Conn::Sqlite(conn);
    let vault_check = meta::find(&mut conn, meta::VAULT_CHECK).unwrap_or_default();
    let has_accounts = accounts::first_two(&mut conn).is_ok_and(|found| !found.is_empty());
    Contents { vault_check, has_accounts }
}

/// Makes a file readable by its owner alone, with the whole schema and what `fill` puts into it, safe on the disk.
pub fn make<E: From<StoreError>>(
    path: &Path,
    fill: impl FnOnce(&mut Conn) -> Result<(), E>,
) -> Result<(), E> {
    let refused = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(refused)?;
    let mut conn = open_existing(path, "mode=rw")?;
    conn.batch_execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")
        .map_err(StoreError::from)?;
    let mut conn = Conn::Sqlite(conn);
    migrations::run(&mut conn)?;
    begin(&mut conn).map_err(StoreError::from)?;
    fill(&mut conn)?;
    commit(&mut conn).map_err(StoreError::from)?;
    drop(conn);
    Ok(File::open(path).and_then(|file| file.sync_all()).map_err(refused)?)
}
