//! The log for other programs, as its page filters it, read a page at a time.

use crate::app::caller::Caller;
use crate::app::reports::Parts;
use crate::app::{App, Failure};
use crate::clock::iso;
use crate::domain::audit::{Event, EventCursor, EventFilter, EventName};
use crate::domain::export::{Format, Writer};
use crate::domain::paging::{Slice, cut_page};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::store::{audit, audit_search};

/// Events that are read at once.
const PAGE: i64 = 500;

/// The columns, as events are kept.
pub const COLUMNS: [&str; 14] = [
    "seq",
    "time",
    "owner_uin",
    "event",
    "actor_uin",
    "actor",
    "target_uin",
    "target",
    "result",
    "reason",
    "ip",
    "user_agent",
    "request_id",
    "detail",
];

/// Events on their way out, newest first.
pub struct AuditExport {
    app: App,
    owner: Uin,
    filter: EventFilter,
    writer: Writer,
    at: Place,
}

enum Place {
    Head(EventCursor),
    At(EventCursor),
    Over,
}

/// Begins to read the log for somebody, and writes that down. What happens afterwards is not in it.
pub async fn export_log(
    app: &App,
    caller: &Caller,
    filter: EventFilter,
    format: Format,
) -> Result<AuditExport, Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    caller.ensure_here(action::EXPORT_AUDIT)?;
    let (from, to) = (filter.from.map(iso), filter.to.map(iso));
    let owner = caller.owner();
    let newest = app
        .change(caller, move |change| {
            let first = Slice { cursor: EventCursor::Newest, size: 0 };
            let newest = audit::page(change.conn, owner, &EventFilter::default(), first)?;
            let event = change.event(EventName::EXPORT_AUDIT_LOG).about(&change.by.account.name);
            let event = event.fact("format", format.as_str());
            event.fact("from", from).fact("to", to).record(change);
            Ok::<_, Failure>(newest.first().map_or(0, |event| event.seq))
        })
        .await?;
    let writer = Writer::new(format, &COLUMNS);
    let at = Place::Head(EventCursor::Older(newest + 1));
    Ok(AuditExport { app: app.clone(), owner, filter, writer, at })
}

impl Parts for AuditExport {
    async fn next_part(&mut self) -> Result<Option<String>, Failure> {
        let cursor = match self.at {
            Place::Head(first) => {
                self.at = Place::At(first);
                return Ok(Some(self.writer.head()));
            }
            Place::At(cursor) => cursor,
            Place::Over => return Ok(None),
        };
        let (mut events, next) = self.events(cursor).await?;
        self.at = next;
        // An empty part would end the answer.
        while let Place::At(cursor) = self.at
            && events.is_empty()
        {
            (events, self.at) = self.events(cursor).await?;
        }
        let rows: Vec<Vec<String>> = events.into_iter().map(cells).collect();
        let mut text = self.writer.rows(&rows);
        if matches!(self.at, Place::Over) {
            text.push_str(self.writer.foot());
        }
        Ok(Some(text))
    }
}

impl AuditExport {
    /// The next events, and where those after them begin: none, as well, where very many were looked at and none fit.
    async fn events(&self, cursor: EventCursor) -> Result<(Vec<Event>, Place), Failure> {
        let (owner, filter) = (self.owner, self.filter.clone());
        let part = Slice { cursor, size: PAGE };
        let found = self.app.store.read(move |conn| audit_search::part(conn, owner, &filter, part)).await?;
        let mut events = found.events;
        let last = cut_page(&mut events, PAGE).map(|event| event.seq).or(found.stopped.map(|stop| stop.seq));
        Ok((events, last.map_or(Place::Over, |seq| Place::At(EventCursor::Older(seq)))))
    }
}

fn cells(event: Event) -> Vec<String> {
    vec![
        event.seq.to_string(),
        iso(event.at),
        event.owner_uin.to_string(),
        event.event,
        event.actor_uin.to_string(),
        event.actor,
        event.target_uin.to_string(),
        event.target,
        event.outcome.as_str().to_owned(),
        event.reason,
        event.ip,
        event.user_agent,
        event.request_id,
        event.detail,
    ]
}
