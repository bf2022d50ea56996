//! The services of the account: listed, deleted.

use crate::app::deferred::grant::{Grant, Way};
use crate::app::services::{self, ListedService};
use crate::domain::permission::action;
use crate::web::answer::{PageResult, render};
use crate::web::{forms::csrf::Protected, layout::Layout, layout::filters, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "services/index.html")]
struct IndexPage {
    page: Layout,
    rows: Vec<ListedService>,
    may_create: bool,
    may_edit: bool,
    may_delete: bool,
}

/// The services, by name.
pub async fn index(visit: Visit) -> PageResult {
    let rows = services::services(visit.app(), &*visit.person.0).await?;
    render(&IndexPage {
        page: visit.layout("services"),
        rows,
        may_create: visit.person.may_here(action::CREATE_SERVICE),
        may_edit: visit.person.may_here(action::UPDATE_SERVICE),
        may_delete: visit.person.may_here(action::DELETE_SERVICE),
    })
}

/// Deletes a service, once a code was given.
pub async fn delete(visit: Visit, _form: Protected) -> PageResult {
    let name = visit.part("service").to_owned();
    let way = Way {
        what: format!("delete the service {name}"),
        back: "/settings/services".to_owned(),
        next: "/settings/services".to_owned(),
        text: format!("The service {name} is deleted. Gate tokens answer nothing for it any more."),
    };
    Ok(visit.grant(Grant::DeleteService { name }, way).await?)
}
