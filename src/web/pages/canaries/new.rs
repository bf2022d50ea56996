//! A new canary key: named, made, its pair shown once.

use crate::app::canaries::NEW_CANARY;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::session::tickets::{OncePage, shown_once};
use crate::domain::{field::FieldError, permission::action};
use crate::web::answer::{PageResult, render, see_other};
use crate::web::{
    error::PageError, forms::csrf::Protected, layout::Layout, layout::filters, layout::flash::Kind,
    pages::faults::or_again, query::Query, visit::Visit,
};
use askama::Template;
use zeroize::Zeroizing;

const LIST: &str = "/canaries";

#[derive(Template)]
#[template(path = "canaries/new.html")]
struct NewPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: String,
    lists: bool,
}

impl NewPage {
    fn load(visit: &Visit, typed: String, errors: Vec<FieldError>) -> Self {
        let lists = visit.person.may_here(action::LIST_CANARIES);
        Self { page: visit.layout("canaries"), errors, typed, lists }
    }
}

#[derive(Template)]
#[template(path = "canaries/created.html")]
struct CreatedPage {
    page: Layout,
    secret_id: String,
    secret_key: Zeroizing<String>,
}

/// The form for a new canary key.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::CREATE_CANARY)?;
    render(&NewPage::load(&visit, String::new(), Vec::new()))
}

/// Makes the canary key, or comes back with what does not fit.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::CREATE_CANARY)?;
    let name = form.text("name").trim().to_owned();
    let way = Way {
        what: "make a canary key".to_owned(),
        back: format!("{LIST}/new"),
        next: LIST.to_owned(),
        text: String::new(),
    };
    let made = visit.grant(Grant::CreateCanary { name: name.clone() }, way).await;
    or_again(made, |errors| NewPage::load(&visit, name, errors))
}

/// The new pair, shown once.
pub async fn created(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    visit.person.ensure_here(action::CREATE_CANARY)?;
    let page = OncePage { purpose: NEW_CANARY, uid: visit.person.user.uid };
    let shown = shown_once(visit.app(), &visit.person, page, query.text("t").to_owned()).await?;
    let Some(pair) = shown else {
        visit.leave(Kind::Info, "Shown already. Delete the canary key and make another one.");
        return Ok(see_other(LIST));
    };
    let (secret_id, secret_key) = pair.split_once('\n').ok_or(PageError::NotFound)?;
    render(&CreatedPage {
        page: visit.layout("canaries"),
        secret_id: secret_id.to_owned(),
        secret_key: Zeroizing::new(secret_key.to_owned()),
    })
}
