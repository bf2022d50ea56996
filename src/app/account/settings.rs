//! An account's security settings.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::factors::ask::{Asked, Detail, SettingsText, Wish, ask};
use crate::app::keys::limits::beyond::{Beyond, count_beyond};
use crate::app::keys::limits::keep::{
    EXPIRY_SINCE, SILENCE_SINCE, ensure_known_everywhere, ensure_known_now,
};
use crate::app::{App, Failure};
use crate::domain::account::{AccountSettings, MAX_STEP_UP_WINDOW, SecretReveal};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::grant::{MAX_GRANT_AGE, MAX_GRANT_WINDOW};
use crate::domain::key_limits::ending::EndKind;
use crate::domain::key_limits::expiry::KeyExpiry;
use crate::domain::password_rules::{LONGEST_MINIMUM, SHORTEST};
use crate::domain::permission::action;
use crate::domain::step_up::Purpose;
use crate::store::accounts;
use serde_json::Value;

/// Wishes to change the account's settings; a second-factor check always comes first.
pub async fn ask_settings(app: &App, caller: &Caller, settings: AccountSettings) -> Result<Asked, Failure> {
    caller.ensure_here(action::CHANGE_SETTINGS)?;
    ensure_sound(caller, &settings)?;
    // The code may be given at any server that runs.
    if let Some(since) = known_since(caller.account.settings.key_expiry, settings.key_expiry) {
        let own = app.clone();
        app.store.read(move |conn| ensure_known_now(&own, conn, since)).await?;
    }
    let note = effect(app, caller, settings.key_expiry).await?;
    let detail = Detail { settings: Some(SettingsText::from(settings)), note, ..Detail::default() };
    let wish =
        Wish { purpose: Purpose::ChangeSettings, target: &caller.user, object: "", detail, secret: None };
    ask(app, caller, wish).await
}

/// What another maximum and another limit of silence mean for the keys that there are; empty where neither changes.
async fn effect(app: &App, caller: &Caller, expiry: KeyExpiry) -> Result<String, Failure> {
    let before = caller.account.settings.key_expiry;
    let mut told = Vec::new();
    if !caller.may_here(action::READ_SETTINGS) {
        return Ok(String::new());
    }
    for kind in [EndKind::End, EndKind::Silence] {
        if expiry.days_of(kind) != before.days_of(kind) {
            told.extend(count_beyond(app, caller, kind, expiry).await?.map(Beyond::sentence));
        }
    }
    Ok(told.join(" "))
}

pub(in crate::app) fn change_settings_in(
    change: &mut Change<'_>,
    settings: &AccountSettings,
) -> Result<(), Failure> {
    change.by.ensure_here(action::CHANGE_SETTINGS)?;
    ensure_sound(change.by, settings)?;
    ensure_waited(change.app, change.by, settings)?;
    let account =
        accounts::find(change.conn, change.by.owner())?.ok_or(Failure::Corrupt("accounts.owner_uin"))?;
    if let Some(since) = known_since(account.settings.key_expiry, settings.key_expiry) {
        ensure_known_everywhere(change.app, change.conn, since)?;
    }
    accounts::update_settings(change.conn, change.by.owner(), settings)?;
    change
        .event(EventName::UPDATE_ACCOUNT_SETTINGS)
        .changed(changes(&account.settings, settings))
        .record(change);
    Ok(())
}

/// The migration that every server has to have before this may be in force.
fn known_since(before: KeyExpiry, after: KeyExpiry) -> Option<i64> {
    if after.idle_days > 0 && after.idle_days != before.idle_days {
        return Some(SILENCE_SINCE);
    }
    let ends = |expiry: KeyExpiry| KeyExpiry { idle_days: 0, ..expiry };
    (ends(after) != ends(before) && ends(after) != KeyExpiry::default()).then_some(EXPIRY_SINCE)
}

fn changes(before: &AccountSettings, after: &AccountSettings) -> [(&'static str, Value, Value); 13] {
    let pair = |name, of: fn(&AccountSettings) -> Value| (name, of(before), of(after));
    [
        pair("secret_reveal", |settings| settings.secret_reveal.as_str().into()),
        pair("step_up_window_minutes", |settings| settings.step_up_window_minutes.into()),
        pair("mfa_required", |settings| settings.mfa_required.into()),
        pair("operation_protection", |settings| settings.operation_protection.into()),
        pair("api_delete_enabled_keys", |settings| settings.api_delete_enabled_keys.into()),
        pair("password_min_length", |settings| settings.password_min_length.into()),
        pair("signature_v1", |settings| settings.signature_v1.into()),
        pair("signed_action", |settings| settings.signed_action.into()),
        pair("grant_window_minutes", |settings| settings.grant_window_minutes.into()),
        pair("grant_age_hours", |settings| settings.grant_age_hours.into()),
        pair("key_expiry_default_days", |settings| settings.key_expiry.default_days.into()),
        pair("key_expiry_max_days", |settings| settings.key_expiry.max_days.into()),
        pair("key_idle_default_days", |settings| settings.key_expiry.idle_days.into()),
    ]
}

fn ensure_sound(caller: &Caller, settings: &AccountSettings) -> Result<(), Failure> {
    let errors = faults(caller, settings);
    if errors.is_empty() { Ok(()) } else { Err(Failure::Invalid(errors)) }
}

/// Everything that does not fit in settings that the caller would make.
pub fn faults(caller: &Caller, settings: &AccountSettings) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(0..=MAX_STEP_UP_WINDOW).contains(&settings.step_up_window_minutes) {
        errors.push(FieldError::on_page(
            "step_up_window",
            format!("Enter a number of minutes from 0 to {MAX_STEP_UP_WINDOW}."),
        ));
    }
    if !(0..=MAX_GRANT_WINDOW).contains(&settings.grant_window_minutes) {
        errors.push(FieldError::on_page(
            "grant_window_minutes",
            format!("Enter a number of minutes from 0 to {MAX_GRANT_WINDOW}."),
        ));
    }
    if !(0..=MAX_GRANT_AGE).contains(&settings.grant_age_hours) {
        errors.push(FieldError::on_page(
            "grant_age_hours",
            format!("Enter a number of hours from 0 to {MAX_GRANT_AGE}."),
        ));
    }
    if settings.mfa_required && !caller.has_mfa() {
        errors.push(FieldError::on_page(
            "mfa_required",
            "Add an authenticator app of your own first; this would lock you out.",
        ));
    }
    if !(SHORTEST..=LONGEST_MINIMUM).contains(&settings.password_min_length) {
        errors.push(FieldError::on_page(
            "password_min_length",
            format!("Enter a number of characters from {SHORTEST} to {LONGEST_MINIMUM}."),
        ));
    }
    errors.extend(settings.key_expiry.faults());
    errors
}

impl From<AccountSettings> for SettingsText {
    fn from(settings: AccountSettings) -> Self {
        Self {
            once: settings.secret_reveal == SecretReveal::Once,
            window: settings.step_up_window_minutes,
            mfa_required: settings.mfa_required,
            operation_protection: settings.operation_protection,
            api_delete_enabled_keys: settings.api_delete_enabled_keys,
            password_min_length: settings.password_min_length,
            signature_v1: settings.signature_v1,
            signed_action: settings.signed_action,
            grant_window: Some(settings.grant_window_minutes),
            grant_age: Some(settings.grant_age_hours),
            key_expiry_default: Some(settings.key_expiry.default_days),
            key_expiry_max: Some(settings.key_expiry.max_days),
            key_idle_default: Some(settings.key_expiry.idle_days),
        }
    }
}

impl SettingsText {
    /// The settings that are meant; what is not said stays.
    pub(in crate::app) fn applied_to(self, present: AccountSettings) -> AccountSettings {
        AccountSettings {
            secret_reveal: if self.once { SecretReveal::Once } else { SecretReveal::StepUp },
            step_up_window_minutes: self.window,
            mfa_required: self.mfa_required,
            operation_protection: self.operation_protection,
            api_delete_enabled_keys: self.api_delete_enabled_keys,
            password_min_length: self.password_min_length,
            signature_v1: self.signature_v1,
            signed_action: self.signed_action,
            grant_window_minutes: self.grant_window.unwrap_or(present.grant_window_minutes),
            grant_age_hours: self.grant_age.unwrap_or(present.grant_age_hours),
            key_expiry: KeyExpiry {
                default_days: self.key_expiry_default.unwrap_or(present.key_expiry.default_days),
                max_days: self.key_expiry_max.unwrap_or(present.key_expiry.max_days),
                idle_days: self.key_idle_default.unwrap_or(present.key_expiry.idle_days),
            },
        }
    }
}

/// Who could not see others' keys yet does not shorten the wait either.
fn ensure_waited(app: &App, caller: &Caller, settings: &AccountSettings) -> Result<(), Failure> {
    let is_shorter = settings.grant_age_hours < caller.account.settings.grant_age_hours;
    if !is_shorter {
        return Ok(());
    }
    let mark = caller.mark_on_user(app, action::CHANGE_SETTINGS, caller.owner())?;
    if mark.stepped_up {
        return Ok(());
    }
    let hours = caller.account.settings.grant_age_hours;
    let text = format!(
        "Your authenticator app, or what your right to change settings rests on, is less than {hours} hours old. Until then this time cannot be made shorter."
    );
    Err(FieldError::on_page("grant_age_hours", text).into())
}
