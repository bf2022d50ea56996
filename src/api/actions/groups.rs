//! User groups, who is in them, what is attached to them.

use crate::api::action::{Action, Answer, Call, Service, fields, respond};
use crate::api::error::ApiError;
use crate::api::input::Input;
use crate::app::Failure;
use crate::app::group_members::{Member, Pair};
use crate::app::group_policies::Attachment;
use crate::app::groups::{GroupChange, Paging};
use crate::clock;
use crate::domain::group::{Group, GroupId, GroupRefusal, UserRef};
use crate::domain::user::{Uid, Uin};
use serde_json::{Map, Value, json};

/// Longest keyword of a search among policies.
const MAX_KEYWORD: usize = 128;
const TAKEN: (GroupRefusal, &str) = (GroupRefusal::NameTaken, "InvalidParameter.GroupNameInUse");
const LOOKS_TAKEN: (GroupRefusal, &str) = (GroupRefusal::LooksTaken, "InvalidParameter.GroupNameInUse");
const NO_USER: (GroupRefusal, &str) = (GroupRefusal::NoUser, "ResourceNotFound.UserNotExist");
const NO_GROUP: (GroupRefusal, &str) = (GroupRefusal::NoGroup, "ResourceNotFound.GroupNotExist");
const NO_POLICY: (GroupRefusal, &str) = (GroupRefusal::NoPolicy, "InvalidParameter.PolicyIdNotExist");
/// What `GetGroup` and `DeleteGroup` document for a group that does not exist.
const NO_GROUP_TO_READ: (GroupRefusal, &str) = (GroupRefusal::NoGroup, "ResourceNotFound.UserNotExist");

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
    Action { name, service: Service::Cam, is_mutating: false, per_second: 20, run }
}

const fn changing(name: &'static str, run: fn(Call) -> Answer) -> Action {
    Action { name, service: Service::Cam, is_mutating: true, per_second: 20, run }
}

type Response = Result<Map<String, Value>, ApiError>;

async fn create(Call { app, caller, input }: Call) -> Response {
    input.only(&["GroupName", "Remark"])?;
    let (name, remark) = (input.required_text("GroupName")?, input.text("Remark")?.unwrap_or_default());
    let codes = &[TAKEN, LOOKS_TAKEN, (GroupRefusal::TooManyGroups, "InvalidParameter.GroupFull")];
    let group = app.create_group(&caller, &name, &remark).await.map_err(coded(codes))?;
    Ok(fields(json!({ "GroupId": group.id.0 })))
}

async fn read(Call { app, caller, input }: Call) -> Response {
    input.only(&["GroupId"])?;
    let id = group_id(&input, "GroupId")?;
    let (group, members) = app.group_with_members(&caller, id).await.map_err(coded(&[NO_GROUP_TO_READ]))?;
    let mut response = described(&group);
    response.insert("GroupNum".to_owned(), members.len().into());
    response.insert("UserInfo".to_owned(), members.iter().map(member).collect());
    Ok(response)
}

async fn update(Call { app, caller, input }: Call) -> Response {
    input.only(&["GroupId", "GroupName", "Remark"])?;
    let id = group_id(&input, "GroupId")?;
    let change = GroupChange { name: input.text("GroupName")?, remark: input.text("Remark")? };
    app.update_group(&caller, id, change).await.map_err(coded(&[TAKEN, LOOKS_TAKEN, NO_GROUP]))?;
    Ok(Map::new())
}

async fn delete(Call { app, caller, input }: Call) -> Response {
    input.only(&["GroupId"])?;
    let id = group_id(&input, "GroupId")?;
    app.delete_group(&caller, id).await.map_err(coded(&[NO_GROUP_TO_READ]))?;
    Ok(Map::new())
}

async fn list(Call { app, caller, input }: Call) -> Response {
    input.only(&["Page", "Rp", "Keyword"])?;
    let (keyword, paging) = (input.text("Keyword")?.unwrap_or_default(), paging(&input)?);
    let found = app.groups(&caller, &keyword, paging).await.map_err(coded(&[]))?;
    let rows: Vec<Value> = found.rows.iter().map(|listed| described(&listed.group).into()).collect();
    Ok(fields(json!({ "TotalNum": found.total, "GroupInfo": rows })))
}

async fn add_users(Call { app, caller, input }: Call) -> Response {
    let pairs = pairs(&input)?;
    let codes = &[
        NO_USER,
        (GroupRefusal::NoGroup, "InvalidParameter.GroupNotExist"),
        (GroupRefusal::GroupFull, "InvalidParameter.GroupUserFull"),
        (GroupRefusal::UserFull, "InvalidParameter.UserGroupFull"),
    ];
    app.add_to_groups(&caller, pairs).await.map_err(coded(codes))?;
    Ok(Map::new())
}

async fn remove_users(Call { app, caller, input }: Call) -> Response {
    let pairs = pairs(&input)?;
    app.remove_from_groups(&caller, pairs).await.map_err(coded(&[NO_USER]))?;
    Ok(Map::new())
}

async fn list_for_user(Call { app, caller, input }: Call) -> Response {
    input.only(&["Uid", "SubUin", "Page", "Rp"])?;
    let user = user_of(&input, "SubUin")?.ok_or_else(|| input.missing("SubUin"))?;
    let found = app.groups_of(&caller, user, paging(&input)?).await.map_err(coded(&[NO_USER]))?;
    let rows: Vec<Value> = found.rows.iter().map(|joined| described(&joined.group).into()).collect();
    Ok(fields(json!({ "TotalNum": found.total, "GroupInfo": rows })))
}

async fn list_users(Call { app, caller, input }: Call) -> Response {
    input.only(&["GroupId", "Page", "Rp"])?;
    let (id, paging) = (group_id(&input, "GroupId")?, paging(&input)?);
    let found = app.members(&caller, id, paging).await.map_err(coded(&[NO_GROUP]))?;
    let rows: Vec<Value> = found.rows.iter().map(member).collect();
    Ok(fields(json!({ "TotalNum": found.total, "UserInfo": rows })))
}

async fn attach(Call { app, caller, input }: Call) -> Response {
    input.only(&["PolicyId", "AttachGroupId"])?;
    let (policy, id) = (input.required_integer("PolicyId")?, group_id(&input, "AttachGroupId")?);
    let codes = &[NO_GROUP, NO_POLICY, (GroupRefusal::TooManyPolicies, "InvalidParameter.AttachmentFull")];
    app.attach_group_policies(&caller, id, vec![policy]).await.map_err(coded(codes))?;
    Ok(Map::new())
}

async fn detach(Call { app, caller, input }: Call) -> Response {
    input.only(&["PolicyId", "DetachGroupId"])?;
    let (policy, id) = (input.required_integer("PolicyId")?, group_id(&input, "DetachGroupId")?);
    app.detach_group_policy(&caller, id, policy).await.map_err(coded(&[NO_GROUP, NO_POLICY]))?;
    Ok(Map::new())
}

async fn list_policies(Call { app, caller, input }: Call) -> Response {
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
    let codes = &[(GroupRefusal::NoGroup, "InvalidParameter.ParamError")];
    let found = app.group_policies(&caller, (id, &keyword), paging).await.map_err(coded(codes))?;
    let rows: Vec<Value> = found.rows.iter().map(attachment).collect();
    Ok(fields(json!({ "TotalNum": found.total, "List": rows })))
}

fn group_id(input: &Input, name: &str) -> Result<GroupId, ApiError> {
    input.required_integer(name).map(GroupId)
}

/// The user that a call names, by UIN or by UID.
fn user_of(input: &Input, uin: &str) -> Result<Option<UserRef>, ApiError> {
    let by_uid = input.integer("Uid")?.map(|uid| UserRef::Uid(Uid(uid)));
    Ok(input.integer(uin)?.map(|uin| UserRef::Uin(Uin(uin))).or(by_uid))
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
        let number = input.integer(name)?.unwrap_or(default);
        let fits = usize::try_from(number).ok().filter(|number| *number > 0);
        fits.ok_or_else(|| ApiError::wrong_value(name, ("it begins at 1.", "从 1 开始。")))
    };
    Ok(Paging { page: positive("Page", 1)?, size: positive("Rp", 20)? })
}

fn described(group: &Group) -> Map<String, Value> {
    fields(json!({
        "GroupId": group.id.0,
        "GroupName": group.name,
        "CreateTime": clock::plain(group.created_at),
        "Remark": group.remark,
    }))
}

fn member(member: &Member) -> Value {
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
        "CreateTime": clock::plain(user.created_at),
        "IsReceiverOwner": 0,
        "Remark": user.note,
    })
}

fn attachment(policy: &Attachment) -> Value {
    json!({
        "PolicyId": policy.policy_id,
        "PolicyName": policy.name,
        "AddTime": clock::plain(policy.created_at),
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
fn coded(codes: &'static [(GroupRefusal, &'static str)]) -> impl Fn(Failure) -> ApiError {
    move |failure| {
        let Failure::Group(refusal) = failure else {
            return ApiError::from(failure).invalid_as("InvalidParameter.ParamError");
        };
        let known = codes.iter().find(|(known, _)| *known == refusal).map(|(_, code)| *code);
        ApiError::new(known.unwrap_or("FailedOperation"), refusal)
    }
}
