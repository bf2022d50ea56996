//! The way in and out: name and password, then a code or a recovery code.

pub(super) mod door;

use crate::app::sign_in::{Credentials, DEVICE_COOKIE_SECONDS, SignedIn};
use crate::app::{
    Failure, factors, forms, session::id_of_cookie, session::person, sign_in,
    sign_in::second_step::SecondStep, sign_in::second_step::Waiting,
};
use crate::domain::{
    field::FieldError, recovery, recovery::RecoveryCode, secret::MalformedPassword, secret::Password,
    totp::Code, user::Uin,
};
use crate::web::pages::sign_in::door::{DoorForm, DoorRefusal, add_cookie, safe_next, told, with_next};
use crate::web::{
    answer::PageResult, answer::see_other, caller::AnyPerson, error::PageError, forms::Form,
    forms::csrf::ProtectedDoor, forms::csrf::ProtectedSignOut, forms::kept, layout::filters,
    layout::flash::Kind, query::Query, session, visit::Stranger, visit::Visit,
};
use actix_session::Session;
use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

const WRONG_PAIR: &str = "User name or password is not correct.";
/// The same where several accounts are and none was named.
const WRONG_OR_NO_ACCOUNT: &str = "User name or password is not correct, or the account UIN is missing: sub-users enter that of their account.";
const WRONG_CODE: &str =
    "That code is not correct or was already used. Wait for the next code and try again.";
const WRONG_RECOVERY_CODE: &str = "That recovery code is not correct or was already used. Enter another one.";

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

#[derive(Template)]
#[template(path = "sign_in/verify.html")]
struct VerifyPage {
    door: DoorForm,
    errors: Vec<FieldError>,
    waiting: Waiting,
    next: String,
    onward: String,
    now: i64,
}

#[derive(Template)]
#[template(path = "sign_in/recovery.html")]
struct RecoveryPage {
    door: DoorForm,
    errors: Vec<FieldError>,
    waiting: Waiting,
    next: String,
    onward: String,
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

/// The page that asks for a code.
pub async fn verify_form(visit: Visit<Stranger>, query: Query) -> PageResult {
    let page = verify_page(&visit, query.text("next")).await?;
    page.door.answer(StatusCode::OK, &page)
}

/// Checks the code.
pub async fn verify(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    let signed = match Code::parse(form.text("code")) {
        Ok(code) => sign_in::second_step::verify_sign_in(visit.app(), second_step(&visit)?, code).await,
        Err(error) => Err(FieldError::on_page("code", error).into()),
    };
    let refusal = match signed {
        Ok(signed) => {
            let next = safe_next(form.text("next"));
            return let_in(&visit, &signed, &onward(&visit.session, &signed, &next));
        }
        Err(failure) => DoorRefusal::new(failure, FieldError::on_page("code", WRONG_CODE))?,
    };
    let mut page = verify_page(&visit, form.text("next")).await?;
    page.errors.clone_from(&refusal.errors);
    refusal.answer(&page.door, &page)
}

async fn verify_page(visit: &Visit<Stranger>, next: &str) -> Result<VerifyPage, PageError> {
    let next = safe_next(next);
    Ok(VerifyPage {
        waiting: sign_in::second_step::waiting(visit.app(), half(&visit.session)?).await?,
        door: DoorForm::new(visit)?,
        errors: Vec::new(),
        onward: with_next("/login/recovery", &next),
        next,
        now: visit.app().clock.now(),
    })
}

/// The page that asks for a recovery code.
pub async fn recovery_form(visit: Visit<Stranger>, query: Query) -> PageResult {
    let page = recovery_page(&visit, query.text("next")).await?;
    page.door.answer(StatusCode::OK, &page)
}

/// Checks the recovery code.
pub async fn recover(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    let signed = match RecoveryCode::parse(form.text("recovery_code")) {
        Ok(code) => sign_in::second_step::recover_sign_in(visit.app(), second_step(&visit)?, code).await,
        Err(error) => Err(FieldError::on_page("recovery_code", error).into()),
    };
    let refusal = match signed {
        Ok(signed) => {
            let answer = let_in(&visit, &signed, "/me/security")?;
            let left = codes_left(&visit, &signed).await?;
            visit.leave(Kind::Warn, format!("{left} {}", told(&signed)).trim_end());
            return Ok(answer);
        }
        Err(failure) => DoorRefusal::new(failure, FieldError::on_page("recovery_code", WRONG_RECOVERY_CODE))?,
    };
    let mut page = recovery_page(&visit, form.text("next")).await?;
    page.errors.clone_from(&refusal.errors);
    refusal.answer(&page.door, &page)
}

async fn recovery_page(visit: &Visit<Stranger>, next: &str) -> Result<RecoveryPage, PageError> {
    let next = safe_next(next);
    Ok(RecoveryPage {
        waiting: sign_in::second_step::waiting(visit.app(), half(&visit.session)?).await?,
        door: DoorForm::new(visit)?,
        errors: Vec::new(),
        onward: with_next("/login/verify", &next),
        next,
    })
}

/// What a person who came in by a recovery code has to know beside what the page itself says.
async fn codes_left(visit: &Visit<Stranger>, signed: &SignedIn) -> Result<String, PageError> {
    let caller = person::caller(visit.app(), id_of_cookie(&signed.session), visit.source()).await?;
    let (_, left) = factors::devices::factors(visit.app(), &caller).await?;
    Ok(format!("{left} of {} recovery codes are left.", recovery::COUNT))
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

/// Continues under the session that was begun.
pub(super) fn let_in(visit: &Visit<Stranger>, signed: &SignedIn, address: &str) -> PageResult {
    session::continue_as(&visit.session, &signed.session)?;
    let told = told(signed);
    if !told.is_empty() {
        visit.leave(Kind::Warn, told);
    }
    let mut answer = see_other(address);
    if let Some(device) = &signed.device {
        let names = &visit.context.cookies;
        add_cookie(&mut answer, &names.cookie(&names.device, device.clone(), DEVICE_COOKIE_SECONDS))?;
        let account = signed.account.to_string();
        add_cookie(&mut answer, &names.cookie(&names.account, account, DEVICE_COOKIE_SECONDS))?;
    }
    Ok(answer)
}

/// The account that this browser signed in to last.
fn remembered(visit: &Visit<Stranger>) -> Option<Uin> {
    let cookie = visit.request.cookie(&visit.context.cookies.account)?;
    Uin::parse(cookie.value()).ok()
}

/// The cookie of a browser that signed in before.
fn device(visit: &Visit<Stranger>) -> Option<String> {
    visit.request.cookie(&visit.context.cookies.device).map(|cookie| cookie.value().to_owned())
}

/// Whoever takes the second step.
fn second_step(visit: &Visit<Stranger>) -> Result<SecondStep, PageError> {
    let (device, source) = (device(visit), visit.source());
    Ok(SecondStep { session: half(&visit.session)?, device, source })
}

/// The session of somebody whose second step is still to come.
fn half(session: &Session) -> Result<String, PageError> {
    session::id(session).ok_or_else(|| PageError::Elsewhere("/login".to_owned()))
}

fn onward(session: &Session, signed: &SignedIn, next: &str) -> String {
    if signed.can_switch && kept::name_in(next).is_some() {
        session::want(session, next);
    }
    match (signed.can_switch, next) {
        (true, _) => "/identity".to_owned(),
        (false, "") => "/".to_owned(),
        (false, next) => next.to_owned(),
    }
}
