//! What the log is asked for, as typed and as meant.

use super::range::{DAY, start_of};
use crate::app::{App, Failure, account, caller::Caller};
use crate::domain::audit::{EventCursor, EventFilter, EventName, Outcome, words::EventGroup, words::Words};
use crate::domain::field::FieldError;
use crate::web::{error::PageError, query::Query, visit::number_in};

/// The filter's fields, and what says from where on the log is shown.
pub const FIELDS: [&str; 7] = ["from", "to", "event", "actor", "target", "result", "request_id"];
pub const PLACES: [&str; 2] = ["older", "newer"];

/// The filter as it was typed.
pub(super) struct TypedFilter {
    pub from: String,
    pub to: String,
    pub event: String,
    pub actor: String,
    pub target: String,
    pub result: String,
    pub request_id: String,
}

impl TypedFilter {
    pub(super) fn read(query: &Query) -> Self {
        let text = |name: &str| query.text(name).trim().to_owned();
        Self {
            from: text("from"),
            to: text("to"),
            event: text("event"),
            actor: text("actor"),
            target: text("target"),
            result: text("result"),
            request_id: text("request_id").to_ascii_lowercase(),
        }
    }

    /// The filters that are in force, as the page calls them: parameter, name and value.
    pub(super) fn active(&self) -> Vec<(&'static str, &'static str, String)> {
        let event = match (Words::of(&self.event), EventGroup::from_name(&self.event)) {
            (Some(words), _) => words.done.to_owned(),
            (None, Some(group)) => format!("all of {}", group.title()),
            (None, None) => self.event.clone(),
        };
        let typed = [
            ("from", "From", self.from.clone()),
            ("to", "To", self.to.clone()),
            ("event", "Event", event),
            ("actor", "Actor", self.actor.clone()),
            ("target", "Target", self.target.clone()),
            ("result", "Result", self.result.clone()),
            ("request_id", "Request id", self.request_id.clone()),
        ];
        typed.into_iter().filter(|(.., value)| !value.is_empty()).collect()
    }

    /// Whether date fields can show what was typed: a browser's date picker drops anything else.
    pub(super) fn has_days(&self) -> bool {
        [&self.from, &self.to].into_iter().all(|text| text.is_empty() || start_of(text).is_some())
    }

    /// The filter as it is meant, or what does not fit.
    pub(super) async fn filter(
        &self,
        app: &App,
        caller: &Caller,
    ) -> Result<Result<EventFilter, Vec<FieldError>>, Failure> {
        let mut problems = Problems(Vec::new());
        let from = problems.keep(date("from", "first", &self.from));
        let last = problems.keep(date("to", "last", &self.to));
        if let (Some(from), Some(last)) = (from, last)
            && last < from
        {
            problems
                .0
                .push(FieldError::on_page("to", "The last day is before the first. Choose a later one."));
        }
        let mut filter = EventFilter {
            from,
            to: last.map(|day| day + DAY),
            events: problems.keep(events(&self.event)).unwrap_or_default(),
            outcome: problems.keep(outcome(&self.result)),
            request_id: problems.keep(request_id("request_id", &self.request_id)),
            ..EventFilter::default()
        };
        if !self.actor.is_empty() {
            let meant = fitting(account::log_search::actors_meant(app, caller, self.actor.clone()).await)?;
            filter.actors = problems.keep(meant.map(Some)).unwrap_or_default();
        }
        if let Ok(Some(id)) = request_id("target", &self.target) {
            filter.request_id = Some(id);
        } else if !self.target.is_empty() {
            let meant = fitting(account::log_search::target_meant(app, caller, self.target.clone()).await)?;
            filter.target = problems.keep(meant.map(Some));
        }
        Ok(if problems.0.is_empty() { Ok(filter) } else { Err(problems.0) })
    }
}

struct Problems(Vec<FieldError>);

impl Problems {
    fn keep<T>(&mut self, read: Result<Option<T>, FieldError>) -> Option<T> {
        read.unwrap_or_else(|problem| {
            self.0.push(problem);
            None
        })
    }
}

fn date(field: &'static str, which: &str, text: &str) -> Result<Option<i64>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || FieldError::on_page(field, format!("Enter the {which} day, such as 2026-11-23."));
    start_of(text).map(Some).ok_or_else(wrong)
}

/// One event by its name, or all of a group.
fn events(text: &str) -> Result<Option<Vec<String>>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    if EventName::ALL.iter().any(|name| name.as_str() == text) {
        return Ok(Some(vec![text.to_owned()]));
    }
    let wrong = || FieldError::on_page("event", "Choose an event from the list.");
    let group = EventGroup::from_name(text).ok_or_else(wrong)?;
    Ok(Some(group.events().map(|words| words.name.as_str().to_owned()).collect()))
}

/// The id of a request in its one spelling.
fn request_id(field: &'static str, text: &str) -> Result<Option<String>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong =
        || FieldError::on_page(field, "Enter the whole id, such as 0193a0d2-5c3e-7f00-8a11-2b3c4d5e6f70.");
    if is_request_id(text) { Ok(Some(text.to_ascii_lowercase())) } else { Err(wrong()) }
}

/// Whether a text is the id of a request, in letters of either case.
pub fn is_request_id(text: &str) -> bool {
    let is_hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_hex && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

/// A search, or the sentence about what does not fit in its field.
fn fitting<T>(found: Result<T, Failure>) -> Result<Result<T, FieldError>, Failure> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(Failure::Invalid(errors)) => match errors.into_iter().next() {
            Some(error) => Ok(Err(error)),
            None => Err(Failure::NotFound),
        },
        Err(other) => Err(other),
    }
}

fn outcome(text: &str) -> Result<Option<Outcome>, FieldError> {
    match (text, Outcome::from_name(text)) {
        ("", _) => Ok(None),
        (_, Some(outcome)) => Ok(Some(outcome)),
        _ => Err(FieldError::on_page("result", "Choose allowed or refused.")),
    }
}

/// Where the page of the log begins.
pub fn cursor(query: &Query) -> Result<EventCursor, PageError> {
    let read = |text: &str| {
        let unknown = "The address names no page of the log. Open the log again.";
        number_in(text).ok_or(PageError::Malformed(unknown))
    };
    match (query.find("older"), query.find("newer")) {
        (Some(older), _) => read(older).map(EventCursor::Older),
        (None, Some(newer)) => read(newer).map(EventCursor::Newer),
        (None, None) => Ok(EventCursor::Newest),
    }
}
