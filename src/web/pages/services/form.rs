//! Making a service, and changing one.

use crate::app::deferred::grant::{Grant, Way};
use crate::app::services;
use crate::domain::gate::written::WrittenService;
use crate::domain::{field::FieldError, permission::action};
use crate::web::answer::{PageResult, render};
use crate::web::{
    forms::Form, forms::csrf::Protected, layout::Layout, layout::filters, pages::faults::or_again,
    visit::Visit,
};
use askama::Template;

#[derive(Template)]
#[template(path = "services/form.html")]
struct FormPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: WrittenService,
    /// Of one that is there: its name, which stays.
    name: Option<String>,
    lists_services: bool,
}

impl FormPage {
    fn of(visit: &Visit, typed: WrittenService, name: Option<String>) -> Self {
        Self {
            page: visit.layout("services"),
            errors: Vec::new(),
            typed,
            name,
            lists_services: visit.person.may_here(action::LIST_SERVICES),
        }
    }

    fn action(&self) -> String {
        match &self.name {
            None => "/settings/services/new".to_owned(),
            Some(name) => format!("/settings/services/{name}/edit"),
        }
    }

    /// Where *Cancel* leads.
    fn back(&self) -> String {
        match &self.name {
            Some(name) => format!("/settings/services/{name}"),
            None if self.lists_services => "/settings/services".to_owned(),
            None => "/".to_owned(),
        }
    }
}

/// The form for a new service.
pub async fn new_form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::CREATE_SERVICE)?;
    render(&FormPage::of(&visit, WrittenService::default(), None))
}

/// Makes the service, or comes back with what does not fit.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::CREATE_SERVICE)?;
    let typed = typed(&form, form.text("name").trim());
    let text =
        format!("The service {} is made. Gate tokens that are made from now on can name it.", typed.name);
    let way = Way {
        what: format!("make the service {}", typed.name),
        back: "/settings/services/new".to_owned(),
        next: "/settings/services".to_owned(),
        text,
    };
    let made = visit.grant(Grant::CreateService(typed.clone()), way).await;
    or_again(made, |errors| FormPage { errors, ..FormPage::of(&visit, typed, None) })
}

/// The form for a service that is there.
pub async fn edit_form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::UPDATE_SERVICE)?;
    let found = services::service(visit.app(), &*visit.person.0, visit.part("service")).await?;
    let plan = &found.service.plan;
    render(&FormPage::of(&visit, WrittenService::of(plan), Some(plan.name.as_str().to_owned())))
}

/// Changes the service, or comes back with what does not fit.
pub async fn edit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::UPDATE_SERVICE)?;
    visit.person.ensure_here(action::LIST_SERVICES)?;
    let name = visit.part("service").to_owned();
    let typed = typed(&form, &name);
    let way = Way {
        what: format!("change the service {name}"),
        back: format!("/settings/services/{name}/edit"),
        next: format!("/settings/services/{name}"),
        text: format!("The service {name} is saved."),
    };
    let saved = visit.grant(Grant::UpdateService(typed.clone()), way).await;
    or_again(saved, |errors| FormPage { errors, ..FormPage::of(&visit, typed, Some(name)) })
}

fn typed(form: &Form, name: &str) -> WrittenService {
    WrittenService {
        name: name.to_owned(),
        hosts: lines(form.text("hosts")),
        routes: lines(form.text("routes")),
        body_limit: form.text("body_limit").trim().to_owned(),
    }
}

/// The lines of a text that say something.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
