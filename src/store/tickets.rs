//! Tickets: what a passed step-up is worth, once.

use super::schema::tickets;
use super::{Conn, StoreError};
use crate::domain::deadline::{SHOWN_ONCE_SECONDS, latest};
use diesel::prelude::*;

/// A ticket, known by the digest of its token. `sealed` holds what a once-only page shows.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = tickets)]
pub struct Ticket {
    pub digest: String,
    pub session: String,
    pub purpose: String,
    pub uid: i64,
    pub object: String,
    pub sealed: Option<Vec<u8>>,
    pub expires_at: i64,
}

/// Keeps a new ticket.
pub fn insert(conn: &mut Conn, ticket: &Ticket) -> Result<(), StoreError> {
    diesel::insert_into(tickets::table).values(ticket).execute(conn)?;
    Ok(())
}

/// Uses a ticket up. It must fit in every part: session, purpose, membership and object.
pub fn take(conn: &mut Conn, wanted: &Ticket, now: i64) -> Result<Option<Ticket>, StoreError> {
    let found: Option<Ticket> = tickets::table
        .find(&wanted.digest)
        .filter(tickets::session.eq(&wanted.session).and(tickets::purpose.eq(&wanted.purpose)))
        .filter(tickets::uid.eq(wanted.uid).and(tickets::object.eq(&wanted.object)))
        .filter(tickets::expires_at.gt(now).and(tickets::expires_at.le(latest(SHOWN_ONCE_SECONDS, now))))
        .select(Ticket::as_select())
        .first(conn)
        .optional()?;
    let Some(ticket) = found else { return Ok(None) };
    let taken = diesel::delete(tickets::table.find(&ticket.digest)).execute(conn)? == 1;
    Ok(taken.then_some(ticket))
}
