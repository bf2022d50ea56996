//! Least privilege from real use, of a user or a group.

use crate::app::policies::least::{Least, least_of_group, least_of_user};
use crate::domain::impact::Used;
use crate::domain::number::grouped;
use crate::domain::permission::action;
use crate::web::pages::groups::head::GroupHead;
use crate::web::pages::users::head::UserHead;
use crate::web::{answer::PageResult, answer::render, layout::Layout, layout::filters, visit::Visit};
use askama::Template;

/// Kinds of calls and statements that are drawn.
const MOST_DRAWN: usize = 100;

#[derive(Template)]
#[template(path = "policies/least.html")]
struct LeastPage {
    page: Layout,
    /// Whose it is, with the list it is in: its label and address.
    name: String,
    list: (&'static str, Option<&'static str>),
    address: String,
    found: Least,
    /// Calls that the draft is without.
    others: String,
    /// Calls that are not allowed any more, which the draft is without too.
    past: String,
    rows: Vec<Row>,
    may_create: bool,
}

/// A kind of call.
struct Row {
    name: String,
    path: String,
    calls: String,
    /// In unix seconds.
    last_at: i64,
}

/// Of a user.
pub async fn of_user(visit: Visit) -> PageResult {
    let uin = visit.uin()?;
    let found = least_of_user(visit.app(), &visit.person, uin).await?;
    let head = UserHead::load(&visit, uin, "permissions").await?;
    let list = ("Users", head.lists_users.then_some("/users"));
    LeastPage::show(
        &visit,
        "users",
        Subject { name: head.name, list, address: format!("/users/{uin}") },
        found,
    )
}

/// Of a group.
pub async fn of_group(visit: Visit) -> PageResult {
    let id = visit.group()?;
    let found = least_of_group(visit.app(), &visit.person, id).await?;
    let head = GroupHead::load(&visit, id, "permissions").await?;
    let list = ("Groups", head.lists_groups.then_some("/groups"));
    LeastPage::show(
        &visit,
        "groups",
        Subject { name: head.name, list, address: format!("/groups/{id}") },
        found,
    )
}

struct Subject {
    name: String,
    list: (&'static str, Option<&'static str>),
    address: String,
}

impl LeastPage {
    fn show(visit: &Visit, section: &'static str, subject: Subject, found: Least) -> PageResult {
        let Subject { name, list, address } = subject;
        let may_create = visit.person.may_here(action::CREATE_POLICY);
        let (page, others, past) = (visit.layout(section), grouped(found.others), grouped(found.past));
        let rows = found.used.iter().take(MOST_DRAWN).map(Row::of).collect();
        render(&Self { page, name, list, address, found, others, past, rows, may_create })
    }

    /// Kinds of calls that are not drawn.
    fn undrawn(&self) -> usize {
        self.found.used.len() - self.rows.len()
    }
}

impl Row {
    fn of(used: &Used) -> Self {
        Self {
            name: used.name(),
            path: used.path().to_owned(),
            calls: grouped(used.calls),
            last_at: used.last_at,
        }
    }
}
