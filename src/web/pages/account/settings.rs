//! The account's security settings.

use crate::app::keys::limits::beyond::{Beyond, count_beyond};
use crate::app::{Failure, account, account::settings, caller::Caller};
use crate::domain::account::{AccountSettings, MAX_STEP_UP_WINDOW, SecretReveal};
use crate::domain::key_limits::MAX_IDLE_DAYS;
use crate::domain::key_limits::ending::EndKind;
use crate::domain::key_limits::expiry::{KeyExpiry, MAX_EXPIRY_DAYS};
use crate::domain::{field::FieldError, grant::MAX_GRANT_AGE, grant::MAX_GRANT_WINDOW, permission::action};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::{
    error::PageError, forms::Form, forms::csrf::Protected, layout::Layout, layout::filters,
    layout::flash::Kind, pages::faults::faults, pages::ways::question, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

const ADDRESS: &str = "/settings/security";

#[derive(Template)]
#[template(path = "settings/security.html")]
struct SettingsPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: TypedSettings,
    can_change: bool,
    longest_window: i64,
    longest_grant_window: i64,
    longest_grant_age: i64,
    longest_expiry: i64,
    /// What the longest time in the field means for the keys that there are; may be empty.
    effect: String,
    /// Whether it is that of the account, and its keys beyond it can be looked at.
    lists_beyond: bool,
    longest_silence: i64,
    /// What the days of silence in the field mean for the keys that there are; may be empty.
    silence_effect: String,
    /// As of the longest time.
    lists_idle_beyond: bool,
}

/// The settings as the form holds them; numbers as they were typed.
struct TypedSettings {
    secret_reveal: String,
    step_up_window: String,
    mfa_required: bool,
    operation_protection: bool,
    api_delete_enabled_keys: bool,
    password_min_length: String,
    signature_v1: bool,
    signed_action: bool,
    grant_window: String,
    grant_age: String,
    key_expiry_default: String,
    key_expiry_max: String,
    key_idle_default: String,
}

/// The settings, to change or only to read.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::READ_SETTINGS)?;
    let typed = TypedSettings::from(visit.person.account.settings);
    render(&page(&visit, typed, Vec::new()).await?)
}

async fn page(
    visit: &Visit,
    typed: TypedSettings,
    errors: Vec<FieldError>,
) -> Result<SettingsPage, PageError> {
    let person = &visit.person;
    let shown = |text: &str, most: i64| {
        text.parse::<i64>().ok().filter(|days| (1..=most).contains(days)).unwrap_or(0)
    };
    let wanted = KeyExpiry {
        max_days: shown(&typed.key_expiry_max, MAX_EXPIRY_DAYS),
        idle_days: shown(&typed.key_idle_default, MAX_IDLE_DAYS),
        ..KeyExpiry::default()
    };
    let (longest, silence) =
        (effect(visit, EndKind::End, wanted).await?, effect(visit, EndKind::Silence, wanted).await?);
    let present = person.account.settings.key_expiry;
    let lists = |effect: &str, kind| {
        let is_present = wanted.days_of(kind) == present.days_of(kind);
        !effect.is_empty() && is_present && person.may_here(action::LIST_USERS)
    };
    Ok(SettingsPage {
        page: visit.layout("settings"),
        errors,
        typed,
        can_change: person.may_here(action::CHANGE_SETTINGS),
        longest_window: MAX_STEP_UP_WINDOW,
        longest_grant_window: MAX_GRANT_WINDOW,
        longest_grant_age: MAX_GRANT_AGE,
        longest_expiry: MAX_EXPIRY_DAYS,
        lists_beyond: lists(&longest, EndKind::End),
        lists_idle_beyond: lists(&silence, EndKind::Silence),
        longest_silence: MAX_IDLE_DAYS,
        effect: longest,
        silence_effect: silence,
    })
}

/// What a limit in a field means for the keys that there are; empty where there is none, or nobody is to know.
async fn effect(visit: &Visit, kind: EndKind, wanted: KeyExpiry) -> Result<String, PageError> {
    if !visit.person.may_here(action::READ_SETTINGS) {
        return Ok(String::new());
    }
    let found = count_beyond(visit.app(), &visit.person, kind, wanted).await?;
    Ok(found.map(Beyond::sentence).unwrap_or_default())
}

/// Asks for the step-up that changes the settings, or only says what they would mean.
pub async fn submit(visit: Visit, form: Protected) -> PageResult {
    visit.person.ensure_here(action::CHANGE_SETTINGS)?;
    let typed = TypedSettings::read(&form.0, visit.person.account.settings);
    let asked = match typed.settings(&visit.person) {
        Ok(settings) if form.0.has("check") => {
            let errors = settings::faults(&visit.person, &settings);
            let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            return render_as(status, &page(&visit, typed, errors).await?);
        }
        Ok(settings) if settings == visit.person.account.settings => {
            visit.leave(Kind::Info, "Nothing was changed.");
            return Ok(see_other(ADDRESS));
        }
        Ok(settings) => account::settings::ask_settings(visit.app(), &visit.person, settings).await,
        Err(errors) => Err(Failure::Invalid(errors)),
    };
    match asked {
        Ok(asked) => Ok(question(&asked)),
        Err(failure) => {
            let (status, errors) = faults(failure)?;
            render_as(status, &page(&visit, typed, errors).await?)
        }
    }
}

impl TypedSettings {
    /// As sent; a form from before there were such fields leaves them as they are.
    fn read(form: &Form, present: AccountSettings) -> Self {
        let number = |name: &str, present: i64| {
            form.all(name).pop().map_or_else(|| present.to_string(), |text| text.trim().to_owned())
        };
        Self {
            grant_window: number("grant_window_minutes", present.grant_window_minutes),
            grant_age: number("grant_age_hours", present.grant_age_hours),
            key_expiry_default: number("key_expiry_default_days", present.key_expiry.default_days),
            key_expiry_max: number("key_expiry_max_days", present.key_expiry.max_days),
            key_idle_default: number("key_idle_default_days", present.key_expiry.idle_days),
            secret_reveal: form.text("secret_reveal").to_owned(),
            step_up_window: form.text("step_up_window").trim().to_owned(),
            mfa_required: form.is_ticked("mfa_required"),
            operation_protection: form.is_ticked("operation_protection"),
            api_delete_enabled_keys: form.is_ticked("api_delete_enabled_keys"),
            password_min_length: form.text("password_min_length").trim().to_owned(),
            signature_v1: form.is_ticked("signature_v1"),
            signed_action: form.is_ticked("signed_action"),
        }
    }

    /// What was meant, or everything that does not fit. Text that is no number becomes one that no rule accepts, so
    /// the rule's own sentence answers it.
    fn settings(&self, person: &Caller) -> Result<AccountSettings, Vec<FieldError>> {
        let number = |text: &str| text.parse().unwrap_or(-1);
        let reveal = SecretReveal::from_name(&self.secret_reveal);
        let settings = AccountSettings {
            secret_reveal: reveal.unwrap_or(person.account.settings.secret_reveal),
            step_up_window_minutes: number(&self.step_up_window),
            mfa_required: self.mfa_required,
            operation_protection: self.operation_protection,
            api_delete_enabled_keys: self.api_delete_enabled_keys,
            password_min_length: number(&self.password_min_length),
            signature_v1: self.signature_v1,
            signed_action: self.signed_action,
            grant_window_minutes: number(&self.grant_window),
            grant_age_hours: number(&self.grant_age),
            key_expiry: KeyExpiry {
                default_days: number(&self.key_expiry_default),
                max_days: number(&self.key_expiry_max),
                idle_days: number(&self.key_idle_default),
            },
        };
        if reveal.is_some() {
            return Ok(settings);
        }
        let unread = FieldError::on_page("secret_reveal", "Choose when a SecretKey is shown.");
        Err([unread].into_iter().chain(settings::faults(person, &settings)).collect())
    }
}

impl From<AccountSettings> for TypedSettings {
    fn from(settings: AccountSettings) -> Self {
        Self {
            secret_reveal: settings.secret_reveal.as_str().to_owned(),
            step_up_window: settings.step_up_window_minutes.to_string(),
            mfa_required: settings.mfa_required,
            operation_protection: settings.operation_protection,
            api_delete_enabled_keys: settings.api_delete_enabled_keys,
            password_min_length: settings.password_min_length.to_string(),
            signature_v1: settings.signature_v1,
            signed_action: settings.signed_action,
            grant_window: settings.grant_window_minutes.to_string(),
            grant_age: settings.grant_age_hours.to_string(),
            key_expiry_default: settings.key_expiry.default_days.to_string(),
            key_expiry_max: settings.key_expiry.max_days.to_string(),
            key_idle_default: settings.key_expiry.idle_days.to_string(),
        }
    }
}
