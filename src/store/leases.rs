//! Which server does a kind of work that one is to do alone, and until when.

use super::schema::leases;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// What one server has to itself.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = leases)]
pub struct Lease {
    /// The work.
    pub name: String,
    /// The server.
    pub node: String,
    /// Unix seconds; then any other may take it.
    pub ends_at: i64,
}

/// Takes it, or has it for longer; `false` while another server has it.
pub fn take(conn: &mut Conn, lease: &Lease, now: i64) -> Result<bool, StoreError> {
    // An end that is too far off was written by a clock that was ahead.
    let longest = now + 2 * (lease.ends_at - now);
    let free = leases::node.eq(&lease.node).or(leases::ends_at.le(now)).or(leases::ends_at.gt(longest));
    let taken = diesel::update(leases::table.find(&lease.name).filter(free))
        .set((leases::node.eq(&lease.node), leases::ends_at.eq(lease.ends_at)))
        .execute(conn)?;
    if taken > 0 {
        return Ok(true);
    }
    let made = match conn {
        Conn::Postgres(conn) => {
            diesel::insert_into(leases::table).values(lease).on_conflict_do_nothing().execute(conn)?
        }
        Conn::Sqlite(conn) => {
            diesel::insert_into(leases::table).values(lease).on_conflict_do_nothing().execute(conn)?
        }
    };
    Ok(made > 0)
}

/// Leaves one kind of work to others.
pub fn give_up_one(conn: &mut Conn, name: &str, node: &str) -> Result<(), StoreError> {
    diesel::delete(leases::table.find(name).filter(leases::node.eq(node))).execute(conn)?;
    Ok(())
}

/// Leaves to others what a server has.
pub fn give_up(conn: &mut Conn, node: &str) -> Result<(), StoreError> {
    diesel::delete(leases::table.filter(leases::node.eq(node))).execute(conn)?;
    Ok(())
}
