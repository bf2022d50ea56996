//! Policies of a user: attached, detached, listed, bounded.

use super::policy_input::{few, paging, policy_id, policy_type};
use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::{ApiError, USER};
use crate::api::input::Input;
use crate::app::users;
use crate::app::users::permissions::Held;
use crate::domain::group::GroupId;
use crate::domain::policies::Attachment;
use crate::domain::user::Uin;
use crate::times::Times;
use serde_json::{Map, Value, json};

const NO_POLICY: &str = "ResourceNotFound.PolicyIdNotFound";
const NO_USER: &str = "ResourceNotFound.UserNotExist";
const NO_BOUND_USER: &str = "InvalidParameter.UserNotExist";
const MALFORMED: &str = "InvalidParameter.ParamError";

pub const ACTIONS: &[Action] = &[
    Action {
        name: "AttachUserPolicy",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(attach(call)),
    },
    Action {
        name: "DetachUserPolicy",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(detach(call)),
    },
    Action {
        name: "ListAttachedUserPolicies",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(list_attached(call)),
    },
    Action {
        name: "ListAttachedUserAllPolicies",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(list_all_attached(call)),
    },
    Action {
        name: "PutUserPermissionsBoundary",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(put_boundary(call)),
    },
    Action {
        name: "DeleteUserPermissionsBoundary",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(delete_boundary(call)),
    },
    Action {
        name: "GetUserPermissionBoundary",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(get_boundary(call)),
    },
];

fn uin(input: &Input, name: &str) -> Result<Uin, ApiError> {
    input.required_integer(name).map(Uin)
}

async fn attach(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId", "AttachUin"])?;
    let (id, user) = (policy_id(&input)?, uin(&input, "AttachUin")?);
    let attached = users::permissions::attach_policies(&app, &caller, user, vec![id]).await;
    attached
        .map_err(|failure| ApiError::from(failure).not_found_as(NO_USER, USER, user).invalid_as(NO_POLICY))?;
    Ok(Map::new())
}

async fn detach(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId", "DetachUin"])?;
    let (id, user) = (policy_id(&input)?, uin(&input, "DetachUin")?);
    let detached = users::permissions::detach_policy(&app, &caller, user, id).await;
    detached.map_err(|failure| ApiError::from(failure).not_found_as(NO_USER, USER, user))?;
    Ok(Map::new())
}

async fn list_attached(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["TargetUin", "Page", "Rp"])?;
    let (user, paging) = (uin(&input, "TargetUin")?, paging(&input)?);
    let found = users::permissions::attached(&app, &caller, user).await;
    let found = found.map_err(|failure| ApiError::from(failure).not_found_as(MALFORMED, USER, user))?;
    Ok(fields(json!({
        "TotalNum": found.len(),
        "List": paging.cut(found).iter().map(|one| attachment(one, times)).collect::<Vec<_>>(),
    })))
}

fn attachment(attachment: &Attachment, times: Times) -> Value {
    json!({
        "PolicyId": attachment.policy_id,
        "PolicyName": attachment.name,
        "AddTime": times.plain(attachment.created_at),
        "CreateMode": 2,
        "PolicyType": if attachment.is_preset() { "QCS" } else { "User" },
        "Remark": attachment.description,
        "OperateOwnerUin": null,
        "OperateUin": null,
        "OperateUinType": null,
        "Deactived": 0,
        "DeactivedDetail": [],
    })
}

async fn list_all_attached(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["TargetUin", "Rp", "Page", "AttachType", "StrategyType", "Keyword"])?;
    let user = uin(&input, "TargetUin")?;
    input.required_integer("Rp")?;
    input.required_integer("Page")?;
    let paging = few(&input)?;
    let how = one_of("AttachType", input.required_integer("AttachType")?, 0..=2)?;
    let kind = input.nonzero("StrategyType")?.map(|kind| one_of("StrategyType", kind, 1..=2)).transpose()?;
    let keyword = input.text("Keyword")?.unwrap_or_default().to_lowercase();
    let found = users::permissions::attached_all(&app, &caller, user).await;
    let mut found = found.map_err(|failure| ApiError::from(failure).not_found_as(NO_USER, USER, user))?;
    found.retain(|held| {
        let comes_so = match how {
            1 => held.direct_since.is_some(),
            2 => !held.groups.is_empty(),
            _ => true,
        };
        comes_so
            && kind.is_none_or(|kind| kind == policy_type(held.is_preset))
            && held.name.to_lowercase().contains(&keyword)
    });
    Ok(fields(json!({
        "TotalNum": found.len(),
        "PolicyList": paging.cut(found).iter().map(|one| held(one, times)).collect::<Vec<_>>(),
    })))
}

/// Numbers are texts here, unlike everywhere else.
fn held(held: &Held, times: Times) -> Value {
    let group = |(id, name): &(GroupId, String)| json!({ "GroupId": id.0, "GroupName": name });
    json!({
        "PolicyId": held.policy_id.to_string(),
        "PolicyName": held.name,
        "Description": held.description,
        "AddTime": times.plain(held.since),
        "StrategyType": policy_type(held.is_preset).to_string(),
        "CreateMode": "2",
        "Groups": held.groups.iter().map(group).collect::<Vec<_>>(),
        "Deactived": 0,
        "DeactivedDetail": [],
    })
}

fn one_of(name: &str, value: i64, allowed: std::ops::RangeInclusive<i64>) -> Result<i64, ApiError> {
    if allowed.contains(&value) {
        return Ok(value);
    }
    let (first, last) = (allowed.start(), allowed.end());
    Err(ApiError::new(
        MALFORMED,
        (
            format!("{name} is a number from {first} to {last}."),
            format!("{name} 取值范围为 {first} 到 {last}。"),
        ),
    ))
}

async fn put_boundary(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["TargetUin", "PolicyId"])?;
    let (user, id) = (uin(&input, "TargetUin")?, policy_id(&input)?);
    let put = users::boundary::put_boundary(&app, &caller, user, id).await;
    put.map_err(|failure| ApiError::from(failure).not_found_as(NO_BOUND_USER, USER, user))?;
    Ok(Map::new())
}

async fn delete_boundary(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["TargetUin"])?;
    let user = uin(&input, "TargetUin")?;
    let deleted = users::boundary::delete_boundary(&app, &caller, user).await;
    deleted.map_err(|failure| ApiError::from(failure).not_found_as(NO_BOUND_USER, USER, user))?;
    Ok(Map::new())
}

/// A user without a boundary has null in every field.
async fn get_boundary(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["TargetUin"])?;
    let user = uin(&input, "TargetUin")?;
    let found = users::boundary::boundary(&app, &caller, user).await;
    let found = found.map_err(|failure| ApiError::from(failure).not_found_as(MALFORMED, USER, user))?;
    let policy = found.as_ref();
    Ok(fields(json!({
        "PolicyId": policy.map(|policy| policy.id),
        "PolicyName": policy.map(|policy| &policy.name),
        "PolicyDocument": policy.map(|policy| &policy.document),
        "PolicyType": policy.map(|policy| policy_type(policy.is_preset())),
        "CreateMode": policy.map(|_| 2),
    })))
}
