//! The log of what was done. Rows are added and read, never changed.

use super::schema::audit_events;
use super::sequences::{self, Sequence};
use super::{Conn, StoreError};
use crate::domain::audit::{Event, Outcome};
use crate::domain::user::Uin;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events)]
struct Row {
    seq: i64,
    at: i64,
    owner_uin: i64,
    event: String,
    actor_uin: i64,
    actor: String,
    target_uin: i64,
    target: String,
    result: String,
    reason: String,
    ip: String,
    user_agent: String,
    request_id: String,
    detail: String,
}

impl TryFrom<Row> for Event {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.seq,
            at: row.at,
            owner_uin: Uin(row.owner_uin),
            event: row.event,
            actor_uin: Uin(row.actor_uin),
            actor: row.actor,
            target_uin: Uin(row.target_uin),
            target: row.target,
            outcome: Outcome::from_name(&row.result).ok_or(StoreError::Corrupt("audit_events.result"))?,
            reason: row.reason,
            ip: row.ip,
            user_agent: row.user_agent,
            request_id: row.request_id,
            detail: row.detail,
        })
    }
}

/// Writes an event down with the next number of the gap-free sequence; its own `seq` is not looked at.
pub fn insert(conn: &mut Conn, event: &Event) -> Result<i64, StoreError> {
    let seq = sequences::next(conn, Sequence::Audit)?;
    diesel::insert_into(audit_events::table)
        .values((
            audit_events::seq.eq(seq),
            audit_events::at.eq(event.at),
            audit_events::owner_uin.eq(event.owner_uin.0),
            audit_events::event.eq(&event.event),
            audit_events::actor_uin.eq(event.actor_uin.0),
            audit_events::actor.eq(&event.actor),
            audit_events::target_uin.eq(event.target_uin.0),
            audit_events::target.eq(&event.target),
            audit_events::result.eq(event.outcome.as_str()),
            audit_events::reason.eq(&event.reason),
            audit_events::ip.eq(&event.ip),
            audit_events::user_agent.eq(&event.user_agent),
            audit_events::request_id.eq(&event.request_id),
            audit_events::detail.eq(&event.detail),
        ))
        .execute(conn)?;
    Ok(seq)
}

/// What a page of the log is asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub event: Option<String>,
    pub outcome: Option<Outcome>,
    pub actor: Option<Uin>,
    pub target: Option<Uin>,
    /// Either actor or target: a user's own activity.
    pub about: Option<Uin>,
}

/// Where a page of the log begins: at the newest, older than a number, or newer than one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cursor {
    Newest,
    Older(i64),
    Newer(i64),
}

/// One page of an account's log with one row more than `size` if there are more; oldest first after `Newer`.
pub fn page(
    conn: &mut Conn,
    owner: Uin,
    filter: &Filter,
    cursor: Cursor,
    size: i64,
) -> Result<Vec<Event>, StoreError> {
    let mut query =
        audit_events::table.filter(audit_events::owner_uin.eq(owner.0)).select(Row::as_select()).into_boxed();
    if let Some(from) = filter.from {
        query = query.filter(audit_events::at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_events::at.lt(to));
    }
    if let Some(event) = &filter.event {
        query = query.filter(audit_events::event.eq(event.clone()));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(audit_events::result.eq(outcome.as_str()));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(audit_events::actor_uin.eq(actor.0));
    }
    if let Some(target) = filter.target {
        query = query.filter(audit_events::target_uin.eq(target.0));
    }
    if let Some(about) = filter.about {
        query = query.filter(audit_events::actor_uin.eq(about.0).or(audit_events::target_uin.eq(about.0)));
    }
    let query = match cursor {
        Cursor::Newest => query.order(audit_events::seq.desc()),
        Cursor::Older(seq) => query.filter(audit_events::seq.lt(seq)).order(audit_events::seq.desc()),
        Cursor::Newer(seq) => query.filter(audit_events::seq.gt(seq)).order(audit_events::seq.asc()),
    };
    let rows: Vec<Row> = query.limit(size + 1).load(conn)?;
    rows.into_iter().map(Event::try_from).collect()
}

/// One event of an account.
pub fn find(conn: &mut Conn, owner: Uin, seq: i64) -> Result<Option<Event>, StoreError> {
    let row: Option<Row> = audit_events::table
        .find(seq)
        .filter(audit_events::owner_uin.eq(owner.0))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Event::try_from).transpose()
}
