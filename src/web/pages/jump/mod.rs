//! One box for whatever has a name or an id, on every page; this is where it leads.

use crate::app::jump::{self, Found, FoundKey};
use crate::domain::audit::is_request_id;
use crate::domain::key::SecretId;
use crate::domain::permission::action;
use crate::domain::policies::PolicyKind;
use crate::domain::user::{Uin, User};
use crate::web::answer::{PageResult, render, see_other};
use crate::web::pages::ways::keys_address;
use crate::web::{layout::Layout, layout::filters, query::Query, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "jump/index.html")]
struct JumpPage {
    page: Layout,
    q: String,
    groups: Vec<Group>,
    has_more: bool,
}

/// Found things of one kind.
struct Group {
    label: &'static str,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    name: String,
    small: String,
    is_code: bool,
}

/// What was found; where a whole id is one thing's, that thing's page.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let q = query.text("q").trim().to_owned();
    let found = jump::find(visit.app(), &visit.person, q.clone()).await?;
    let has_more = found.has_more;
    let groups = groups(&visit, found, &q);
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let is_id = SecretId::parse(&q).is_ok() || Uin::parse(&q).is_ok() || is_request_id(&q);
    match rows().next().filter(|_| is_id && rows().count() == 1) {
        Some(only) => Ok(see_other(&only.href)),
        None => render(&JumpPage { page: visit.layout("jump"), q, groups, has_more }),
    }
}

fn groups(visit: &Visit, found: Found, q: &str) -> Vec<Group> {
    let group = |label, rows| Group { label, rows };
    let row = |href, name, small| Row { href, name, small, is_code: false };
    let keys = found.keys.into_iter().map(|FoundKey { id, holder, place }| {
        let href = format!("{}/{id}/history", keys_address(place));
        Row { is_code: true, ..row(href, id.to_string(), format!("API key of {}", holder.name)) }
    });
    let users = found.users.into_iter().map(|user: User| {
        row(format!("/users/{}", user.uin), user.name, format!("{} · {}", user.kind.label(), user.uin))
    });
    let policies = found.policies.into_iter().map(|policy| {
        let kind = if policy.kind() == PolicyKind::Preset { "Preset" } else { "Custom" };
        row(format!("/policies/{}", policy.id), policy.name, kind.to_owned())
    });
    let groups =
        found.groups.into_iter().map(|group| row(format!("/groups/{}", group.id), group.name, group.remark));
    let mut events = Vec::new();
    if visit.person.may_here(action::READ_AUDIT) {
        if is_request_id(q) {
            let href = format!("/audit?request_id={}", q.to_ascii_lowercase());
            events.push(row(href, "Events of this request".to_owned(), q.to_ascii_lowercase()));
        } else if SecretId::parse(q).is_ok() && keys.len() == 0 {
            events.push(row(
                format!("/audit?target={q}"),
                "Events about this SecretId".to_owned(),
                q.to_owned(),
            ));
        }
    }
    [
        group("API keys", keys.collect::<Vec<_>>()),
        group("Users", users.collect()),
        group("Policies", policies.collect()),
        group("Groups", groups.collect()),
        group("Audit log", events),
    ]
    .into_iter()
    .filter(|group| !group.rows.is_empty())
    .collect()
}
