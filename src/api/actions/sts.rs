//! Who am I; temporary credentials come later.

use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::ApiError;
use crate::app::{Failure, keys};
use crate::domain::key::{AccessKeyRefusal, Key};
use serde_json::{Map, Value, json};

pub const ACTIONS: &[Action] = &[
    Action {
        name: "GetCallerIdentity",
        service: Service::Sts,
        is_mutating: false,
        run: |call| respond(std::future::ready(get_caller_identity(&call))),
    },
    Action {
        name: "QueryApiKey",
        service: Service::Sts,
        is_mutating: false,
        run: |call| respond(query_api_key(call)),
    },
    later("AssumeRole"),
    later("GetFederationToken"),
    later("GetSessionToken"),
];

const fn later(name: &'static str) -> Action {
    Action {
        name,
        service: Service::Sts,
        is_mutating: false,
        run: |call| respond(std::future::ready(unsupported(&call))),
    }
}

fn unsupported(_: &Call) -> Result<Map<String, Value>, ApiError> {
    Err(ApiError::new(
        "UnsupportedOperation",
        ("This server does not give out temporary credentials.", "本服务器暂不支持临时凭证。"),
    ))
}

/// Needs no policy: it tells callers what they have signed with.
fn get_caller_identity(call: &Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let (owner, uin) = (call.caller.owner(), call.caller.user.uin);
    Ok(fields(json!({
        "Arn": format!("qcs::cam:{owner}:uin/{uin}"),
        "AccountId": owner.to_string(),
        "UserId": uin.to_string(),
        "PrincipalId": uin.to_string(),
        "Type": "CAMUser",
    })))
}

/// STS documents none of the codes that CAM has for this.
fn not_listed(failure: Failure) -> ApiError {
    match failure {
        Failure::AccessKey(refusal @ AccessKeyRefusal::OfRoot) => {
            ApiError::new("AuthFailure.UnauthorizedOperation", refusal)
        }
        Failure::AccessKey(refusal) => ApiError::new("InvalidParameter.ParamError", refusal),
        other => other.into(),
    }
}

async fn query_api_key(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["TargetUin"])?;
    let found =
        keys::access_keys::query_api_keys(&call.app, &call.caller, super::keys::target(&call.input)?).await;
    let keys = found.map_err(not_listed)?;
    let shown = |key: &Key| {
        json!({
            "SecretId": key.secret_id.as_str(),
            "CreateTime": key.created_at,
            "Status": if key.is_enabled() { 2 } else { 3 },
        })
    };
    Ok(fields(json!({ "IdKeys": keys.iter().map(shown).collect::<Vec<_>>() })))
}
