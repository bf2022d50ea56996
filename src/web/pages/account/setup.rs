//! The first run: the root account, its password and its authenticator app, in one form.

use crate::app::{Failure, account, account::setup::Setup, account::setup::faults_of_setup_password};
use crate::domain::{
    field, field::FieldError, qr, secret::Password, secret::TotpSeed, totp::Code, totp::otpauth_url,
    user::User, user::UserName,
};
use crate::http::request::request_id;
use crate::web::answer::{PageResult, render_as, see_other};
use crate::web::{
    caller::AnyPerson, error::PageError, forms::Form, forms::csrf::ProtectedDoor, layout::filters,
    pages::sign_in::door::DoorForm, pages::sign_in::door::let_in, query::Query, visit::Stranger,
    visit::Visit,
};
use actix_web::{HttpRequest, http::StatusCode, http::header::HOST};
use askama::Template;
use zeroize::Zeroizing;

const MAX_ACCOUNT_NAME: usize = 64;

#[derive(Template)]
#[template(path = "setup/index.html")]
struct SetupPage {
    door: DoorForm,
    errors: Vec<FieldError>,
    token: String,
    account_name: String,
    user_name: String,
    secret: Zeroizing<String>,
    otpauth: Zeroizing<String>,
    qr: Zeroizing<String>,
    is_insecure: bool,
}

/// Why there is no form: the address is not good, or everything is set up.
#[derive(Template)]
#[template(path = "setup/closed.html")]
struct ClosedPage {
    is_set_up: bool,
    request_id: String,
}

#[derive(Template)]
#[template(path = "setup/recovery.html")]
struct RecoveryPage {
    /// Empty when they were shown before.
    codes: Vec<Zeroizing<String>>,
    /// The account that was made, while the page may say so.
    account: Option<Made>,
    is_signed_in: bool,
    public_url: String,
    /// Whether the browser used that address.
    is_reached: bool,
    is_https: bool,
    is_insecure: bool,
    now: i64,
}

/// Who signs in where, for the page and for the file with the codes.
struct Made {
    uin: String,
    user_name: String,
    address: String,
}

impl SetupPage {
    fn new(visit: &Visit<Stranger>, seed: &TotpSeed) -> Result<Self, PageError> {
        let otpauth = otpauth_url(seed, &format!("root at {}", visit.context.public_url.host()), "Camlock");
        let qr = qr::svg(&otpauth).ok_or_else(|| PageError::Internal("no QR code".into()))?;
        Ok(Self {
            door: DoorForm::new(visit)?,
            errors: Vec::new(),
            token: String::new(),
            account_name: String::new(),
            user_name: String::new(),
            secret: seed.base32(),
            otpauth,
            qr: qr.into(),
            is_insecure: !visit.context.public_url.is_trustworthy(),
        })
    }
}

/// The form, for who holds the one-time address.
pub async fn form(visit: Visit<Stranger>, query: Query) -> PageResult {
    let token = query.text("token").to_owned();
    match account::setup::setup_seed(visit.app(), token.clone()).await {
        Ok(seed) => {
            let page = SetupPage { token, ..SetupPage::new(&visit, &seed)? };
            page.door.answer(StatusCode::OK, &page)
        }
        Err(failure) => closed(&visit.request, failure),
    }
}

/// Makes the root account.
pub async fn submit(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    let seed = match account::setup::setup_seed(visit.app(), form.text("token").to_owned()).await {
        Ok(seed) => seed,
        Err(failure) => return second(&visit, &form, failure).await,
    };
    let made = match read(&visit, &form) {
        Ok(setup) => account::setup::set_up(visit.app(), setup, visit.source()).await,
        Err(errors) => Err(Failure::Invalid(with_password_faults(&form, errors).await?)),
    };
    match made {
        Ok((ticket, signed)) => let_in(&visit, &signed, &format!("/setup/recovery?t={ticket}")),
        Err(Failure::Invalid(errors)) => {
            let page = SetupPage {
                errors,
                token: form.text("token").to_owned(),
                account_name: form.text("account_name").to_owned(),
                user_name: form.text("user_name").to_owned(),
                ..SetupPage::new(&visit, &seed)?
            };
            page.door.answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(failure) => second(&visit, &form, failure).await,
    }
}

/// The form that made the account, sent twice, leads to the recovery codes again; any other form comes too late.
async fn second(visit: &Visit<Stranger>, form: &Form, failure: Failure) -> PageResult {
    if matches!(failure, Failure::Refused(_)) {
        let browser = browser_of(visit);
        if let Some(ticket) = account::setup::earlier_setup(visit.app(), &browser, form.text("token")).await?
        {
            return Ok(see_other(&format!("/setup/recovery?t={}", ticket.as_str())));
        }
    }
    closed(&visit.request, failure)
}

fn browser_of(visit: &Visit<Stranger>) -> String {
    visit
        .request
        .cookie(&visit.context.cookies.form)
        .map(|cookie| cookie.value().to_owned())
        .unwrap_or_default()
}

fn read(visit: &Visit<Stranger>, form: &Form) -> Result<Setup, Vec<FieldError>> {
    let account_name = field::required(
        "account_name",
        ("account name", "账号名称"),
        form.text("account_name"),
        MAX_ACCOUNT_NAME,
    );
    let user_name = UserName::parse(form.text("user_name").trim())
        .map_err(|error| FieldError::on_page("user_name", error));
    let password =
        Password::parse(form.text("password")).map_err(|error| FieldError::on_page("password", error));
    let code = Code::parse(form.text("code")).map_err(|error| FieldError::on_page("code", error));
    match (account_name, user_name, password, code) {
        (Ok(account_name), Ok(user_name), Ok(password), Ok(code)) => {
            let (token, browser) = (form.text("token").to_owned(), browser_of(visit));
            Ok(Setup { token, account_name, user_name, password, code, browser })
        }
        (account_name, user_name, password, code) => {
            Err([account_name.err(), user_name.err(), password.err(), code.err()]
                .into_iter()
                .flatten()
                .collect())
        }
    }
}

/// The faults of a form together with those of its password, so that all are seen at once.
async fn with_password_faults(form: &Form, mut errors: Vec<FieldError>) -> Result<Vec<FieldError>, Failure> {
    let Ok(password) = Password::parse(form.text("password")) else { return Ok(errors) };
    let (user, account) = (form.text("user_name").trim(), form.text("account_name").trim());
    let faults = faults_of_setup_password(password, user, account).await?;
    let place = errors.iter().position(|error| error.field == "code").unwrap_or(errors.len());
    errors.splice(place..place, faults);
    Ok(errors)
}

/// The page in place of the form.
fn closed(request: &HttpRequest, failure: Failure) -> PageResult {
    let (status, is_set_up) = match failure {
        Failure::NotProven => (StatusCode::FORBIDDEN, false),
        Failure::Refused(_) => (StatusCode::CONFLICT, true),
        other => return Err(other.into()),
    };
    render_as(status, &ClosedPage { is_set_up, request_id: request_id(request) })
}

/// Whether the request names the host of the public address.
fn is_reached(visit: &Visit<Stranger>) -> bool {
    let host = visit.request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let public = visit.context.public_url.to_string();
    let public = public.split_once("://").map_or(public.as_str(), |(_, rest)| rest).trim_end_matches('/');
    host.eq_ignore_ascii_case(public)
}

impl Made {
    fn of(visit: &Visit<Stranger>, user: &User) -> Self {
        let uin = user.owner_uin.to_string();
        let address = visit.context.public_url.link(&format!("/login?account={uin}"));
        Self { uin, user_name: user.name.clone(), address }
    }
}

/// The recovery codes, once, and what to look at before the first sign-in.
pub async fn recovery(
    visit: Visit<Stranger>,
    person: Result<AnyPerson, PageError>,
    query: Query,
) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    let shown = account::setup::setup_codes(visit.app(), query.text("t").to_owned()).await?;
    let status = if shown.is_some() { StatusCode::OK } else { StatusCode::GONE };
    let signed_in = person.ok();
    let (user, codes) = shown.unzip();
    let account = user.or_else(|| signed_in.as_ref().map(|person| (*person.user).clone()));
    let page = RecoveryPage {
        codes: codes.iter().flat_map(|text| text.lines()).map(|code| code.to_owned().into()).collect(),
        account: account.map(|user| Made::of(&visit, &user)),
        is_signed_in: signed_in.is_some(),
        public_url: visit.context.public_url.to_string(),
        is_reached: is_reached(&visit),
        is_https: visit.context.public_url.is_https(),
        is_insecure: !visit.context.public_url.is_trustworthy(),
        now: visit.app().clock.now(),
    };
    render_as(status, &page)
}
