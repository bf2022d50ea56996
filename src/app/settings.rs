//! An account's security settings.

use super::caller::Caller;
use super::step_up::{Asked, Detail, SettingsText, Wish};
use super::{App, Failure};
use crate::domain::account::{AccountSettings, MAX_STEP_UP_WINDOW, SecretReveal};
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::step_up::Purpose;
use crate::store::{Conn, accounts};

impl App {
    /// Wishes to change the account's settings; a second-factor check always comes first.
    pub async fn ask_settings(&self, caller: &Caller, settings: AccountSettings) -> Result<Asked, Failure> {
        caller.ensure_here(action::CHANGE_SETTINGS)?;
        ensure_sound(caller, &settings)?;
        let detail = Detail { settings: Some(SettingsText::from(settings)), ..Detail::default() };
        let wish =
            Wish { purpose: Purpose::ChangeSettings, target: &caller.user, object: "", detail, secret: None };
        self.ask(caller, wish).await
    }

    pub(super) fn change_settings_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        settings: &AccountSettings,
    ) -> Result<(), Failure> {
        caller.ensure_here(action::CHANGE_SETTINGS)?;
        ensure_sound(caller, settings)?;
        accounts::update_settings(conn, caller.owner(), settings)?;
        caller
            .event("UpdateAccountSettings")
            .fact("secret_reveal", settings.secret_reveal.as_str())
            .fact("step_up_window_minutes", settings.step_up_window_minutes)
            .fact("mfa_required", settings.mfa_required)
            .fact("operation_protection", settings.operation_protection)
            .fact("api_delete_enabled_keys", settings.api_delete_enabled_keys)
            .fact("password_min_length", settings.password_min_length)
            .fact("signature_v1", settings.signature_v1)
            .fact("signed_action", settings.signed_action)
            .write(conn, self)
    }
}

fn ensure_sound(caller: &Caller, settings: &AccountSettings) -> Result<(), Failure> {
    let errors = faults(caller, settings);
    if errors.is_empty() { Ok(()) } else { Err(Failure::Invalid(errors)) }
}

/// Everything that does not fit in settings that the caller would make.
pub fn faults(caller: &Caller, settings: &AccountSettings) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !(0..=MAX_STEP_UP_WINDOW).contains(&settings.step_up_window_minutes) {
        errors.push(FieldError::on_page("step_up_window", "Enter a number of minutes from 0 to 15."));
    }
    if settings.mfa_required && !caller.has_mfa {
        errors.push(FieldError::on_page(
            "mfa_required",
            "Add an authenticator app of your own first; this would lock you out.",
        ));
    }
    if !(12..=64).contains(&settings.password_min_length) {
        errors
            .push(FieldError::on_page("password_min_length", "Enter a number of characters from 12 to 64."));
    }
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
        }
    }
}

impl From<SettingsText> for AccountSettings {
    fn from(text: SettingsText) -> Self {
        Self {
            secret_reveal: if text.once { SecretReveal::Once } else { SecretReveal::StepUp },
            step_up_window_minutes: text.window,
            mfa_required: text.mfa_required,
            operation_protection: text.operation_protection,
            api_delete_enabled_keys: text.api_delete_enabled_keys,
            password_min_length: text.password_min_length,
            signature_v1: text.signature_v1,
            signed_action: text.signed_action,
        }
    }
}
