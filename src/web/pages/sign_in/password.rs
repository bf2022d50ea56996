//! The way in and out: name and password.

use crate::app::{Failure, forms, sign_in, sign_in::Credentials};
use crate::domain::{field::FieldError, secret::MalformedPassword, secret::Password, user::Uin};
use crate::web::pages::sign_in::door::{DoorForm, DoorRefusal, device, let_in, onward, safe_next, with_next};
use crate::web::{
    answer::PageResult, answer::see_other, caller::AnyPerson, error::PageError, forms::Form,
    forms::csrf::ProtectedDoor, forms::csrf::ProtectedSignOut, forms::kept, layout::filters, query::Query,
    visit::Stranger, visit::Visit,
};
use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

const WRONG_PAIR: &str = "User name or password is not correct.";
/// The same where several accounts are and none was named.
const WRONG_OR_NO_ACCOUNT: &str = "User name or password is not correct, or the account UIN is missing: sub-users enter that of their account.";

#[derive(Template)]
#[template(path = "sign_in/login.html")]
struct LoginPage {
    door: DoorForm,
    errors: Vec<FieldError>,
    asks_account: bool,
    signed_out: bool,
    /// What is said to somebody whose session has ended.
    ended: &'static str,
    account: String,
    user_name: String,
    next: String,
}

/// The sign-in page.
pub async fn form(visit: Visit<Stranger>, person: Result<AnyPerson, PageError>, query: Query) -> PageResult {
    match person {
        // Who has just set up may as well sign in as everybody does.
        Ok(person) if person.has_just_set_up() => {}
        Ok(_) => return Ok(see_other("/")),
        Err(PageError::Elsewhere(_)) => {}
        Err(other) => return Err(other),
    }
    let way = sign_in::door(visit.app()).await?;
    if !way.is_set_up {
        return Ok(see_other("/setup"));
    }
    let next = safe_next(query.text("next"));
    let named = Uin::parse(query.text("account")).ok();
    let account = named.or_else(|| remembered(&visit));
    let page = LoginPage {
        door: DoorForm::new(&visit)?,
        errors: Vec::new(),
        asks_account: way.asks_account || named.is_some(),
        signed_out: query.find("signed_out").is_some(),
        ended: told_of_end(&visit, &next, query.find("ended").is_some()).await?,
        account: account.map(|uin| uin.to_string()).unwrap_or_default(),
        user_name: String::new(),
        next,
    };
    page.door.answer(StatusCode::OK, &page)
}

async fn told_of_end(visit: &Visit<Stranger>, next: &str, is_ended: bool) -> Result<&'static str, PageError> {
    let is_kept = match kept::name_in(next) {
        Some(name) => forms::kept::is_form_kept(visit.app(), &name).await?,
        None => false,
    };
    Ok(match (is_kept, is_ended) {
        (true, _) => "Your session ended. Sign in, and your form is back.",
        (false, true) => "Your session ended, and nothing was done. Sign in again.",
        (false, false) => "",
    })
}

/// Checks name and password.
pub async fn submit(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    let way = sign_in::door(visit.app()).await?;
    if !way.is_set_up {
        return Ok(see_other("/setup"));
    }
    let next = safe_next(form.text("next"));
    let signed = match credentials(&visit, &form) {
        Ok(credentials) => sign_in::sign_in(visit.app(), credentials, visit.source()).await,
        Err(failure) => Err(failure),
    };
    let refusal = match signed {
        Ok(signed) if signed.needs_code => {
            return let_in(&visit, &signed, &with_next("/login/verify", &next));
        }
        Ok(signed) => return let_in(&visit, &signed, &onward(&visit.session, &signed, &next)),
        Err(failure) => {
            let is_missing = way.asks_account && form.text("account").trim().is_empty();
            let text = if is_missing { WRONG_OR_NO_ACCOUNT } else { WRONG_PAIR };
            DoorRefusal::new(failure, FieldError::on_page("user_name", text))?
        }
    };
    let page = LoginPage {
        door: DoorForm::new(&visit)?,
        errors: refusal.errors.clone(),
        asks_account: way.asks_account || !form.text("account").is_empty(),
        signed_out: false,
        ended: told_of_end(&visit, &next, false).await?,
        account: form.text("account").to_owned(),
        user_name: form.text("user_name").to_owned(),
        next,
    };
    refusal.answer(&page.door, &page)
}

fn credentials(visit: &Visit<Stranger>, form: &Form) -> Result<Credentials, Failure> {
    let user_name = form.text("user_name").to_owned();
    let mut errors = Vec::new();
    if user_name.trim().is_empty() {
        errors.push(FieldError::on_page("user_name", "Enter your user name."));
    }
    match Password::parse(form.text("password")) {
        Ok(password) if errors.is_empty() => Ok(Credentials {
            account: form.text("account").to_owned(),
            user_name,
            password,
            device: device(visit),
        }),
        Err(MalformedPassword::TooLong | MalformedPassword::Untypable) if errors.is_empty() => {
            Err(Failure::NotProven)
        }
        Err(MalformedPassword::Empty) => {
            errors.push(FieldError::on_page("password", "Enter your password."));
            Err(Failure::Invalid(errors))
        }
        _ => Err(Failure::Invalid(errors)),
    }
}

/// The account that this browser signed in to last.
fn remembered(visit: &Visit<Stranger>) -> Option<Uin> {
    let cookie = visit.request.cookie(&visit.context.cookies.account)?;
    Uin::parse(cookie.value()).ok()
}

/// Ends the session. The browser stays known, so that strangers' guesses cannot lock its person out.
pub async fn sign_out(visit: Visit<Stranger>, ProtectedSignOut(person): ProtectedSignOut) -> PageResult {
    crate::app::session::sign_out(visit.app(), &person).await?;
    visit.session.purge();
    Ok(HttpResponse::SeeOther()
        .insert_header(("location", "/login?signed_out=1"))
        .insert_header(("clear-site-data", "\"cache\", \"storage\""))
        .finish())
}
