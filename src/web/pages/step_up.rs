//! Confirm it is you: a fresh code for one purpose, and the way to what it opens.

use crate::app::deferred::{Answer, Answered, Done, Question};
use crate::app::{App, Failure, deferred, forms, keys::Place, session::window};
use crate::domain::{
    delivery::Delivery, field::FieldError, key::SecretId, sentence::Sentence, step_up::Purpose, totp::Code,
};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::pages::keys::replace::{PLANNED, REPLACING};
use crate::web::pages::keys::status::TRIED_OFF;
use crate::web::{
    caller::AnyPerson, error::PageError, error::in_words, forms::csrf::Protected, layout::Layout,
    layout::filters, layout::flash::Kind, pages::ways::handed_over, pages::ways::keys_address, query::Query,
    session::continue_as, visit::Visit,
};
use actix_web::{
    HttpResponse, ResponseError, http::StatusCode, http::header::LOCATION, http::header::RETRY_AFTER,
};
use askama::Template;

const WRONG_CODE: &str =
    "That code is not correct or was already used. Wait for the next code and try again.";

#[derive(Template)]
#[template(path = "step_up/index.html")]
struct VerifyPage<'a> {
    page: Layout,
    errors: Vec<FieldError>,
    question: &'a Question,
    back: Back,
    is_locked: bool,
    /// Whether a code is asked although one that lets rights be given was entered lately.
    asks_anew: bool,
}

impl VerifyPage<'_> {
    /// The key that the question is about, short.
    fn key(&self) -> String {
        SecretId::parse(&self.question.object).map(|id| id.short()).unwrap_or_default()
    }

    fn button(&self) -> &'static str {
        match self.question.purpose {
            Purpose::ShowSecret => "Confirm and show",
            Purpose::CreateKey => "Confirm and create",
            Purpose::EnableKey => "Confirm and enable",
            Purpose::TryKeyOff => "Confirm and try off",
            Purpose::DeleteKey => "Confirm and delete",
            Purpose::RotateKey => "Confirm and go on",
            Purpose::AddMfaDevice => "Confirm and add",
            Purpose::RemoveMfaDevice => "Confirm and remove",
            Purpose::ReplaceRecoveryCodes => "Confirm and replace",
            Purpose::ChangePassword => "Confirm and change",
            Purpose::ResetPassword | Purpose::ResetMfa => "Confirm and reset",
            Purpose::ChangeSettings => "Confirm and save",
            Purpose::Grant => "Confirm",
            Purpose::DownloadReport => "Confirm and download",
        }
    }

    /// What a grant does.
    fn what(&self) -> &str {
        self.question.way.as_ref().map_or("change what somebody may do", |way| &way.what)
    }

    fn hint(&self) -> String {
        match &self.question.device {
            Some(name) => format!("From the authenticator app registered as “{name}”."),
            None => "From one of your authenticator apps.".to_owned(),
        }
    }

    /// Minutes for which a reveal will not ask again.
    fn minutes(&self) -> Option<i64> {
        let minutes = self.question.window_minutes;
        (self.question.purpose == Purpose::ShowSecret && minutes > 0).then_some(minutes)
    }
}

/// Where a question came from.
struct Back {
    address: String,
    section: &'static str,
    /// The pages above this one.
    trail: Vec<(String, String)>,
}

fn back_of(question: &Question) -> Back {
    let step = |address: &str, label: &str| (address.to_owned(), label.to_owned());
    let user = format!("/users/{}", question.target.uin);
    let of_user = |address: String| {
        let trail = vec![step("/users", "Users"), (user.clone(), question.target.name.clone())];
        Back { address, section: "users", trail }
    };
    let alone = |address: &str, section, label| Back {
        address: address.to_owned(),
        section,
        trail: vec![step(address, label)],
    };
    match question.purpose {
        Purpose::ShowSecret
        | Purpose::CreateKey
        | Purpose::EnableKey
        | Purpose::TryKeyOff
        | Purpose::RotateKey
        | Purpose::DeleteKey => {
            if question.is_own_key {
                alone("/keys", "keys", "My API keys")
            } else {
                of_user(keys_address(Place::Of(question.target.uin)))
            }
        }
        Purpose::Grant => back_of_grant(question),
        Purpose::ResetPassword | Purpose::ResetMfa => of_user(format!("{user}/security")),
        Purpose::ChangeSettings => alone("/settings/security", "settings", "Account security"),
        Purpose::DownloadReport => alone("/reports/credentials", "report", "Credential report"),
        Purpose::AddMfaDevice
        | Purpose::RemoveMfaDevice
        | Purpose::ReplaceRecoveryCodes
        | Purpose::ChangePassword => alone("/me/security", "", "My security"),
    }
}

/// The page that a grant came from, in the section that it is in.
fn back_of_grant(question: &Question) -> Back {
    let address = question.way.as_ref().map_or("/", |way| way.back.as_str()).to_owned();
    if address.starts_with("/settings") {
        let (section, label) = if address.starts_with("/settings/services") {
            ("services", "Services")
        } else {
            ("gate-tokens", "Gate tokens")
        };
        return Back { address, section, trail: vec![(format!("/settings/{section}"), label.to_owned())] };
    }
    let (section, label) = if address.starts_with("/groups") {
        ("groups", "Groups")
    } else if address.starts_with("/policies") {
        ("policies", "Policies")
    } else {
        ("users", "Users")
    };
    Back { address, section, trail: vec![(format!("/{section}"), label.to_owned())] }
}

/// The page that asks for the code.
pub async fn form(visit: Visit<AnyPerson>, query: Query) -> PageResult {
    let id = query.find("c").map(str::to_owned);
    let question = match deferred::question(visit.app(), &visit.person, id).await {
        Ok(question) => question,
        Err(Failure::NotFound) => return gone(&visit).await,
        Err(other) => return Err(other.into()),
    };
    if !visit.person.has_mfa() {
        return Ok(see_other(&format!("/me/mfa/totp/new?then={}", question.id)));
    }
    if let Some(seconds) = question.locked_seconds {
        return again(&visit, &question, Refusal::locked(seconds));
    }
    let back = back_of(&question);
    let asks_anew = is_asked_anew(&visit, &question);
    let page = visit.layout(back.section);
    render(&VerifyPage { page, errors: Vec::new(), question: &question, back, is_locked: false, asks_anew })
}

/// Takes the code, and leads to what it opens.
pub async fn answer(visit: Visit<AnyPerson>, Protected(form): Protected) -> PageResult {
    let id = Some(form.text("c").to_owned()).filter(|id| !id.is_empty());
    let question = match deferred::question(visit.app(), &visit.person, id).await {
        Ok(question) => question,
        Err(Failure::NotFound) => return gone(&visit).await,
        Err(other) => return Err(other.into()),
    };
    let code = match Code::parse(form.text("code")) {
        Ok(code) => code,
        Err(error) => {
            let refusal = question.locked_seconds.map_or_else(|| Refusal::wrong(error), Refusal::locked);
            return again(&visit, &question, refusal);
        }
    };
    match deferred::answer(visit.app(), &visit.person, Some(question.id.clone()), code).await {
        Ok(Answer::Right(answered)) => {
            let is_done = answered.done.is_ok();
            let answer = opened(&visit, *answered, &question)?;
            settle(visit.app(), &question, is_done.then_some(&answer)).await;
            Ok(answer)
        }
        Ok(Answer::Wrong) => again(&visit, &question, Refusal::wrong(WRONG_CODE)),
        Ok(Answer::Locked { seconds }) => again(&visit, &question, Refusal::locked(seconds)),
        Err(Failure::NotFound) => gone(&visit).await,
        Err(other) => Err(other.into()),
    }
}

/// Why the question is put again.
struct Refusal {
    error: FieldError,
    locked: Option<i64>,
}

impl Refusal {
    fn wrong(text: impl std::fmt::Display) -> Self {
        Self { error: FieldError::on_page("code", text), locked: None }
    }

    fn locked(seconds: i64) -> Self {
        let text = format!(
            "Too many wrong codes. Verification is locked; try again in {}. You stay signed in.",
            in_words(seconds)
        );
        Self { error: FieldError::on_page("", text), locked: Some(seconds) }
    }
}

/// Whatever lets somebody see others' secrets asks for a code of its own.
fn is_asked_anew(visit: &Visit<AnyPerson>, question: &Question) -> bool {
    question.purpose == Purpose::Grant && window::grant_window_left(visit.app(), &visit.person) > 0
}

fn again(visit: &Visit<AnyPerson>, question: &Question, refusal: Refusal) -> PageResult {
    let back = back_of(question);
    let asks_anew = is_asked_anew(visit, question);
    let page = visit.quiet_layout(back.section);
    let page = VerifyPage {
        page,
        errors: vec![refusal.error],
        question,
        back,
        is_locked: refusal.locked.is_some(),
        asks_anew,
    };
    let Some(seconds) = refusal.locked else {
        return render_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let mut answer = render_as(StatusCode::TOO_MANY_REQUESTS, &page)?;
    answer.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
    Ok(answer)
}

/// A form that waited for the code leads from now on to what it made: never again to the page that shows a secret.
async fn settle(app: &App, question: &Question, made: Option<&HttpResponse>) {
    let address = made.and_then(|answer| answer.headers().get(LOCATION)?.to_str().ok());
    let address = address
        .map(|address| if address.contains("?t=") { back_of(question).address } else { address.to_owned() });
    if let Err(error) = forms::settle_form(app, &question.id, address.as_deref()).await {
        tracing::error!(%error, "where a form led was not kept");
    }
}

/// The session goes on under its new key, whatever became of the wish.
fn opened(visit: &Visit<AnyPerson>, answered: Answered, question: &Question) -> PageResult {
    continue_as(&visit.session, &answered.session)?;
    let text = match answered.done {
        Ok(done) => {
            let done = match done {
                Done::Granted { granted, way } => return Ok(visit.granted(granted, &way)),
                other => other,
            };
            let (address, text) = onward(done);
            if let Some(text) = text {
                visit.leave(Kind::Ok, text);
            }
            return Ok(see_other(&address));
        }
        Err(Failure::Refused(text)) => text.to_string(),
        Err(Failure::Policy(refusal)) => refusal.to_string(),
        Err(Failure::Group(refusal)) => refusal.to_string(),
        Err(Failure::Invalid(errors)) => Sentence::joined(errors.iter().map(|error| &error.text)).to_string(),
        Err(other) => return Ok(PageError::from(other).error_response()),
    };
    visit.leave(Kind::Bad, text);
    Ok(see_other(&back_of(question).address))
}

/// The page that shows what was done, and its first sentence.
fn onward(done: Done) -> (String, Option<&'static str>) {
    let at = |address: &str, text| (address.to_owned(), Some(text));
    match done {
        Done::Secret { place, secret_id, ticket } => {
            (format!("{}/{}/secret?t={ticket}", keys_address(place), secret_id.as_str()), None)
        }
        Done::KeyCreated { place, secret_id, ticket: Some(ticket) } => {
            (format!("{}/{}/created?t={ticket}", keys_address(place), secret_id.as_str()), None)
        }
        Done::KeyCreated { place, ticket: None, .. } => {
            at(&keys_address(place), "Key created. Show displays its SecretKey after verification.")
        }
        Done::KeyHandedOver { uin, ticket } => (handed_over(uin, &ticket), None),
        Done::KeyEnabled(place) => {
            at(&keys_address(place), "Enabled. Requests signed with it are accepted again.")
        }
        Done::KeyTried(place) => at(&keys_address(place), TRIED_OFF),
        Done::KeyRotated { key, is_new } => at(
            &format!("{}/{}/replace", keys_address(key.place), key.id),
            if is_new { REPLACING } else { PLANNED },
        ),
        Done::KeyDeleted(place) => at(&keys_address(place), "Key deleted."),
        Done::Enrolling { ticket } => (format!("/me/mfa/totp/new?t={ticket}"), None),
        Done::MfaRemoved => at("/me/security", "Authenticator app removed. Other sessions have ended."),
        Done::RecoveryCodes { ticket } => (format!("/me/mfa/recovery?t={ticket}"), None),
        Done::PasswordChanged => at("/me/security", "Password changed. Other sessions have ended."),
        Done::PasswordReset { uin, ticket } => (format!("/users/{uin}/created?t={ticket}"), None),
        Done::MfaReset(uin) => at(&format!("/users/{uin}/security"), "Authenticator apps removed."),
        Done::Granted { way, .. } => (way.next, None),
        Done::Report { format, ticket } => {
            (format!("/reports/credentials?t={ticket}&format={}", format.as_str()), None)
        }
        Done::SettingsChanged => at("/settings/security", "Settings saved."),
    }
}

/// There is no such question any more.
async fn gone(visit: &Visit<AnyPerson>) -> PageResult {
    visit.leave_if_alive("That verification has expired. Start again.").await?;
    Ok(see_other("/"))
}
