//! The servers that run on this database.

use super::schema::nodes;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// A server, as it told of itself.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = nodes)]
pub struct Node {
    pub id: String,
    pub version: String,
    pub started_at: i64,
    pub seen_at: i64,
    /// Its newest migration; none of a version that did not tell.
    pub schema_version: Option<i64>,
    /// The machine's name and where it listens.
    pub address: Option<String>,
    /// Milliseconds until the database told how far it is, which is asked before each decision.
    pub lag_ms: Option<i64>,
}

/// Says that a server is there.
pub fn put(conn: &mut Conn, node: &Node) -> Result<(), StoreError> {
    if diesel::update(nodes::table.find(&node.id)).set(node).execute(conn)? == 0 {
        diesel::insert_into(nodes::table).values(node).execute(conn)?;
    }
    Ok(())
}

/// Seconds after its last sign of life for which a server counts as running.
const COUNTS_FOR: i64 = 30;

/// Those that run now.
pub fn running(conn: &mut Conn, now: i64) -> Result<Vec<Node>, StoreError> {
    seen_since(conn, now - COUNTS_FOR)
}

/// Seconds within which a server that told nothing more may go on: one that hung, or whose clock is behind.
const MAY_GO_ON_FOR: i64 = 600;

/// Those that run now or may go on; one that was stopped is none of them.
pub fn that_may_run(conn: &mut Conn, now: i64) -> Result<Vec<Node>, StoreError> {
    seen_since(conn, now - MAY_GO_ON_FOR)
}

/// Those that told of themselves since then.
fn seen_since(conn: &mut Conn, since: i64) -> Result<Vec<Node>, StoreError> {
    Ok(nodes::table
        .filter(nodes::seen_at.ge(since))
        .order(nodes::started_at)
        .select(Node::as_select())
        .load(conn)?)
}

/// Says that a server has stopped.
pub fn remove(conn: &mut Conn, id: &str) -> Result<(), StoreError> {
    diesel::delete(nodes::table.find(id)).execute(conn)?;
    Ok(())
}

/// Forgets servers that have not been heard of since then.
pub fn sweep(conn: &mut Conn, since: i64) -> Result<(), StoreError> {
    diesel::delete(nodes::table.filter(nodes::seen_at.lt(since))).execute(conn)?;
    Ok(())
}
