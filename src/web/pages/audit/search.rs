//! What the log is asked for, as typed and as meant.

use super::range::{DAY, Shortcut, start_of};
use crate::app::{App, Failure, account, caller::Caller};
use crate::domain::audit::words::{EventGroup, Words};
use crate::domain::audit::{EventCursor, EventFilter, EventName, Outcome, Searched, is_request_id};
use crate::domain::field::FieldError;
use crate::web::{error::PageError, query::Query, visit::number_in};

/// The filter's fields, and what says from where on the log is shown.
pub const FIELDS: [&str; 8] = ["q", "from", "to", "event", "actor", "target", "result", "request_id"];
pub const PLACES: [&str; 2] = ["older", "newer"];

/// The filter as it was typed.
pub(super) struct TypedFilter {
    pub q: String,
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
            q: text("q"),
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
            ("q", "Search", self.q.clone()),
            ("from", "From", self.from.clone()),
            ("to", "To", self.to.clone()),
            ("event", "Event", event),
            ("actor", "Who", self.actor.clone()),
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

    /// Whether what is in force has its field under *More filters*; a range from a link needs none.
    pub(super) fn is_detailed(&self, range: &[Shortcut]) -> bool {
        let is_range = self.from.is_empty() || range.iter().any(|shortcut| shortcut.is_current);
        !is_range
            || [&self.to, &self.actor, &self.target, &self.request_id].iter().any(|text| !text.is_empty())
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
            let is_other = filter.request_id.as_ref().is_some_and(|asked| *asked != id);
            let told = "The field for a request names another one. Leave one of the two out.";
            problems.0.extend(is_other.then(|| FieldError::on_page("target", told)));
            filter.request_id = Some(id);
        } else if !self.target.is_empty() {
            let text = self.target.clone();
            let meant = fitting(account::log_search::target_meant(app, caller, "target", text).await)?;
            filter.target = problems.keep(meant.map(Some));
        }
        match Searched::of(&self.q) {
            Searched::Name if self.q.is_empty() => (),
            Searched::Name => {
                let text = self.q.clone();
                let meant = fitting(account::log_search::target_meant(app, caller, "q", text).await)?;
                filter.about = problems.keep(meant.map(Some));
            }
            searched => problems.0.extend(narrow(&mut filter, searched)),
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

/// Adds what was searched for to the filter, unless the two rule each other out.
fn narrow(filter: &mut EventFilter, searched: Searched) -> Option<FieldError> {
    let problem = |told: &'static str| Some(FieldError::on_page("q", told));
    match searched {
        Searched::Request(id) if filter.request_id.as_ref().is_some_and(|other| *other != id) => {
            return problem("A filter below names another request. Leave one of the two out.");
        }
        Searched::Request(id) => filter.request_id = Some(id),
        Searched::Address(ip) => filter.ip = Some(ip),
        Searched::Event(name) if filter.events.is_empty() || filter.events.iter().any(|one| one == name) => {
            filter.events = vec![name.to_owned()];
        }
        Searched::Event(_) => {
            return problem("This is an event that the filter beside leaves out. Choose all events.");
        }
        Searched::Name => (),
    }
    None
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
