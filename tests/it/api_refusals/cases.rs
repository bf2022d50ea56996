//! Calls that are refused, by noun.

use super::Who::{Admin, Nobody, Root};
use super::{Case, World};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";
const NO_USER: &str = "ResourceNotFound.UserNotExist";
const PARAMETER: &str = "InvalidParameter.ParamError";
const WRONG: &str = "InvalidParameter.PasswordRuleError";
const PASSWORD: &str = "InvalidParameter.PasswordViolatedRules";
/// The UIN of nobody.
const STRANGER: i64 = 100_000_099_999;

pub fn all(world: &World) -> Vec<Case> {
    let mut cases = keys(world);
    cases.extend(users());
    cases.extend(accounts());
    cases.extend(protection(world));
    cases.extend(login_rules());
    cases.extend(groups(world));
    cases.extend(members(world));
    cases
}

fn keys(world: &World) -> Vec<Case> {
    let unknown = format!("AKID{}", "0".repeat(32));
    let (alice, owner) = (world.alice, world.owner);
    let disable = json!({ "AccessKeyId": unknown, "Status": "Inactive" });
    vec![
        (Root, "ListAccessKeys", json!({ "TargetUin": STRANGER }), "OperationDenied.UinNotMatch"),
        (Admin, "ListAccessKeys", json!({ "TargetUin": owner }), "OperationDenied.SubUin"),
        (Nobody, "ListAccessKeys", json!({}), DENIED),
        (Root, "ListAccessKeys", json!({ "TargetUin": [1] }), "InvalidParameter"),
        (Root, "CreateAccessKey", json!({ "Description": "a b" }), PARAMETER),
        (Root, "CreateAccessKey", json!({ "TargetUin": alice }), "OperationDenied.AccessKeyOverLimit"),
        (Nobody, "CreateAccessKey", json!({}), DENIED),
        (Root, "UpdateAccessKey", disable, "ResourceNotFound.SecretNotExist"),
        (Root, "UpdateAccessKey", json!({ "AccessKeyId": "x", "Status": "On" }), PARAMETER),
        (Root, "UpdateAccessKey", json!({ "Status": "Active" }), "MissingParameter"),
        (Root, "DeleteAccessKey", json!({ "AccessKeyId": unknown }), "ResourceNotFound.SecretNotExist"),
        (
            Admin,
            "DeleteAccessKey",
            json!({ "AccessKeyId": unknown, "TargetUin": owner }),
            "OperationDenied.SubUin",
        ),
        (Root, "GetSecurityLastUsed", json!({ "SecretIdList": [] }), "InvalidParameter"),
        (Root, "GetSecurityLastUsed", json!({ "SecretIdList": [unknown] }), "ResourceNotFound"),
        (Nobody, "GetSecurityLastUsed", json!({ "SecretIdList": [world.root.secret_id] }), DENIED),
        (Root, "GetUserAppId", json!({ "Uin": 1 }), "UnknownParameter"),
        (Root, "GetCallerIdentity", json!({ "Uin": 1 }), "UnknownParameter"),
        (Root, "QueryApiKey", json!({ "TargetUin": STRANGER }), PARAMETER),
        (Admin, "QueryApiKey", json!({ "TargetUin": owner }), DENIED),
        (Root, "AssumeRole", json!({}), "UnsupportedOperation"),
        (Root, "GetFederationToken", json!({}), "UnsupportedOperation"),
        (Root, "GetSessionToken", json!({}), "UnsupportedOperation"),
    ]
}

fn users() -> Vec<Case> {
    let new = |more: Value| {
        let mut body = json!({ "Name": "carol" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let password = |text: &str| new(json!({ "ConsoleLogin": 1, "Password": text }));
    let name = |name: &str| json!({ "Name": name });
    vec![
        (Root, "AddUser", name("alice"), "InvalidParameter.SubUserNameInUse"),
        (Root, "AddUser", name("a b"), "InvalidParameter.UserNameIllegal"),
        (Root, "AddUser", name(""), "InvalidParameter.UserNameIllegal"),
        (Root, "AddUser", name(&"a".repeat(65)), "InvalidParameter.UserNameIllegal"),
        (Root, "AddUser", name("100000000007"), "InvalidParameter.UserNameIllegal"),
        (Root, "AddUser", password("short"), PASSWORD),
        (Root, "AddUser", password("passwordpassword"), PASSWORD),
        (Root, "AddUser", password(&"x".repeat(129)), PASSWORD),
        (Root, "AddUser", password("tab\u{0}and much more"), PASSWORD),
        (Root, "AddUser", new(json!({ "PhoneNum": "abc" })), PARAMETER),
        (Root, "AddUser", new(json!({ "Email": "abc" })), PARAMETER),
        (Root, "AddUser", new(json!({ "CountryCode": "abc" })), PARAMETER),
        (Root, "AddUser", new(json!({ "Remark": "r".repeat(129) })), PARAMETER),
        (Root, "AddUser", new(json!({ "Remark": "a\u{7}b" })), PARAMETER),
        (Root, "AddUser", new(json!({ "ConsoleLogin": 2 })), "InvalidParameterValue"),
        (Nobody, "AddUser", new(json!({})), DENIED),
        (Root, "GetUser", name("ghost"), NO_USER),
        (Nobody, "GetUser", name("alice"), DENIED),
        (Root, "UpdateUser", json!({ "Name": "root", "ConsoleLogin": 0 }), "FailedOperation.Unmodifiable"),
        (Admin, "UpdateUser", json!({ "Name": "root", "Remark": "r" }), "FailedOperation.Unmodifiable"),
        (Root, "UpdateUser", json!({ "Name": "alice", "Email": "abc" }), "InvalidParameter"),
        (
            Root,
            "UpdateUser",
            json!({ "Name": "alice", "ConsoleLogin": 1, "Password": "carol carol carol" }),
            PASSWORD,
        ),
        (Root, "UpdateUser", name("ghost"), NO_USER),
        (Root, "DeleteUser", name("alice"), "OperationDenied.HaveKeys"),
        (Root, "DeleteUser", name("root"), "FailedOperation.Unmodifiable"),
        (Admin, "DeleteUser", name("admin"), "FailedOperation.Unmodifiable"),
        (Root, "DeleteUser", name("ghost"), NO_USER),
    ]
}

fn accounts() -> Vec<Case> {
    vec![
        (Nobody, "ListUsers", json!({}), DENIED),
        (Root, "DescribeSubAccounts", json!({ "FilterSubAccountUin": [] }), "InvalidParameter"),
        (Root, "DescribeSubAccounts", json!({}), "MissingParameter"),
        (Root, "ListCollaborators", json!({ "Limit": -1 }), "InvalidParameterValue"),
        (Root, "ListAccounts", json!({ "MaxItems": 101 }), "InvalidParameter"),
        (Root, "ListAccounts", json!({ "Marker": "x" }), "InvalidParameter.PaginationTokenInvalid"),
        (Root, "ListAccounts", json!({ "UserType": "Robot" }), "InvalidParameter"),
        (Nobody, "GetAccountSummary", json!({}), DENIED),
    ]
}

fn protection(world: &World) -> Vec<Case> {
    let rules = |rules: Value| json!({ "Rules": rules });
    vec![
        (Nobody, "DescribeSafeAuthFlag", json!({}), DENIED),
        (Nobody, "DescribeSafeAuthFlagIntl", json!({}), DENIED),
        (Root, "DescribeSafeAuthFlagColl", json!({ "SubUin": STRANGER }), NO_USER),
        (Root, "SetMfaFlag", json!({ "OpUin": STRANGER, "LoginFlag": { "Stoken": 1 } }), NO_USER),
        (
            Root,
            "SetMfaFlag",
            json!({ "OpUin": world.alice, "LoginFlag": { "Phone": 1 } }),
            "FailedOperation.UserNotBindPhone",
        ),
        (
            Root,
            "SetMfaFlag",
            json!({ "OpUin": world.alice, "ActionFlag": { "Wechat": 1 } }),
            "FailedOperation.UserNotBindWechat",
        ),
        (Nobody, "GetPasswordRules", json!({}), DENIED),
        (Root, "UpdatePasswordRules", json!({}), "MissingParameter"),
        (Root, "UpdatePasswordRules", rules(json!({ "MinimumLength": 3 })), WRONG),
        (Root, "UpdatePasswordRules", rules(json!({ "MustContain": "x" })), WRONG),
        (Root, "UpdatePasswordRules", rules(json!({ "PasswordExpirationInvalidation": 3 })), WRONG),
        (Root, "UpdatePasswordRules", rules(json!([])), "InvalidParameter"),
    ]
}

fn login_rules() -> Vec<Case> {
    const ACTION: &str = "CreateSubAccountLoginIpPolicy";
    let rules = |rules: &[(&str, &str)]| {
        let rules: Vec<Value> =
            rules.iter().map(|(ip, effect)| json!({ "IP": ip, "Effect": effect })).collect();
        json!({ "IpPolicies": rules })
    };
    let eleven: Vec<String> = (0..11).map(|n| format!("203.0.113.{n}")).collect();
    let eleven: Vec<(&str, &str)> = eleven.iter().map(|ip| (ip.as_str(), "deny")).collect();
    let overlapping = [("203.0.113.0/24", "deny"), ("203.0.113.7", "allow")];
    vec![
        (Root, ACTION, json!({}), "MissingParameter"),
        (Root, ACTION, rules(&[("nowhere", "allow")]), "InvalidParameter.IPIllegal"),
        (Root, ACTION, rules(&[("203.0.113.1", "maybe")]), "InvalidParameter.EffectError"),
        (Root, ACTION, rules(&overlapping), "InvalidParameter.IPRangeOverlapping"),
        (Root, ACTION, rules(&eleven), "FailedOperation.PolicyFull"),
        (Admin, ACTION, rules(&[("203.0.113.1", "allow")]), PARAMETER),
        (Root, ACTION, json!({ "ApproverType": 1 }), "InvalidParameter.AssitApproverTypeError"),
        (Root, ACTION, json!({ "PolicyType": 2 }), PARAMETER),
    ]
}

fn groups(world: &World) -> Vec<Case> {
    let (group, unknown) = (world.group, 999_999);
    let policy = |policy: i64, group: i64| json!({ "PolicyId": policy, "AttachGroupId": group });
    let long = "k".repeat(129);
    vec![
        (Root, "CreateGroup", json!({ "GroupName": "OPS" }), "InvalidParameter.GroupNameInUse"),
        (Root, "CreateGroup", json!({ "GroupName": " " }), PARAMETER),
        (Root, "CreateGroup", json!({ "GroupName": "g".repeat(65) }), PARAMETER),
        (Root, "CreateGroup", json!({ "GroupName": "g", "Remark": "r".repeat(129) }), PARAMETER),
        (Nobody, "CreateGroup", json!({ "GroupName": "mine" }), DENIED),
        (Root, "GetGroup", json!({ "GroupId": unknown }), NO_USER),
        (Root, "UpdateGroup", json!({ "GroupId": unknown, "Remark": "r" }), "ResourceNotFound.GroupNotExist"),
        (Root, "UpdateGroup", json!({ "GroupId": group, "GroupName": " " }), PARAMETER),
        (Root, "DeleteGroup", json!({ "GroupId": unknown }), NO_USER),
        (Root, "ListGroups", json!({ "Page": -1 }), "InvalidParameterValue"),
        (Root, "AttachGroupPolicy", policy(world.policy, unknown), "ResourceNotFound.GroupNotExist"),
        (Root, "AttachGroupPolicy", policy(unknown, group), "InvalidParameter.PolicyIdNotExist"),
        (
            Root,
            "DetachGroupPolicy",
            json!({ "PolicyId": world.policy, "DetachGroupId": group }),
            "InvalidParameter.PolicyIdNotExist",
        ),
        (Root, "ListAttachedGroupPolicies", json!({ "TargetGroupId": unknown }), PARAMETER),
        (
            Root,
            "ListAttachedGroupPolicies",
            json!({ "TargetGroupId": group, "Keyword": long }),
            "InvalidParameter.SearchKeywordLengthError",
        ),
    ]
}

fn members(world: &World) -> Vec<Case> {
    let (group, unknown) = (world.group, 999_999);
    let pair = |group: i64, uin: i64| json!({ "Info": [{ "GroupId": group, "Uin": uin }] });
    let many: Vec<Value> = (0..101).map(|_| json!({ "GroupId": group, "Uin": world.alice })).collect();
    vec![
        (Root, "AddUserToGroup", pair(unknown, world.alice), "InvalidParameter.GroupNotExist"),
        (Root, "AddUserToGroup", pair(group, STRANGER), NO_USER),
        (Root, "AddUserToGroup", pair(group, world.owner), "FailedOperation"),
        (Root, "AddUserToGroup", json!({ "Info": [] }), "MissingParameter"),
        (Root, "AddUserToGroup", json!({ "Info": many }), "FailedOperation"),
        (
            Root,
            "AddUserToGroup",
            json!({ "Info": [{ "GroupId": group }] }),
            "InvalidParameter.UserUinAndUinNotAllNull",
        ),
        (Root, "RemoveUserFromGroup", pair(group, world.alice), NO_USER),
        (Root, "ListGroupsForUser", json!({}), "MissingParameter"),
        (Root, "ListGroupsForUser", json!({ "SubUin": STRANGER }), NO_USER),
        (Root, "ListUsersForGroup", json!({ "GroupId": unknown }), "ResourceNotFound.GroupNotExist"),
    ]
}
