//! Keys that live longer than the account lets new ones live.

use crate::app::keys::Place;
use crate::app::keys::limits::beyond::{Beyond, count_beyond, keys_beyond};
use crate::domain::key::KeyStatus;
use crate::domain::key_limits::ending::{EndPlace, Ending};
use crate::web::answer::{PageResult, render};
use crate::web::{
    error::PageError, layout::Layout, layout::filters, pages::ways::keys_address, query::Query, visit::Visit,
};
use askama::Template;

const ADDRESS: &str = "/settings/security/keys";

#[derive(Template)]
#[template(path = "settings/beyond.html")]
struct BeyondPage {
    page: Layout,
    /// The longest time for a key, in days; 0: there is none.
    days: i64,
    found: Option<Beyond>,
    rows: Vec<Row>,
    /// Keys of this page that are not shown to this person.
    hidden: usize,
    range: String,
    first: Option<String>,
    next: Option<String>,
}

/// A key beyond it.
struct Row {
    id: String,
    short: String,
    tail: String,
    user: String,
    user_href: String,
    limits_href: String,
    is_enabled: bool,
    created_at: i64,
    expires_at: Option<i64>,
    purpose: String,
}

impl Row {
    fn of(ending: &Ending) -> Self {
        let keys = keys_address(Place::Of(ending.user.uin));
        Self {
            id: ending.secret_id.to_string(),
            short: ending.secret_id.short(),
            tail: ending.secret_id.tail().to_owned(),
            user: ending.user.name.clone(),
            limits_href: format!("{keys}/{}/limits", ending.secret_id),
            user_href: keys,
            is_enabled: ending.status == KeyStatus::Enabled,
            created_at: ending.created_at,
            expires_at: ending.expires_at,
            purpose: ending.purpose.clone(),
        }
    }
}

/// The keys beyond the longest time, those without an end first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let days = visit.person.account.settings.key_expiry.max_days;
    let from = match query.find("after") {
        None => None,
        Some(text) => Some(EndPlace::parse(text).ok_or(PageError::Malformed(
            "The address holds a place that does not exist. Begin at the first page.",
        ))?),
    };
    let is_first = from.is_none();
    let found = keys_beyond(visit.app(), &visit.person, from).await?;
    let count = if days > 0 { Some(count_beyond(visit.app(), &visit.person, days).await?) } else { None };
    let rows: Vec<Row> = found.rows.iter().map(Row::of).collect();
    render(&BeyondPage {
        page: visit.layout("settings"),
        days,
        range: match rows.len() {
            1 => "1 key on this page".to_owned(),
            shown => format!("{shown} keys on this page"),
        },
        found: count,
        rows,
        hidden: found.hidden,
        first: (!is_first).then(|| ADDRESS.to_owned()),
        next: found.next.map(|place| format!("{ADDRESS}?after={}", place.text())),
    })
}
