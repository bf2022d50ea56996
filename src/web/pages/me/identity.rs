//! Which account to act in, for people who work in more than one.

use crate::domain::user::{Uin, User};
use crate::web::answer::{render, see_other};
use crate::web::caller::AnyPerson;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::session;
use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

struct Choice {
    user: User,
    account_name: String,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "sign_in/identity.html")]
struct IdentityPage {
    page: Layout,
    choices: Vec<Choice>,
}

/// The accounts that the person can act in.
pub async fn form(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let found = crate::app::session::identities(&context.app, &person).await?;
    let choices = found
        .into_iter()
        .filter(|(user, _)| user.console_login)
        .map(|(user, account_name)| Choice { is_current: user.uid == person.user.uid, user, account_name })
        .collect();
    render(&IdentityPage { page: Layout::new(&context, &person, &session, ""), choices })
}

/// Acts in the chosen account from now on.
pub async fn switch(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let owner = Uin::parse(form.text("owner_uin")).map_err(|_| PageError::NotFound)?;
    let wanted = session::wanted(&session);
    if owner != person.owner() {
        let key = crate::app::session::switch_identity(&context.app, &person, owner).await?;
        session::continue_as(&session, &key)?;
    }
    Ok(see_other(wanted.as_deref().unwrap_or("/")))
}
