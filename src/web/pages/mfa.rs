//! Enrolling and removing authenticator apps, and the recovery codes that come with them.

use super::{done, question_address, render, render_as, see_other, unopened};
use crate::app::caller::{Caller, Duty};
use crate::app::mfa::{Enrolled, Enrolment, MAX_DEVICES, MfaDevice, RECOVERY_CODES};
use crate::app::{App, Failure};
use crate::domain::field::{self, FieldError};
use crate::domain::qr;
use crate::domain::secret::{MalformedPassword, Password, TotpSeed};
use crate::domain::totp::{Code, otpauth_url};
use crate::web::caller::{AnyPerson, Person};
use crate::web::context::WebContext;
use crate::web::csrf::Protected;
use crate::web::error::PageError;
use crate::web::filters;
use crate::web::flash::{self, Kind};
use crate::web::form::Form;
use crate::web::layout::Layout;
use crate::web::query::Query;
use crate::web::session::continue_as;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use zeroize::Zeroizing;

const ISSUER: &str = "Camlock";
const DEFAULT_NAME: &str = "Authenticator app";
const LONGEST_NAME: usize = 64;

#[derive(Template)]
#[template(path = "me/mfa_new.html")]
struct EnrolPage {
    page: Layout,
    errors: Vec<FieldError>,
    is_duty: bool,
    is_recovering: bool,
    asks_password: bool,
    then: String,
    device_name: String,
    label: String,
    secret: Zeroizing<String>,
    link: Zeroizing<String>,
    qr: Zeroizing<String>,
}

#[derive(Template)]
#[template(path = "me/recovery.html")]
struct RecoveryPage {
    page: Layout,
    codes: Zeroizing<String>,
    next: String,
    is_asked: bool,
}

/// What was typed into the form, and where it leads afterwards.
struct Typed {
    name: String,
    then: String,
    errors: Vec<FieldError>,
}

/// Shows a seed to scan; where an authenticator app exists, it has to vouch for the new one first.
pub async fn new_form(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    let typed = Typed { name: String::new(), then: question_id(query.text("then")), errors: Vec::new() };
    show(&context, &person, &session, typed).await
}

/// Registers the app whose code was typed.
pub async fn enrol(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
    form: Protected,
) -> Result<HttpResponse, PageError> {
    let form = form.0;
    let then = question_id(form.text("then"));
    let held = context.app.factors(&person).await?.0;
    let enrolled = match read(&form, &person, &held) {
        Ok(enrolment) => context.app.enrol(&person, enrolment).await,
        Err(errors) => Err(Failure::Invalid(errors)),
    };
    let errors = match enrolled {
        Ok(enrolled) => return finish(&session, enrolled, &then),
        Err(Failure::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    show(&context, &person, &session, Typed { name: form.text("name").to_owned(), then, errors }).await
}

/// Asks for the step-up that removes an app.
pub async fn remove(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let device = request.match_info().get("device").unwrap_or_default().to_owned();
    let asked = context.app.ask_device_removal(&person, device).await?;
    Ok(see_other(&question_address(&asked)))
}

/// Shows new recovery codes, once.
pub async fn recovery(
    request: HttpRequest,
    context: Data<WebContext>,
    person: AnyPerson,
    query: Query,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = unopened(&request, "GET, POST")? {
        return Ok(answer);
    }
    let session = actix_session::SessionExt::get_session(&request);
    let Some(ticket) = query.find("t") else { return Ok(see_other("/me/security")) };
    let shown = context.app.shown_once(&person, RECOVERY_CODES, person.user.uid, ticket.to_owned());
    let Some(codes) = shown.await? else {
        let text = "The codes were shown already. Replace them to get new ones.";
        flash::leave(&session, Kind::Info, text);
        return Ok(see_other("/me/security"));
    };
    let then = question_id(query.text("then"));
    render(&RecoveryPage {
        page: Layout::new(&context, &person, &session, "me"),
        codes,
        next: if then.is_empty() { "/me/security".to_owned() } else { format!("/verify?c={then}") },
        is_asked: !then.is_empty(),
    })
}

/// Asks for the step-up that replaces the recovery codes.
pub async fn replace_recovery(
    context: Data<WebContext>,
    person: Person,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let asked = context.app.ask_recovery_codes(&person).await?;
    Ok(see_other(&question_address(&asked)))
}

async fn show(
    context: &WebContext,
    person: &AnyPerson,
    session: &Session,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let held = context.app.factors(person).await?.0;
    if held.len() >= MAX_DEVICES {
        let text = "Five authenticator apps are registered. Remove one first.";
        return Err(PageError::Refused(text.to_owned()));
    }
    let Some(seed) = context.app.enrolment_seed(person).await? else {
        return vouch(context, person, session, &typed).await;
    };
    let status = if typed.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Layout::new(context, person, session, "me");
    render_as(
        status,
        &EnrolPage::new(page, person, &seed, Typed { name: name_of(&typed.name, &held), ..typed }),
    )
}

/// Leads to the step-up by an app that exists; also when the page was open for so long that its seed is gone.
async fn vouch(
    context: &WebContext,
    person: &Caller,
    session: &Session,
    typed: &Typed,
) -> Result<HttpResponse, PageError> {
    let asked = context.app.ask_new_device(person).await?;
    if !typed.errors.is_empty() {
        flash::leave(session, Kind::Warn, "The page for the new app was open for too long. Verify again.");
    }
    Ok(see_other(&question_address(&asked)))
}

fn finish(session: &Session, enrolled: Enrolled, then: &str) -> Result<HttpResponse, PageError> {
    continue_as(session, &enrolled.session)?;
    if let Some(ticket) = enrolled.codes_ticket {
        let back = if then.is_empty() { String::new() } else { format!("&then={then}") };
        return Ok(see_other(&format!("/me/mfa/recovery?t={ticket}{back}")));
    }
    if !then.is_empty() {
        return Ok(done(
            session,
            &format!("/verify?c={then}"),
            "Authenticator app added. Wait for its next code: each one works once.",
        ));
    }
    Ok(done(session, "/me/security", "Authenticator app added. Other sessions have ended."))
}

impl EnrolPage {
    fn new(page: Layout, person: &Caller, seed: &TotpSeed, typed: Typed) -> Self {
        let label = format!("{}@{}", person.user.name, person.account.name);
        let link = otpauth_url(seed, &label, ISSUER);
        Self {
            page,
            errors: typed.errors,
            is_duty: person.duty == Duty::EnrolMfa,
            is_recovering: person.is_recovering(),
            asks_password: App::enrolment_asks_password(person),
            then: typed.then,
            device_name: typed.name,
            label,
            secret: seed.base32(),
            qr: Zeroizing::new(qr::svg(&link).unwrap_or_default()),
            link,
        }
    }
}

fn read(form: &Form, person: &Caller, held: &[MfaDevice]) -> Result<Enrolment, Vec<FieldError>> {
    let name = field::line("name", ("name", "名称"), &name_of(form.text("name"), held), LONGEST_NAME);
    let code = Code::parse(form.text("code"))
        .map_err(|_| FieldError::on_page("code", "Enter the six digits that the authenticator app shows."));
    let password = if App::enrolment_asks_password(person) {
        Password::parse(form.text("password")).map(Some).map_err(|refusal| match refusal {
            MalformedPassword::Empty => FieldError::on_page("password", "Enter your password."),
            other => FieldError::on_page("password", other),
        })
    } else {
        Ok(None)
    };
    match (name, code, password) {
        (Ok(name), Ok(code), Ok(password)) => Ok(Enrolment { name, code, password }),
        (name, code, password) => {
            Err(name.err().into_iter().chain(password.err()).chain(code.err()).collect())
        }
    }
}

/// The name as typed, or one that no other app of this person has.
fn name_of(typed: &str, held: &[MfaDevice]) -> String {
    if !typed.trim().is_empty() {
        return typed.to_owned();
    }
    let numbered = (2..).map(|number| format!("{DEFAULT_NAME} {number}"));
    std::iter::once(DEFAULT_NAME.to_owned())
        .chain(numbered)
        .find(|name| held.iter().all(|device| device.name != *name))
        .unwrap_or_default()
}

/// The id of a waiting question to go back to, if it can be one.
fn question_id(text: &str) -> String {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if fits { text.to_owned() } else { String::new() }
}
