//! Notices: what happened to keys, and what is about to, by day.

use crate::app::notices;
use crate::domain::audit::{Event, EventCursor};
use crate::domain::notice::{Level, Notice, Topic};
use crate::domain::permission::action;
use crate::web::answer::{PageResult, render};
use crate::web::pages::audit::{Day, EventRow, by_day, cursor};
use crate::web::pages::ways::keys_address;
use crate::web::{
    error::PageError, forms::csrf::Protected, layout::Layout, layout::badge::Badge, layout::filters,
    query::Query, visit::Visit, visit::number_in,
};
use askama::Template;

const HERE: &str = "/notices";

#[derive(Template)]
#[template(path = "notices/index.html")]
struct IndexPage {
    page: Layout,
    days: Vec<Day<Row>>,
    /// Whether only the bad ones are listed.
    is_bad: bool,
    /// The newest of this page, where some are new.
    unread: Option<i64>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
    newest: Option<String>,
}

struct Row {
    event: EventRow,
    topic: Topic,
    level: Level,
    is_new: bool,
    /// All that the log says of it.
    log: String,
    badge: Badge,
    /// What it is about.
    href: Option<(String, &'static str)>,
}

impl Row {
    fn of(visit: &Visit, event: Event, read_up_to: i64) -> Option<Self> {
        let Notice { topic, level } = Notice::of(&event)?;
        let (uin, is_new) = (event.target_uin, event.seq > read_up_to);
        let event = EventRow::from(event);
        let key = event.target.iter().rfind(|part| part.is_key && event.names_user);
        let key = key.zip(visit.person.place_of_keys(uin));
        let href = match (topic, key) {
            (_, Some((key, place))) => {
                Some((format!("{}/{}/history", keys_address(place), key.whole), "Key"))
            }
            (Topic::Canaries, None) if visit.person.may_here(action::LIST_CANARIES) => {
                Some(("/canaries".to_owned(), "Canary keys"))
            }
            (Topic::Locks, None) if event.names_user && visit.person.may(action::GET_USER, uin) => {
                Some((format!("/users/{uin}"), "User"))
            }
            _ => None,
        };
        let log = format!("/audit/{}", event.seq);
        Some(Self { badge: badge(level), event, topic, level, is_new, log, href })
    }
}

fn badge(level: Level) -> Badge {
    match level {
        Level::Bad => Badge::new("bad", "circle-alert", "Alarm"),
        Level::Warn => Badge::new("warn", "triangle-alert", "Warning"),
        Level::Info => Badge::new("off", "info", "Done"),
    }
}

/// The notices, newest first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::READ_AUDIT)?;
    let is_bad = query.text("level") == Level::Bad.as_str();
    let cursor = cursor(&query)?;
    let least = if is_bad { Level::Bad } else { Level::Info };
    let found = notices::notices(visit.app(), &visit.person, least, cursor).await?;
    let link = |name: &str, seq: i64| {
        format!("{HERE}{}", query.with(&[("older", ""), ("newer", ""), (name, &seq.to_string())]))
    };
    let page = found.events;
    let newer = page.newer.map(|seq| link("newer", seq));
    let older = page.older.map(|seq| link("older", seq));
    let rows: Vec<Row> =
        page.events.into_iter().filter_map(|event| Row::of(&visit, event, found.read_up_to)).collect();
    let newest = (cursor != EventCursor::Newest).then(|| HERE.to_owned());
    render(&IndexPage {
        page: visit.layout("notices"),
        is_bad,
        unread: rows.iter().filter(|row| row.is_new).map(|row| row.event.seq).max(),
        range: format!("{} on this page, newest first", rows.len()),
        days: by_day(rows, visit.app().clock.now(), |row| row.event.at),
        newer,
        older,
        newest,
    })
}

/// Marks all up to the newest that was shown as read.
pub async fn mark_read(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::READ_AUDIT)?;
    let malformed = PageError::Malformed("The form names no notice. Load the page again and send it once.");
    let seq = number_in(form.text("seq")).ok_or(malformed)?;
    notices::mark_read(visit.app(), &visit.person, seq).await?;
    Ok(visit.done(HERE, "Marked as read."))
}
