//! Who can do something: the users that an action on a resource is allowed to.

use crate::app::policies::who_can::{Able, Ables, WhoCan, who_can};
use crate::app::{Failure, services};
use crate::domain::policy::vocabulary::known_actions;
use crate::domain::{field::FieldError, permission::action, user::Uin, user::UserKind};
use crate::web::{
    answer::PageResult, answer::render_as, layout::Layout, layout::filters, query::Query, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "policies/who_can.html")]
struct WhoCanPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: WhoCan,
    answer: Option<Answer>,
    actions: Vec<String>,
}

/// The users found.
struct Answer {
    rows: Vec<Row>,
    asked: usize,
    hidden: usize,
    next: Option<String>,
    is_first: bool,
}

struct Row {
    uin: String,
    name: String,
    kind: &'static str,
    by: String,
}

/// The form, and who can once something is asked.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    visit.person.ensure_here(action::LIST_ATTACHED)?;
    let text = |name| query.text(name).trim().to_owned();
    let typed = WhoCan { action: text("action"), resource: text("resource"), ip: text("ip") };
    let after = query.find("after").and_then(|after| Uin::parse(after).ok());
    let is_asked = query.find("action").is_some();
    let (status, errors, answer) = if is_asked {
        match who_can(visit.app(), &visit.person, typed.clone(), after.unwrap_or(Uin(0))).await {
            Ok(found) => (StatusCode::OK, Vec::new(), Some(Answer::of(found, &query, after.is_none()))),
            Err(Failure::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
            Err(failure) => return Err(failure.into()),
        }
    } else {
        (StatusCode::OK, Vec::new(), None)
    };
    let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
    let (page, actions) = (visit.layout("policies"), known_actions(&services));
    render_as(status, &WhoCanPage { page, errors, typed, answer, actions })
}

impl Answer {
    fn of(found: Ables, query: &Query, is_first: bool) -> Self {
        let next =
            found.next.map(|after| format!("/who-can{}", query.with(&[("after", &after.to_string())])));
        let rows = found.found.into_iter().map(Row::of).collect();
        Self { rows, asked: found.asked, hidden: found.hidden, next, is_first }
    }
}

impl Row {
    fn of(Able { user, by }: Able) -> Self {
        let unasked = match user.kind {
            UserKind::Root => "The root user may do everything in its account.",
            _ => "No policy is asked about this action.",
        };
        let by = by.map_or_else(
            || unasked.to_owned(),
            |(label, statement, line)| format!("Statement {statement} of {label}, line {line}"),
        );
        Self { uin: user.uin.to_string(), name: user.name, kind: user.kind.label(), by }
    }
}
