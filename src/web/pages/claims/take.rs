//! What an opened claim link hands over: a pair that is shown once, or the choice of the first password.

use crate::app::claims::taking::{Choosing, choose_password, choosing, take_key};
use crate::app::{Failure, keys::reveal::Shown};
use crate::domain::{field::FieldError, secret::Password, secret::SecretKey};
use crate::web::pages::claims::open::{closed, visitor};
use crate::web::{
    answer::PageResult, answer::render, answer::see_other, error::PageError, forms::csrf::ProtectedDoor,
    layout::filters, pages::faults::faults, pages::sign_in::door::DoorForm, query::Query, visit::Stranger,
    visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "claims/key.html")]
struct KeyPage {
    user_name: String,
    secret_id: String,
    secret: SecretKey,
}

#[derive(Template)]
#[template(path = "claims/password.html")]
struct PasswordPage {
    door: DoorForm,
    errors: Vec<FieldError>,
    id: String,
    account: String,
    account_name: String,
    user_name: String,
    shortest: i64,
}

/// The pair, once.
pub async fn key(visit: Visit<Stranger>, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    let id = visit.part("claim").to_owned();
    let taken = take_key(visit.app(), id, query.text("t").to_owned(), visitor(&visit)).await?;
    let Some(Shown { holder, key, secret }) = taken else { return closed(&visit, Failure::NotProven) };
    render(&KeyPage { user_name: holder.name, secret_id: key.secret_id.to_string(), secret })
}

/// The form for the first password, for the browser that opened the link.
pub async fn password_form(visit: Visit<Stranger>) -> PageResult {
    let id = visit.part("claim").to_owned();
    let Some(choosing) = choosing(visit.app(), id.clone(), &visitor(&visit)).await? else {
        return closed(&visit, Failure::NotProven);
    };
    let page = PasswordPage::new(&visit, id, choosing)?;
    page.door.answer(StatusCode::OK, &page)
}

/// Keeps the password and leads to sign-in, or comes back with what does not fit.
pub async fn set_password(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    let id = visit.part("claim").to_owned();
    let password =
        Password::parse(form.text("password")).map_err(|refusal| FieldError::on_page("password", refusal));
    let chosen = match password {
        Ok(password) => choose_password(visit.app(), id.clone(), password, visitor(&visit)).await,
        Err(error) => Err(error.into()),
    };
    match chosen {
        Ok(Some(user)) => Ok(see_other(&format!("/login?account={}", user.owner_uin))),
        Ok(None) | Err(Failure::NotFound) => closed(&visit, Failure::NotProven),
        Err(failure) => {
            let (status, errors) = faults(failure)?;
            let Some(choosing) = choosing(visit.app(), id.clone(), &visitor(&visit)).await? else {
                return closed(&visit, Failure::NotProven);
            };
            let page = PasswordPage { errors, ..PasswordPage::new(&visit, id, choosing)? };
            page.door.answer(status, &page)
        }
    }
}

impl PasswordPage {
    fn new(visit: &Visit<Stranger>, id: String, choosing: Choosing) -> Result<Self, PageError> {
        let Choosing { user, account } = choosing;
        Ok(Self {
            door: DoorForm::new(visit)?,
            errors: Vec::new(),
            id,
            account: user.owner_uin.to_string(),
            account_name: account.name,
            user_name: user.name,
            shortest: account.settings.password_min_length,
        })
    }
}
