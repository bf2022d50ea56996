//! Versions of a custom policy.

use super::policy_input::{document, policy_id};
use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::ApiError;
use crate::app::policies;
use crate::app::policies::versions::NewVersion;
use crate::domain::policies::PolicyVersion;
use crate::times::Times;
use serde_json::{Map, Value, json};

const NOT_FOUND: &str = "ResourceNotFound.PolicyIdNotFound";

pub const ACTIONS: &[Action] = &[
    Action {
        name: "CreatePolicyVersion",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(create_version(call)),
    },
    Action {
        name: "GetPolicyVersion",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(get_version(call)),
    },
    Action {
        name: "ListPolicyVersions",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(list_versions(call)),
    },
    Action {
        name: "SetDefaultPolicyVersion",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(set_default(call)),
    },
    Action {
        name: "DeletePolicyVersion",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(delete_versions(call)),
    },
];

async fn create_version(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId", "PolicyDocument", "SetAsDefault"])?;
    let id = policy_id(&input)?;
    let document = document(&input.required_text("PolicyDocument")?)?;
    let is_default = input.boolean("SetAsDefault")?.ok_or_else(|| input.missing("SetAsDefault"))?;
    let created =
        policies::versions::create_policy_version(&app, &caller, id, NewVersion { document, is_default })
            .await;
    let version = created
        .map_err(|failure| ApiError::from(failure).no_policy_as("InvalidParameter.PolicyIdNotExist"))?;
    Ok(fields(json!({ "VersionId": version })))
}

async fn get_version(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["PolicyId", "VersionId"])?;
    let (id, version) = (policy_id(&input)?, input.required_integer("VersionId")?);
    let found = policies::versions::policy_version(&app, &caller, id, version).await;
    let found = found.map_err(|failure| ApiError::from(failure).no_policy_as(NOT_FOUND))?;
    let mut version = item(&found, times);
    if let Value::Object(members) = &mut version {
        members.insert("Document".to_owned(), found.document.into());
    }
    Ok(fields(json!({ "PolicyVersion": version })))
}

async fn list_versions(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["PolicyId"])?;
    let id = policy_id(&input)?;
    let found = policies::versions::policy_versions(&app, &caller, id).await;
    let found = found.map_err(|failure| ApiError::from(failure).no_policy_as(NOT_FOUND))?;
    Ok(fields(json!({ "Versions": found.iter().map(|one| item(one, times)).collect::<Vec<_>>() })))
}

fn item(version: &PolicyVersion, times: Times) -> Value {
    json!({
        "VersionId": version.version,
        "CreateDate": times.iso(version.created_at),
        "IsDefaultVersion": i64::from(version.is_default),
    })
}

async fn set_default(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId", "VersionId"])?;
    let (id, version) = (policy_id(&input)?, input.required_integer("VersionId")?);
    let set = policies::versions::set_default_policy_version(&app, &caller, id, version).await;
    set.map_err(|failure| ApiError::from(failure).no_policy_as(NOT_FOUND))?;
    Ok(Map::new())
}

async fn delete_versions(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId", "VersionId"])?;
    let id = policy_id(&input)?;
    let versions = input.list_of_integers("VersionId")?.filter(|versions| !versions.is_empty());
    let versions = versions.ok_or_else(|| input.missing("VersionId"))?;
    let deleted = policies::versions::delete_policy_versions(&app, &caller, id, versions).await;
    deleted.map_err(|failure| ApiError::from(failure).no_policy_as(NOT_FOUND))?;
    Ok(Map::new())
}
