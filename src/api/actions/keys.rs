//! Access keys, and who holds them.

use crate::api::action::{Action, Answer, Call, Service, datetime, fields, respond, text_or_null};
use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::Failure;
use crate::domain::key::{Key, KeyStatus};
use crate::domain::user::Uin;
use serde_json::{Map, Value, json};

pub const ACTIONS: &[Action] = &[
    reading("ListAccessKeys", |call| respond(list_access_keys(call))),
    writing("CreateAccessKey", |call| respond(create_access_key(call))),
    writing("UpdateAccessKey", |call| respond(update_access_key(call))),
    writing("DeleteAccessKey", |call| respond(delete_access_key(call))),
    reading("GetSecurityLastUsed", |call| respond(get_security_last_used(call))),
    reading("GetUserAppId", |call| respond(std::future::ready(get_user_app_id(&call)))),
];

const fn reading(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: false, per_second: 20, run }
}

const fn writing(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: true, per_second: 5, run }
}

/// Whose keys are meant; none: the caller's own.
pub(super) fn target(input: &Input) -> Result<Option<Uin>, ApiError> {
    Ok(input.integer("TargetUin")?.map(Uin))
}

fn status_name(status: KeyStatus) -> &'static str {
    if status == KeyStatus::Enabled { "Active" } else { "Inactive" }
}

fn shown(key: &Key) -> Map<String, Value> {
    fields(json!({
        "AccessKeyId": key.secret_id.as_str(),
        "Status": status_name(key.status),
        "CreateTime": datetime(key.created_at),
        "Description": text_or_null(&key.note),
    }))
}

async fn list_access_keys(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["TargetUin"])?;
    let keys = call.app.access_keys(&call.caller, target(&call.input)?).await?;
    Ok(fields(json!({ "AccessKeys": keys.iter().map(shown).collect::<Vec<_>>() })))
}

async fn create_access_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["TargetUin", "Description"])?;
    let (target, description) = (target(&call.input)?, call.input.text("Description")?);
    if description.as_deref() == Some("") {
        return Err(ApiError::wrong_value(
            "Description",
            ("1 to 1024 characters.", "长度为 1 到 1024 个字符。"),
        ));
    }
    let made = call.app.create_access_key(&call.caller, target, description.unwrap_or_default()).await;
    let (key, secret) = made.map_err(|failure| {
        ApiError::from(failure)
            .refused_as("OperationDenied.AccessKeyOverLimit")
            .invalid_as("InvalidParameter.ParamError")
    })?;
    let mut detail = shown(&key);
    detail.insert("SecretAccessKey".to_owned(), Value::String(secret.expose().to_owned()));
    Ok(fields(json!({ "AccessKey": detail })))
}

async fn update_access_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["AccessKeyId", "Status", "TargetUin"])?;
    let id = call.input.required_text("AccessKeyId")?;
    let status = match call.input.required_text("Status")?.as_str() {
        "Active" => KeyStatus::Enabled,
        "Inactive" => KeyStatus::Disabled,
        _ => {
            return Err(ApiError::wrong_value(
                "Status",
                ("Active or Inactive.", "应为 Active 或 Inactive。"),
            ));
        }
    };
    call.app.update_access_key(&call.caller, target(&call.input)?, (id, status)).await?;
    Ok(Map::new())
}

async fn delete_access_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["AccessKeyId", "TargetUin"])?;
    let (id, target) = (call.input.required_text("AccessKeyId")?, target(&call.input)?);
    let deleted = call.app.delete_access_key(&call.caller, target, id).await;
    deleted.map_err(|failure| ApiError::from(failure).refused_as("FailedOperation.Accesskey"))?;
    Ok(Map::new())
}

async fn get_security_last_used(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["SecretIdList"])?;
    let ids = call.input.list_of_texts("SecretIdList")?.ok_or_else(|| call.input.missing("SecretIdList"))?;
    let found = call.app.security_last_used(&call.caller, ids).await;
    let rows = found.map_err(|failure| match failure {
        Failure::AccessKey(refusal) => ApiError::new("ResourceNotFound", refusal),
        other => ApiError::from(other).invalid_as("InvalidParameter"),
    })?;
    let row = |(id, used): &(String, Option<crate::app::usage::LastUse>)| {
        let at = used.as_ref().map(|used| used.last_used_ms);
        let day = at.map(|at| datetime(at.div_euclid(1000)).chars().take(10).collect::<String>());
        json!({ "SecretId": id, "LastUsedDate": day, "LastSecretUsedDate": at })
    };
    Ok(fields(json!({ "SecretIdLastUsedRows": rows.iter().map(row).collect::<Vec<_>>() })))
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
