//! Changing one's own password; also the duty of who got one from somebody else.

use crate::app::{Failure, caller::Duty, me, me::PasswordStep};
use crate::domain::{field::FieldError, secret::MalformedPassword, secret::Password};
use crate::web::{
    answer::PageResult, answer::render_as, caller::AnyPerson, error::PageError, forms::Form,
    forms::csrf::Protected, layout::Layout, layout::filters, pages::ways::question, session::continue_as,
    visit::Visit,
};
use actix_web::http::StatusCode;
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
pub async fn password_form(visit: Visit<AnyPerson>) -> PageResult {
    let page = page(&visit, Vec::new()).await?;
    render_as(StatusCode::OK, &page)
}

/// Changes the password, after a step-up where there is an authenticator app.
pub async fn change_password(visit: Visit<AnyPerson>, form: Protected) -> PageResult {
    let changed = match passwords_of(&form.0) {
        Ok((current, new)) => me::change_password(visit.app(), &visit.person, current, new).await,
        Err(errors) => Err(Failure::Invalid(errors)),
    };
    match changed {
        Ok(PasswordStep::Done(key)) => {
            continue_as(&visit.session, &key)?;
            let next = if visit.person.duty() == Duty::ChangePassword { "/" } else { "/me/security" };
            Ok(visit.done(next, "Password changed. Other sessions have ended."))
        }
        Ok(PasswordStep::Asked(asked)) => Ok(question(&asked)),
        Err(Failure::Invalid(errors)) => {
            let page = page(&visit, errors).await?;
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(visit: &Visit<AnyPerson>, errors: Vec<FieldError>) -> Result<PasswordPage, PageError> {
    let is_duty = visit.person.duty() == Duty::ChangePassword;
    Ok(PasswordPage {
        page: visit.layout("me"),
        errors,
        shortest: visit.person.account.settings.password_min_length,
        is_duty,
        asks_code: visit.person.has_mfa() && !(is_duty && visit.person.is_recovering()),
        wrong_codes: me::told_wrong_codes(visit.app(), &visit.person).await?,
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
