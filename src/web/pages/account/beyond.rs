//! Keys that live longer, or unused longer, than the account lets new ones.

use crate::app::keys::Place;
use crate::app::keys::limits::beyond::{
    self, Beyond, count_beyond, count_idle_beyond, keys_beyond, keys_idle_beyond,
};
use crate::domain::key::KeyStatus;
use crate::domain::key_limits::ending::{EndPlace, Ending};
use crate::web::answer::{PageResult, render};
use crate::web::{
    error::PageError, layout::Layout, layout::filters, pages::ways::keys_address, query::Query, visit::Visit,
};
use askama::Template;

/// By which rule of the account keys are listed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Rule {
    /// The longest time.
    End,
    /// Days without a call after which new keys are disabled.
    Silence,
}

impl Rule {
    fn address(self) -> &'static str {
        match self {
            Self::End => "/settings/security/keys",
            Self::Silence => "/settings/security/idle-keys",
        }
    }
}

#[derive(Template)]
#[template(path = "settings/beyond.html")]
struct BeyondPage {
    page: Layout,
    rule: Rule,
    /// What the rule says, in days; 0: there is none.
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
        self.rule == Rule::Silence
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
    let days = visit.person.account.settings.key_expiry.max_days;
    let from = from(&query)?;
    let is_first = from.is_none();
    let found = keys_beyond(visit.app(), &visit.person, from).await?;
    let count = if days > 0 { Some(count_beyond(visit.app(), &visit.person, days).await?) } else { None };
    show(&visit, Listing { rule: Rule::End, days, count, found, is_first })
}

/// The keys that the account's limit of silence would not leave as they are, those without one first.
pub async fn idle(visit: Visit, query: Query) -> PageResult {
    let days = visit.person.account.settings.key_expiry.idle_days;
    let from = from(&query)?;
    let is_first = from.is_none();
    let found = keys_idle_beyond(visit.app(), &visit.person, from).await?;
    let count =
        if days > 0 { Some(count_idle_beyond(visit.app(), &visit.person, days).await?) } else { None };
    show(&visit, Listing { rule: Rule::Silence, days, count, found, is_first })
}

fn from(query: &Query) -> Result<Option<EndPlace>, PageError> {
    let malformed =
        PageError::Malformed("The address holds a place that does not exist. Begin at the first page.");
    query.find("after").map(|text| EndPlace::parse(text).ok_or(malformed)).transpose()
}

/// What was found by a rule.
struct Listing {
    rule: Rule,
    days: i64,
    count: Option<Beyond>,
    found: beyond::BeyondPage,
    is_first: bool,
}

fn show(visit: &Visit, listing: Listing) -> PageResult {
    let Listing { rule, days, count, found, is_first } = listing;
    let rows: Vec<Row> = found.rows.iter().map(Row::of).collect();
    let address = rule.address();
    render(&BeyondPage {
        page: visit.layout("settings"),
        rule,
        days,
        range: match rows.len() {
            1 => "1 key on this page".to_owned(),
            shown => format!("{shown} keys on this page"),
        },
        found: count,
        rows,
        hidden: found.hidden,
        first: (!is_first).then(|| address.to_owned()),
        next: found.next.map(|place| format!("{address}?after={}", place.text())),
    })
}
