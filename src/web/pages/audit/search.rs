//! What the log is asked for, as typed and as meant.

use super::range::{DAY, start_of};
use super::seq_of;
use crate::app::audit::{Cursor, Filter};
use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::audit::{EVENTS, Outcome};
use crate::domain::field::FieldError;
use crate::domain::user::Uin;
use crate::web::error::PageError;
use crate::web::query::Query;

/// The filter's fields.
pub(super) const FIELDS: [&str; 6] = ["from", "to", "event", "actor", "target", "result"];

/// The filter as it was typed.
pub(super) struct Typed {
    pub from: String,
    pub to: String,
    pub event: String,
    pub actor: String,
    pub target: String,
    pub result: String,
}

impl Typed {
    pub(super) fn read(query: &Query) -> Self {
        let text = |name: &str| query.text(name).trim().to_owned();
        Self {
            from: text("from"),
            to: text("to"),
            event: text("event"),
            actor: text("actor"),
            target: text("target"),
            result: text("result"),
        }
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
    ) -> Result<Result<Filter, Vec<FieldError>>, Failure> {
        let mut problems = Problems(Vec::new());
        let from = problems.keep(date(("from", "first"), &self.from));
        let last = problems.keep(date(("to", "last"), &self.to));
        if let (Some(from), Some(last)) = (from, last)
            && last < from
        {
            problems
                .0
                .push(FieldError::on_page("to", "The last day is before the first. Choose a later one."));
        }
        let filter = Filter {
            from,
            to: last.map(|day| day + DAY),
            event: problems.keep(event(&self.event)),
            outcome: problems.keep(outcome(&self.result)),
            actor: problems.keep(person(app, caller, "actor", &self.actor).await?),
            target: problems.keep(person(app, caller, "target", &self.target).await?),
            about: None,
        };
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

fn date((field, which): (&'static str, &str), text: &str) -> Result<Option<i64>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || FieldError::on_page(field, format!("Enter the {which} day, such as 2026-11-23."));
    start_of(text).map(Some).ok_or_else(wrong)
}

fn event(text: &str) -> Result<Option<String>, FieldError> {
    match text {
        "" => Ok(None),
        name if EVENTS.contains(&name) => Ok(Some(name.to_owned())),
        _ => Err(FieldError::on_page("event", "Choose an event from the list.")),
    }
}

fn outcome(text: &str) -> Result<Option<Outcome>, FieldError> {
    match (text, Outcome::from_name(text)) {
        ("", _) => Ok(None),
        (_, Some(outcome)) => Ok(Some(outcome)),
        _ => Err(FieldError::on_page("result", "Choose allowed or refused.")),
    }
}

/// A UIN, or the name of a user of this account.
async fn person(
    app: &App,
    caller: &Caller,
    field: &'static str,
    text: &str,
) -> Result<Result<Option<Uin>, FieldError>, Failure> {
    if text.is_empty() {
        return Ok(Ok(None));
    }
    if let Ok(uin) = Uin::parse(text) {
        return Ok(Ok(Some(uin)));
    }
    let found = app.uin_by_name(caller, text.to_owned()).await?;
    let unknown =
        || FieldError::on_page(field, "No user here has this name. For a deleted user, enter its UIN.");
    Ok(found.map(Some).ok_or_else(unknown))
}

/// Where the page of the log begins.
pub(super) fn cursor(query: &Query) -> Result<Cursor, PageError> {
    let read = |text: &str| {
        let unknown = "The address names no page of the log. Open the log again.";
        seq_of(text).ok_or(PageError::Malformed(unknown))
    };
    match (query.find("older"), query.find("newer")) {
        (Some(older), _) => read(older).map(Cursor::Older),
        (None, Some(newer)) => read(newer).map(Cursor::Newer),
        (None, None) => Ok(Cursor::Newest),
    }
}
