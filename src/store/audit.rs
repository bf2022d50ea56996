//! The log of what was done. Rows are added and read, never changed.

use super::schema::audit_events;
use super::sequences::{self, Sequence};
use super::statement::{Bind, Statement};
use super::{Conn, StoreError, dialect};
use crate::domain::audit::{Event, EventCursor, EventFilter, EventName, Outcome, TargetFilter};
use crate::domain::notice::{Level, Notice};
use crate::domain::paging::Slice;
use crate::domain::user::Uin;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};
use std::collections::BTreeMap;

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

/// Events whose target begins with a group and ends in a policy.
const GROUP_POLICIES: [&str; 2] =
    [EventName::ATTACH_GROUP_POLICY.as_str(), EventName::DETACH_GROUP_POLICY.as_str()];
/// Events that name a user with its UIN.
const OF_USERS: [&str; 5] = [
    EventName::DELETE_USER.as_str(),
    EventName::UPDATE_USER.as_str(),
    EventName::ADD_USER.as_str(),
    EventName::ADD_COLLABORATOR.as_str(),
    EventName::SIGN_IN.as_str(),
];

/// One way into the log: a range of one index, in the order of the numbers.
enum Way<'a> {
    Everything,
    Event(&'a str),
    Actor(Uin),
    Target(Uin),
    Thing(&'a str),
    Group(&'a str, &'a str),
    Key(&'a str),
    /// Events from an address.
    From(&'a str),
    Request(&'a str),
    /// Events that belong into the notices, or the bad ones alone.
    Notices,
    Alarms,
}

/// The ways that together hold whatever fits. Each is read by itself, so that no page sorts more than its own rows.
fn ways(filter: &EventFilter) -> Vec<Way<'_>> {
    if let Some(id) = &filter.request_id {
        return vec![Way::Request(id)];
    }
    if let Some(notices) = filter.notices {
        return vec![if notices == Level::Bad { Way::Alarms } else { Way::Notices }];
    }
    if let Some(about) = &filter.about {
        let actors = about.uins.iter().copied().map(Way::Actor);
        // Nobody has the number of the server itself as a target.
        return actors.chain(ways_to(about).filter(|way| !matches!(way, Way::Target(Uin(0))))).collect();
    }
    if let Some(target) = &filter.target {
        return ways_to(target).collect();
    }
    if let Some(ip) = &filter.ip {
        return vec![Way::From(ip)];
    }
    if !filter.actors.is_empty() {
        return filter.actors.iter().copied().map(Way::Actor).collect();
    }
    if filter.events.is_empty() {
        return vec![Way::Everything];
    }
    filter.events.iter().map(|event| Way::Event(event)).collect()
}

fn ways_to(target: &TargetFilter) -> impl Iterator<Item = Way<'_>> {
    let uins = target.uins.iter().copied().map(Way::Target);
    let things = target.things.iter().map(|thing| Way::Thing(thing));
    let groups = target
        .groups
        .iter()
        .flat_map(|group| GROUP_POLICIES.into_iter().map(move |event| Way::Group(event, group)));
    uins.chain(things).chain(groups).chain(target.key.iter().map(|key| Way::Key(key)))
}

type Condition =
    Box<dyn BoxableExpression<audit_events::table, <Conn as Connection>::Backend, SqlType = Bool>>;

/// What the filter asks for beyond the way that leads to the rows.
fn conditions(filter: &EventFilter, thing: &'static str) -> Vec<Condition> {
    let is_request = filter.request_id.is_some();
    let about = filter.about.as_ref().filter(|_| is_request).map(|about| is_about(about, thing));
    let is_target_left = is_request || filter.about.is_some();
    let target = filter.target.as_ref().filter(|_| is_target_left).map(|target| has_target(target, thing));
    let ip = filter.ip.clone().map(|ip| -> Condition { Box::new(audit_events::ip.eq(ip)) });
    about.into_iter().chain(target).chain(ip).collect()
}

fn is_about(about: &TargetFilter, thing: &'static str) -> Condition {
    let actors: Vec<i64> = about.uins.iter().map(|uin| uin.0).collect();
    Box::new(audit_events::actor_uin.eq_any(actors).or(has_target(about, thing)))
}

fn has_target(target: &TargetFilter, thing: &'static str) -> Condition {
    let uins: Vec<i64> = target.uins.iter().map(|uin| uin.0).filter(|uin| *uin > 0).collect();
    let things = sql::<Text>(thing).eq_any(target.things.clone());
    let mut all: Condition = Box::new(audit_events::target_uin.eq_any(uins).or(things));
    for group in &target.groups {
        let is_of_group = audit_events::event.eq_any(GROUP_POLICIES).and(begins_with_group(group));
        all = Box::new(all.or(is_of_group));
    }
    if let Some(start) = &target.key {
        let is_key = sql::<Text>(thing).ge(start.clone()).and(sql::<Text>(thing).lt(after(start)));
        all = Box::new(all.or(is_key));
    }
    all
}

fn begins_with_group(group: &str) -> Condition {
    let start = format!("{group} / ");
    let length = i32::try_from(start.chars().count()).unwrap_or(i32::MAX);
    let begins = sql::<Bool>("substr(target, 1, ").bind::<Integer, _>(length).sql(") = ");
    Box::new(begins.bind::<Text, _>(start))
}

/// What comes after all texts with that beginning.
fn after(start: &str) -> String {
    format!("{start}{}", char::MAX)
}

/// One page of an account's log with one row more than `size` if there are more; oldest first after `Newer`.
pub fn page(
    conn: &mut Conn,
    owner: Uin,
    filter: &EventFilter,
    part: Slice<EventCursor>,
) -> Result<Vec<Event>, StoreError> {
    let Slice { cursor, size } = part;
    let mut found: BTreeMap<i64, Row> = BTreeMap::new();
    for way in ways(filter) {
        for row in rows(conn, &Search { owner, filter, way }, Slice { cursor, size: size + 1 })? {
            found.insert(row.seq, row);
        }
    }
    let wanted = usize::try_from(size + 1).unwrap_or(usize::MAX);
    let rows = found.into_values();
    let rows: Vec<Row> = match cursor {
        EventCursor::Newer(_) => rows.take(wanted).collect(),
        EventCursor::Newest | EventCursor::Older(_) => rows.rev().take(wanted).collect(),
    };
    rows.into_iter().map(Event::try_from).collect()
}

/// One way to the events that are wanted.
struct Search<'a> {
    owner: Uin,
    filter: &'a EventFilter,
    way: Way<'a>,
}

fn rows(conn: &mut Conn, search: &Search<'_>, part: Slice<EventCursor>) -> Result<Vec<Row>, StoreError> {
    let (Search { owner, filter, way }, Slice { cursor, size: limit }) = (search, part);
    let last = dialect::last_of_target(conn);
    let thing = || sql::<Text>(last);
    let is_way = !matches!(way, Way::Everything);
    let time = if is_way { dialect::time_beside_another(conn) } else { "at" };
    let at = || sql::<BigInt>(time);
    let mut query =
        audit_events::table.filter(audit_events::owner_uin.eq(owner.0)).select(Row::as_select()).into_boxed();
    query = match way {
        Way::Everything => query,
        // Written out: a partial index serves only a condition that is known when the statement is planned.
        Way::Notices => query.filter(sql::<Bool>("notice IS NOT NULL")),
        Way::Alarms => query.filter(sql::<Bool>("notice = 'bad'")),
        Way::Event(event) => query.filter(audit_events::event.eq(*event)),
        Way::Actor(uin) => query.filter(audit_events::actor_uin.eq(uin.0)),
        Way::Target(uin) => query.filter(audit_events::target_uin.eq(uin.0)),
        Way::Thing(name) => query.filter(thing().eq(*name)),
        Way::Group(event, group) => {
            query.filter(audit_events::event.eq(*event)).filter(begins_with_group(group))
        }
        Way::Key(start) => query.filter(thing().ge(*start)).filter(thing().lt(after(start))),
        Way::From(ip) => query.filter(audit_events::ip.eq(*ip)),
        Way::Request(id) => query.filter(audit_events::request_id.eq(*id)),
    };
    for condition in conditions(filter, last) {
        query = query.filter(condition);
    }
    if let Some(from) = filter.from {
        query = query.filter(at().ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(at().lt(to));
    }
    if !filter.events.is_empty() {
        query = query.filter(audit_events::event.eq_any(&filter.events));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(audit_events::result.eq(outcome.as_str()));
    }
    if !filter.actors.is_empty() {
        let actors: Vec<i64> = filter.actors.iter().map(|uin| uin.0).collect();
        query = query.filter(audit_events::actor_uin.eq_any(actors));
    }
    let query = match cursor {
        EventCursor::Newest => query.order(audit_events::seq.desc()),
        EventCursor::Older(seq) => query.filter(audit_events::seq.lt(seq)).order(audit_events::seq.desc()),
        EventCursor::Newer(seq) => query.filter(audit_events::seq.gt(seq)).order(audit_events::seq.asc()),
    };
    Ok(query.limit(limit).load(conn)?)
}

/// The UIN of the user that had this name last, as far as the log tells.
pub fn uin_of_name(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<Uin>, StoreError> {
    let thing = sql::<Text>(dialect::last_of_target(conn));
    let found: Option<i64> = audit_events::table
        .filter(audit_events::owner_uin.eq(owner.0))
        .filter(thing.eq(name))
        .filter(audit_events::event.eq_any(OF_USERS))
        .order(audit_events::seq.desc())
        .select(audit_events::target_uin)
        .first(conn)
        .optional()?;
    Ok(found.filter(|uin| *uin > 0).map(Uin))
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
