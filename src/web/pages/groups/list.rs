//! The groups of the account: listed, searched, created.

use crate::app::{caller::Caller, groups, groups::ListedGroup};
use crate::domain::paging::{Paged, Paging};
use crate::domain::{field::FieldError, group::MAX_GROUPS, permission::action};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::{
    forms::csrf::Protected, layout::Layout, layout::filters, pages::faults::group_faults, query::Query,
    visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "groups/index.html")]
struct IndexPage {
    page: Layout,
    q: String,
    rows: Vec<Row>,
    total: usize,
    is_full: bool,
    may_create: bool,
    range: String,
    previous: Option<String>,
    next: Option<String>,
}

/// A line of the list.
struct Row {
    id: String,
    name: String,
    remark: String,
    members: i64,
    policies: i64,
    created_at: i64,
    may_open: bool,
}

#[derive(Template)]
#[template(path = "groups/new.html")]
struct NewPage {
    page: Layout,
    errors: Vec<FieldError>,
    group_name: String,
    remark: String,
    lists_groups: bool,
}

/// The groups of the account.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let paging = Paging { number: query.page(MAX_GROUPS)?, size: visit.person.page_size() };
    let q = query.text("q").trim().to_owned();
    let found = groups::groups(visit.app(), &visit.person, &q, paging).await?;
    if found.rows.is_empty() && paging.number > 1 {
        return Ok(see_other(format!("/groups{}", query.with(&[("page", "")])).trim_end_matches('?')));
    }
    let (range, previous, next) = pager(&query, paging, &found);
    render(&IndexPage {
        page: visit.layout("groups"),
        is_full: q.is_empty() && found.total >= MAX_GROUPS,
        q,
        total: found.total,
        may_create: visit.person.may_here(action::CREATE_GROUP),
        rows: found.rows.into_iter().map(|listed| Row::of(&visit.person, listed)).collect(),
        range,
        previous,
        next,
    })
}

/// What the page shows of the list, and the addresses of its neighbours.
fn pager<T>(query: &Query, paging: Paging, found: &Paged<T>) -> (String, Option<String>, Option<String>) {
    let first = (paging.number - 1) * paging.size;
    let last = first + found.rows.len();
    let address = |page: usize| format!("/groups{}", query.with(&[("page", &page.to_string())]));
    let previous = (paging.number > 1).then(|| address(paging.number - 1));
    let next = (last < found.total).then(|| address(paging.number + 1));
    (format!("{}–{last} of {}", first + 1, found.total), previous, next)
}

impl Row {
    fn of(person: &Caller, listed: ListedGroup) -> Self {
        let ListedGroup { group, holds } = listed;
        let pages = [action::LIST_MEMBERS, action::LIST_GROUP_POLICIES];
        Self {
            may_open: pages.into_iter().any(|action| person.may_group(action, group.id)),
            id: group.id.to_string(),
            name: group.name,
            remark: group.remark,
            members: holds.members,
            policies: holds.policies,
            created_at: group.created_at,
        }
    }
}

/// The form for a new group.
pub async fn create_form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::CREATE_GROUP)?;
    render(&NewPage {
        page: visit.layout("groups"),
        errors: Vec::new(),
        group_name: String::new(),
        remark: String::new(),
        lists_groups: visit.person.may_here(action::LIST_GROUPS),
    })
}

/// Makes the group, or comes back with what does not fit.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    let (name, remark) = (form.text("group_name"), form.text("remark"));
    let (status, errors): (StatusCode, _) =
        match groups::create_group(visit.app(), &visit.person, name, remark).await {
            Ok(group) => {
                let text = format!("Group {} is created. Add users and attach policies.", group.name);
                return Ok(visit.done(&format!("/groups/{}", group.id), text));
            }
            Err(failure) => group_faults(failure)?,
        };
    let page = NewPage {
        page: visit.layout("groups"),
        errors,
        group_name: name.to_owned(),
        remark: remark.to_owned(),
        lists_groups: visit.person.may_here(action::LIST_GROUPS),
    };
    render_as(status, &page)
}
