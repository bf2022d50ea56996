//! Changing one's own password; also the duty of who got one from somebody else.

use crate::app::Failure;
use crate::app::caller::Duty;
use crate::app::me;
use crate::app::me::PasswordStep;
use crate::domain::field::FieldError;
use crate::domain::secret::{MalformedPassword, Password};
use crate::web::answer::{render_as, see_other};
use crate::web::caller::AnyPerson;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::Form;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::{done, question_address};
use crate::web::session::continue_as;
use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

#[derive(Template)]
#[template(path = "me/password.html")]
struct PasswordPage {
    page: Layout,
    errors: Vec<FieldError>,
    shortest: i64,
    is_duty: bool,
    asks_code: bool,
    wrong_codes: Option<i64>,
}

/// Asks for the present password and a new one.
pub async fn password_form(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let page = page(&context, &person, &session, Vec::new()).await?;
    render_as(StatusCode::OK, &page)
}

/// Changes the password, after a step-up where there is an authenticator app.
pub async fn change_password(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
    form: Protected,
) -> Result<HttpResponse, PageError> {
    let changed = match passwords_of(&form.0) {
        Ok((current, new)) => me::change_password(&context.app, &person, current, new).await,
        Err(errors) => Err(Failure::Invalid(errors)),
    };
    match changed {
        Ok(PasswordStep::Done(key)) => {
            continue_as(&session, &key)?;
            let next = if person.duty == Duty::ChangePassword { "/" } else { "/me/security" };
            Ok(done(&session, next, "Password changed. Other sessions have ended."))
        }
        Ok(PasswordStep::Asked(asked)) => Ok(see_other(&question_address(&asked))),
        Err(Failure::Invalid(errors)) => {
            let page = page(&context, &person, &session, errors).await?;
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(
    context: &WebContext,
    person: &AnyPerson,
    session: &Session,
    errors: Vec<FieldError>,
) -> Result<PasswordPage, PageError> {
    let is_duty = person.duty == Duty::ChangePassword;
    Ok(PasswordPage {
        page: Layout::new(context, person, session, "me"),
        errors,
        shortest: person.account.settings.password_min_length,
        is_duty,
        asks_code: person.has_mfa && !(is_duty && person.is_recovering()),
        wrong_codes: me::told_wrong_codes(&context.app, person).await?,
    })
}

fn passwords_of(form: &Form) -> Result<(Password, Password), Vec<FieldError>> {
    let read = |field: &'static str, missing: &str| {
        Password::parse(form.text(field)).map_err(|refusal| match refusal {
            MalformedPassword::Empty => FieldError::on_page(field, missing),
            other => FieldError::on_page(field, other),
        })
    };
    let current = read("current_password", "Enter your current password.");
    let new = read("new_password", "Enter a new password.");
    match (current, new) {
        (Ok(current), Ok(new)) => Ok((current, new)),
        (current, new) => Err(current.err().into_iter().chain(new.err()).collect()),
    }
}
