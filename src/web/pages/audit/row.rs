//! An event as a row of a table, with the ways on from it.

use crate::app::account::log_search::is_found;
use crate::clock::{day, named_day, readable, time_of_day};
use crate::domain::{audit::Event, audit::Outcome, audit::words::About, audit::words::Words, key::SecretId};
use url::form_urlencoded::byte_serialize;

/// An event as a row of a table.
pub struct EventRow {
    pub seq: i64,
    pub at: i64,
    pub time: String,
    /// Its time without its day.
    pub clock: String,
    pub event: String,
    /// What happened, for people.
    pub words: String,
    pub actor: String,
    /// The log of the actor.
    pub actor_href: String,
    pub target: Vec<Part>,
    /// Whether the target's UIN belongs to what it names.
    pub names_user: bool,
    pub ip: String,
    pub is_allowed: bool,
    pub reason: String,
}

/// What happened on one day in UTC, in its order.
pub struct Day<Row> {
    pub title: String,
    pub rows: Vec<Row>,
}

/// Groups rows that follow each other in time; `at` tells the seconds of one, `now` those of the present.
pub fn by_day<Row>(rows: Vec<Row>, now: i64, at: impl Fn(&Row) -> i64) -> Vec<Day<Row>> {
    let mut days: Vec<Day<Row>> = Vec::new();
    for row in rows {
        let title = day_title(at(&row), now);
        match days.last_mut() {
            Some(day) if day.title == title => day.rows.push(row),
            _ => days.push(Day { title, rows: vec![row] }),
        }
    }
    days
}

fn day_title(at: i64, now: i64) -> String {
    if named_day(at) == named_day(now) { format!("Today, {}", day(at)) } else { named_day(at) }
}

/// A part of a target: who it was done to, or which thing.
pub struct Part {
    /// SecretIds in short.
    pub text: String,
    pub whole: String,
    /// The log of this part.
    pub href: String,
    pub is_key: bool,
}

impl From<Event> for EventRow {
    fn from(event: Event) -> Self {
        let is_allowed = event.outcome == Outcome::Allowed;
        let words = Words::of(&event.event);
        let names_user = event.target_uin.0 > 0 && begins_with_user(&event, words);
        Self {
            seq: event.seq,
            at: event.at,
            time: readable(event.at),
            clock: time_of_day(event.at),
            words: words.map_or_else(|| event.event.clone(), |words| words.told(is_allowed)),
            actor_href: actor_of(&event).map(|actor| log_of("actor", &actor)).unwrap_or_default(),
            target: parts(&event, names_user),
            names_user,
            actor: event.actor,
            ip: event.ip,
            is_allowed,
            reason: event.reason,
            event: event.event,
        }
    }
}

/// A lone SecretId is that of a key which the actor does not have.
fn begins_with_user(event: &Event, words: Option<&Words>) -> bool {
    words.is_none_or(|words| words.about == About::User) && SecretId::parse(&event.target).is_err()
}

/// What the log is asked for with, where it can be.
fn actor_of(event: &Event) -> Option<String> {
    if event.actor_uin.0 > 0 {
        return Some(event.actor_uin.to_string());
    }
    Some(event.actor.clone()).filter(|actor| is_found(actor))
}

fn parts(event: &Event, names_user: bool) -> Vec<Part> {
    let mut texts = event.target.splitn(2, " / ");
    let first = texts.next().unwrap_or_default();
    let first_of = |text: &str| {
        if names_user { part(text, &event.target_uin.to_string()) } else { thing(text) }
    };
    [first_of(first)].into_iter().chain(texts.map(thing)).collect()
}

fn thing(text: &str) -> Part {
    match SecretId::parse(text) {
        Ok(id) => Part { text: id.short(), is_key: true, ..part(text, text) },
        Err(_) => part(text, &format!("\"{text}\"")),
    }
}

fn part(text: &str, asked: &str) -> Part {
    Part { text: text.to_owned(), whole: text.to_owned(), href: log_of("target", asked), is_key: false }
}

/// The log, filtered.
fn log_of(field: &str, text: &str) -> String {
    let text: String = byte_serialize(text.as_bytes()).collect();
    format!("/audit?{field}={text}")
}
