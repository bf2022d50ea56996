//! The second step of signing in: a code or a recovery code.

use crate::app::sign_in::{SignedIn, second_step, second_step::SecondStep, second_step::Waiting};
use crate::app::{factors, session::id_of_cookie, session::person};
use crate::domain::{field::FieldError, recovery, recovery::RecoveryCode, totp::Code};
use crate::web::pages::sign_in::door::{
    DoorForm, DoorRefusal, device, let_in, onward, safe_next, told, with_next,
};
use crate::web::{
    answer::PageResult, error::PageError, forms::csrf::ProtectedDoor, layout::filters, layout::flash::Kind,
    query::Query, session, visit::Stranger, visit::Visit,
};
use actix_session::Session;
use actix_web::http::StatusCode;
use askama::Template;

const WRONG_CODE: &str =
    "That code is not correct or was already used. Wait for the next code and try again.";
const WRONG_RECOVERY_CODE: &str = "That recovery code is not correct or was already used. Enter another one.";

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

/// The page that asks for a code.
pub async fn verify_form(visit: Visit<Stranger>, query: Query) -> PageResult {
    let page = verify_page(&visit, query.text("next")).await?;
    page.door.answer(StatusCode::OK, &page)
}

/// Checks the code.
pub async fn verify(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    let signed = match Code::parse(form.text("code")) {
        Ok(code) => second_step::verify_sign_in(visit.app(), step_of(&visit)?, code).await,
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
        waiting: second_step::waiting(visit.app(), half(&visit.session)?).await?,
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
        Ok(code) => second_step::recover_sign_in(visit.app(), step_of(&visit)?, code).await,
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
        waiting: second_step::waiting(visit.app(), half(&visit.session)?).await?,
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

/// Whoever takes the second step.
fn step_of(visit: &Visit<Stranger>) -> Result<SecondStep, PageError> {
    let (device, source) = (device(visit), visit.source());
    Ok(SecondStep { session: half(&visit.session)?, device, source })
}

/// The session of somebody whose second step is still to come.
fn half(session: &Session) -> Result<String, PageError> {
    session::id(session).ok_or_else(|| PageError::Elsewhere("/login".to_owned()))
}
