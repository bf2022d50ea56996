//! The tabs of a service beside its traffic: what its requests are called, and who may ask about them.

use crate::app::gate::tokens::{self, ListedToken};
use crate::app::services::{self, ListedService};
use crate::domain::permission::action;
use crate::web::answer::{PageResult, render};
use crate::web::pages::services::head::ServiceHead;
use crate::web::{layout::Layout, layout::filters, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "services/routes.html")]
struct RoutesPage {
    page: Layout,
    head: ServiceHead,
    listed: ListedService,
    rows: Vec<RouteRow>,
}

/// A route: the requests that fit, and what policies call them.
struct RouteRow {
    request: String,
    action: String,
}

#[derive(Template)]
#[template(path = "services/service_tokens.html")]
struct TokensPage {
    page: Layout,
    head: ServiceHead,
    rows: Vec<ListedToken>,
    may_create: bool,
    may_revoke: bool,
}

/// What the requests to a service are called in policies, in the order in which routes are looked at.
pub async fn routes(visit: Visit) -> PageResult {
    let listed = services::service(visit.app(), &*visit.person.0, visit.part("service")).await?;
    let plan = &listed.service.plan;
    let rows = plan.routes.iter().map(|route| {
        let (text, name) = (route.to_string(), route.action());
        let request = text.strip_suffix(name).unwrap_or(&text).trim_end().to_owned();
        RouteRow { request, action: plan.name.action(name) }
    });
    render(&RoutesPage {
        page: visit.layout("services"),
        head: ServiceHead::of(&visit, &listed, "routes"),
        rows: rows.collect(),
        listed,
    })
}

/// The gate tokens that name a service, the newest first, revoked ones last.
pub async fn tokens(visit: Visit) -> PageResult {
    let listed = services::service(visit.app(), &*visit.person.0, visit.part("service")).await?;
    let all = tokens::gate_tokens(visit.app(), &*visit.person.0).await?;
    let name = listed.service.plan.name.as_str();
    let rows = all.into_iter().filter(|token| token.services.iter().any(|service| service == name));
    render(&TokensPage {
        page: visit.layout("services"),
        head: ServiceHead::of(&visit, &listed, "tokens"),
        rows: rows.collect(),
        may_create: visit.person.may_here(action::CREATE_GATE_TOKEN),
        may_revoke: visit.person.may_here(action::REVOKE_GATE_TOKEN),
    })
}
