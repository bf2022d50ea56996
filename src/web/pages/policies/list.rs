//! The list of policies: searched, filtered, a page at a time.

use crate::app::policies::{ListedPolicy, PolicyFilter};
use crate::app::{caller::Caller, policies};
use crate::domain::paging::Paging;
use crate::domain::{permission::action, policies::PolicyId, policies::PolicyKind, policies::Uses};
use crate::web::answer::{PageResult, render, see_other};
use crate::web::{error::PageError, layout::Layout, layout::filters, query::Query, visit::Visit};
use askama::Template;

/// Pages that an address can name.
pub const MOST_PAGES: usize = 1_000;

#[derive(Template)]
#[template(path = "policies/index.html")]
struct IndexPage {
    page: Layout,
    q: String,
    kind: String,
    rows: Vec<Row>,
    total: usize,
    range: String,
    previous: Option<String>,
    next: Option<String>,
    may_create: bool,
    may_simulate: bool,
}

/// A line of the list.
struct Row {
    id: PolicyId,
    name: String,
    description: String,
    is_preset: bool,
    uses: String,
    changed_at: i64,
    may_open: bool,
}

impl IndexPage {
    fn is_filtered(&self) -> bool {
        !self.q.is_empty() || !self.kind.is_empty()
    }
}

/// Presets and the account's own policies.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let filter = PolicyFilter { text: query.text("q").trim().to_owned(), kind: kind_of(&query)? };
    let paging = Paging { number: query.page(MOST_PAGES)?, size: visit.person.page_size() };
    let found = policies::list_policies(visit.app(), &visit.person, filter, paging).await?;
    if found.rows.is_empty() && paging.number > 1 {
        return Ok(see_other(&address(&query, 1)));
    }
    let before = (paging.number - 1) * paging.size;
    let last = before + found.rows.len();
    render(&IndexPage {
        page: visit.layout("policies"),
        q: query.text("q").trim().to_owned(),
        kind: query.text("kind").to_owned(),
        range: format!("{}–{last} of {}", before + 1, found.total),
        previous: (paging.number > 1).then(|| address(&query, paging.number - 1)),
        next: (last < found.total).then(|| address(&query, paging.number + 1)),
        total: found.total,
        rows: found.rows.into_iter().map(|listed| Row::of(&visit.person, listed)).collect(),
        may_create: visit.person.may_here(action::CREATE_POLICY),
        may_simulate: visit.person.may_here(action::LIST_ATTACHED),
    })
}

fn kind_of(query: &Query) -> Result<Option<PolicyKind>, PageError> {
    match query.text("kind") {
        "" => Ok(None),
        "preset" => Ok(Some(PolicyKind::Preset)),
        "custom" => Ok(Some(PolicyKind::Custom)),
        _ => Err(PageError::Malformed(
            "The address holds a filter that does not exist. Choose one from the list.",
        )),
    }
}

fn address(query: &Query, number: usize) -> String {
    let number = if number == 1 { String::new() } else { number.to_string() };
    format!("/policies{}", query.with(&[("page", &number)])).trim_end_matches('?').to_owned()
}

impl Row {
    fn of(person: &Caller, listed: ListedPolicy) -> Self {
        let ListedPolicy { policy, uses } = listed;
        Self {
            may_open: person.may_on_policy(action::GET_POLICY, policy.id),
            is_preset: policy.is_preset(),
            uses: uses_in_words(uses),
            id: policy.id,
            name: policy.name,
            description: policy.description,
            changed_at: policy.updated_at,
        }
    }
}

/// What a policy is in use for, such as `2 users, 1 group`.
pub fn uses_in_words(uses: Uses) -> String {
    let counted = |count: i64, noun: &str| {
        (count > 0).then(|| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
    };
    let bounds = (uses.boundaries > 0).then(|| format!("boundary of {}", uses.boundaries));
    let parts: Vec<String> =
        [counted(uses.users, "user"), counted(uses.groups, "group"), bounds].into_iter().flatten().collect();
    if parts.is_empty() { "nobody".to_owned() } else { parts.join(", ") }
}
