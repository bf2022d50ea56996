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
    /// Of a ticket that is kept to recognise a reloaded page.
    pub used_at: Option<i64>,
}

impl Ticket {
    /// Not late, and not of a clock that was ahead.
    fn is_in_time(&self, now: i64) -> bool {
        self.expires_at > now && self.expires_at <= latest(SHOWN_ONCE_SECONDS, now)
    }
}

/// Seconds for which a used ticket is recognised.
const RECOGNISED_SECONDS: i64 = 86_400;

/// Keeps a new ticket.
pub fn insert(conn: &mut Conn, ticket: &Ticket) -> Result<(), StoreError> {
    diesel::insert_into(tickets::table).values(ticket).execute(conn)?;
    Ok(())
}

/// Whether a ticket would be taken now. It must fit in every part.
pub fn is_good(conn: &mut Conn, wanted: &Ticket, now: i64) -> Result<bool, StoreError> {
    Ok(fitting(conn, wanted)?.is_some_and(|ticket| ticket.used_at.is_none() && ticket.is_in_time(now)))
}

/// Uses a ticket up. It must fit in every part: session, purpose, membership and object.
pub fn take(conn: &mut Conn, wanted: &Ticket, now: i64) -> Result<Option<Ticket>, StoreError> {
    let Some(ticket) = fitting(conn, wanted)? else { return Ok(None) };
    if !ticket.is_in_time(now) {
        return Ok(None);
    }
    let taken = diesel::update(tickets::table.find(&ticket.digest).filter(tickets::used_at.is_null()))
        .set((
            tickets::sealed.eq(None::<Vec<u8>>),
            tickets::used_at.eq(Some(now)),
            tickets::expires_at.eq(now + RECOGNISED_SECONDS),
        ))
        .execute(conn)?;
    Ok((taken == 1).then_some(ticket))
}

/// Whether a ticket that fits in every part was used before.
pub fn was_used(conn: &mut Conn, wanted: &Ticket) -> Result<bool, StoreError> {
    Ok(fitting(conn, wanted)?.is_some_and(|ticket| ticket.used_at.is_some()))
}

fn fitting(conn: &mut Conn, wanted: &Ticket) -> Result<Option<Ticket>, StoreError> {
    Ok(tickets::table
        .find(&wanted.digest)
        .filter(tickets::session.eq(&wanted.session).and(tickets::purpose.eq(&wanted.purpose)))
        .filter(tickets::uid.eq(wanted.uid).and(tickets::object.eq(&wanted.object)))
        .select(Ticket::as_select())
        .get_result(conn)
        .optional()?)
}
