//! The log: what was done, by whom, to whom, from where.

mod range;
mod search;

use super::{render, render_as};
use crate::app::Failure;
use crate::app::audit::{Cursor, EventPage};
use crate::clock::readable;
use crate::domain::audit::{EVENTS, Event, Outcome};
use crate::domain::field::FieldError;
use crate::domain::key::SecretId;
use crate::domain::permission::action;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::filters;
use crate::web::layout::Layout;
use crate::web::query::Query;
use actix_session::{Session, SessionExt};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use range::Shortcut;
use search::Typed;
use serde_json::{Map, Value};

/// An event as a row of a table.
pub struct EventRow {
    pub seq: i64,
    pub at: i64,
    pub time: String,
    pub event: String,
    pub actor: String,
    pub target: String,
    pub ip: String,
    pub is_allowed: bool,
    pub result: String,
}

#[derive(Template)]
#[template(path = "audit/index.html")]
struct IndexPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: Typed,
    names: &'static [&'static str],
    shortcuts: Vec<Shortcut>,
    /// Nothing to list while the filter cannot be read.
    listing: Option<Listing>,
}

/// One page of the log and the ways on from it.
struct Listing {
    rows: Vec<EventRow>,
    newer: Option<String>,
    older: Option<String>,
    /// Longer ranges to look into, when this one is empty.
    wider: Vec<Shortcut>,
    is_filtered: bool,
    /// The address of the first page, when this is another.
    newest: Option<String>,
}

#[derive(Template)]
#[template(path = "audit/detail.html")]
struct DetailPage {
    page: Layout,
    event: Event,
    row: EventRow,
    facts: Vec<(String, String)>,
}

/// One page of the log, newest first, as the address filters it.
pub async fn index(
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    person.ensure_here(action::READ_AUDIT).map_err(Failure::from)?;
    let typed = Typed::read(&query);
    let shortcuts = range::shortcuts(&query, context.app.clock.now());
    let cursor = search::cursor(&query)?;
    let (status, errors, listing) = match typed.filter(&context.app, &person).await? {
        Ok(filter) => {
            let found = context.app.events(&person, filter, cursor).await?;
            (StatusCode::OK, Vec::new(), Some(Listing::new(found, &query, cursor, &shortcuts)))
        }
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
    };
    let page = Layout::new(&context, &person, &session, "audit");
    render_as(status, &IndexPage { page, errors, typed, names: EVENTS, shortcuts, listing })
}

/// Everything that one event says.
pub async fn detail(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
) -> Result<HttpResponse, PageError> {
    let seq = seq_of(request.match_info().get("seq").unwrap_or_default()).ok_or(PageError::NotFound)?;
    let event = context.app.event_of(&person, seq).await?;
    render(&DetailPage {
        page: Layout::new(&context, &person, &request.get_session(), "audit"),
        facts: facts(&event.detail),
        row: EventRow::from(event.clone()),
        event,
    })
}

impl Listing {
    fn new(found: EventPage, query: &Query, cursor: Cursor, shortcuts: &[Shortcut]) -> Self {
        let link =
            |name: &str, seq: i64| query.with(&[("older", ""), ("newer", ""), (name, &seq.to_string())]);
        let (first, last) = (found.events.first(), found.events.last());
        let wider = if range::is_bounded(query) { range::wider(query, shortcuts) } else { Vec::new() };
        Self {
            newer: first.filter(|_| found.has_newer).map(|event| link("newer", event.seq)),
            older: last.filter(|_| found.has_older).map(|event| link("older", event.seq)),
            newest: (cursor != Cursor::Newest).then(|| query.with(&[("older", ""), ("newer", "")])),
            is_filtered: search::FIELDS.iter().any(|name| query.find(name).is_some()),
            wider,
            rows: found.events.into_iter().map(EventRow::from).collect(),
        }
    }

    fn count(&self) -> String {
        match self.rows.len() {
            1 => "1 event".to_owned(),
            many => format!("{many} events, newest first"),
        }
    }
}

impl From<Event> for EventRow {
    fn from(event: Event) -> Self {
        Self {
            seq: event.seq,
            at: event.at,
            time: readable(event.at),
            event: event.event,
            actor: event.actor,
            target: shortened(&event.target),
            ip: event.ip,
            is_allowed: event.outcome == Outcome::Allowed,
            result: match event.outcome {
                Outcome::Allowed => "Allowed".to_owned(),
                Outcome::Refused if event.reason.is_empty() => "Refused".to_owned(),
                Outcome::Refused => format!("Refused: {}", event.reason),
            },
        }
    }
}

/// A target with its SecretId in short.
pub(super) fn shortened(target: &str) -> String {
    target
        .split(" / ")
        .map(|part| SecretId::parse(part).map_or_else(|_| part.to_owned(), |id| id.short()))
        .collect::<Vec<_>>()
        .join(" / ")
}

/// The number in an address, in its one spelling.
fn seq_of(text: &str) -> Option<i64> {
    text.parse().ok().filter(|seq: &i64| *seq > 0 && seq.to_string() == text)
}

/// The plain facts of an event for people to read.
fn facts(detail: &str) -> Vec<(String, String)> {
    let Ok(facts) = serde_json::from_str::<Map<String, Value>>(detail) else {
        return vec![("Detail".to_owned(), detail.to_owned())];
    };
    facts.into_iter().map(|(name, value)| (in_words(&name), value_in_words(value))).collect()
}

/// `step_up_window_minutes` as "Step up window minutes".
fn in_words(name: &str) -> String {
    let words: Vec<&str> = name.split('_').map(spelled).collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn spelled(word: &str) -> &str {
    match word {
        "api" => "API",
        "ip" => "IP",
        "mfa" => "MFA",
        "uin" => "UIN",
        other => other,
    }
}

fn value_in_words(value: Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => text,
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
