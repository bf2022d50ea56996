//! What an account has: lists of its users, and counts.

use crate::api::action::{Action, Call, Service, fields, respond};
use crate::api::error::ApiError;
use crate::app::users;
use crate::app::users::lists::Portion;
use crate::domain::user::{Uin, User, UserKind};
use crate::times::Times;
use serde_json::{Map, Value, json};

/// UINs that one call may ask about.
const MAX_FILTER: usize = 50;
/// Users in one answer of `ListAccounts`.
const MAX_ITEMS: i64 = 100;
/// Collaborators in one answer when the call does not say how many.
const COLLABORATORS: i64 = 20;

pub const ACTIONS: &[Action] = &[
    read("ListUsers", |call| respond(list_users(call))),
    read("DescribeSubAccounts", |call| respond(describe_sub_accounts(call))),
    read("ListCollaborators", |call| respond(list_collaborators(call))),
    read("ListAccounts", |call| respond(list_accounts(call))),
    read("GetAccountSummary", |call| respond(get_account_summary(call))),
];

const fn read(name: &'static str, run: fn(Call) -> crate::api::action::Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: false, run }
}

async fn list_users(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let found = users::lists::sub_users(&call.app, &call.caller).await?;
    Ok(fields(
        json!({ "Data": found.iter().map(|user| sub_account_info(user, call.times)).collect::<Vec<_>>() }),
    ))
}

async fn describe_sub_accounts(call: Call) -> Result<Map<String, Value>, ApiError> {
    const NAME: &str = "FilterSubAccountUin";
    call.input.only(&[NAME])?;
    let wanted = call.input.list_of_integers(NAME)?.ok_or_else(|| call.input.missing(NAME))?;
    if wanted.is_empty() || wanted.len() > MAX_FILTER {
        let text = format!("`{NAME}` must hold 1 to {MAX_FILTER} UINs.");
        return Err(ApiError::new(
            "InvalidParameter",
            (text, format!("`{NAME}` 需包含 1 到 {MAX_FILTER} 个 UIN。")),
        ));
    }
    let found =
        users::lists::described(&call.app, &call.caller, wanted.into_iter().map(Uin).collect()).await?;
    let listed: Vec<Value> = found
        .into_iter()
        .map(|described| {
            let user = described.user;
            let (at, ip) = described.last_sign_in.unzip();
            json!({
                "Uin": user.uin.0,
                "Name": user.name,
                "Uid": user.uid.0,
                "Remark": user.note,
                "CreateTime": call.times.plain(user.created_at),
                "UserType": if user.kind == UserKind::Collaborator { 4 } else { 2 },
                "LastLoginIp": ip.unwrap_or_default(),
                "LastLoginTime": at.map(|at| call.times.plain(at)),
            })
        })
        .collect();
    Ok(fields(json!({ "SubAccounts": listed })))
}

async fn list_collaborators(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["Limit", "Offset"])?;
    let limit = call.input.nonzero("Limit")?.unwrap_or(COLLABORATORS);
    let offset = call.input.integer("Offset")?.unwrap_or(0);
    for (name, number) in [("Limit", limit), ("Offset", offset)] {
        if number < 0 {
            return Err(ApiError::wrong_value(name, ("0 or more is expected.", "应为不小于 0 的整数。")));
        }
    }
    let (total, found) = users::lists::collaborators(&call.app, &call.caller, limit, offset).await?;
    let data: Vec<Value> = found.iter().map(|user| sub_account_info(user, call.times)).collect();
    Ok(fields(json!({ "TotalNum": total, "Data": data })))
}

async fn list_accounts(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&["MaxItems", "Marker", "UserType"])?;
    let size = call.input.nonzero("MaxItems")?.unwrap_or(MAX_ITEMS);
    let Some(size) = usize::try_from(size).ok().filter(|_| (1..=MAX_ITEMS).contains(&size)) else {
        let text = format!("`MaxItems` must be from 1 to {MAX_ITEMS}.");
        return Err(ApiError::new(
            "InvalidParameter",
            (text, format!("`MaxItems` 需在 1 到 {MAX_ITEMS} 之间。")),
        ));
    };
    let after = match call.input.text("Marker")?.unwrap_or_default().as_str() {
        "" => Uin(0),
        marker => Uin::parse(marker).map_err(|_| {
            ApiError::new(
                "InvalidParameter.PaginationTokenInvalid",
                ("`Marker` is not one that this action gave out.", "`Marker` 无效。"),
            )
        })?,
    };
    let kind = match call.input.text("UserType")?.unwrap_or_default().as_str() {
        "" => None,
        text => match kind_of(text)? {
            Some(kind) => Some(kind),
            None => return Ok(accounts_fields(&[], None, call.times)),
        },
    };
    let part = users::lists::accounts(&call.app, &call.caller, kind, Portion { after, size }).await?;
    Ok(accounts_fields(&part.users, part.next, call.times))
}

/// The kind a word of the API stands for; `None` for kinds that nobody is of here.
fn kind_of(word: &str) -> Result<Option<UserKind>, ApiError> {
    match word.to_ascii_lowercase().as_str() {
        "owner" => Ok(Some(UserKind::Root)),
        "subuser" => Ok(Some(UserKind::SubUser)),
        "collaborator" => Ok(Some(UserKind::Collaborator)),
        "cicuser" | "wechatcorpuser" | "agentidentity" | "messagereceiver" | "unknown" => Ok(None),
        _ => Err(ApiError::new(
            "InvalidParameter",
            (
                "`UserType` must be Owner, SubUser, CICUser, WechatCorpUser, AgentIdentity, Collaborator, \
             MessageReceiver or Unknown.",
                "`UserType` 取值为 Owner、SubUser、CICUser、WechatCorpUser、AgentIdentity、Collaborator、\
             MessageReceiver 或 Unknown。",
            ),
        )),
    }
}

fn accounts_fields(users: &[User], next: Option<Uin>, times: Times) -> Map<String, Value> {
    let listed: Vec<Value> = users
        .iter()
        .map(|user| {
            let mut entry = common(user, times);
            let kind = match user.kind {
                UserKind::Root => "Owner",
                UserKind::SubUser => "SubUser",
                UserKind::Collaborator => "Collaborator",
            };
            entry.insert("UserType".to_owned(), kind.into());
            Value::Object(entry)
        })
        .collect();
    let marker = next.map(|uin| uin.to_string()).unwrap_or_default();
    fields(json!({ "Users": listed, "Marker": marker, "IsTruncated": next.is_some() }))
}

/// Roles and identity providers do not exist here, so there are none.
async fn get_account_summary(call: Call) -> Result<Map<String, Value>, ApiError> {
    call.input.only(&[])?;
    let (users, counts) = users::lists::account_summary(&call.app, &call.caller).await?;
    Ok(fields(json!({
        "Policies": counts.policies,
        "Roles": 0,
        "Idps": 0,
        "User": users,
        "Group": counts.groups,
        "Member": counts.members,
        "IdentityProviders": 0,
    })))
}

fn sub_account_info(user: &User, times: Times) -> Value {
    let mut entry = common(user, times);
    entry.insert("NickName".to_owned(), user.name.as_str().into());
    Value::Object(entry)
}

/// What every list tells of a user.
fn common(user: &User, times: Times) -> Map<String, Value> {
    let mut entry = known_of(user);
    entry.insert("CreateTime".to_owned(), times.plain(user.created_at).into());
    entry
}

/// What is told of a user wherever it is told of.
pub(super) fn known_of(user: &User) -> Map<String, Value> {
    fields(json!({
        "Uin": user.uin.0,
        "Name": user.name,
        "Uid": user.uid.0,
        "Remark": user.note,
        "ConsoleLogin": i64::from(user.console_login),
        "PhoneNum": user.phone,
        "CountryCode": user.country_code,
        "Email": user.email,
    }))
}
