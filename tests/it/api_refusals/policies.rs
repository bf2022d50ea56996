//! Refused calls about policies, and a document for every code that a document can earn.

use super::Who::{Nobody, Root};
use super::{Case, World};
use serde_json::{Value, json};

pub const SOUND: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;

const PARAMETER: &str = "InvalidParameter.ParamError";
const NO_POLICY: &str = "ResourceNotFound.PolicyIdNotFound";
const NO_POLICY_ID: &str = "InvalidParameter.PolicyIdNotExist";
const NO_USER: &str = "ResourceNotFound.UserNotExist";
const DEFAULT: &str = "FailedOperation.PolicyVersionAlreadyDefault";
const NO_VERSION: &str = "InvalidParameter.PolicyVersionNotExists";
const NO_BOUND_USER: &str = "InvalidParameter.UserNotExist";
const STRANGER: i64 = 100_000_099_999;
const UNKNOWN: i64 = 999_999;
const PRESET: i64 = 1;

/// What replaces the sound statement's part, and the code it earns.
const DOCUMENTS: [(&str, &str, &str); 19] = [
    (SOUND, "[]", "InvalidParameter.PolicyDocumentError"),
    (SOUND, "{", "InvalidParameter.PolicyDocumentError"),
    ("\"2.0\"", "\"1.0\"", "InvalidParameter.VersionError"),
    ("[{", "[7,{", "InvalidParameter.StatementError"),
    ("\"allow\"", "\"permit\"", "InvalidParameter.EffectError"),
    ("\"cam:GetUser\"", "[]", "InvalidParameter.ActionMiss"),
    ("\"cam:GetUser\"", "\"GetUser\"", "InvalidParameter.ActionError"),
    ("\"cam:GetUser\"", "\"CAM:GetUser\"", "InvalidParameter.ActionServiceNotExist"),
    ("\"*\"", "\"everything\"", "InvalidParameter.ResourceError"),
    ("\"*\"", "\"arn::cam::uin/1:*\"", "InvalidParameter.ResourceQcsError"),
    ("\"*\"", "\"qcs:x:cam::uin/1:*\"", "InvalidParameter.ResourceProjectError"),
    ("\"*\"", "\"qcs::CAM::uin/1:*\"", "InvalidParameter.ResourceServiceNotExist"),
    ("\"*\"", "\"qcs::cam:GZ:uin/1:*\"", "InvalidParameter.ResourceRegionError"),
    ("\"*\"", "\"qcs::cam::root:*\"", "InvalidParameter.ResourceUinError"),
    ("\"*\"", "\"qcs::cam::uin/1:uin/${me}\"", "InvalidParameter.ResourceContentError"),
    ("\"*\"", "\"*\",\"condition\":7", "InvalidParameter.ConditionError"),
    ("\"*\"", "\"*\",\"condition\":{\"is\":{\"qcs:ip\":\"1\"}}", "InvalidParameter.ConditionTypeError"),
    (
        "\"*\"",
        "\"*\",\"condition\":{\"ip_equal\":{\"qcs:ip\":\"x\"}}",
        "InvalidParameter.ConditionContentError",
    ),
    ("\"*\"", "\"*\",\"principal\":\"*\"", "InvalidParameter.PrincipalError"),
];

pub fn all(world: &World) -> Vec<Case> {
    let mut cases = documents(world);
    cases.extend(policies(world));
    cases.extend(versions(world));
    cases.extend(attachments(world));
    cases.extend(boundaries(world));
    cases
}

fn documents(world: &World) -> Vec<Case> {
    let long = SOUND.replace("GetUser", &"G".repeat(6_145));
    let mut documents: Vec<(String, &str)> =
        DOCUMENTS.iter().map(|(part, other, code)| (SOUND.replace(part, other), *code)).collect();
    documents.push((long, "InvalidParameter.PolicyDocumentLengthOverLimit"));
    let calls = documents.into_iter().flat_map(|(document, code)| {
        let version = json!({ "PolicyId": world.policy, "PolicyDocument": document, "SetAsDefault": true });
        [
            (Root, "CreatePolicy", json!({ "PolicyName": "broken", "PolicyDocument": document }), code),
            (Root, "UpdatePolicy", json!({ "PolicyId": world.policy, "PolicyDocument": document }), code),
            (Root, "CreatePolicyVersion", version, code),
        ]
    });
    calls.collect()
}

fn policies(world: &World) -> Vec<Case> {
    let new = |name: &str, description: &str| json!({ "PolicyName": name, "PolicyDocument": SOUND, "Description": description });
    let (policy, long) = (world.policy, "d".repeat(301));
    let tagged =
        json!({ "PolicyName": "n", "PolicyDocument": SOUND, "Tags": [{ "Key": "k", "Value": "v" }] });
    let many: Vec<i64> = (0..101).collect();
    let filter = json!({ "PolicyId": policy, "EntityFilter": "Robots" });
    vec![
        (Root, "ListPolicies", json!({ "Scope": "Mine" }), "InvalidParameter.ScopeError"),
        (Root, "ListPolicies", json!({ "Keyword": long }), "InvalidParameter.SearchKeywordLengthError"),
        (Root, "ListPolicies", json!({ "Page": 201 }), PARAMETER),
        (Nobody, "ListPolicies", json!({}), "AuthFailure.UnauthorizedOperation"),
        (Root, "GetPolicy", json!({ "PolicyId": UNKNOWN }), NO_POLICY),
        (Root, "CreatePolicy", new("readers", ""), "FailedOperation.PolicyNameInUse"),
        (Root, "CreatePolicy", new("", ""), "InvalidParameter.PolicyNameError"),
        (Root, "CreatePolicy", new("a b", ""), "InvalidParameter.PolicyNameError"),
        (Root, "CreatePolicy", new(&"n".repeat(129), ""), "InvalidParameter.PolicyNameError"),
        (Root, "CreatePolicy", new("n", &long), "InvalidParameter.DescriptionLengthOverlimit"),
        (Root, "CreatePolicy", new("n", "a\u{7}"), "InvalidParameter.DescriptionLengthOverlimit"),
        (Root, "CreatePolicy", tagged, "UnsupportedOperation"),
        (Root, "UpdatePolicy", json!({ "PolicyId": UNKNOWN, "Description": "d" }), NO_POLICY),
        (Root, "UpdatePolicy", json!({ "PolicyId": PRESET, "Description": "d" }), "FailedOperation"),
        (Root, "UpdatePolicy", json!({ "PolicyId": policy, "Alias": "a" }), "UnsupportedOperation"),
        (
            Root,
            "UpdatePolicy",
            json!({ "PolicyId": policy, "PolicyName": "bound" }),
            "FailedOperation.PolicyNameInUse",
        ),
        (Root, "DeletePolicy", json!({ "PolicyId": [UNKNOWN] }), NO_POLICY),
        (Root, "DeletePolicy", json!({ "PolicyId": [PRESET] }), "FailedOperation"),
        (Root, "DeletePolicy", json!({ "PolicyId": [world.bound] }), "ResourceInUse"),
        (Root, "DeletePolicy", json!({ "PolicyId": many }), "InvalidParameter.OperatePoliciesOverLimit"),
        (Root, "ListEntitiesForPolicy", filter, "InvalidParameter.EntityFilterError"),
        (Root, "ListEntitiesForPolicy", json!({ "PolicyId": UNKNOWN }), "InvalidParameter.PolicyIdError"),
    ]
}

fn versions(world: &World) -> Vec<Case> {
    let of = |policy: i64, version: i64| json!({ "PolicyId": policy, "VersionId": version });
    let new = |policy: i64| json!({ "PolicyId": policy, "PolicyDocument": SOUND, "SetAsDefault": false });
    let deleted = |policy: i64, version: i64| json!({ "PolicyId": policy, "VersionId": [version] });
    let policy = world.policy;
    vec![
        (Root, "CreatePolicyVersion", new(UNKNOWN), NO_POLICY_ID),
        (Root, "CreatePolicyVersion", new(PRESET), "FailedOperation"),
        (Root, "GetPolicyVersion", of(policy, 99), NO_VERSION),
        (Root, "GetPolicyVersion", of(UNKNOWN, 1), NO_POLICY),
        (Root, "ListPolicyVersions", json!({ "PolicyId": UNKNOWN }), NO_POLICY),
        (Root, "SetDefaultPolicyVersion", of(policy, 1), DEFAULT),
        (Root, "SetDefaultPolicyVersion", of(policy, 99), NO_VERSION),
        (Root, "SetDefaultPolicyVersion", of(UNKNOWN, 1), NO_POLICY),
        (Root, "DeletePolicyVersion", deleted(policy, 1), DEFAULT),
        (Root, "DeletePolicyVersion", deleted(policy, 99), NO_VERSION),
        (Root, "DeletePolicyVersion", deleted(PRESET, 1), "FailedOperation"),
    ]
}

fn attachments(world: &World) -> Vec<Case> {
    let attach = |uin: i64, policy: i64| json!({ "AttachUin": uin, "PolicyId": policy });
    let detach = |uin: i64, policy: i64| json!({ "DetachUin": uin, "PolicyId": policy });
    let listed = |uin: i64, how: i64| json!({ "TargetUin": uin, "Rp": 20, "Page": 1, "AttachType": how });
    let (alice, policy) = (world.alice, world.policy);
    vec![
        (Root, "AttachUserPolicy", attach(alice, UNKNOWN), NO_POLICY),
        (Root, "AttachUserPolicy", attach(STRANGER, policy), NO_USER),
        (Nobody, "AttachUserPolicy", attach(alice, policy), "AuthFailure.UnauthorizedOperation"),
        (Root, "DetachUserPolicy", detach(alice, policy), NO_POLICY),
        (Root, "DetachUserPolicy", detach(STRANGER, policy), NO_USER),
        (Root, "ListAttachedUserPolicies", json!({ "TargetUin": STRANGER }), PARAMETER),
        (Root, "ListAttachedUserPolicies", json!({ "TargetUin": alice, "Rp": -1 }), PARAMETER),
        (Root, "ListAttachedUserAllPolicies", listed(STRANGER, 0), NO_USER),
        (Root, "ListAttachedUserAllPolicies", listed(alice, 9), PARAMETER),
    ]
}

fn boundaries(world: &World) -> Vec<Case> {
    let put = |uin: i64, policy: i64| -> Value { json!({ "TargetUin": uin, "PolicyId": policy }) };
    let of = |uin: i64| json!({ "TargetUin": uin });
    vec![
        (Root, "PutUserPermissionsBoundary", put(STRANGER, world.policy), NO_BOUND_USER),
        (Root, "PutUserPermissionsBoundary", put(world.alice, UNKNOWN), NO_POLICY_ID),
        (Root, "PutUserPermissionsBoundary", put(world.owner, world.policy), PARAMETER),
        (Root, "DeleteUserPermissionsBoundary", of(STRANGER), NO_BOUND_USER),
        (Root, "GetUserPermissionBoundary", of(STRANGER), PARAMETER),
    ]
}
