//! Enrolling an authenticator app: who asks proves it first, then sees a seed, then types its first code.

use crate::app::factors::devices::{Enrolled, Enrolment, MAX_DEVICES, apps_full};
use crate::app::{Failure, caller::Caller, caller::Duty, factors, me};
use crate::domain::secret::{MalformedPassword, Password, TotpSeed};
use crate::domain::totp::{Code, MfaDevice, otpauth_url};
use crate::domain::{field, field::FieldError, qr};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::{
    caller::AnyPerson, error::PageError, forms::Form, forms::csrf::Protected, layout::Layout,
    layout::filters, pages::ways::question, query::Query, session::continue_as, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;
use zeroize::Zeroizing;

const ISSUER: &str = "Camlock";
const DEFAULT_NAME: &str = "Authenticator app";
const LONGEST_NAME: usize = 64;

/// What all steps say, and where they lead afterwards.
struct Step {
    errors: Vec<FieldError>,
    is_duty: bool,
    is_recovering: bool,
    then: String,
}

#[derive(Template)]
#[template(path = "me/mfa_password.html")]
struct PasswordPage {
    page: Layout,
    step: Step,
}

#[derive(Template)]
#[template(path = "me/mfa_new.html")]
struct EnrolPage {
    page: Layout,
    step: Step,
    device_name: String,
    /// Shown with the seed's first page only: a page that comes back with errors has none.
    shown: Option<ShownSeed>,
}

struct ShownSeed {
    label: String,
    secret: Zeroizing<String>,
    link: Zeroizing<String>,
    qr: Zeroizing<String>,
}

/// A person on the way to another authenticator app.
struct Enrolling {
    visit: Visit<AnyPerson>,
    then: String,
}

/// Asks for what vouches for a new app: the password, or where an app exists a code. With its ticket: the seed.
pub async fn new_form(visit: Visit<AnyPerson>, query: Query) -> PageResult {
    let enrolling = Enrolling { visit, then: question_id(query.text("then")) };
    let held = enrolling.held().await?;
    if let Some(ticket) = query.find("t") {
        if let Some(answer) = enrolling.visit.unopened("GET, POST")? {
            return Ok(answer);
        }
        if let Some(seed) = factors::devices::seed_for_ticket(
            enrolling.visit.app(),
            &enrolling.visit.person,
            ticket.to_owned(),
        )
        .await?
        {
            return enrolling.seed_page(&seed, &held);
        }
    }
    enrolling.begin(Vec::new()).await
}

/// Takes the password and shows a seed, or takes the seed's first code and registers the app.
pub async fn enrol(visit: Visit<AnyPerson>, form: Protected) -> PageResult {
    let form = form.0;
    let enrolling = Enrolling { visit, then: question_id(form.text("then")) };
    let held = enrolling.held().await?;
    if form.has("code") {
        enrolling.take_code(&form, &held).await
    } else {
        enrolling.take_password(&form, &held).await
    }
}

impl Enrolling {
    /// The apps that the person has, unless there is no room for another.
    async fn held(&self) -> Result<Vec<MfaDevice>, PageError> {
        let held = factors::devices::factors(self.visit.app(), &self.visit.person).await?.0;
        if held.len() >= MAX_DEVICES {
            return Err(PageError::Refused(apps_full()));
        }
        Ok(held)
    }

    async fn begin(&self, errors: Vec<FieldError>) -> PageResult {
        if !factors::devices::enrolment_asks_password(&self.visit.person) {
            return Ok(question(&me::ask_new_device(self.visit.app(), &self.visit.person).await?));
        }
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        render_as(status, &PasswordPage { page: self.layout(), step: self.step(errors) })
    }

    async fn take_password(&self, form: &Form, held: &[MfaDevice]) -> PageResult {
        if !factors::devices::enrolment_asks_password(&self.visit.person) {
            return self.begin(Vec::new()).await;
        }
        let password = Password::parse(form.text("password")).map_err(|refusal| match refusal {
            MalformedPassword::Empty => FieldError::on_page("password", "Enter your password."),
            other => FieldError::on_page("password", other),
        });
        let seed = match password {
            Ok(password) => {
                factors::devices::seed_for_password(self.visit.app(), &self.visit.person, password).await
            }
            Err(error) => Err(error.into()),
        };
        match seed {
            Ok((key, seed)) => {
                continue_as(&self.visit.session, &key)?;
                self.seed_page(&seed, held)
            }
            Err(Failure::Invalid(errors)) => self.begin(errors).await,
            Err(other) => Err(other.into()),
        }
    }

    async fn take_code(&self, form: &Form, held: &[MfaDevice]) -> PageResult {
        let enrolled = match read(form, held) {
            Ok(enrolment) => factors::devices::enrol(self.visit.app(), &self.visit.person, enrolment).await,
            Err(errors) => Err(Failure::Invalid(errors)),
        };
        match enrolled {
            Ok(enrolled) => self.finish(enrolled),
            Err(Failure::Invalid(errors)) => {
                let device_name = name_of(form.text("name"), held);
                let page =
                    EnrolPage { page: self.layout(), step: self.step(errors), device_name, shown: None };
                render_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
            }
            Err(Failure::NotProven) => {
                let text = "The page for the new app was open for too long. Start again.";
                self.visit.leave_if_alive(text).await?;
                Ok(see_other(&start(&self.then)))
            }
            Err(other) => Err(other.into()),
        }
    }

    fn finish(&self, enrolled: Enrolled) -> PageResult {
        let (visit, then) = (&self.visit, &self.then);
        continue_as(&visit.session, &enrolled.session)?;
        if let Some(ticket) = enrolled.codes_ticket {
            let back = if then.is_empty() { String::new() } else { format!("&then={then}") };
            return Ok(see_other(&format!("/me/mfa/recovery?t={ticket}{back}")));
        }
        if then.is_empty() {
            return Ok(visit.done("/me/security", "Authenticator app added. Other sessions have ended."));
        }
        let text = "Authenticator app added. Wait for its next code: each one works once.";
        Ok(visit.done(&format!("/verify?c={then}"), text))
    }

    fn seed_page(&self, seed: &TotpSeed, held: &[MfaDevice]) -> PageResult {
        let shown = Some(ShownSeed::new(&self.visit.person, seed));
        let device_name = name_of("", held);
        render(&EnrolPage { page: self.layout(), step: self.step(Vec::new()), device_name, shown })
    }

    fn layout(&self) -> Layout {
        self.visit.layout("me")
    }

    fn step(&self, errors: Vec<FieldError>) -> Step {
        Step {
            errors,
            is_duty: self.visit.person.duty() == Duty::EnrolMfa,
            is_recovering: self.visit.person.is_recovering(),
            then: self.then.clone(),
        }
    }
}

impl EnrolPage {
    /// Where a new seed is shown.
    fn start(&self) -> String {
        start(&self.step.then)
    }
}

fn start(then: &str) -> String {
    if then.is_empty() { "/me/mfa/totp/new".to_owned() } else { format!("/me/mfa/totp/new?then={then}") }
}

impl ShownSeed {
    fn new(person: &Caller, seed: &TotpSeed) -> Self {
        let label = format!("{}@{}", person.user.name, person.account.name);
        let link = otpauth_url(seed, &label, ISSUER);
        Self { label, secret: seed.base32(), qr: Zeroizing::new(qr::svg(&link).unwrap_or_default()), link }
    }
}

fn read(form: &Form, held: &[MfaDevice]) -> Result<Enrolment, Vec<FieldError>> {
    let name = field::line("name", ("name", "名称"), &name_of(form.text("name"), held), LONGEST_NAME);
    let code = Code::parse(form.text("code"))
        .map_err(|_| FieldError::on_page("code", "Enter the six digits that the authenticator app shows."));
    match (name, code) {
        (Ok(name), Ok(code)) => Ok(Enrolment { name, code }),
        (name, code) => Err(name.err().into_iter().chain(code.err()).collect()),
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
pub(in crate::web::pages) fn question_id(text: &str) -> String {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if fits { text.to_owned() } else { String::new() }
}
