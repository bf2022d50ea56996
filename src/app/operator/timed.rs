//! What is due at set times: one server of those on the database does it, and another when that one is gone.

use crate::app::keys::limits::{ahead, idle};
use crate::app::keys::rotations;
use crate::app::keys::trials;
use crate::app::keys::usage::flush_usage;
use crate::app::{App, Failure};
use crate::store::leases::{self, Lease};

/// Seconds for which a server has this work to itself, unless it takes it again.
const LEASE: i64 = 60;

/// Does what is due, where no other server does. Meant to be called every few seconds.
///
/// Clocks differ and a server may be held up in the middle, so two may be at it for a moment: whatever is done here looks again,
/// in the transaction that changes it, at what it does it for.
pub async fn do_what_is_due(app: &App) -> Result<(), Failure> {
    if !is_ours(app).await? {
        return Ok(());
    }
    // One that fails does not keep the others from being done.
    let idle = disable_idle(app).await;
    let trials = trials::end_trials(app).await;
    let rotations = rotations::do_due_steps(app).await;
    let warnings = ahead::warn(app).await;
    idle?;
    trials?;
    warnings?;
    rotations.map(drop)
}

/// Keys that were called with lately are not taken for silent: where one is due, what keys were used for is written down first.
async fn disable_idle(app: &App) -> Result<(), Failure> {
    if idle::is_due(app).await? {
        flush_usage(app).await?;
        idle::sweep(app).await?;
    }
    Ok(())
}

/// Whether this server has the work for the next minute.
pub async fn is_ours(app: &App) -> Result<bool, Failure> {
    let now = app.clock.now();
    let lease = Lease { name: "timed".to_owned(), node: app.node.to_string(), ends_at: now + LEASE };
    Ok(app.store.write(move |conn| leases::take(conn, &lease, now)).await?)
}
