//! One user: its first tab, its details to edit, its end.

use crate::app::caller::Caller;
use crate::app::users;
use crate::domain::field::FieldError;
use crate::domain::key::SecretId;
use crate::domain::permission::action;
use crate::domain::user::{Uin, User};
use crate::web::answer::{render, render_as, see_other};
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::faults::faults;
use crate::web::pages::users::form::Typed;
use crate::web::pages::users::head::UserHead;
use crate::web::pages::{done, uin_of};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "users/edit.html")]
struct EditPage {
    page: Layout,
    errors: Vec<FieldError>,
    uin: String,
    name: String,
    typed: Typed,
    lists_users: bool,
}

#[derive(Template)]
#[template(path = "users/delete.html")]
struct DeletePage {
    page: Layout,
    errors: Vec<FieldError>,
    uin: String,
    user_name: String,
    kind: &'static str,
    keys: Vec<SecretId>,
    confirm: String,
    may_keys: bool,
    lists_users: bool,
}

/// On to the first tab that the person may open.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
) -> Result<HttpResponse, PageError> {
    let head = UserHead::load(&context, &person, uin_of(&request)?, "").await?;
    let (_, _, address) = head.tabs.first().ok_or(PageError::NotFound)?;
    Ok(see_other(address))
}

/// The form for a user's details.
pub async fn edit_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let user = users::head::user_to_edit(&context.app, &person, uin_of(&request)?).await?;
    let page = Layout::new(&context, &person, &session, "users");
    render(&EditPage {
        errors: Vec::new(),
        uin: user.uin.to_string(),
        name: user.name.clone(),
        typed: Typed::current(user),
        lists_users: person.may_here(action::LIST_USERS),
        page,
    })
}

/// Keeps the details, or comes back with what does not fit.
pub async fn edit(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let user = users::head::user_to_edit(&context.app, &person, uin_of(&request)?).await?;
    let typed = Typed::of(&form);
    let mut errors = Vec::new();
    let (status, errors) = match typed.check(Some(&user), &mut errors) {
        None => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Some(details) => match users::update_user(&context.app, &person, user.uin, details).await {
            Ok(()) => {
                return Ok(done(&session, &format!("/users/{}", user.uin), "The details are saved."));
            }
            Err(failure) => faults(failure)?,
        },
    };
    let page = Layout::new(&context, &person, &session, "users");
    let lists_users = person.may_here(action::LIST_USERS);
    let again = EditPage { page, errors, uin: user.uin.to_string(), name: user.name, typed, lists_users };
    render_as(status, &again)
}

/// Asks before a user is deleted, and names the keys that have to go first.
pub async fn delete_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let (user, keys) = users::head::user_to_delete(&context.app, &person, uin_of(&request)?).await?;
    let page = Layout::new(&context, &person, &session, "users");
    render(&DeletePage::new(&person, page, user, keys))
}

/// Deletes a user whose name was typed.
pub async fn delete(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let uin: Uin = uin_of(&request)?;
    let (user, keys) = users::head::user_to_delete(&context.app, &person, uin).await?;
    let confirm = form.text("confirm").to_owned();
    let (status, errors) =
        match users::removal::delete_user(&context.app, &person, uin, confirm.clone()).await {
            Ok(()) => {
                let next = if person.may_here(action::LIST_USERS) { "/users" } else { "/" };
                return Ok(done(&session, next, format!("User {} is deleted.", user.name)));
            }
            Err(failure) => faults(failure)?,
        };
    let page = Layout::new(&context, &person, &session, "users");
    let again = DeletePage { errors, confirm, ..DeletePage::new(&person, page, user, keys) };
    render_as(status, &again)
}

impl DeletePage {
    fn new(person: &Caller, page: Layout, user: User, keys: Vec<SecretId>) -> Self {
        Self {
            page,
            errors: Vec::new(),
            uin: user.uin.to_string(),
            kind: user.kind.as_str(),
            confirm: String::new(),
            may_keys: person.may(action::QUERY_KEY, user.uin),
            lists_users: person.may_here(action::LIST_USERS),
            user_name: user.name,
            keys,
        }
    }
}
