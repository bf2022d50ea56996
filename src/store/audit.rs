//! The log of what was done. Rows are added and read, never changed.

use super::schema::audit_events;
use super::sequences::{self, Sequence};
use super::statement::{Bind, Statement};
use super::{Conn, StoreError, audit_search, dialect};
use crate::domain::audit::{Event, EventCursor, EventFilter, EventName, Outcome, TargetFilter};
use crate::domain::key::SecretId;
use crate::domain::notice::Notice;
use crate::domain::paging::Slice;
use crate::domain::user::{Uin, User};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events)]
pub(super) struct Row {
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
pub fn insert(conn: &mut Conn, event: &Event) -> Result<(), StoreError> {
    let mut binds = match conn {
        Conn::Sqlite(_) => vec![Bind::Number(sequences::next(conn, Sequence::Audit)?)],
        // The number's row is locked until the commit: in one statement that is one way to the database shorter.
        Conn::Postgres(_) => Vec::new(),
    };
    let texts = [
        Bind::Number(event.at),
        Bind::Number(event.owner_uin.0),
        Bind::Text(&event.event),
        Bind::Number(event.actor_uin.0),
        Bind::Text(&event.actor),
        Bind::Number(event.target_uin.0),
        Bind::Text(&event.target),
        Bind::Text(event.outcome.as_str()),
        Bind::Text(&event.reason),
        Bind::Text(&event.ip),
        Bind::Text(&event.user_agent),
        Bind::Text(&event.request_id),
        Bind::Text(&event.detail),
        Bind::MaybeText(Notice::of(event).map(|notice| notice.level.as_str())),
    ];
    binds.extend(texts);
    let text = match conn {
        Conn::Sqlite(_) => {
            "INSERT INTO audit_events (seq, at, owner_uin, event, actor_uin, actor, target_uin, target, result, reason, ip, \
             user_agent, request_id, detail, notice) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        }
        Conn::Postgres(_) => {
            "WITH next AS (UPDATE sequences SET value = value + 1 WHERE name = 'audit' RETURNING value) \
             INSERT INTO audit_events (seq, at, owner_uin, event, actor_uin, actor, target_uin, target, result, reason, ip, \
             user_agent, request_id, detail, notice) SELECT value, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM next"
        }
    };
    let touched = Statement { text, binds: &binds }.run(conn)?;
    if touched == 1 { Ok(()) } else { Err(StoreError::Corrupt("sequences")) }
}

/// The number of the event that this transaction wrote last.
pub fn last_number(conn: &mut Conn) -> Result<i64, StoreError> {
    sequences::last(conn, Sequence::Audit)
}

/// How it says that a key was deleted; the target ends in the SecretId.
const DELETIONS: [&str; 2] = [EventName::DELETE_API_KEY.as_str(), EventName::DELETE_ACCESS_KEY.as_str()];

/// Events that name a user with its UIN.
const OF_USERS: [&str; 5] = [
    EventName::DELETE_USER.as_str(),
    EventName::UPDATE_USER.as_str(),
    EventName::ADD_USER.as_str(),
    EventName::ADD_COLLABORATOR.as_str(),
    EventName::SIGN_IN.as_str(),
];

/// All of one page of an account's log, however far it has to be looked for, with one row more than `size` if there are
/// more; oldest first after `Newer`. For what people wait for there is [`audit_search::part`].
pub fn page(
    conn: &mut Conn,
    owner: Uin,
    filter: &EventFilter,
    part: Slice<EventCursor>,
) -> Result<Vec<Event>, StoreError> {
    let Slice { mut cursor, size } = part;
    let mut events: Vec<Event> = Vec::new();
    loop {
        let left = size - i64::try_from(events.len()).unwrap_or(size);
        let found = audit_search::part(conn, owner, filter, Slice { cursor, size: left })?;
        events.extend(found.events);
        let Some(stop) = found.stopped else { return Ok(events) };
        cursor = cursor.beyond(stop.seq);
    }
}

/// The different things that begin so among those that targets end in; one more than `most` if there are more.
pub fn things_begun_by(
    conn: &mut Conn,
    owner: Uin,
    start: &str,
    most: usize,
) -> Result<Vec<String>, StoreError> {
    let last = dialect::last_of_target(conn);
    let end = format!("{start}{}", char::MAX);
    let mut found: Vec<String> = Vec::new();
    while found.len() <= most {
        let after = found.last().map_or(start, String::as_str);
        let next: Option<String> = audit_events::table
            .filter(audit_events::owner_uin.eq(owner.0))
            .filter(sql::<Text>(last).gt(after).and(sql::<Text>(last).lt(&end)))
            .order(sql::<Text>(last))
            .select(sql::<Text>(last))
            .first(conn)
            .optional()?;
        let Some(next) = next else { break };
        found.push(next);
    }
    Ok(found)
}

/// SecretIds of a user's keys that were deleted since then, the newest first; at most so many.
pub fn deleted_keys(
    conn: &mut Conn,
    user: &User,
    since: i64,
    most: i64,
) -> Result<Vec<SecretId>, StoreError> {
    let filter = EventFilter {
        from: Some(since),
        events: DELETIONS.map(str::to_owned).to_vec(),
        outcome: Some(Outcome::Allowed),
        target: Some(TargetFilter { uins: vec![user.uin], ..TargetFilter::default() }),
        ..EventFilter::default()
    };
    let newest = Slice { cursor: EventCursor::Newest, size: most - 1 };
    let events = page(conn, user.owner_uin, &filter, newest)?;
    let id = |event: &Event| SecretId::parse(event.target.rsplit(' ').next().unwrap_or_default()).ok();
    Ok(events.iter().filter_map(id).collect())
}

/// The UIN of the user that had this name last, as far as the newest events of that name tell.
pub fn uin_of_name(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<Uin>, StoreError> {
    let things = vec![name.to_owned()];
    let filter = EventFilter {
        target: Some(TargetFilter { things, ..TargetFilter::default() }),
        events: OF_USERS.map(str::to_owned).to_vec(),
        ..EventFilter::default()
    };
    let newest = Slice { cursor: EventCursor::Newest, size: 0 };
    let found = audit_search::part(conn, owner, &filter, newest)?;
    Ok(found.events.first().map(|event| event.target_uin).filter(|uin| uin.0 > 0))
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
