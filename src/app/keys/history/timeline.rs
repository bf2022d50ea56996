//! What happened to a key, in the order of time: from the log, and from its numbers.

use crate::app::Failure;
use crate::domain::audit::words::EventGroup;
use crate::domain::audit::{Event, EventCursor, EventFilter, Outcome, TargetFilter};
use crate::domain::key::SecretId;
use crate::domain::key_history::Sign;
use crate::domain::paging::Slice;
use crate::domain::user::Uin;
use crate::store::{Conn, audit};

/// Events on one page.
const SIZE: usize = 30;

/// A part of what happened to a key, the oldest first.
pub struct Timeline {
    pub entries: Vec<Entry>,
    /// The number of the event before which there are more.
    pub earlier: Option<i64>,
    /// The number of the event after which there are more.
    pub later: Option<i64>,
}

/// Something that happened to a key.
pub enum Entry {
    Logged(Box<Event>),
    Told(Sign),
}

impl Entry {
    /// In unix seconds.
    pub fn at(&self) -> i64 {
        match self {
            Self::Logged(event) => event.at,
            Self::Told(sign) => sign.at,
        }
    }
}

/// Whose log, and which key.
pub(super) struct OfKey<'a> {
    pub owner: Uin,
    pub id: &'a SecretId,
}

impl OfKey<'_> {
    /// The first event of those names, the oldest or the newest one.
    pub fn find(
        &self,
        conn: &mut Conn,
        events: &[&str],
        cursor: EventCursor,
    ) -> Result<Option<Event>, Failure> {
        let filter = EventFilter {
            events: events.iter().map(|&name| name.to_owned()).collect(),
            outcome: Some(Outcome::Allowed),
            ..self.filter()
        };
        Ok(audit::page(conn, self.owner, &filter, Slice { cursor, size: 1 })?.into_iter().next())
    }

    fn filter(&self) -> EventFilter {
        let things = vec![self.id.to_string()];
        EventFilter {
            target: Some(TargetFilter { things, ..TargetFilter::default() }),
            ..EventFilter::default()
        }
    }

    /// A page of what happened, with what the numbers tell of that time.
    pub fn timeline(
        &self,
        conn: &mut Conn,
        cursor: EventCursor,
        signs: Vec<Sign>,
    ) -> Result<Timeline, Failure> {
        let names = EventGroup::Keys.events().map(|words| words.name.as_str().to_owned());
        let filter = EventFilter { events: names.collect(), ..self.filter() };
        let size = i64::try_from(SIZE).unwrap_or(i64::MAX);
        let mut events = audit::page(conn, self.owner, &filter, Slice { cursor, size })?;
        let beyond = if events.len() > SIZE { events.pop() } else { None };
        let (has_earlier, until) = match cursor {
            EventCursor::Newest => (beyond.is_some(), None),
            EventCursor::Older(seq) => (beyond.is_some(), audit::find(conn, self.owner, seq)?),
            EventCursor::Newer(_) => (true, beyond),
        };
        if !matches!(cursor, EventCursor::Newer(_)) {
            events.reverse();
        }
        let earlier = events.first().filter(|_| has_earlier).map(|event| (event.seq, event.at));
        let later = events.last().filter(|_| until.is_some()).map(|event| event.seq);
        let is_here = |at: i64| {
            earlier.is_none_or(|(_, from)| at >= from) && until.as_ref().is_none_or(|until| at < until.at)
        };
        let told = signs.into_iter().filter(|sign| is_here(sign.at)).map(Entry::Told);
        let mut entries: Vec<Entry> =
            events.into_iter().map(|event| Entry::Logged(Box::new(event))).chain(told).collect();
        entries.sort_by_key(Entry::at);
        Ok(Timeline { entries, earlier: earlier.map(|(seq, _)| seq), later })
    }
}
