//! Enabling, disabling and deleting a key.

use crate::app::Failure;
use crate::app::keys;
use crate::app::keys::{Operation, Place, Step};
use crate::domain::field::FieldError;
use crate::domain::key::SecretId;
use crate::domain::permission::action;
use crate::web::answer::{render, render_as, see_other};
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::keys::list::{KeyView, Visit, Whose};
use crate::web::pages::{done, keys_address, place_of, question_address, secret_id_of};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "keys/disable.html")]
struct DisablePage {
    page: Layout,
    whose: Whose,
    key: KeyView,
}

#[derive(Template)]
#[template(path = "keys/delete.html")]
struct DeletePage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    errors: Vec<FieldError>,
    typed: String,
}

#[derive(Template)]
#[template(path = "keys/still_enabled.html")]
struct StillEnabledPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    may_disable: bool,
}

/// Makes a key usable again and comes back to the list.
pub async fn enable(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let place = place_of(&request)?;
    Ok(match keys::enable_key(&context.app, &person, place, secret_id_of(&request)?).await? {
        Step::Done(()) => {
            done(&session, &keys_address(place), "Enabled. Requests signed with it are accepted again.")
        }
        Step::Asked(asked) => see_other(&question_address(&asked)),
    })
}

/// Asks before a key is disabled; the same question as the list's dialog.
pub async fn disable_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    let (holder, key) = keys::key(&context.app, &person, place, (Operation::Disable, id)).await?;
    if !key.is_enabled() {
        return Ok(see_other(&keys_address(place)));
    }
    let visit = Visit { context: &context, person: &person, session: &session, place };
    let uses = keys::usage::last_used(&context.app, vec![key.secret_id.clone()]).await?;
    let key = KeyView::new(&key, &uses, context.app.clock.now());
    render(&DisablePage { page: visit.layout(), whose: visit.whose(&holder), key })
}

/// Disables a key and comes back to the list.
pub async fn disable(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let place = place_of(&request)?;
    keys::disable_key(&context.app, &person, place, secret_id_of(&request)?).await?;
    let text = "Disabled. Requests signed with it are refused from now on.";
    Ok(done(&session, &keys_address(place), text))
}

/// Asks for the last four characters before a key is deleted.
pub async fn delete_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    let visit = Visit { context: &context, person: &person, session: &session, place };
    confirm_deletion(visit, id, String::new(), Vec::new()).await
}

/// Deletes a disabled key and comes back to the list.
pub async fn delete(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    let visit = Visit { context: &context, person: &person, session: &session, place };
    let typed = form.text("confirm").to_owned();
    match keys::delete_key(&context.app, &person, place, (id.clone(), typed.clone())).await {
        Ok(Step::Done(())) => {
            Ok(done(&session, &keys_address(place), format!("Key {} is deleted.", id.short())))
        }
        Ok(Step::Asked(asked)) => Ok(see_other(&question_address(&asked))),
        Err(Failure::Invalid(errors)) => confirm_deletion(visit, id, typed, errors).await,
        Err(Failure::Refused(_)) => confirm_deletion(visit, id, typed, Vec::new()).await,
        Err(other) => Err(other.into()),
    }
}

/// The question before a deletion; for a key that still works, the way to disable it instead.
async fn confirm_deletion(
    visit: Visit<'_>,
    id: SecretId,
    typed: String,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, PageError> {
    let app = &visit.context.app;
    let (holder, key) = keys::key(app, visit.person, visit.place, (Operation::Delete, id)).await?;
    let (page, whose) = (visit.layout(), visit.whose(&holder));
    let uses = keys::usage::last_used(app, vec![key.secret_id.clone()]).await?;
    let key = KeyView::new(&key, &uses, app.clock.now());
    if key.enabled {
        let disable = if visit.place == Place::Own { action::DISABLE_OWN_KEY } else { action::DISABLE_KEY };
        let may_disable = visit.person.may(disable, holder.uin);
        return render_as(StatusCode::CONFLICT, &StillEnabledPage { page, whose, key, may_disable });
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    render_as(status, &DeletePage { page, whose, key, errors, typed })
}
