//! The two pages that show a SecretKey, each once per ticket.

use crate::app::Failure;
use crate::app::keys;
use crate::app::keys::Step;
use crate::app::keys::reveal::Shown;
use crate::domain::account::SecretReveal;
use crate::domain::secret::SecretKey;
use crate::http::request::request_id;
use crate::web::answer::{render, render_as, see_other, unopened};
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::flash::{self, Kind};
use crate::web::layout::{Layout, filters};
use crate::web::pages::keys::list::{KeyView, Visit, Whose};
use crate::web::pages::{keys_address, place_of, question_address, secret_id_of};
use crate::web::query::Query;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "keys/secret.html")]
struct SecretPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    secret: SecretKey,
}

#[derive(Template)]
#[template(path = "keys/created.html")]
struct CreatedPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    secret: SecretKey,
}

#[derive(Template)]
#[template(path = "keys/unreadable.html")]
struct UnreadablePage {
    page: Layout,
    list: String,
    request_id: String,
}

/// Wishes to see a SecretKey: on to the question, or to the secret where an earlier check still serves.
pub async fn ask(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    Ok(match keys::reveal::ask_secret(&context.app, &person, place, id.clone()).await? {
        Step::Done(ticket) => see_other(&format!("{}/{id}/secret?t={ticket}", keys_address(place))),
        Step::Asked(asked) => see_other(&question_address(&asked)),
    })
}

/// Shows a stored SecretKey for a ticket, and never twice for the same one.
pub async fn show(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = unopened(&request, "GET")? {
        return Ok(answer);
    }
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    let visit = Visit { context: &context, person: &person, session: &session, place };
    match keys::reveal::show_secret(&context.app, &person, place, (id, query.text("t").to_owned())).await {
        Ok(Some(Shown { holder, key, secret })) => {
            let key = KeyView::new(&key, &[], context.app.clock.now());
            render(&SecretPage { page: visit.layout(), whose: visit.whose(&holder), key, secret })
        }
        Ok(None) => Ok(back(visit, "Hidden again. Show asks for a new code.")),
        Err(failure @ (Failure::Vault(_) | Failure::Corrupt(_))) => {
            tracing::error!(error = %failure, "a stored SecretKey could not be opened");
            unreadable(visit, &request)
        }
        Err(other) => Err(other.into()),
    }
}

/// Shows the pair that was just created, where the account shows a SecretKey once.
pub async fn created(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = unopened(&request, "GET")? {
        return Ok(answer);
    }
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    let visit = Visit { context: &context, person: &person, session: &session, place };
    match keys::reveal::show_created(&context.app, &person, place, (id, query.text("t").to_owned())).await? {
        Some(Shown { holder, key, secret }) => {
            let key = KeyView::new(&key, &[], context.app.clock.now());
            render(&CreatedPage { page: visit.layout(), whose: visit.whose(&holder), key, secret })
        }
        None => Ok(back(visit, shown_before(&person))),
    }
}

fn shown_before(person: &Person) -> &'static str {
    match person.account.settings.secret_reveal {
        SecretReveal::Once => "Shown already. This SecretKey cannot be shown again.",
        SecretReveal::StepUp => "Shown already. Show displays it again after verification.",
    }
}

/// To the list, without the secret.
fn back(visit: Visit<'_>, text: &'static str) -> HttpResponse {
    flash::leave(visit.session, Kind::Info, text);
    see_other(&keys_address(visit.place))
}

fn unreadable(visit: Visit<'_>, request: &HttpRequest) -> Result<HttpResponse, PageError> {
    let page = UnreadablePage {
        page: visit.layout(),
        list: keys_address(visit.place),
        request_id: request_id(request),
    };
    render_as(StatusCode::INTERNAL_SERVER_ERROR, &page)
}
