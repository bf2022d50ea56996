//! The first start, and the start that finds its database lost: when a master key and a database are made.
//!
//! A key is made only where nothing was before. It waits under another name until its database is complete, so that a
//! start that is killed leaves nothing that the next one cannot finish.

use super::{StartError, Surroundings};
use crate::config::{Config, KeySource};
use crate::vault::{KeyRing, VaultError};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Names in the root of a volume that nobody put anything under.
const VOLUMES_OWN: [&str; 20] = [
    "lost+found",
    ".snapshot",
    ".snapshots",
    ".snap",
    ".zfs",
    ".ckpt",
    ".etc",
    ".glusterfs",
    ".trashcan",
    ".DS_Store",
    ".fseventsd",
    ".Spotlight-V100",
    "@eaDir",
    "#snapshot",
    "#recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
    "aquota.user",
    "aquota.group",
    "~snapshot",
];

/// What whoever opens a database may change in doing so; each may also do what stands before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum May {
    /// Nothing.
    Look,
    /// Bring the schema of a database that is there up to date.
    Migrate,
    /// Make a database and its master key where nothing was before.
    Make,
    /// Begin anew where a database is lost; one that holds anything is left as it is.
    Replace,
}

/// A start on its way.
pub(super) struct Start<'a> {
    pub config: &'a Config,
    pub surroundings: &'a Surroundings,
    pub may: May,
}

impl Start<'_> {
    pub(super) fn key_file(&self) -> &Path {
        &self.config.vault.key_file
    }

    pub(super) fn key_name(&self) -> String {
        self.key_file().display().to_string()
    }

    /// The key that is there: always, where the operator named it; where it lies in the data directory, after the first
    /// start.
    pub(super) fn kept_key(&self) -> Result<Option<KeyRing>, VaultError> {
        let path = self.key_file();
        match self.config.vault.key_source {
            KeySource::SystemdCredential => KeyRing::read_credential(path).map(Some),
            KeySource::DataDirectory if !path.exists() => Ok(None),
            KeySource::Named | KeySource::DataDirectory => KeyRing::read(path).map(Some),
        }
    }

    /// Refuses where a database would have to be made and that was not asked for.
    pub(super) fn ensure_may_make(&self) -> Result<(), StartError> {
        if self.may >= May::Make {
            return Ok(());
        }
        Err(StartError::NoDatabase(self.config.database.url.to_string()))
    }

    /// Whether Camlock itself made the key that is there, and with it a database.
    pub(super) fn has_own_key(&self) -> bool {
        self.config.vault.key_source == KeySource::DataDirectory
    }

    /// Makes a key that waits beside its place, in a data directory that holds nothing but what a killed start left.
    pub(super) fn new_key(&self, left: &[PathBuf]) -> Result<KeyRing, StartError> {
        if !self.is_empty(left)? {
            return Err(StartError::KeyNotMade(self.key_name()));
        }
        Ok(KeyRing::prepare(self.key_file(), &self.surroundings.random)?)
    }

    /// Fresh volumes hold some folders of their own.
    fn is_empty(&self, left: &[PathBuf]) -> Result<bool, StartError> {
        let path = &self.config.data_dir;
        let refused = |source| StartError::DataDirectory { path: path.display().to_string(), source };
        let waiting = KeyRing::waiting_name(self.key_file());
        let ignored: Vec<&OsStr> =
            left.iter().chain([&waiting]).filter_map(|file| file.file_name()).collect();
        let mut entries = std::fs::read_dir(path).map_err(refused)?;
        Ok(entries.all(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                belongs_to_volume(&name) || ignored.contains(&name.as_os_str())
            })
        }))
    }

    /// Tells the log that there was nothing before, where the operator may have expected something.
    pub(super) fn warn_of_new_installation(&self) {
        tracing::warn!(
            database = %self.config.database.url,
            key = %self.key_name(),
            "new installation: the database is empty"
        );
    }
}

/// Whether a name is one that file systems, storage and their tools give to things of their own.
fn belongs_to_volume(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    // Kubernetes links what it mounts through `..data`.
    VOLUMES_OWN.contains(&name.as_ref())
        || [".nfs", ".Trash", ".."].iter().any(|start| name.starts_with(start))
}
