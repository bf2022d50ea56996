//! The Activity tab: what a user did and what was done to it.

use crate::app::account;
use crate::domain::{audit::EventCursor, permission::action};
use crate::web::{
    answer::PageResult, answer::render, answer::see_other, error::PageError, layout::Layout, layout::filters,
    pages::audit::EventRow, pages::users::head::UserHead, query::Query, visit::Visit, visit::number_in,
};
use askama::Template;

#[derive(Template)]
#[template(path = "users/activity.html")]
struct IndexPage {
    page: Layout,
    head: UserHead,
    rows: Vec<EventRow>,
    reads_log: bool,
    range: String,
    newer: Option<String>,
    older: Option<String>,
}

/// The part of the log that is about one user, newest first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let uin = visit.uin()?;
    let cursor = cursor_of(&query)?;
    let found = account::log::activity(visit.app(), &visit.person, uin, cursor).await?;
    let address = |name: &str, seq: i64| format!("/users/{uin}/activity?{name}={seq}");
    if found.events.is_empty() && cursor != EventCursor::Newest {
        return Ok(see_other(&format!("/users/{uin}/activity")));
    }
    let shown = found.events.len();
    render(&IndexPage {
        page: visit.layout("users"),
        head: UserHead::load(&visit, uin, "activity").await?,
        reads_log: visit.person.may_here(action::READ_AUDIT),
        range: if cursor == EventCursor::Newest { format!("1–{shown}") } else { format!("{shown} events") },
        newer: found.newer.map(|seq| address("newer", seq)),
        older: found.older.map(|seq| address("older", seq)),
        rows: found.events.into_iter().map(EventRow::from).collect(),
    })
}

fn cursor_of(query: &Query) -> Result<EventCursor, PageError> {
    Ok(match query.places(["older", "newer"], number_in)? {
        [Some(seq), _] => EventCursor::Older(seq),
        [_, Some(seq)] => EventCursor::Newer(seq),
        _ => EventCursor::Newest,
    })
}
