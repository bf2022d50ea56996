//! A PostgreSQL database at start: taken as it is, filled, or refused because its tables are lost.

use super::first::{May, Start};
use super::{StartError, settle};
use crate::store::{Store, StoreError, meta, migrations};
use crate::vault::{KeyRing, Vault};
use std::path::PathBuf;

/// Finds or makes key and tables.
pub(super) fn prepare(start: &Start<'_>) -> Result<(Vault, Store, Vec<PathBuf>), StartError> {
    let kept = start.kept_key()?;
    let store = Store::open(&start.config.database.url, start.config.database.connections)?;
    let (is_untouched, check) = store.read_now(|conn| {
        let is_untouched = migrations::is_untouched(conn)?;
        let check = if is_untouched { None } else { meta::find(conn, meta::VAULT_CHECK)? };
        Ok::<_, StoreError>((is_untouched, check))
    })?;
    let vault = |ring| Vault::new(ring, start.surroundings.random.clone());
    match (kept, check) {
        (Some(ring), check) => {
            if is_untouched {
                ensure_may_begin(start)?;
            } else if check.is_none() {
                start.warn_of_new_installation();
            }
            Ok((vault(ring), store, Vec::new()))
        }
        (None, Some(check)) => {
            let waiting = KeyRing::prepared(start.key_file()).map(vault);
            let Some(vault) = waiting.filter(|vault| vault.matches(&check)) else {
                return Err(StartError::KeyMissing(start.key_name()));
            };
            start.ensure_may_make()?;
            KeyRing::put_in_place(start.key_file())?;
            Ok((vault, store, vec![start.key_file().to_owned()]))
        }
        (None, None) => {
            start.ensure_may_make()?;
            let vault = vault(start.new_key(&[])?);
            store.read_now(migrations::run)?;
            store.write_now(|conn| settle(conn, &vault, start.surroundings.clock.now()))?;
            KeyRing::put_in_place(start.key_file())?;
            Ok((vault, store, vec![start.key_file().to_owned()]))
        }
    }
}

/// A key of one's own was made together with tables, and these are gone.
fn ensure_may_begin(start: &Start<'_>) -> Result<(), StartError> {
    if start.has_own_key() && start.may != May::Replace {
        let (database, key) = (start.config.database.url.to_string(), start.key_name());
        return Err(StartError::TablesLost { database, key });
    }
    start.ensure_may_make()?;
    start.warn_of_new_installation();
    Ok(())
}
