//! The log searched: what fits every condition of a filter. However long the log is, a part of it looks at a bounded number
//! of events: those that fit the condition which fewest fit.

use super::audit::Row;
use super::schema::audit_events;
use super::{Conn, StoreError, audit_days, dialect};
use crate::domain::audit::{Actor, Event, EventCursor, EventFilter, Outcome, Stop, TargetFilter};
use crate::domain::notice::Level;
use crate::domain::paging::Slice;
use crate::domain::user::Uin;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};
use std::collections::BTreeSet;

/// Events that one part looks at where very many fit each condition and few fit all.
const WALKED: usize = 2_500;
/// Events that are looked at at once for that. A condition that no more fit is the narrowest without further questions.
const STRIDE: usize = 500;
/// Events that are read at once where nothing else is to be looked at.
const READ: usize = 1_000;

/// Events whose target begins with a group and ends in a policy; an index has these alone, so it is written out.
const OF_GROUPS: &str = "event IN ('AttachGroupPolicy', 'DetachGroupPolicy')";

/// What was found, and where looking stopped before everything was looked at.
pub struct Found {
    pub events: Vec<Event>,
    pub stopped: Option<Stop>,
}

/// One way into the log: a range of one index, in the order of the numbers.
enum Way<'a> {
    Everything,
    Event(&'a str),
    Actor(Uin),
    /// A name that nobody signs in under.
    Itself(&'a str),
    Target(Uin),
    Thing(&'a str),
    Group(&'a str),
    /// Events from an address.
    From(&'a str),
    Request(&'a str),
    Ended(Outcome),
    /// Events that belong into the notices, or the bad ones alone.
    Notices,
    Alarms,
}

/// One thing that an event has to be: it is found by one of these ways.
struct Condition<'a>(Vec<Way<'a>>);

/// What a filter asks for besides the time; first what few events fit as a rule.
fn conditions(filter: &EventFilter) -> Vec<Condition<'_>> {
    let mut all = Vec::new();
    all.extend(filter.request_id.iter().map(|id| vec![Way::Request(id)]));
    all.extend(filter.target.iter().map(|target| ways_to(target).collect()));
    all.extend(filter.about.iter().map(|about| ways_by(about).chain(ways_to(about)).collect()));
    all.extend(filter.ip.iter().map(|ip| vec![Way::From(ip)]));
    all.extend(
        filter.notices.map(|least| vec![if least == Level::Bad { Way::Alarms } else { Way::Notices }]),
    );
    if !filter.actors.is_empty() {
        let by = |actor: &Actor| match *actor {
            Actor::User(uin) => Way::Actor(uin),
            Actor::Itself(name) => Way::Itself(name),
        };
        all.push(filter.actors.iter().map(by).collect());
    }
    if !filter.events.is_empty() {
        all.push(filter.events.iter().map(|event| Way::Event(event)).collect());
    }
    all.extend(filter.outcome.map(|outcome| vec![Way::Ended(outcome)]));
    if all.is_empty() {
        all.push(vec![Way::Everything]);
    }
    all.into_iter().map(Condition).collect()
}

fn ways_by(about: &TargetFilter) -> impl Iterator<Item = Way<'_>> {
    let uins = about.uins.iter().copied().map(Way::Actor);
    uins.chain(about.itself.iter().map(|name| Way::Itself(name)))
}

fn ways_to(target: &TargetFilter) -> impl Iterator<Item = Way<'_>> {
    let uins = target.uins.iter().copied().map(Way::Target);
    let things = target.things.iter().map(|thing| Way::Thing(thing));
    uins.chain(things).chain(target.groups.iter().map(|group| Way::Group(group)))
}

type Rule = Box<dyn BoxableExpression<audit_events::table, <Conn as Connection>::Backend, SqlType = Bool>>;
type Rows<'a> = audit_events::BoxedQuery<'a, <Conn as Connection>::Backend>;

impl Condition<'_> {
    /// Whether an event fits, written so that no index is taken for it: the events that are looked at are known by then.
    fn holds(&self, conn: &Conn) -> Rule {
        let last = dialect::last_of_target(conn);
        let number = |column: &str, uin: Uin| -> Rule {
            Box::new(sql::<BigInt>(&format!("({column} + 0)")).eq(uin.0))
        };
        let text = |column: &str, wanted: &str| -> Rule {
            Box::new(sql::<Text>(&format!("({column} || '')")).eq(wanted.to_owned()))
        };
        let rule = |way: &Way<'_>| -> Rule {
            match *way {
                Way::Everything => Box::new(sql::<Bool>("(1 = 1)")),
                Way::Event(event) => text("event", event),
                Way::Actor(uin) => number("actor_uin", uin),
                Way::Itself(name) => Box::new(number("actor_uin", Uin(0)).and(text("actor", name))),
                Way::Target(uin) => number("target_uin", uin),
                Way::Thing(name) => text(last, name),
                Way::Group(group) => Box::new(sql::<Bool>(OF_GROUPS).and(begins_with_group(group))),
                Way::From(ip) => text("ip", ip),
                Way::Request(id) => text("request_id", id),
                Way::Ended(outcome) => text("result", outcome.as_str()),
                Way::Notices => Box::new(sql::<Bool>("((notice || '') IS NOT NULL)")),
                Way::Alarms => text("notice", Level::Bad.as_str()),
            }
        };
        let rules = self.0.iter().map(rule);
        rules.reduce(|one, other| Box::new(one.or(other))).unwrap_or_else(|| Box::new(sql::<Bool>("(1 = 0)")))
    }
}

fn begins_with_group(group: &str) -> Rule {
    let start = format!("{group} / ");
    let length = i32::try_from(start.chars().count()).unwrap_or(i32::MAX);
    let begins = sql::<Bool>("substr(target, 1, ").bind::<Integer, _>(length).sql(") = ");
    Box::new(begins.bind::<Text, _>(start))
}

/// What is left to look at: the numbers between two, which are left out, from one end or the other.
#[derive(Clone, Copy)]
struct Span {
    above: i64,
    below: i64,
    is_rising: bool,
}

impl Span {
    /// What comes after a number.
    fn beyond(self, seq: i64) -> Self {
        if self.is_rising { Self { above: seq, ..self } } else { Self { below: seq, ..self } }
    }

    /// Whether one number comes later than another.
    fn is_further(self, one: Option<&i64>, other: Option<&i64>) -> bool {
        if self.is_rising { one > other } else { one < other }
    }
}

/// The first numbers of a condition in a span, and whether these are all.
struct Probe {
    seqs: Vec<i64>,
    is_whole: bool,
}

/// A filter on its way through the log of an account.
struct Search<'a> {
    owner: Uin,
    filter: &'a EventFilter,
    conditions: Vec<Condition<'a>>,
    /// How many numbers are asked for at once.
    stride: usize,
}

impl Search<'_> {
    fn probe(&self, conn: &mut Conn, condition: &Condition<'_>, span: Span) -> Result<Probe, StoreError> {
        let most = i64::try_from(self.stride).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = BTreeSet::new();
        for way in &condition.0 {
            let rows = range(conn, self.owner, way, span).select(audit_events::seq).limit(most);
            let rows = if span.is_rising {
                rows.order(audit_events::seq.asc())
            } else {
                rows.order(audit_events::seq.desc())
            };
            found.extend(rows.load::<i64>(conn)?);
        }
        let is_whole = found.len() <= self.stride;
        let seqs = if span.is_rising {
            found.into_iter().take(self.stride).collect()
        } else {
            found.into_iter().rev().take(self.stride).collect()
        };
        Ok(Probe { seqs, is_whole })
    }

    /// The condition that fewest events fit, with the first of them: all of them are few, or so many reach furthest.
    fn narrowest(&self, conn: &mut Conn, span: Span) -> Result<(Option<usize>, Probe), StoreError> {
        let (mut lead, mut first) = (None, Probe { seqs: Vec::new(), is_whole: true });
        for (place, condition) in self.conditions.iter().enumerate() {
            let probe = self.probe(conn, condition, span)?;
            if probe.is_whole {
                return Ok((Some(place), probe));
            }
            if lead.is_none() || span.is_further(probe.seqs.last(), first.seqs.last()) {
                (lead, first) = (Some(place), probe);
            }
        }
        Ok((lead, first))
    }

    /// All events of the time that is asked for, where they are few, whatever their numbers are.
    fn of_time(&self, conn: &mut Conn, span: Span) -> Result<Option<Probe>, StoreError> {
        let (from, to) = (self.filter.from, self.filter.to);
        if from.or(to).is_none() {
            return Ok(None);
        }
        let found: Vec<i64> = audit_events::table
            .filter(audit_events::owner_uin.eq(self.owner.0))
            .filter(audit_events::at.ge(from.unwrap_or(i64::MIN)))
            .filter(audit_events::at.lt(to.unwrap_or(i64::MAX)))
            .limit(i64::try_from(STRIDE).unwrap_or(i64::MAX).saturating_add(1))
            .select(audit_events::seq)
            .load(conn)?;
        let is_few = found.len() <= STRIDE;
        let is_left = |seq: &i64| *seq > span.above && *seq < span.below;
        Ok(is_few.then(|| Probe { seqs: found.into_iter().filter(is_left).collect(), is_whole: true }))
    }

    /// Those of some events that fit everything but the condition that led to them, the newest first.
    fn fitting(&self, conn: &mut Conn, lead: Option<usize>, seqs: &[i64]) -> Result<Vec<Row>, StoreError> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows: Rows<'_> =
            audit_events::table.filter(audit_events::seq.eq_any(seqs.to_vec())).into_boxed();
        rows = rows.filter(sql::<BigInt>("(owner_uin + 0)").eq(self.owner.0));
        for (place, condition) in self.conditions.iter().enumerate() {
            if Some(place) != lead {
                rows = rows.filter(condition.holds(conn));
            }
        }
        if let Some(from) = self.filter.from {
            rows = rows.filter(sql::<BigInt>("(at + 0)").ge(from));
        }
        if let Some(to) = self.filter.to {
            rows = rows.filter(sql::<BigInt>("(at + 0)").lt(to));
        }
        Ok(rows.order(audit_events::seq.desc()).select(Row::as_select()).load(conn)?)
    }
}

fn range<'a>(conn: &Conn, owner: Uin, way: &Way<'a>, span: Span) -> Rows<'a> {
    let rows = audit_events::table
        .filter(audit_events::owner_uin.eq(owner.0))
        .filter(audit_events::seq.gt(span.above).and(audit_events::seq.lt(span.below)))
        .into_boxed();
    match *way {
        Way::Everything => rows,
        // Written out: a partial index serves only a condition that is known when the statement is planned.
        Way::Notices => rows.filter(sql::<Bool>("notice IS NOT NULL")),
        Way::Alarms => rows.filter(sql::<Bool>("notice = 'bad'")),
        Way::Itself(name) => rows.filter(sql::<Bool>("actor_uin = 0")).filter(audit_events::actor.eq(name)),
        Way::Group(group) => {
            let first = group.split(" / ").next().unwrap_or_default();
            rows.filter(sql::<Bool>(OF_GROUPS))
                .filter(sql::<Text>(dialect::first_of_target(conn)).eq(first))
                .filter(begins_with_group(group))
        }
        Way::Event(event) => rows.filter(audit_events::event.eq(event)),
        Way::Actor(uin) => rows.filter(audit_events::actor_uin.eq(uin.0)),
        Way::Target(uin) => rows.filter(audit_events::target_uin.eq(uin.0)),
        Way::Thing(name) => rows.filter(sql::<Text>(dialect::last_of_target(conn)).eq(name)),
        Way::From(ip) => rows.filter(audit_events::ip.eq(ip)),
        Way::Request(id) => rows.filter(audit_events::request_id.eq(id)),
        Way::Ended(outcome) => rows.filter(audit_events::result.eq(outcome.as_str())),
    }
}

/// A part of an account's log with one row more than `size` if there are more; oldest first after `Newer`. It stops early
/// where it would have to look at very many events.
pub fn part(
    conn: &mut Conn,
    owner: Uin,
    filter: &EventFilter,
    part: Slice<EventCursor>,
) -> Result<Found, StoreError> {
    let limit = usize::try_from(part.size.saturating_add(1)).unwrap_or(usize::MAX);
    let conditions = conditions(filter);
    let is_alone = conditions.len() == 1 && filter.from.or(filter.to).is_none();
    let stride = if is_alone { limit.min(READ) } else { STRIDE };
    let search = Search { owner, filter, conditions, stride };
    let Some(mut span) = span_of(conn, &search, part.cursor)? else {
        return Ok(Found { events: Vec::new(), stopped: None });
    };
    let (mut found, mut looked) = (Vec::new(), 0);
    let (lead, mut probe) = match search.of_time(conn, span)? {
        Some(few) => (None, few),
        None => search.narrowest(conn, span)?,
    };
    let last = loop {
        let mut rows = search.fitting(conn, lead, &probe.seqs)?;
        if span.is_rising {
            rows.reverse();
        }
        found.extend(rows);
        looked += probe.seqs.len();
        let last = probe.seqs.last().copied().filter(|_| !probe.is_whole && found.len() < limit);
        let Some(seq) = last else { break None };
        if !is_alone && looked >= WALKED {
            break Some(seq);
        }
        span = span.beyond(seq);
        let Some(condition) = lead.and_then(|place| search.conditions.get(place)) else { break None };
        probe = search.probe(conn, condition, span)?;
    };
    found.truncate(limit);
    let at = last.map_or(Ok(None), |seq| time_of(conn, seq))?;
    let stopped = last.zip(at).map(|(seq, at)| Stop { seq, at, looked });
    Ok(Found { events: found.into_iter().map(Event::try_from).collect::<Result<_, _>>()?, stopped })
}

/// What a cursor and the time that is asked for leave to look at; nothing where there was nothing at that time.
fn span_of(conn: &mut Conn, search: &Search<'_>, cursor: EventCursor) -> Result<Option<Span>, StoreError> {
    let filter = search.filter;
    let Some((first, last)) = audit_days::numbers(conn, search.owner, filter.from, filter.to)? else {
        return Ok(None);
    };
    let whole = Span { above: first.saturating_sub(1), below: last.saturating_add(1), is_rising: false };
    Ok(Some(match cursor {
        EventCursor::Newest => whole,
        EventCursor::Older(seq) => Span { below: whole.below.min(seq), ..whole },
        EventCursor::Newer(seq) => Span { above: whole.above.max(seq), is_rising: true, ..whole },
    }))
}

fn time_of(conn: &mut Conn, seq: i64) -> Result<Option<i64>, StoreError> {
    Ok(audit_events::table.find(seq).select(audit_events::at).get_result(conn).optional()?)
}
