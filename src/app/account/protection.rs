//! Checks that one user must pass, and the rules of an account for passwords and places.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::users::changeable;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::password_rules::{
    LONGEST_MINIMUM, MAX_EXPIRY_DAYS, MAX_RETRY_LIMIT, MAX_REUSE_LIMIT, PasswordRules, SHORTEST, is_kinds,
};
use crate::domain::permission::action;
use crate::domain::sign_in_rules::SignInRules;
use crate::domain::user::{Protection, Uin, User};
use crate::store::{accounts, dialect, users};
use serde_json::Value;

/// What is to change about a user's checks.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProtectionChange {
    pub sign_in: Option<bool>,
    pub action: Option<bool>,
}

/// What is to change about the password rules; the rest stays.
#[derive(Clone, Debug, Default)]
pub struct RuleChanges {
    /// 0: as short as Camlock lets any password be.
    pub minimum_length: Option<i64>,
    pub must_contain: Option<String>,
    pub expires_after_days: Option<i64>,
    pub reuse_limit: Option<i64>,
    pub retry_limit: Option<i64>,
    pub expiry_needs_reset: Option<bool>,
}

/// How a change of a user's checks ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProtectionSet {
    Done,
    /// Nobody but the root takes a verification off itself.
    OwnCheck,
}

/// The checks that a user must pass, its own and those that the account asks of everybody.
pub async fn protection(
    app: &App,
    caller: &Caller,
    action: &'static str,
    uin: Uin,
) -> Result<Protection, Failure> {
    caller.ensure(action, uin)?;
    let owner = caller.owner();
    let user = app.store.read(move |conn| users::find(conn, owner, uin)).await?;
    let own = user.ok_or(Failure::NotFound)?.protection;
    let settings = &caller.account.settings;
    Ok(Protection {
        sign_in: own.sign_in || settings.mfa_required,
        action: own.action || settings.operation_protection,
    })
}

/// Sets which checks a user must pass.
pub async fn set_protection(
    app: &App,
    caller: &Caller,
    uin: Uin,
    wanted: ProtectionChange,
) -> Result<ProtectionSet, Failure> {
    caller.ensure(action::SET_MFA_FLAG, uin)?;
    app.change(caller, move |change| set_protection_in(change, uin, wanted)).await
}

pub(in crate::app) fn set_protection_in(
    change: &mut Change<'_>,
    uin: Uin,
    wanted: ProtectionChange,
) -> Result<ProtectionSet, Failure> {
    let user = locked(change, uin)?;
    put(change, &user, wanted)
}

/// Has a user sign in with an authenticator app; whether that was not so already.
pub(in crate::app) fn require_code_in(change: &mut Change<'_>, uin: Uin) -> Result<bool, Failure> {
    let user = locked(change, uin)?;
    let on = ProtectionChange { sign_in: Some(true), action: None };
    Ok(!user.protection.sign_in && put(change, &user, on)? == ProtectionSet::Done)
}

/// A user whose checks the caller may set. Read again under the lock: two who change one check each must not undo each other.
fn locked(change: &mut Change<'_>, uin: Uin) -> Result<User, Failure> {
    change.by.ensure(action::SET_MFA_FLAG, uin)?;
    let seen = changeable(change.conn, change.by, uin)?;
    dialect::lock_user(change.conn, seen.uid)?;
    changeable(change.conn, change.by, uin)
}

fn put(change: &mut Change<'_>, user: &User, wanted: ProtectionChange) -> Result<ProtectionSet, Failure> {
    let before = user.protection;
    let after = Protection {
        sign_in: wanted.sign_in.unwrap_or(before.sign_in),
        action: wanted.action.unwrap_or(before.action),
    };
    let takes_off = (before.sign_in && !after.sign_in) || (before.action && !after.action);
    if takes_off && user.uid == change.by.user.uid && !change.by.is_root() {
        return Ok(change.undone(ProtectionSet::OwnCheck));
    }
    users::set_protection(change.conn, user.uid, after)?;
    let changes = [
        ("login", before.sign_in.into(), after.sign_in.into()),
        ("action", before.action.into(), after.action.into()),
    ];
    change.event(EventName::SET_MFA_FLAG).on(user).changed(changes).record(change);
    Ok(ProtectionSet::Done)
}

/// The account's password rules, with the time and the author of the latest change.
pub async fn password_rules(app: &App, caller: &Caller) -> Result<(PasswordRules, i64, String), Failure> {
    caller.ensure_here(action::GET_PASSWORD_RULES)?;
    let (owner, rules) = (caller.owner(), caller.account.password_rules.clone());
    let root = app.store.read(move |conn| users::find(conn, owner, owner)).await?;
    let made_at = root.ok_or(Failure::Corrupt("accounts.owner_uin"))?.created_at;
    let at = rules.updated_at.unwrap_or(made_at);
    let modifier = if rules.modifier.is_empty() { owner.to_string() } else { rules.modifier.clone() };
    Ok((rules, at, modifier))
}

/// Changes the account's password rules; they hold for every password chosen from then on.
pub async fn update_password_rules(app: &App, caller: &Caller, changes: RuleChanges) -> Result<(), Failure> {
    caller.ensure_here(action::UPDATE_PASSWORD_RULES)?;
    app.change(caller, move |change| {
        let owner = change.by.owner();
        dialect::lock_account(change.conn, owner)?;
        let account = accounts::find(change.conn, owner)?.ok_or(Failure::Corrupt("accounts.owner_uin"))?;
        let before = account.password_rules;
        let mut rules = changed(before.clone(), changes);
        ensure_sound(&rules)?;
        rules.updated_at = Some(change.app.clock.now());
        rules.modifier = change.by.user.uin.to_string();
        accounts::update_password_rules(change.conn, owner, &rules)?;
        change.event(EventName::UPDATE_PASSWORD_RULES).changed(rule_changes(&before, &rules)).record(change);
        Ok(())
    })
    .await
}

/// Replaces where sub-users may sign in from, or switches the rules that are kept off and on.
pub async fn set_sign_in_rules(
    app: &App,
    caller: &Caller,
    wanted: impl FnOnce(SignInRules) -> SignInRules + Send + 'static,
) -> Result<(), Failure> {
    caller.ensure_here(action::SET_SIGN_IN_RULES)?;
    app.change(caller, move |change| {
        let owner = change.by.owner();
        dialect::lock_account(change.conn, owner)?;
        let account = accounts::find(change.conn, owner)?.ok_or(Failure::Corrupt("accounts.owner_uin"))?;
        let before = (listed(&account.sign_in_rules), account.sign_in_rules.is_disabled);
        let rules = wanted(account.sign_in_rules);
        rules.ensure_sound().map_err(|refusal| FieldError::new("IpPolicies", refusal))?;
        if !change.by.is_root() && !rules.admit(&change.by.source.ip) {
            let ip = &change.by.source.ip;
            return Err(Failure::refused((
                format!("These rules would keep you from signing in: they do not admit {ip}."),
                format!("这些规则不包含您的地址 {ip}，会使您自己无法登录。"),
            )));
        }
        accounts::update_sign_in_rules(change.conn, owner, &rules)?;
        change
            .event(EventName::CREATE_SUB_ACCOUNT_LOGIN_IP_POLICY)
            .changed([
                ("rules", before.0, listed(&rules)),
                ("disabled", before.1.into(), rules.is_disabled.into()),
            ])
            .record(change);
        Ok(())
    })
    .await
}

fn rule_changes(before: &PasswordRules, after: &PasswordRules) -> [(&'static str, Value, Value); 6] {
    let pair = |name, of: fn(&PasswordRules) -> Value| (name, of(before), of(after));
    [
        pair("minimum_length", |rules| rules.minimum_length.into()),
        pair("must_contain", |rules| rules.must_contain.as_str().into()),
        pair("expires_after_days", |rules| rules.expires_after_days.into()),
        pair("expiry_needs_reset", |rules| rules.expiry_needs_reset.into()),
        pair("reuse_limit", |rules| rules.reuse_limit.into()),
        pair("retry_limit", |rules| rules.retry_limit.into()),
    ]
}

/// The networks in one line.
fn listed(rules: &SignInRules) -> Value {
    let each = rules.rules.iter().map(|rule| format!("{:?} {}", rule.effect, rule.network));
    each.collect::<Vec<_>>().join(", ").into()
}

fn changed(mut rules: PasswordRules, changes: RuleChanges) -> PasswordRules {
    if let Some(length) = changes.minimum_length {
        rules.minimum_length = if length == 0 { SHORTEST } else { length };
    }
    rules.must_contain = changes.must_contain.unwrap_or(rules.must_contain);
    rules.expires_after_days = changes.expires_after_days.unwrap_or(rules.expires_after_days);
    rules.reuse_limit = changes.reuse_limit.unwrap_or(rules.reuse_limit);
    rules.retry_limit = changes.retry_limit.unwrap_or(rules.retry_limit);
    rules.expiry_needs_reset = changes.expiry_needs_reset.unwrap_or(rules.expiry_needs_reset);
    rules
}

fn ensure_sound(rules: &PasswordRules) -> Result<(), FieldError> {
    let numbers = [
        ("MinimumLength", rules.minimum_length, SHORTEST, LONGEST_MINIMUM),
        ("ForcePasswordChange", rules.expires_after_days, 0, MAX_EXPIRY_DAYS),
        ("ReusePasswordLimit", rules.reuse_limit, 0, MAX_REUSE_LIMIT),
        ("RetryPasswordLimit", rules.retry_limit, 0, MAX_RETRY_LIMIT),
    ];
    for (field, number, least, most) in numbers {
        if !(least..=most).contains(&number) {
            let told = (
                format!("`{field}` must be from {least} to {most}."),
                format!("`{field}` 取值范围为 {least} 到 {most}。"),
            );
            return Err(FieldError::new(field, told));
        }
    }
    if !is_kinds(&rules.must_contain) {
        let text = (
            "`MustContain` is made of A (capital), a (small), 1 (digit) and ! (special character).",
            "`MustContain` 由 A（大写字母）、a（小写字母）、1（数字）和 !（特殊字符）组成。",
        );
        return Err(FieldError::new("MustContain", text));
    }
    Ok(())
}
