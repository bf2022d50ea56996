//! A SQLite file at start: taken as it is, finished, made, or refused because it is lost.

use super::first::{May, Start};
use super::{StartError, settle};
use crate::store::new_file::{self, Contents, with_ending};
use crate::store::{Store, StoreError, meta, migrations, start_lock, wal};
use crate::vault::{KeyRing, Vault};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

type Prepared = (Vault, Store, Vec<PathBuf>);

/// Finds or makes key and database.
pub(super) fn prepare(start: &Start<'_>, path: &Path) -> Result<Prepared, StartError> {
    let refused = |source| StartError::DataDirectory { path: path.display().to_string(), source };
    let length = match fs::metadata(path) {
        Ok(file) => Some(file.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(refused(error)),
    };
    match length {
        None => begin(start, path),
        Some(0) if start.may == May::Replace => begin(start, path),
        Some(0) => Err(StartError::DatabaseEmpty(path.display().to_string())),
        Some(_) => take(start, path),
    }
}

/// A database that is there.
fn take(start: &Start<'_>, path: &Path) -> Result<Prepared, StartError> {
    let kept = start.kept_key()?;
    wal::ensure_fits(path)?;
    let store = Store::open(&start.config.database.url, start.config.database.connections)?;
    let (is_untouched, is_known) = store.read_now(|conn| {
        let is_untouched = migrations::is_untouched(conn)?;
        Ok::<_, StoreError>((is_untouched, !is_untouched && meta::find(conn, meta::VAULT_CHECK)?.is_some()))
    })?;
    let ring = match kept {
        None if is_known => return Err(StartError::KeyMissing(start.key_name())),
        None if is_untouched => return Err(StartError::DatabaseWithoutTables(path.display().to_string())),
        None => return Err(StartError::KeyNotMade(start.key_name())),
        Some(_) if is_untouched && start.has_own_key() => {
            return Err(StartError::DatabaseWithoutTables(path.display().to_string()));
        }
        Some(ring) => ring,
    };
    if is_untouched {
        start.warn_of_new_installation();
    }
    Ok((Vault::new(ring, start.surroundings.random.clone()), store, Vec::new()))
}

/// A database that is not there, or that has 0 bytes.
fn begin(start: &Start<'_>, path: &Path) -> Result<Prepared, StartError> {
    ensure_no_leftover(path)?;
    let random = &start.surroundings.random;
    let new = new_file::name_of(path);
    let left = if new.exists() { new_file::look(&new) } else { Contents::default() };
    let mut made = vec![path.to_owned()];
    let vault = if let Some(ring) = start.kept_key()? {
        let vault = Vault::new(ring, random.clone());
        if left.vault_check.as_ref().is_some_and(|check| vault.matches(check)) {
            start.ensure_may_make()?;
            return finish(start, path, vault, made);
        }
        if start.has_own_key() && start.may != May::Replace {
            let (database, key) = (path.display().to_string(), start.key_name());
            return Err(StartError::DatabaseLost { database, key });
        }
        start.ensure_may_make()?;
        ensure_unused(&new, &left)?;
        start.warn_of_new_installation();
        vault
    } else {
        start.ensure_may_make()?;
        ensure_unused(&new, &left)?;
        let mut leavings = Vec::from(["", "-journal", "-wal", "-shm"].map(|end| with_ending(&new, end)));
        leavings.push(path.to_owned());
        leavings.extend(wal::companions(path));
        made.push(start.key_file().to_owned());
        Vault::new(start.new_key(&leavings)?, random.clone())
    };
    make(start, &new, &vault)?;
    if made.len() > 1 {
        KeyRing::put_in_place(start.key_file())?;
    }
    finish(start, path, vault, made)
}

fn ensure_unused(new: &Path, left: &Contents) -> Result<(), StartError> {
    if left.has_accounts { Err(StartError::Leftover(new.display().to_string())) } else { Ok(()) }
}

/// What another database would have left would be read into the new one.
fn ensure_no_leftover(path: &Path) -> Result<(), StartError> {
    let beside = ["-wal", "-journal"].map(|ending| with_ending(path, ending));
    let holds = |file: &&PathBuf| fs::metadata(file).is_ok_and(|found| found.len() > 0);
    match beside.iter().find(holds) {
        Some(file) => Err(StartError::Leftover(file.display().to_string())),
        None => Ok(()),
    }
}

fn make(start: &Start<'_>, new: &Path, vault: &Vault) -> Result<(), StartError> {
    let refused = |source| StartError::DataDirectory { path: new.display().to_string(), source };
    for file in ["", "-journal", "-wal", "-shm"].map(|ending| with_ending(new, ending)) {
        match fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(refused(error)),
            _ => {}
        }
    }
    let now = start.surroundings.clock.now();
    new_file::make(new, |conn| settle(conn, vault, now).map_err(StartError::from))?;
    sync_folder(new).map_err(refused)
}

/// Gives the complete database its name.
fn finish(start: &Start<'_>, path: &Path, vault: Vault, made: Vec<PathBuf>) -> Result<Prepared, StartError> {
    let refused = |source| StartError::DataDirectory { path: path.display().to_string(), source };
    fs::rename(new_file::name_of(path), path).and_then(|()| sync_folder(path)).map_err(refused)?;
    wal::ensure_fits(path)?;
    let store = Store::open(&start.config.database.url, start.config.database.connections)?;
    Ok((vault, store, made))
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(start_lock::folder_of(path))?.sync_all()
}
