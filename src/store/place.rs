//! Where the database is, and whether the SQLite file there is still the one that was opened.

use super::StoreError;
use crate::config::DatabaseUrl;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

/// The address of a database, and the file that was opened there.
pub struct Place {
    pub url: DatabaseUrl,
    file: OnceLock<(u64, u64)>,
}

/// Which file this is, whatever its name.
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino())).ok()
}

/// Gives a file that stands beside a database its owner and mode, as an operator may work on it as root.
pub fn belong_to(path: &Path, beside: &Path) -> std::io::Result<()> {
    let (file, database) = (std::fs::metadata(path)?, std::fs::metadata(beside)?);
    if (file.uid(), file.gid()) != (database.uid(), database.gid()) {
        std::os::unix::fs::chown(path, Some(database.uid()), Some(database.gid()))?;
    }
    std::fs::set_permissions(path, database.permissions())
}

impl Place {
    pub fn new(url: DatabaseUrl) -> Self {
        Self { url, file: OnceLock::new() }
    }

    /// Remembers the file that is there now.
    pub fn remember(&self) {
        if let DatabaseUrl::Sqlite(path) = &self.url
            && let Some(found) = identity(path)
        {
            self.file.get_or_init(|| found);
        }
    }

    /// Refuses to go on with a SQLite file that was moved or replaced: what is open is no longer what others open.
    pub fn ensure_same(&self) -> Result<(), StoreError> {
        let (DatabaseUrl::Sqlite(path), Some(file)) = (&self.url, self.file.get()) else { return Ok(()) };
        if Some(*file) == identity(path) {
            return Ok(());
        }
        Err(StoreError::Unavailable(
            "the database file was moved or replaced; put it back, or stop Camlock and start it on the new one".to_owned(),
        ))
    }
}
