//! Which servers run on the database, as they tell of themselves.

use crate::app::{App, Failure};
use crate::store::nodes::{self, Node};

/// Seconds between two signs of life.
pub const SIGN_OF_LIFE: u64 = 10;
/// Seconds after its last sign of life for which a server counts as running.
const COUNTS_FOR: i64 = 30;

/// Gives a sign of life of this server.
pub async fn report_running(app: &App) -> Result<(), Failure> {
    let node = Node {
        id: app.node.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: app.started_at,
        seen_at: app.clock.now(),
    };
    Ok(app.store.write(move |conn| nodes::put(conn, &node)).await?)
}

/// Says that this server has stopped.
pub async fn report_stopped(app: &App) -> Result<(), Failure> {
    let id = app.node.to_string();
    Ok(app.store.write(move |conn| nodes::remove(conn, &id)).await?)
}

/// The servers that run now.
pub fn running_nodes(app: &App) -> Result<Vec<Node>, Failure> {
    let since = app.clock.now() - COUNTS_FOR;
    Ok(app.store.read_now(|conn| nodes::seen_since(conn, since))?)
}
