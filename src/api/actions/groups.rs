//! User groups, who is in them, what is attached to them.

use super::policy_input::policy_id;
use crate::api::action::{Action, Answer, Call, Service, fields, respond};
use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::Failure;
use crate::app::groups::members::Pair;
use crate::app::groups::policies::Wanted;
use crate::app::groups::{self, GroupChange};
use crate::domain::group::{Group, GroupId, GroupRefusal, Member, UserRef};
use crate::domain::paging::Paging;
use crate::domain::policies::Attachment;
use crate::domain::user::{Uid, Uin};
use crate::times::Times;
use serde_json::{Map, Value, json};

/// Longest keyword of a search among policies.
const MAX_KEYWORD: usize = 128;

/// Refusals, and the code that an action documents for them.
type Code = (fn(&GroupRefusal) -> bool, &'static str);

const TAKEN: Code = (
    |why| matches!(why, GroupRefusal::NameTaken | GroupRefusal::LooksTaken),
    "InvalidParameter.GroupNameInUse",
);
const NO_USER: Code = (
    |why| matches!(why, GroupRefusal::NoUser(_) | GroupRefusal::NotMember(..)),
    "ResourceNotFound.UserNotExist",
);
const NO_GROUP: Code = (is_no_group, "ResourceNotFound.GroupNotExist");
const NO_POLICY: Code = (
    |why| matches!(why, GroupRefusal::NoPolicy(_) | GroupRefusal::NotAttached(..)),
    "InvalidParameter.PolicyIdNotExist",
);
/// What `GetGroup` and `DeleteGroup` document for a group that does not exist.
const NO_GROUP_TO_READ: Code = (is_no_group, "ResourceNotFound.UserNotExist");

fn is_no_group(why: &GroupRefusal) -> bool {
    matches!(why, GroupRefusal::NoGroup(_))
}

pub const ACTIONS: &[Action] = &[
    changing("CreateGroup", |call| respond(create(call))),
    reading("GetGroup", |call| respond(read(call))),
    changing("UpdateGroup", |call| respond(update(call))),
    changing("DeleteGroup", |call| respond(delete(call))),
    reading("ListGroups", |call| respond(list(call))),
    changing("AddUserToGroup", |call| respond(add_users(call))),
    changing("RemoveUserFromGroup", |call| respond(remove_users(call))),
    reading("ListGroupsForUser", |call| respond(list_for_user(call))),
    reading("ListUsersForGroup", |call| respond(list_users(call))),
    changing("AttachGroupPolicy", |call| respond(attach(call))),
    changing("DetachGroupPolicy", |call| respond(detach(call))),
    reading("ListAttachedGroupPolicies", |call| respond(list_policies(call))),
];

const fn reading(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: false, run }
}

const fn changing(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: true, run }
}

type Response = Result<Map<String, Value>, ApiError>;

async fn create(Call { app, caller, input, .. }: Call) -> Response {
    input.only(&["GroupName", "Remark"])?;
    let (name, remark) = (input.required_text("GroupName")?, input.text("Remark")?.unwrap_or_default());
    let codes: &[Code] =
        &[TAKEN, (|why| matches!(why, GroupRefusal::TooManyGroups), "InvalidParameter.GroupFull")];
    let group = groups::create_group(&app, &caller, &name, &remark).await.map_err(coded(codes))?;
    Ok(fields(json!({ "GroupId": group.id.0 })))
}

async fn read(Call { app, caller, input, times, .. }: Call) -> Response {
    input.only(&["GroupId"])?;
    let id = group_id(&input, "GroupId")?;
    let (group, members) =
        groups::members::group_with_members(&app, &caller, id).await.map_err(coded(&[NO_GROUP_TO_READ]))?;
    let mut response = described(&group, times);
    response.insert("GroupNum".to_owned(), members.len().into());
    response.insert("UserInfo".to_owned(), members.iter().map(|one| member(one, times)).collect());
    Ok(response)
}

async fn update(Call { app, caller, input, .. }: Call) -> Response {
    input.only(&["GroupId", "GroupName", "Remark"])?;
    let id = group_id(&input, "GroupId")?;
    let change = GroupChange { name: input.filled_text("GroupName")?, remark: input.text("Remark")? };
    groups::update_group(&app, &caller, id, change).await.map_err(coded(&[TAKEN, NO_GROUP]))?;
    Ok(Map::new())
}

async fn delete(Call { app, caller, input, .. }: Call) -> Response {
    input.only(&["GroupId"])?;
    let id = group_id(&input, "GroupId")?;
    groups::delete_group(&app, &caller, id).await.map_err(coded(&[NO_GROUP_TO_READ]))?;
    Ok(Map::new())
}

async fn list(Call { app, caller, input, times, .. }: Call) -> Response {
    input.only(&["Page", "Rp", "Keyword"])?;
    let (keyword, paging) = (input.text("Keyword")?.unwrap_or_default(), paging(&input)?);
    let found = groups::groups(&app, &caller, &keyword, paging).await.map_err(coded(&[]))?;
    let rows: Vec<Value> = found.rows.iter().map(|listed| described(&listed.group, times).into()).collect();
    Ok(fields(json!({ "TotalNum": found.total, "GroupInfo": rows })))
}

async fn add_users(Call { app, caller, input, .. }: Call) -> Response {
    let pairs = pairs(&input)?;
    let codes: &[Code] = &[
        NO_USER,
        (is_no_group, "InvalidParameter.GroupNotExist"),
        (|why| matches!(why, GroupRefusal::GroupFull), "InvalidParameter.GroupUserFull"),
        (|why| matches!(why, GroupRefusal::UserFull), "InvalidParameter.UserGroupFull"),
    ];
    groups::members::add_to_groups(&app, &caller, pairs).await.map_err(coded(codes))?;
    Ok(Map::new())
}

async fn remove_users(Call { app, caller, input, .. }: Call) -> Response {
    let pairs = pairs(&input)?;
    groups::members::remove_from_groups(&app, &caller, pairs).await.map_err(coded(&[NO_USER]))?;
    Ok(Map::new())
}

async fn list_for_user(Call { app, caller, input, times, .. }: Call) -> Response {
    input.only(&["Uid", "SubUin", "Page", "Rp"])?;
    let user = user_of(&input, "SubUin")?.ok_or_else(|| input.missing("SubUin"))?;
    let found =
        groups::members::groups_of(&app, &caller, user, paging(&input)?).await.map_err(coded(&[NO_USER]))?;
    let rows: Vec<Value> = found.rows.iter().map(|joined| described(&joined.group, times).into()).collect();
    Ok(fields(json!({ "TotalNum": found.total, "GroupInfo": rows })))
}

async fn list_users(Call { app, caller, input, times, .. }: Call) -> Response {
    input.only(&["GroupId", "Page", "Rp"])?;
    let (id, paging) = (group_id(&input, "GroupId")?, paging(&input)?);
    let found = groups::members::members(&app, &caller, id, paging).await.map_err(coded(&[NO_GROUP]))?;
    let rows: Vec<Value> = found.rows.iter().map(|one| member(one, times)).collect();
    Ok(fields(json!({ "TotalNum": found.total, "UserInfo": rows })))
}

async fn attach(Call { app, caller, input, .. }: Call) -> Response {
    input.only(&["PolicyId", "AttachGroupId"])?;
    let (policy, id) = (policy_id(&input)?, group_id(&input, "AttachGroupId")?);
    let full: Code = (|why| matches!(why, GroupRefusal::TooManyPolicies), "InvalidParameter.AttachmentFull");
    groups::policies::attach_group_policies(&app, &caller, id, vec![policy])
        .await
        .map_err(coded(&[NO_GROUP, NO_POLICY, full]))?;
    Ok(Map::new())
}

async fn detach(Call { app, caller, input, .. }: Call) -> Response {
    input.only(&["PolicyId", "DetachGroupId"])?;
    let (policy, id) = (policy_id(&input)?, group_id(&input, "DetachGroupId")?);
    groups::policies::detach_group_policy(&app, &caller, id, policy)
        .await
        .map_err(coded(&[NO_GROUP, NO_POLICY]))?;
    Ok(Map::new())
}

async fn list_policies(Call { app, caller, input, times, .. }: Call) -> Response {
    input.only(&["TargetGroupId", "Page", "Rp", "Keyword"])?;
    let (id, paging) = (group_id(&input, "TargetGroupId")?, paging(&input)?);
    let keyword = input.text("Keyword")?.unwrap_or_default();
    if keyword.chars().count() > MAX_KEYWORD {
        let text = (
            format!("Use at most {MAX_KEYWORD} characters for the keyword."),
            format!("关键字最多 {MAX_KEYWORD} 个字符。"),
        );
        return Err(ApiError::new("InvalidParameter.SearchKeywordLengthError", text));
    }
    let codes: &[Code] = &[(is_no_group, "InvalidParameter.ParamError")];
    let wanted = Wanted { keyword: &keyword, paging };
    let found = groups::policies::group_policies(&app, &caller, id, wanted).await.map_err(coded(codes))?;
    let rows: Vec<Value> = found.rows.iter().map(|one| attachment(one, times)).collect();
    Ok(fields(json!({ "TotalNum": found.total, "List": rows })))
}

fn group_id(input: &Input, name: &str) -> Result<GroupId, ApiError> {
    input.required_integer(name).map(GroupId)
}

/// The user that a call names, by UIN or by UID.
fn user_of(input: &Input, uin: &str) -> Result<Option<UserRef>, ApiError> {
    let by_uid = input.nonzero("Uid")?.map(|uid| UserRef::Uid(Uid(uid)));
    Ok(input.nonzero(uin)?.map(|uin| UserRef::Uin(Uin(uin))).or(by_uid))
}

fn pairs(input: &Input) -> Result<Vec<Pair>, ApiError> {
    input.only(&["Info"])?;
    let objects = input.list_of_objects("Info")?.filter(|objects| !objects.is_empty());
    objects.ok_or_else(|| input.missing("Info"))?.iter().map(pair).collect()
}

fn pair(object: &Input) -> Result<Pair, ApiError> {
    object.only(&["GroupId", "Uid", "Uin"])?;
    let user = user_of(object, "Uin")?.ok_or_else(|| {
        ApiError::new(
            "InvalidParameter.UserUinAndUinNotAllNull",
            ("Name each user by its Uin or its Uid.", "Uin 和 Uid 不能同时为空。"),
        )
    })?;
    Ok((group_id(object, "GroupId")?, user))
}

fn paging(input: &Input) -> Result<Paging, ApiError> {
    let positive = |name, default| {
        let number = input.nonzero(name)?.unwrap_or(default);
        let fits = usize::try_from(number).ok().filter(|number| *number > 0);
        fits.ok_or_else(|| ApiError::wrong_value(name, ("it begins at 1.", "从 1 开始。")))
    };
    Ok(Paging { number: positive("Page", 1)?, size: positive("Rp", 20)? })
}

fn described(group: &Group, times: Times) -> Map<String, Value> {
    fields(json!({
        "GroupId": group.id.0,
        "GroupName": group.name,
        "CreateTime": times.plain(group.created_at),
        "Remark": group.remark,
    }))
}

fn member(member: &Member, times: Times) -> Value {
    let user = &member.user;
    json!({
        "Uid": user.uid.0,
        "Uin": user.uin.0,
        "Name": user.name,
        "PhoneNum": user.phone,
        "CountryCode": member.country_code,
        "PhoneFlag": 0,
        "Email": user.email,
        "EmailFlag": 0,
        "UserType": 1,
        "CreateTime": times.plain(user.created_at),
        "IsReceiverOwner": 0,
        "Remark": user.note,
    })
}

fn attachment(policy: &Attachment, times: Times) -> Value {
    json!({
        "PolicyId": policy.policy_id,
        "PolicyName": policy.name,
        "AddTime": times.plain(policy.created_at),
        "CreateMode": 2,
        "PolicyType": if policy.is_preset() { "QCS" } else { "User" },
        "Remark": policy.description,
        "OperateOwnerUin": Value::Null,
        "OperateUin": Value::Null,
        "OperateUinType": Value::Null,
        "Deactived": 0,
        "DeactivedDetail": [],
    })
}

/// Gives a refusal the code that the action documents for it.
fn coded(codes: &[Code]) -> impl Fn(Failure) -> ApiError {
    move |failure| {
        let Failure::Group(refusal) = failure else {
            return ApiError::from(failure).invalid_as("InvalidParameter.ParamError");
        };
        let known = codes.iter().find(|(is_meant, _)| is_meant(&refusal)).map(|(_, code)| *code);
        ApiError::new(known.unwrap_or("FailedOperation"), refusal)
    }
}
