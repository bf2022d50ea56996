//! Policies of an account: listed, read, created, changed, deleted.

use super::policy_input::{attached_code, description, document, few, name, paging, policy_id, policy_type};
use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::{ApiError, POLICY};
use crate::app::policies;
use crate::app::policies::entities::EntityPage;
use crate::app::policies::{
    EntityFilter, IfAttached, ListedPolicy, NewPolicy, PolicyChange, PolicyFilter, PolicyKey,
};
use crate::domain::paging::Paged;
use crate::domain::policies::{Entity, PolicyId, PolicyKind};
use crate::times::Times;
use serde_json::{Map, Value, json};

/// Who is told apart from everybody else in an answer about a preset: those that reach beyond one product.
const GLOBAL_PRESETS: [PolicyId; 2] = [PolicyId(1), PolicyId(2)];
/// The longest keyword of a search.
const MAX_KEYWORD: usize = 128;
const NOT_FOUND: &str = "ResourceNotFound.PolicyIdNotFound";

pub const ACTIONS: &[Action] = &[
    Action {
        name: "ListPolicies",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(list_policies(call)),
    },
    Action {
        name: "GetPolicy",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(get_policy(call)),
    },
    Action {
        name: "CreatePolicy",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(create_policy(call)),
    },
    Action {
        name: "UpdatePolicy",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(update_policy(call)),
    },
    Action {
        name: "DeletePolicy",
        service: Service::Cam,
        is_mutating: true,
        run: |call| respond(delete_policy(call)),
    },
    Action {
        name: "ListEntitiesForPolicy",
        service: Service::Cam,
        is_mutating: false,
        run: |call| respond(list_entities(call)),
    },
];

async fn list_policies(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["Rp", "Page", "Scope", "Keyword"])?;
    let kind = match input.text("Scope")?.unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "all" => None,
        "qcs" => Some(PolicyKind::Preset),
        "local" => Some(PolicyKind::Custom),
        _ => {
            return Err(ApiError::new(
                "InvalidParameter.ScopeError",
                ("Scope is All, QCS or Local.", "Scope 取值为 All、QCS 或 Local。"),
            ));
        }
    };
    let text = input.text("Keyword")?.unwrap_or_default();
    if text.chars().count() > MAX_KEYWORD {
        return Err(ApiError::new(
            "InvalidParameter.SearchKeywordLengthError",
            (
                format!("Use at most {MAX_KEYWORD} characters for Keyword."),
                format!("Keyword 不能超过 {MAX_KEYWORD} 个字符。"),
            ),
        ));
    }
    let page = policies::list_policies(&app, &caller, PolicyFilter { text, kind }, few(&input)?).await?;
    Ok(fields(json!({
        "TotalNum": page.total,
        "List": page.rows.iter().map(|one| listed(one, times)).collect::<Vec<_>>(),
        "ServiceTypeList": [],
    })))
}

fn listed(ListedPolicy { policy, uses }: &ListedPolicy, times: Times) -> Value {
    let level = if GLOBAL_PRESETS.contains(&policy.id) { "Global" } else { "CloudProduct" };
    json!({
        "PolicyId": policy.id,
        "PolicyName": policy.name,
        "AddTime": times.plain(policy.created_at),
        "Type": policy_type(policy.is_preset()),
        "Description": policy.description,
        "CreateMode": 2,
        "Attachments": uses.users + uses.groups,
        "ServiceType": "",
        "IsAttached": null,
        "Deactived": 0,
        "DeactivedDetail": [],
        "IsServiceLinkedPolicy": 0,
        "AttachEntityCount": uses.users + uses.groups,
        "AttachEntityBoundaryCount": uses.boundaries,
        "UpdateTime": times.plain(policy.updated_at),
        "Tags": [],
        "PermissionLevel": level,
    })
}

async fn get_policy(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["PolicyId"])?;
    let id = policy_id(&input)?;
    let found = policies::policy(&app, &caller, id).await;
    let policy = found.map_err(|failure| ApiError::from(failure).no_policy_as(NOT_FOUND))?.policy;
    Ok(fields(json!({
        "PolicyName": policy.name,
        "Description": policy.description,
        "Type": policy_type(policy.is_preset()),
        "AddTime": times.plain(policy.created_at),
        "UpdateTime": times.plain(policy.updated_at),
        "PolicyDocument": policy.document,
        "PresetAlias": if policy.is_preset() { json!(policy.name) } else { Value::Null },
        "IsServiceLinkedRolePolicy": 0,
        "Tags": [],
    })))
}

async fn create_policy(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyName", "PolicyDocument", "Description", "Tags"])?;
    if input.list_of_objects("Tags")?.is_some_and(|tags| !tags.is_empty()) {
        return Err(ApiError::new(
            "UnsupportedOperation",
            ("Policies have no tags here. Leave Tags out.", "此处的策略不支持标签，请去掉 Tags。"),
        ));
    }
    let new = NewPolicy {
        name: name(&input.required_text("PolicyName")?)?,
        document: document(&input.required_text("PolicyDocument")?)?,
        description: description(&input.text("Description")?.unwrap_or_default())?,
    };
    let id = policies::create_policy(&app, &caller, new).await?;
    Ok(fields(json!({ "PolicyId": id })))
}

/// With both an id and a name the id says which policy is meant, and the name is its new one.
async fn update_policy(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId", "PolicyName", "Description", "PolicyDocument", "Alias"])?;
    if input.filled_text("Alias")?.is_some() {
        return Err(ApiError::new(
            "UnsupportedOperation",
            ("Policies have no alias here. Leave Alias out.", "此处的策略不支持别名，请去掉 Alias。"),
        ));
    }
    let named = input.filled_text("PolicyName")?;
    let mut change = PolicyChange {
        name: None,
        description: input.text("Description")?.as_deref().map(description).transpose()?,
        document: input.filled_text("PolicyDocument")?.as_deref().map(document).transpose()?,
    };
    let by_name = named.clone().unwrap_or_default();
    let key = match (input.nonzero("PolicyId")?, named) {
        (Some(id), named) => {
            change.name = named.as_deref().map(name).transpose()?;
            PolicyKey::Id(PolicyId(id))
        }
        (None, Some(named)) => PolicyKey::Name(named),
        (None, None) => return Err(input.missing("PolicyId")),
    };
    let updated = policies::update_policy(&app, &caller, key, change).await;
    let id = updated.map_err(|failure| {
        ApiError::from(failure).not_found_as(NOT_FOUND, POLICY, by_name).no_policy_as(NOT_FOUND)
    })?;
    Ok(fields(json!({ "PolicyId": id })))
}

/// Policies that are attached are detached from everybody, as CAM does.
async fn delete_policy(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, .. } = call;
    input.only(&["PolicyId"])?;
    let ids = input.list_of_integers("PolicyId")?.ok_or_else(|| input.missing("PolicyId"))?;
    if ids.is_empty() {
        return Err(input.missing("PolicyId"));
    }
    let ids = ids.into_iter().map(PolicyId).collect();
    let deleted = policies::delete_policies(&app, &caller, ids, IfAttached::Detach).await;
    deleted.map_err(|failure| ApiError::from(failure).no_policy_as(NOT_FOUND))?;
    Ok(Map::new())
}

async fn list_entities(call: Call) -> Result<Map<String, Value>, ApiError> {
    let Call { app, caller, input, times, .. } = call;
    input.only(&["PolicyId", "Page", "Rp", "EntityFilter"])?;
    let id = policy_id(&input)?;
    let filter = match input.text("EntityFilter")?.unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "all" => Some(EntityFilter::All),
        "user" => Some(EntityFilter::Users),
        "group" => Some(EntityFilter::Groups),
        // There are no roles.
        "role" => None,
        _ => {
            return Err(ApiError::new(
                "InvalidParameter.EntityFilterError",
                (
                    "EntityFilter is All, User, Group or Role.",
                    "EntityFilter 取值为 All、User、Group 或 Role。",
                ),
            ));
        }
    };
    let paging = paging(&input)?;
    let wanted = EntityPage { filter: filter.unwrap_or(EntityFilter::All), paging };
    let found = policies::entities::policy_entities(&app, &caller, id, wanted).await;
    let found =
        found.map_err(|failure| ApiError::from(failure).no_policy_as("InvalidParameter.PolicyIdError"))?;
    let found = if filter.is_some() { found } else { Paged { rows: Vec::new(), total: 0 } };
    Ok(fields(json!({
        "TotalNum": found.total,
        "List": found.rows.iter().map(|one| entity(one, times)).collect::<Vec<_>>(),
    })))
}

fn entity(entity: &Entity, times: Times) -> Value {
    match entity {
        Entity::User { uid, uin, name, since } => json!({
            "Id": uid.to_string(),
            "Name": name,
            "Uin": uin.0,
            "RelatedType": attached_code::USER,
            "AttachmentTime": times.plain(*since),
        }),
        Entity::Group { id, name, since } => json!({
            "Id": id.to_string(),
            "Name": name,
            "Uin": 0,
            "RelatedType": attached_code::GROUP,
            "AttachmentTime": times.plain(*since),
        }),
    }
}
