//! Checks at sign-in and before operations, password rules, and where sub-users may sign in from.

use super::users::flag;
use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::{ApiError, USER};
use crate::api::input::Input;
use crate::app::account;
use crate::app::account::protection::{ProtectionChange, ProtectionSet, RuleChanges, protection};
use crate::domain::permission::action;
use crate::domain::sign_in_rules::{
    self, MAX_RULES, SignInEffect, SignInRule, SignInRules, SignInRulesRefusal,
};
use crate::domain::user::{Protection, Uin};
use serde_json::{Map, Value, json};

const NO_USER: &str = "ResourceNotFound.UserNotExist";
const PARAMETER: &str = "InvalidParameter.ParamError";

pub const ACTIONS: &[Action] = &[
    made("DescribeSafeAuthFlag", false, |call| respond(describe_safe_auth_flag(call))),
    made("DescribeSafeAuthFlagColl", false, |call| respond(describe_safe_auth_flag_coll(call))),
    made("DescribeSafeAuthFlagIntl", false, |call| respond(describe_safe_auth_flag_intl(call))),
    made("SetMfaFlag", true, |call| respond(set_mfa_flag(call))),
    made("GetPasswordRules", false, |call| respond(get_password_rules(call))),
    made("UpdatePasswordRules", true, |call| respond(update_password_rules(call))),
    made("CreateSubAccountLoginIpPolicy", true, |call| respond(create_login_ip_policy(call))),
];

const fn made(name: &'static str, is_mutating: bool, run: fn(Call) -> crate::api::action::Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating, run }
}

async fn describe_safe_auth_flag(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let own = call.caller.user.uin;
    let found = protection(&call.app, &call.caller, action::DESCRIBE_OWN_PROTECTION, own).await;
    let mut answer = flags(found?);
    answer.insert("PromptTrust".to_owned(), 0.into());
    Ok(answer)
}

async fn describe_safe_auth_flag_coll(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["SubUin"])?;
    let uin = Uin(call.input.required_integer("SubUin")?);
    let found = protection(&call.app, &call.caller, action::DESCRIBE_PROTECTION, uin).await;
    let mut answer =
        flags(found.map_err(|failure| ApiError::from(failure).not_found_as(NO_USER, USER, uin))?);
    answer.insert("PromptTrust".to_owned(), 0.into());
    Ok(answer)
}

async fn describe_safe_auth_flag_intl(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let own = call.caller.user.uin;
    Ok(flags(protection(&call.app, &call.caller, action::DESCRIBE_OWN_PROTECTION_INTL, own).await?))
}

/// Of all the methods only the software token exists here.
fn flags(protection: Protection) -> Map<String, Value> {
    let methods = |is_on: bool| {
        json!({
            "Phone": 0, "Token": 0, "Stoken": i64::from(is_on), "Wechat": 0, "Custom": 0, "Mail": 0,
            "U2FToken": 0, "Passkey": 0,
        })
    };
    fields(json!({
        "LoginFlag": methods(protection.sign_in),
        "ActionFlag": methods(protection.action),
        "OffsiteFlag": { "VerifyFlag": 0, "NotifyPhone": 0, "NotifyEmail": 0, "NotifyWechat": 0, "Tips": 0 },
    }))
}

async fn set_mfa_flag(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["OpUin", "LoginFlag", "ActionFlag"])?;
    let uin = call.input.nonzero("OpUin")?.map_or(call.caller.user.uin, Uin);
    let change = ProtectionChange {
        sign_in: software_token(&call.input, "LoginFlag")?,
        action: software_token(&call.input, "ActionFlag")?,
    };
    let set = account::protection::set_protection(&call.app, &call.caller, uin, change).await.map_err(
        |failure| {
            let error = ApiError::from(failure).not_found_as(NO_USER, USER, uin);
            error.refused_as("FailedOperation.UserUnbindNoPermission")
        },
    )?;
    match set {
        ProtectionSet::Done => Ok(Map::new()),
        ProtectionSet::OwnCheck => Err(ApiError::new(
            "FailedOperation.UserUnbindNoPermission",
            (
                "You cannot take a verification off yourself. Ask another administrator.",
                "不能解除自己的保护，请联系其他管理员。",
            ),
        )),
    }
}

/// The software token's flag; the methods that nobody can have here are refused.
fn software_token(input: &Input, name: &str) -> Result<Option<bool>, ApiError> {
    let Some(methods) = input.object(name)? else { return Ok(None) };
    methods.only(&["Phone", "Stoken", "Wechat"])?;
    if flag(&methods, "Phone")? == Some(true) {
        return Err(ApiError::new(
            "FailedOperation.UserNotBindPhone",
            (
                "This server verifies no phone numbers. Use `Stoken`.",
                "本服务器不支持手机验证，请使用 `Stoken`。",
            ),
        ));
    }
    if flag(&methods, "Wechat")? == Some(true) {
        return Err(ApiError::new(
            "FailedOperation.UserNotBindWechat",
            ("This server knows no WeChat. Use `Stoken`.", "本服务器不支持微信验证，请使用 `Stoken`。"),
        ));
    }
    flag(&methods, "Stoken")
}

async fn get_password_rules(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let (rules, at, modifier) = account::protection::password_rules(&call.app, &call.caller).await?;
    Ok(fields(json!({
        "Rules": {
            "MinimumLength": rules.minimum_length,
            "MustContain": rules.must_contain,
            "ForcePasswordChange": rules.expires_after_days,
            "ReusePasswordLimit": rules.reuse_limit,
            "RetryPasswordLimit": rules.retry_limit,
            "PasswordExpirationInvalidation": if rules.expiry_needs_reset { 1 } else { 2 },
        },
        "UpdateTime": call.times.plain(at),
        "Modifier": modifier,
    })))
}

async fn update_password_rules(call: Call) -> Result<Map<String, Value>, ApiError> {
    const WRONG: &str = "InvalidParameter.PasswordRuleError";
    call.input.only(&["Rules"])?;
    let rules = call.input.object("Rules")?.ok_or_else(|| call.input.missing("Rules"))?;
    rules.only(&[
        "MinimumLength",
        "MustContain",
        "ForcePasswordChange",
        "ReusePasswordLimit",
        "RetryPasswordLimit",
        "PasswordExpirationInvalidation",
    ])?;
    let expiry_needs_reset = match rules.nonzero("PasswordExpirationInvalidation")? {
        None => None,
        Some(1) => Some(true),
        Some(2) => Some(false),
        Some(_) => {
            return Err(ApiError::new(
                WRONG,
                (
                    "`PasswordExpirationInvalidation` must be 1 or 2.",
                    "`PasswordExpirationInvalidation` 只能为 1 或 2。",
                ),
            ));
        }
    };
    let changes = RuleChanges {
        minimum_length: rules.integer("MinimumLength")?,
        must_contain: rules.text("MustContain")?,
        expires_after_days: rules.integer("ForcePasswordChange")?,
        reuse_limit: rules.integer("ReusePasswordLimit")?,
        retry_limit: rules.integer("RetryPasswordLimit")?,
        expiry_needs_reset,
    };
    account::protection::update_password_rules(&call.app, &call.caller, changes)
        .await
        .map_err(|failure| ApiError::from(failure).invalid_as(WRONG))?;
    Ok(Map::new())
}

/// A list that is sent replaces the one before, as there is no action to take a rule away.
async fn create_login_ip_policy(call: Call) -> Result<Map<String, Value>, ApiError> {
    let input = &call.input;
    input.only(&["IpPolicies", "ApproverType", "ApproverUin", "DisablePolicy", "PolicyType"])?;
    if input.is_set("ApproverType") || input.is_set("ApproverUin") {
        return Err(ApiError::new(
            "InvalidParameter.AssitApproverTypeError",
            (
                "This server has no approvals of sign-ins. Leave out `ApproverType` and `ApproverUin`.",
                "本服务器不支持登录审批，请去掉 `ApproverType` 和 `ApproverUin`。",
            ),
        ));
    }
    if input.nonzero("PolicyType")?.is_some_and(|kind| kind != 1) {
        return Err(ApiError::new(
            PARAMETER,
            ("Only `PolicyType` 1, rules for IP addresses, exists here.", "`PolicyType` 仅支持 1。"),
        ));
    }
    let rules = input
        .list_of_objects("IpPolicies")?
        .map(|list| list.iter().map(login_rule).collect::<Result<Vec<_>, _>>())
        .transpose()?;
    let disabled = flag(input, "DisablePolicy")?;
    if rules.is_none() && disabled.is_none() {
        return Err(input.missing("IpPolicies"));
    }
    if rules.as_ref().is_some_and(|rules| rules.len() > MAX_RULES) {
        return Err(ApiError::new("FailedOperation.PolicyFull", SignInRulesRefusal::TooMany));
    }
    let wanted = move |kept: SignInRules| SignInRules {
        is_disabled: disabled.unwrap_or(rules.is_none() && kept.is_disabled),
        rules: rules.unwrap_or(kept.rules),
    };
    account::protection::set_sign_in_rules(&call.app, &call.caller, wanted).await.map_err(|failure| {
        ApiError::from(failure).invalid_as("InvalidParameter.IPRangeOverlapping").refused_as(PARAMETER)
    })?;
    Ok(Map::new())
}

fn login_rule(entry: &Input) -> Result<SignInRule, ApiError> {
    entry.only(&["IP", "Effect"])?;
    let network = sign_in_rules::network(&entry.required_text("IP")?)
        .map_err(|refusal| ApiError::new("InvalidParameter.IPIllegal", refusal))?;
    let effect = match entry.required_text("Effect")?.to_ascii_lowercase().as_str() {
        "allow" => SignInEffect::Allow,
        "deny" => SignInEffect::Deny,
        _ => {
            return Err(ApiError::new(
                "InvalidParameter.EffectError",
                ("`Effect` must be allow or deny.", "`Effect` 只能为 allow 或 deny。"),
            ));
        }
    };
    Ok(SignInRule { network, effect })
}
