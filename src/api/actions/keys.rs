//! Access keys, and who holds them.

use crate::api::action::{Action, Answer, Call, Service, fields, respond, text_or_null};
use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::keys::access_keys::NamedKey;
use crate::app::keys::limits::operator::Limiting;
use crate::app::{Failure, keys};
use crate::domain::key::{AccessKeyRefusal, Key, KeyRef, KeyStatus, Place, SecretId};
use crate::domain::key_usage::LastUse;
use crate::domain::user::Uin;
use crate::times::Times;
use serde_json::{Map, Value, json};

/// The code for what a rule about limits refused.
const LIMITS_REFUSED: &str = "OperationDenied.KeyLimits";

pub const ACTIONS: &[Action] = &[
    reading("ListAccessKeys", |call| respond(list_access_keys(call))),
    writing("CreateAccessKey", |call| respond(create_access_key(call))),
    writing("UpdateAccessKey", |call| respond(update_access_key(call))),
    writing("DeleteAccessKey", |call| respond(delete_access_key(call))),
    reading("GetSecurityLastUsed", |call| respond(get_security_last_used(call))),
    reading("GetUserAppId", |call| respond(std::future::ready(get_user_app_id(&call)))),
    Action { service: Service::Camlock, ..reading("QueryKeyLimits", |call| respond(query_key_limits(call))) },
    Action {
        service: Service::Camlock,
        ..writing("UpdateKeyLimits", |call| respond(update_key_limits(call)))
    },
];

const fn reading(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: false, run }
}

const fn writing(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: true, run }
}

/// Whose keys are meant; none: the caller's own.
pub(super) fn target(input: &Input) -> Result<Option<Uin>, ApiError> {
    Ok(input.nonzero("TargetUin")?.map(Uin))
}

fn status_name(status: KeyStatus) -> &'static str {
    if status == KeyStatus::Enabled { "Active" } else { "Inactive" }
}

fn shown(key: &Key, times: Times) -> Map<String, Value> {
    fields(json!({
        "AccessKeyId": key.secret_id.as_str(),
        "Status": status_name(key.status),
        "CreateTime": times.plain(key.created_at),
        "Description": text_or_null(&key.note),
    }))
}

async fn list_access_keys(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["TargetUin"])?;
    let keys = keys::access_keys::access_keys(&call.app, &call.caller, target(&call.input)?).await?;
    Ok(fields(json!({ "AccessKeys": keys.iter().map(|key| shown(key, call.times)).collect::<Vec<_>>() })))
}

async fn create_access_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["TargetUin", "Description"])?;
    let (target, description) = (target(&call.input)?, call.input.text("Description")?);
    let made = keys::access_keys::create_access_key(
        &call.app,
        &call.caller,
        target,
        description.unwrap_or_default(),
    )
    .await;
    let (key, secret) = made.map_err(|failure| {
        ApiError::from(failure)
            .refused_as("OperationDenied.AccessKeyOverLimit")
            .invalid_as("InvalidParameter.ParamError")
    })?;
    let mut detail = shown(&key, call.times);
    detail.insert("SecretAccessKey".to_owned(), Value::String(secret.expose().to_owned()));
    Ok(fields(json!({ "AccessKey": detail })))
}

async fn update_access_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["AccessKeyId", "Status", "TargetUin"])?;
    let id = call.input.required_text("AccessKeyId")?;
    let status = match call.input.required_text("Status")?.to_ascii_lowercase().as_str() {
        "active" => KeyStatus::Enabled,
        "inactive" => KeyStatus::Disabled,
        _ => {
            return Err(ApiError::new(
                "InvalidParameter.ParamError",
                ("`Status` must be Active or Inactive.", "`Status` 应为 Active 或 Inactive。"),
            ));
        }
    };
    let named = NamedKey { target: target(&call.input)?, id: id.clone() };
    let updated = keys::access_keys::update_access_key(&call.app, &call.caller, named, status).await;
    updated.map_err(|failure| no_key(failure, &id))?;
    Ok(Map::new())
}

/// Names the key that is not there, unless something else was sent as a SecretId: it may be a secret.
fn no_key(failure: Failure, id: &str) -> ApiError {
    match failure {
        Failure::AccessKey(refusal @ AccessKeyRefusal::NoSuchKey) if SecretId::parse(id).is_ok() => {
            ApiError::new(
                refusal.code(),
                (
                    format!(
                        "The user has no key `{id}`; without `TargetUin` it is the caller's own that is meant."
                    ),
                    format!("该用户没有密钥 `{id}`；未指定 `TargetUin` 时为调用者本人的密钥。"),
                ),
            )
        }
        other => other.into(),
    }
}

async fn delete_access_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["AccessKeyId", "TargetUin"])?;
    let id = call.input.required_text("AccessKeyId")?;
    let named = NamedKey { target: target(&call.input)?, id: id.clone() };
    let deleted = keys::access_keys::delete_access_key(&call.app, &call.caller, named).await;
    deleted.map_err(|failure| no_key(failure, &id).refused_as("FailedOperation.Accesskey"))?;
    Ok(Map::new())
}

async fn get_security_last_used(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["SecretIdList"])?;
    let ids = call.input.list_of_texts("SecretIdList")?.ok_or_else(|| call.input.missing("SecretIdList"))?;
    let found = keys::access_keys::security_last_used(&call.app, &call.caller, ids).await;
    let rows = found.map_err(|failure| match failure {
        Failure::AccessKey(refusal) => ApiError::new("ResourceNotFound", refusal),
        other => ApiError::from(other).invalid_as("InvalidParameter"),
    })?;
    let row = |(id, used): &(String, Option<LastUse>)| {
        let at = used.as_ref().map(|used| used.last_used_ms);
        let day = at.map(|at| call.times.day(at.div_euclid(1000)));
        json!({ "SecretId": id, "LastUsedDate": day, "LastSecretUsedDate": at })
    };
    Ok(fields(json!({ "SecretIdLastUsedRows": rows.iter().map(row).collect::<Vec<_>>() })))
}

/// The key that is meant; without `TargetUin` one of the caller's own.
pub(super) fn key_named(call: &Call) -> Result<KeyRef, ApiError> {
    let id = call.input.required_text("AccessKeyId")?;
    let id = SecretId::parse(&id).map_err(|_| no_key(AccessKeyRefusal::NoSuchKey.into(), &id))?;
    let other = target(&call.input)?.filter(|uin| *uin != call.caller.user.uin);
    Ok(KeyRef { place: other.map_or(Place::Own, Place::Of), id })
}

/// Names the key that is not there; the code is for what a rule refused.
pub(super) fn not_done(failure: Failure, key: &KeyRef, refused: &'static str) -> ApiError {
    let told = match failure {
        Failure::NotFound => AccessKeyRefusal::NoSuchKey.into(),
        other => other,
    };
    no_key(told, key.id.as_str()).refused_as(refused).invalid_as("InvalidParameter.ParamError")
}

async fn query_key_limits(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["AccessKeyId", "TargetUin"])?;
    let key = key_named(&call)?;
    let found = keys::limits::limits(&call.app, &call.caller, &key).await;
    let found = found.map_err(|failure| not_done(failure, &key, LIMITS_REFUSED))?;
    let limits = found.held.key.limits;
    let at = |at: Option<i64>| at.map(|at| call.times.iso(at));
    Ok(fields(json!({ "KeyLimits": {
        "ExpiresAt": at(limits.expires_at),
        "IdleDays": limits.idle_days,
        "Networks": limits.networks.texts(),
        "Policy": limits.policy.as_deref(),
        "Purpose": limits.purpose,
        "Owner": limits.owner,
        "ReviewAt": at(limits.review_at),
        "TriedOffUntil": at(found.trial.map(|trial| trial.ends_at)),
    } })))
}

/// Tightens: what is not named stays.
async fn update_key_limits(call: Call) -> Result<Map<String, Value>, ApiError> {
    let known = [
        "AccessKeyId",
        "TargetUin",
        "ExpiresAt",
        "IdleDays",
        "Networks",
        "Policy",
        "Purpose",
        "Owner",
        "ReviewAt",
    ];
    call.input.only(&known)?;
    let key = key_named(&call)?;
    let limiting = Limiting {
        expires_at: call.input.text("ExpiresAt")?,
        idle_days: call.input.nonzero("IdleDays")?.map(|days| days.to_string()),
        networks: call.input.list_of_texts("Networks")?.map(|networks| networks.join(" ")),
        policy: call.input.text("Policy")?,
        purpose: call.input.text("Purpose")?,
        owner: call.input.text("Owner")?,
        review_at: call.input.text("ReviewAt")?,
    };
    let updated = keys::limits::update_limits(&call.app, &call.caller, &key, limiting).await;
    updated.map_err(|failure| not_done(failure, &key, LIMITS_REFUSED))?;
    Ok(Map::new())
}

/// Needs no policy: scripts ask it who they are.
fn get_user_app_id(call: &Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    Ok(fields(json!({
        "Uin": call.caller.user.uin.to_string(),
        "OwnerUin": call.caller.owner().to_string(),
        "AppId": call.caller.account.app_id,
    })))
}
