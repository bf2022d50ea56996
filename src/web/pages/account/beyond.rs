//! Keys that live longer, or unused longer, than the account lets new ones.

use crate::app::keys::Place;
use crate::app::keys::limits::beyond::{Beyond, count_beyond, keys_beyond};
use crate::domain::key::KeyStatus;
use crate::domain::key_limits::ending::{EndKind, EndPlace, Ending};
use crate::web::answer::{PageResult, render};
use crate::web::{layout::Layout, layout::filters, pages::ways::keys_address, query::Query, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "settings/beyond.html")]
struct BeyondPage {
    page: Layout,
    kind: EndKind,
    address: &'static str,
    /// What the limit of the account is, in days; 0: there is none.
    days: i64,
    found: Option<Beyond>,
    rows: Vec<Row>,
    /// Keys of this page that are not shown to this person.
    hidden: usize,
    range: String,
    first: Option<String>,
    next: Option<String>,
}

impl BeyondPage {
    fn is_silence(&self) -> bool {
        self.kind == EndKind::Silence
    }
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
    idle_days: Option<i64>,
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
            idle_days: ending.idle_days,
            purpose: ending.purpose.clone(),
        }
    }
}

/// The keys beyond the longest time, those without an end first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    list(&visit, &query, EndKind::End).await
}

/// The keys that the account's limit of silence would not leave as they are, those without one first.
pub async fn idle(visit: Visit, query: Query) -> PageResult {
    list(&visit, &query, EndKind::Silence).await
}

async fn list(visit: &Visit, query: &Query, kind: EndKind) -> PageResult {
    let from = query.after(EndPlace::parse)?;
    let (is_first, expiry) = (from.is_none(), visit.person.account.settings.key_expiry);
    let found = keys_beyond(visit.app(), &visit.person, kind, from).await?;
    let rows: Vec<Row> = found.rows.iter().map(Row::of).collect();
    let address = match kind {
        EndKind::End => "/settings/security/keys",
        EndKind::Silence => "/settings/security/idle-keys",
    };
    render(&BeyondPage {
        page: visit.layout("settings"),
        kind,
        address,
        days: expiry.days_of(kind),
        range: match rows.len() {
            1 => "1 key on this page".to_owned(),
            shown => format!("{shown} keys on this page"),
        },
        found: count_beyond(visit.app(), &visit.person, kind, expiry).await?,
        rows,
        hidden: found.hidden,
        first: (!is_first).then(|| address.to_owned()),
        next: found.next.map(|place| format!("{address}?after={}", place.text())),
    })
}
