//! One user: its first tab, its details to edit, its end.

use crate::app::{caller::Caller, users};
use crate::domain::{field::FieldError, key::SecretId, permission::action, user::Uin, user::User};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::{
    error::PageError, forms::csrf::Protected, layout::Layout, layout::filters, pages::faults::faults,
    pages::users::form::TypedDetails, pages::users::head::UserHead, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "users/edit.html")]
struct EditPage {
    page: Layout,
    errors: Vec<FieldError>,
    uin: String,
    name: String,
    typed: TypedDetails,
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
    keys: Vec<String>,
    confirm: String,
    may_keys: bool,
    lists_users: bool,
}

/// On to the first tab that the person may open.
pub async fn index(visit: Visit) -> PageResult {
    let head = UserHead::load(&visit, visit.uin()?, "").await?;
    let (_, _, address) = head.tabs.first().ok_or(PageError::NotFound)?;
    Ok(see_other(address))
}

/// The form for a user's details.
pub async fn edit_form(visit: Visit) -> PageResult {
    let user = users::head::user_to_edit(visit.app(), &visit.person, visit.uin()?).await?;
    let page = visit.layout("users");
    render(&EditPage {
        errors: Vec::new(),
        uin: user.uin.to_string(),
        name: user.name.clone(),
        typed: TypedDetails::current(user),
        lists_users: visit.person.may_here(action::LIST_USERS),
        page,
    })
}

/// Keeps the details, or comes back with what does not fit.
pub async fn edit(visit: Visit, Protected(form): Protected) -> PageResult {
    let user = users::head::user_to_edit(visit.app(), &visit.person, visit.uin()?).await?;
    let typed = TypedDetails::of(&form);
    let mut errors = Vec::new();
    let (status, errors) = match typed.check(Some(&user), &mut errors) {
        None => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Some(details) => match users::update_user(visit.app(), &visit.person, user.uin, details).await {
            Ok(()) => {
                return Ok(visit.done(&format!("/users/{}", user.uin), "The details are saved."));
            }
            Err(failure) => faults(failure)?,
        },
    };
    let page = visit.layout("users");
    let lists_users = visit.person.may_here(action::LIST_USERS);
    let again = EditPage { page, errors, uin: user.uin.to_string(), name: user.name, typed, lists_users };
    render_as(status, &again)
}

/// Asks before a user is deleted, and names the keys that have to go first.
pub async fn delete_form(visit: Visit) -> PageResult {
    let (user, keys) = users::head::user_to_delete(visit.app(), &visit.person, visit.uin()?).await?;
    let page = visit.layout("users");
    render(&DeletePage::new(&visit.person, page, user, keys))
}

/// Deletes a user whose name was typed.
pub async fn delete(visit: Visit, Protected(form): Protected) -> PageResult {
    let uin: Uin = visit.uin()?;
    let (user, keys) = users::head::user_to_delete(visit.app(), &visit.person, uin).await?;
    let confirm = form.text("confirm").to_owned();
    let (status, errors) =
        match users::removal::delete_user(visit.app(), &visit.person, uin, confirm.clone()).await {
            Ok(()) => {
                let next = if visit.person.may_here(action::LIST_USERS) { "/users" } else { "/" };
                return Ok(visit.done(next, format!("User {} is deleted.", user.name)));
            }
            Err(failure) => faults(failure)?,
        };
    let page = visit.layout("users");
    let again = DeletePage { errors, confirm, ..DeletePage::new(&visit.person, page, user, keys) };
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
            keys: named_keys(person, user.uin, keys),
            user_name: user.name,
        }
    }
}

/// The keys of a user as a sentence names them: whole for who may look at them.
pub(super) fn named_keys(person: &Caller, holder: Uin, keys: Vec<SecretId>) -> Vec<String> {
    let is_whole = person.place_of_keys(holder).is_some();
    keys.into_iter().map(|id| if is_whole { id.to_string() } else { id.short() }).collect()
}
