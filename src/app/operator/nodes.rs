//! Which servers run on the database, as they tell of themselves.

use crate::app::{App, Failure};
use crate::store::nodes::{self, Node};
use crate::store::{Conn, StoreError, dialect, leases, migrations, sequences};
use std::net::SocketAddr;
use std::time::Instant;

/// Seconds between two signs of life.
pub const SIGN_OF_LIFE: u64 = 10;

/// A server as people see it; times in unix seconds.
pub struct RunningNode {
    pub id: String,
    pub version: String,
    pub started_at: i64,
    pub seen_at: i64,
    /// Its newest migration; none of a version that did not tell, as with the next two.
    pub schema_version: Option<i64>,
    /// The machine's name and where it listens.
    pub address: Option<String>,
    /// Milliseconds until the database told how far it is, which is asked before each decision.
    pub lag_ms: Option<i64>,
}

impl From<Node> for RunningNode {
    fn from(node: Node) -> Self {
        let Node { id, version, started_at, seen_at, schema_version, address, lag_ms } = node;
        Self { id, version, started_at, seen_at, schema_version, address, lag_ms }
    }
}

/// Gives a sign of life of this server, which listens there.
pub async fn report_running(app: &App, address: SocketAddr) -> Result<(), Failure> {
    let asked = Instant::now();
    app.store.read(sequences::standing).await?;
    let lag = asked.elapsed().as_millis();
    let node = Node {
        id: app.node.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: app.started_at,
        seen_at: app.clock.now(),
        schema_version: Some(migrations::newest()),
        address: Some(format!("{} {address}", machine())),
        lag_ms: Some(i64::try_from(lag).unwrap_or(i64::MAX)),
    };
    Ok(app.store.write(move |conn| nodes::put(conn, &node)).await?)
}

/// The name of this machine: in containers all servers may listen at the same address.
fn machine() -> String {
    // A hardened service sees nothing but processes below /proc.
    let told = ["/proc/sys/kernel/hostname", "/etc/hostname"].map(std::fs::read_to_string);
    let mut names = told.into_iter().flatten().map(|name| name.trim().to_owned());
    names.find(|name| !name.is_empty()).unwrap_or_default()
}

/// Says that this server has stopped.
pub async fn report_stopped(app: &App) -> Result<(), Failure> {
    let id = app.node.to_string();
    let leave = move |conn: &mut Conn| {
        leases::give_up(conn, &id)?;
        nodes::remove(conn, &id)
    };
    Ok(app.store.write(leave).await?)
}

/// The servers that run now.
pub fn running_nodes(app: &App) -> Result<Vec<RunningNode>, Failure> {
    let now = app.clock.now();
    let found = app.store.read_now(|conn| nodes::running(conn, now))?;
    Ok(found.into_iter().map(RunningNode::from).collect())
}

/// How many milliseconds the clock of the database is ahead of ours; nothing where both are the same clock.
pub fn clock_difference(app: &App) -> Result<Option<i64>, Failure> {
    let theirs = app.store.read_now(dialect::clock_ms)?;
    Ok(theirs.map(|theirs| theirs - app.clock.now_ms()))
}

/// What runs here, for people.
pub struct Installation {
    pub now: i64,
    is_sqlite: bool,
    /// The newest migration that this program knows.
    pub schema: i64,
    /// As [`clock_difference`] says.
    pub clock_difference: Option<i64>,
    /// Oldest first.
    pub nodes: Vec<RunningNode>,
}

impl Installation {
    /// The name of the database.
    pub fn database(&self) -> &'static str {
        if self.is_sqlite { "SQLite" } else { "PostgreSQL" }
    }

    /// How many milliseconds the clocks of database and program differ, whichever is ahead.
    pub fn clock_ms(&self) -> Option<i64> {
        self.clock_difference.map(i64::abs)
    }

    /// Within how many milliseconds the database answers every server that told.
    pub fn slowest_ms(&self) -> Option<i64> {
        self.nodes.iter().filter_map(|node| node.lag_ms).max()
    }
}

/// The program, its database, and who else runs on it.
pub async fn installation(app: &App) -> Result<Installation, Failure> {
    let here = app.clone();
    Ok(app.store.read(move |conn| installation_in(&here, conn)).await?)
}

/// The same as part of a look at more.
pub(in crate::app) fn installation_in(app: &App, conn: &mut Conn) -> Result<Installation, StoreError> {
    let now = app.clock.now();
    let (nodes, theirs) = (nodes::running(conn, now)?, dialect::clock_ms(conn)?);
    Ok(Installation {
        now,
        is_sqlite: app.store.is_sqlite(),
        schema: migrations::newest(),
        clock_difference: theirs.map(|theirs| theirs - app.clock.now_ms()),
        nodes: nodes.into_iter().map(RunningNode::from).collect(),
    })
}
