//! Gate tokens: listed, made, shown once, revoked.

use super::form::lines;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::gate::tokens::{self, ListedToken, NEW_TOKEN};
use crate::app::services;
use crate::app::session::tickets::{OncePage, shown_once};
use crate::domain::gate::token::{HeaderMode, RequiredCoverage, TokenOptions, TokenReplay};
use crate::domain::gate::written::{WrittenOptions, WrittenToken};
use crate::domain::{field::FieldError, permission::action};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::{
    error::PageError, forms::Form, forms::csrf::Protected, layout::Layout, layout::filters,
    layout::flash::Kind, pages::faults::faults, query::Query, visit::Visit,
};
use askama::Template;
use zeroize::Zeroizing;

const ADDRESS: &str = "/settings/gates";

#[derive(Template)]
#[template(path = "services/tokens.html")]
struct IndexPage {
    page: Layout,
    rows: Vec<ListedToken>,
    may_create: bool,
    may_revoke: bool,
}

#[derive(Template)]
#[template(path = "services/token_new.html")]
struct NewPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: WrittenToken,
    /// Names of services, and whether they are ticked.
    choices: Vec<(String, bool)>,
    lists_tokens: bool,
}

#[derive(Template)]
#[template(path = "services/token_created.html")]
struct CreatedPage {
    page: Layout,
    token: Zeroizing<String>,
}

/// The gate tokens, the newest first, revoked ones last.
pub async fn index(visit: Visit) -> PageResult {
    let rows = tokens::gate_tokens(visit.app(), &*visit.person.0).await?;
    render(&IndexPage {
        page: visit.layout("gate-tokens"),
        rows,
        may_create: visit.person.may_here(action::CREATE_GATE_TOKEN),
        may_revoke: visit.person.may_here(action::REVOKE_GATE_TOKEN),
    })
}

/// The form for a new gate token, with the service ticked that the address names.
pub async fn new_form(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::CREATE_GATE_TOKEN)?;
    let options = WrittenOptions::of(&TokenOptions::default());
    let services = query.find("service").map(str::to_owned).into_iter().collect();
    render(&NewPage::load(&visit, WrittenToken { services, options, ..WrittenToken::default() }).await?)
}

/// Makes the gate token, or comes back with what does not fit.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::CREATE_GATE_TOKEN)?;
    let typed = typed(&form);
    let way = Way {
        what: format!("make the gate token {}", typed.name),
        back: format!("{ADDRESS}/new"),
        next: ADDRESS.to_owned(),
        text: String::new(),
    };
    match visit.grant(Grant::CreateGateToken(typed.clone()), way).await {
        Ok(answer) => Ok(answer),
        Err(failure) => {
            let (status, errors) = faults(failure)?;
            render_as(status, &NewPage { errors, ..NewPage::load(&visit, typed).await? })
        }
    }
}

/// The new token, shown once.
pub async fn created(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    visit.person.ensure_here(action::CREATE_GATE_TOKEN)?;
    let page = OncePage { purpose: NEW_TOKEN, uid: visit.person.user.uid };
    let shown = shown_once(visit.app(), &visit.person, page, query.text("t").to_owned()).await?;
    let Some(token) = shown else {
        visit.leave(Kind::Info, "Shown already. Revoke the token and make another one.");
        return Ok(see_other(ADDRESS));
    };
    render(&CreatedPage { page: visit.layout("gate-tokens"), token })
}

/// Revokes a gate token; that never waits for a code.
pub async fn revoke(visit: Visit, _form: Protected) -> PageResult {
    let name = visit.part("token").to_owned();
    tokens::revoke_gate_token(visit.app(), &*visit.person.0, name.clone()).await?;
    Ok(visit.done(ADDRESS, format!("The gate token {name} is revoked.")))
}

impl NewPage {
    async fn load(visit: &Visit, typed: WrittenToken) -> Result<Self, PageError> {
        let known = if visit.person.may_here(action::LIST_SERVICES) {
            services::services(visit.app(), &*visit.person.0).await?
        } else {
            Vec::new()
        };
        let names = known.into_iter().map(|listed| listed.service.plan.name.as_str().to_owned());
        let choices = names.map(|name| (name.clone(), typed.services.contains(&name))).collect();
        let lists_tokens = visit.person.may_here(action::LIST_GATE_TOKENS);
        Ok(Self { page: visit.layout("gate-tokens"), errors: Vec::new(), typed, choices, lists_tokens })
    }

    /// Each choice of how a request is told: name and words.
    fn headers() -> [(&'static str, &'static str); 2] {
        [
            (HeaderMode::Original.as_str(), "X-Original-Method, -Uri, -Host"),
            (HeaderMode::Forwarded.as_str(), "X-Forwarded-Method, -Uri, -Host"),
        ]
    }

    fn coverages() -> [(&'static str, &'static str); 3] {
        [
            (RequiredCoverage::Verified.as_str(), "The bytes that go on were hashed"),
            (
                RequiredCoverage::Claimed.as_str(),
                "A hash is signed that nobody works out: a changed body passes",
            ),
            (
                RequiredCoverage::None.as_str(),
                "Bodies are not covered: whoever is on the way can change them",
            ),
        ]
    }

    fn replays() -> [(&'static str, &'static str); 3] {
        [
            (TokenReplay::Writes.as_str(), "A signature of a write is good once"),
            (TokenReplay::All.as_str(), "Every signature is good once"),
            (TokenReplay::Off.as_str(), "A copied request passes again for five minutes"),
        ]
    }
}

fn typed(form: &Form) -> WrittenToken {
    let options = WrittenOptions {
        hosts: lines(form.text("hosts")),
        headers: form.text("headers").to_owned(),
        coverage: form.text("coverage").to_owned(),
        replay: form.text("replay").to_owned(),
        single_encoding: form.is_ticked("single_encoding"),
        regions: lines(form.text("regions")),
        scope_services: lines(form.text("scope_services")),
        unsigned_action: form.is_ticked("unsigned_action"),
        vend: form.is_ticked("vend"),
    };
    WrittenToken { name: form.text("name").trim().to_owned(), services: form.all("service"), options }
}
