//! Whether requests can be answered.

use super::{App, Failure};
use crate::store::{meta, migrations, throttles};

impl App {
    /// Refuses when the database cannot be read and written, its schema is not ours, or the master key does not fit.
    pub async fn readiness(&self) -> Result<(), Failure> {
        self.store.ensure_in_place()?;
        let app = self.clone();
        self.store
            .write(move |conn| {
                if !migrations::is_current(conn)? {
                    return Err(Failure::Corrupt("the schema"));
                }
                let check =
                    meta::find(conn, meta::VAULT_CHECK)?.ok_or(Failure::Corrupt("the vault check"))?;
                app.vault.ensure_matches(&check)?;
                throttles::clear(conn, "readiness")?;
                Ok(())
            })
            .await
    }
}
