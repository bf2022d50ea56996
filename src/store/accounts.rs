//! Accounts and their settings.

use super::schema::accounts;
use super::{Conn, StoreError};
use crate::domain::account::{Account, AccountSettings, SecretReveal};
use crate::domain::key_limits::expiry::KeyExpiry;
use crate::domain::password_rules::PasswordRules;
use crate::domain::sign_in_rules::SignInRules;
use crate::domain::user::Uin;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub(super) struct Row {
    owner_uin: i64,
    app_id: i64,
    name: String,
    user_count: i64,
    secret_reveal: String,
    step_up_window_minutes: i64,
    mfa_required: bool,
    operation_protection: bool,
    api_delete_enabled_keys: bool,
    password_min_length: i64,
    password_rules: String,
    login_rules: String,
    signature_v1: bool,
    signed_action: bool,
    grant_window_minutes: i64,
    grant_age_hours: i64,
    key_expiry_default_days: i64,
    key_expiry_max_days: i64,
    key_idle_default_days: i64,
}

impl TryFrom<Row> for Account {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let secret_reveal = SecretReveal::from_name(&row.secret_reveal)
            .ok_or(StoreError::Corrupt("accounts.secret_reveal"))?;
        let rules: PasswordRules = serde_json::from_str(&row.password_rules)
            .map_err(|_| StoreError::Corrupt("accounts.password_rules"))?;
        Ok(Self {
            password_rules: PasswordRules { minimum_length: row.password_min_length, ..rules },
            sign_in_rules: serde_json::from_str(&row.login_rules)
                .map_err(|_| StoreError::Corrupt("accounts.login_rules"))?,
            owner_uin: Uin(row.owner_uin),
            app_id: row.app_id,
            name: row.name,
            user_count: row.user_count,
            settings: AccountSettings {
                secret_reveal,
                step_up_window_minutes: row.step_up_window_minutes,
                mfa_required: row.mfa_required,
                operation_protection: row.operation_protection,
                api_delete_enabled_keys: row.api_delete_enabled_keys,
                password_min_length: row.password_min_length,
                signature_v1: row.signature_v1,
                signed_action: row.signed_action,
                grant_window_minutes: row.grant_window_minutes,
                grant_age_hours: row.grant_age_hours,
                key_expiry: KeyExpiry {
                    default_days: row.key_expiry_default_days,
                    max_days: row.key_expiry_max_days,
                    idle_days: row.key_idle_default_days,
                },
            },
        })
    }
}

/// An account that begins.
pub struct NewAccount<'a> {
    pub owner: Uin,
    pub app_id: i64,
    pub name: &'a str,
    pub created_at: i64,
}

/// Keeps a new account with the default settings.
pub fn insert(conn: &mut Conn, new: &NewAccount<'_>) -> Result<(), StoreError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::owner_uin.eq(new.owner.0),
            accounts::app_id.eq(new.app_id),
            accounts::name.eq(new.name),
            accounts::created_at.eq(new.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The account of that root.
pub fn find(conn: &mut Conn, owner: Uin) -> Result<Option<Account>, StoreError> {
    let row: Option<Row> =
        accounts::table.find(owner.0).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Account::try_from).transpose()
}

/// Owners of the first two accounts: enough to know whether there are none, one or several.
pub fn first_two(conn: &mut Conn) -> Result<Vec<Uin>, StoreError> {
    let found: Vec<i64> =
        accounts::table.select(accounts::owner_uin).order(accounts::owner_uin).limit(2).load(conn)?;
    Ok(found.into_iter().map(Uin).collect())
}

/// Replaces an account's settings.
pub fn update_settings(conn: &mut Conn, owner: Uin, settings: &AccountSettings) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(owner.0))
        .set((
            accounts::secret_reveal.eq(settings.secret_reveal.as_str()),
            accounts::step_up_window_minutes.eq(settings.step_up_window_minutes),
            accounts::mfa_required.eq(settings.mfa_required),
            accounts::operation_protection.eq(settings.operation_protection),
            accounts::api_delete_enabled_keys.eq(settings.api_delete_enabled_keys),
            accounts::password_min_length.eq(settings.password_min_length),
            accounts::signature_v1.eq(settings.signature_v1),
            accounts::signed_action.eq(settings.signed_action),
            accounts::grant_window_minutes.eq(settings.grant_window_minutes),
            accounts::grant_age_hours.eq(settings.grant_age_hours),
            accounts::key_expiry_default_days.eq(settings.key_expiry.default_days),
            accounts::key_expiry_max_days.eq(settings.key_expiry.max_days),
            accounts::key_idle_default_days.eq(settings.key_expiry.idle_days),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces an account's password rules.
pub fn update_password_rules(conn: &mut Conn, owner: Uin, rules: &PasswordRules) -> Result<(), StoreError> {
    let text = serde_json::to_string(rules).map_err(|_| StoreError::Corrupt("accounts.password_rules"))?;
    diesel::update(accounts::table.find(owner.0))
        .set((accounts::password_min_length.eq(rules.minimum_length), accounts::password_rules.eq(text)))
        .execute(conn)?;
    Ok(())
}

/// Replaces where an account's sub-users may sign in from.
pub fn update_sign_in_rules(conn: &mut Conn, owner: Uin, rules: &SignInRules) -> Result<(), StoreError> {
    let text = serde_json::to_string(rules).map_err(|_| StoreError::Corrupt("accounts.login_rules"))?;
    diesel::update(accounts::table.find(owner.0)).set(accounts::login_rules.eq(text)).execute(conn)?;
    Ok(())
}

/// Counts a user in (1) or out (-1).
pub fn count_user(conn: &mut Conn, owner: Uin, by: i64) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(owner.0))
        .set(accounts::user_count.eq(accounts::user_count + by))
        .execute(conn)?;
    Ok(())
}
