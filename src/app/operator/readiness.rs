//! Whether requests can be answered.

use crate::app::{App, Failure};
use crate::store::{StoreError, meta, migrations};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// For how long one write stands for all that are asked for.
const WRITTEN_FOR: Duration = Duration::from_secs(1);

/// When something was written last, or why nothing could be.
#[derive(Default)]
pub struct Writable(Mutex<Option<(Instant, Result<(), String>)>>);

/// Refuses when the database cannot be read and written, its schema is not ours, or the master key does not fit.
pub async fn readiness(app: &App) -> Result<(), Failure> {
    let vault = app.vault.clone();
    let read = app.store.read(move |conn| {
        if !migrations::is_current(conn)? {
            return Err(Failure::Corrupt("the schema"));
        }
        let check = meta::find(conn, meta::VAULT_CHECK)?.ok_or(Failure::Corrupt("the vault check"))?;
        Ok(vault.ensure_matches(&check)?)
    });
    read.await?;
    ensure_writable(app).await
}

/// Really changes a row, once a second at most; whoever asks meanwhile gets the same answer.
async fn ensure_writable(app: &App) -> Result<(), Failure> {
    let mut last = app.writable.0.lock().await;
    if let Some((at, outcome)) = &*last
        && at.elapsed() < WRITTEN_FOR
    {
        return outcome.clone().map_err(|cause| StoreError::Unavailable(cause).into());
    }
    let stamp = app.random.token()?;
    let write = app.store.write(move |conn| meta::put(conn, meta::READY_STAMP, stamp.as_bytes()));
    let outcome = write.await;
    *last = Some((Instant::now(), outcome.as_ref().copied().map_err(ToString::to_string)));
    Ok(outcome?)
}
