//! Every documented action answers with every documented field, of its type, null only where that is documented.

use crate::snapshots::album::Album;
use crate::support::TestApp;
use crate::support::api::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Name, type, element or structure, nullable: of every output field and structure member.
const SHAPES: &str = include_str!("api_shapes.json");
/// Temporary credentials do not exist here.
const UNSUPPORTED: [&str; 3] = ["AssumeRole", "GetFederationToken", "GetSessionToken"];

struct Checker {
    shapes: Value,
    client: Client,
    seen: BTreeSet<String>,
    /// Every call with its answer as it came.
    told: String,
}

impl Checker {
    /// Calls an action and checks the shape of what comes back.
    async fn call(&mut self, action: &str, parameters: Value) -> Value {
        let service = if is_sts(action) { "sts" } else { "cam" };
        let response = self.tell(service, action, &parameters).await;
        assert!(response.get("Error").is_none(), "{action}: {response}");
        assert_eq!(response["RequestId"].as_str().map(str::len), Some(36), "{action}");
        let fields = self.shapes["actions"][action].clone();
        self.check(action, &fields, &response);
        let known: BTreeSet<&str> = names(&fields).chain(["RequestId"]).collect();
        for name in response.as_object().unwrap().keys() {
            assert!(known.contains(name.as_str()), "{action} answers {name}, which is not documented");
        }
        self.seen.insert(action.to_owned());
        response
    }

    /// Calls an action and notes what is said on either side.
    async fn tell(&mut self, service: &str, action: &str, parameters: &Value) -> Value {
        let answer = self.client.send(&self.client.sign(service, action, parameters)).await;
        let (status, text) = (answer.status.as_u16(), &answer.body);
        write!(self.told, "{action} {parameters}\n{status} {text}\n\n").unwrap();
        let mut body: Value = serde_json::from_str(&answer.body).unwrap();
        body["Response"].take()
    }

    fn check(&self, place: &str, fields: &Value, value: &Value) {
        for field in fields.as_array().unwrap() {
            let name = field[0].as_str().unwrap();
            let place = format!("{place}.{name}");
            let found = value.get(name).unwrap_or_else(|| panic!("{place} is missing in {value}"));
            if found.is_null() {
                assert_eq!(field[3], true, "{place} is null");
            } else {
                self.check_value(&place, field, found);
            }
        }
    }

    fn check_value(&self, place: &str, field: &Value, found: &Value) {
        let of = field[2].as_str().unwrap();
        let fits = match field[1].as_str().unwrap() {
            "int" => found.is_i64() || found.is_u64(),
            "string" => found.is_string(),
            "bool" => found.is_boolean(),
            "float" => found.is_number(),
            "list" => found.as_array().is_some_and(|elements| {
                for element in elements {
                    self.check_element(place, of, element);
                }
                true
            }),
            "object" => {
                self.check_element(place, of, found);
                found.is_object()
            }
            other => panic!("{place} is documented as {other}"),
        };
        assert!(fits, "{place} is {found}, documented as {}", field[1]);
    }

    fn check_element(&self, place: &str, of: &str, element: &Value) {
        match of {
            "string" | "datetime" => assert!(element.is_string(), "{place}: {element}"),
            "uint64" | "int64" => assert!(element.is_number(), "{place}: {element}"),
            structure => self.check(place, &self.shapes["structures"][structure], element),
        }
    }
}

fn is_sts(action: &str) -> bool {
    ["GetCallerIdentity", "QueryApiKey"].contains(&action)
}

fn names(fields: &Value) -> impl Iterator<Item = &str> {
    fields.as_array().unwrap().iter().map(|field| field[0].as_str().unwrap())
}

const DOCUMENT: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;

#[actix_web::test]
async fn every_action_answers_as_documented() {
    let app = TestApp::spawn_with(&[
        ("CAMLOCK_API__READS_PER_SECOND", "1000"),
        ("CAMLOCK_API__CHANGES_PER_SECOND", "1000"),
    ]);
    let root = app.root().await;
    let partner = app.root_named("partner").await;
    let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str())];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let client = app.key_of(&root).await;
    let mut checker = Checker {
        shapes: serde_json::from_str(SHAPES).unwrap(),
        client,
        seen: BTreeSet::new(),
        told: String::new(),
    };

    let user = users(&mut checker).await;
    keys(&mut checker, &user).await;
    let policy = policies(&mut checker, &user).await;
    groups(&mut checker, &user, &policy).await;
    protection(&mut checker, &user).await;
    checker.call("DeletePolicy", json!({ "PolicyId": [policy] })).await;
    checker.call("DeleteUser", json!({ "Name": "dev-alice", "Force": 1 })).await;

    let documented: BTreeSet<String> =
        checker.shapes["actions"].as_object().unwrap().keys().cloned().collect();
    let left: Vec<&String> = documented.difference(&checker.seen).collect();
    assert_eq!(left, UNSUPPORTED, "actions that were not checked");
    for action in UNSUPPORTED {
        let answer = checker.tell("sts", action, &json!({})).await;
        assert_eq!(answer["Error"]["Code"], "UnsupportedOperation", "{action}: {answer}");
    }
    refusals(&mut checker).await;
    let mut album = Album::of("api", &app);
    album.keep_text("answers", &checker.told);
    album.close();
}

/// Some that are refused, for the text of refusals.
async fn refusals(checker: &mut Checker) {
    for (action, parameters) in [
        ("NoSuchAction", json!({})),
        ("GetUser", json!({ "Name": "nobody" })),
        ("GetUser", json!({})),
        ("GetUser", json!({ "Name": 7 })),
        ("GetUser", json!({ "Name": "root", "Colour": "blue" })),
        ("CreateGroup", json!({ "GroupName": "" })),
        ("AddUser", json!({ "Name": "no spaces" })),
        ("CreatePolicy", json!({ "PolicyName": "x", "PolicyDocument": "{" })),
        ("DeletePolicy", json!({ "PolicyId": [1] })),
        ("UpdateAccessKey", json!({ "AccessKeyId": "AKIDnone", "Status": "Asleep" })),
        ("GetGroup", json!({ "GroupId": 999_999 })),
    ] {
        assert!(checker.tell("cam", action, &parameters).await.get("Error").is_some(), "{action}");
    }
}

async fn users(checker: &mut Checker) -> Value {
    let added = checker.call("AddUser", json!({ "Name": "dev-alice", "Remark": "ci", "ConsoleLogin": 1, "UseApi": 0, "NeedResetPassword": 1, "PhoneNum": "13800138000", "CountryCode": "86", "Email": "a@b.example" })).await;
    let user = added["Uin"].clone();
    checker.call("GetUser", json!({ "Name": "dev-alice" })).await;
    checker.call("UpdateUser", json!({ "Name": "dev-alice", "Remark": "ci runner" })).await;
    checker.call("ListUsers", json!({})).await;
    checker.call("DescribeSubAccounts", json!({ "FilterSubAccountUin": [user] })).await;
    checker.call("ListCollaborators", json!({ "Limit": 20, "Offset": 0 })).await;
    checker.call("ListAccounts", json!({ "MaxItems": 10 })).await;
    checker.call("GetUserAppId", json!({})).await;
    checker.call("GetAccountSummary", json!({})).await;
    checker.call("GetCallerIdentity", json!({})).await;
    user
}

async fn keys(checker: &mut Checker, user: &Value) {
    let created = checker.call("CreateAccessKey", json!({ "TargetUin": user, "Description": "ci" })).await;
    let id = created["AccessKey"]["AccessKeyId"].clone();
    checker.call("ListAccessKeys", json!({ "TargetUin": user })).await;
    checker.call("QueryApiKey", json!({ "TargetUin": user })).await;
    checker
        .call("UpdateAccessKey", json!({ "AccessKeyId": id, "Status": "Inactive", "TargetUin": user }))
        .await;
    checker.call("GetSecurityLastUsed", json!({ "SecretIdList": [id] })).await;
    checker.call("DeleteAccessKey", json!({ "AccessKeyId": id, "TargetUin": user })).await;
}

async fn policies(checker: &mut Checker, user: &Value) -> Value {
    let created = checker
        .call(
            "CreatePolicy",
            json!({ "PolicyName": "readers", "PolicyDocument": DOCUMENT, "Description": "may look" }),
        )
        .await;
    let policy = created["PolicyId"].clone();
    checker.call("GetPolicy", json!({ "PolicyId": policy })).await;
    checker.call("UpdatePolicy", json!({ "PolicyId": policy, "Description": "may look at users" })).await;
    checker.call("ListPolicies", json!({ "Scope": "Local" })).await;
    let version = checker
        .call(
            "CreatePolicyVersion",
            json!({ "PolicyId": policy, "PolicyDocument": DOCUMENT, "SetAsDefault": false }),
        )
        .await;
    let version = version["VersionId"].clone();
    checker.call("GetPolicyVersion", json!({ "PolicyId": policy, "VersionId": version })).await;
    checker.call("ListPolicyVersions", json!({ "PolicyId": policy })).await;
    checker.call("SetDefaultPolicyVersion", json!({ "PolicyId": policy, "VersionId": version })).await;
    checker.call("DeletePolicyVersion", json!({ "PolicyId": policy, "VersionId": [1] })).await;
    checker.call("AttachUserPolicy", json!({ "PolicyId": policy, "AttachUin": user })).await;
    checker.call("ListEntitiesForPolicy", json!({ "PolicyId": policy })).await;
    checker.call("ListAttachedUserPolicies", json!({ "TargetUin": user })).await;
    checker
        .call(
            "ListAttachedUserAllPolicies",
            json!({ "TargetUin": user, "Rp": 20, "Page": 1, "AttachType": 0 }),
        )
        .await;
    checker.call("PutUserPermissionsBoundary", json!({ "TargetUin": user, "PolicyId": policy })).await;
    checker.call("GetUserPermissionBoundary", json!({ "TargetUin": user })).await;
    checker.call("DeleteUserPermissionsBoundary", json!({ "TargetUin": user })).await;
    checker.call("DetachUserPolicy", json!({ "PolicyId": policy, "DetachUin": user })).await;
    policy
}

async fn groups(checker: &mut Checker, user: &Value, policy: &Value) {
    let created = checker.call("CreateGroup", json!({ "GroupName": "ops", "Remark": "on call" })).await;
    let group = created["GroupId"].clone();
    checker.call("UpdateGroup", json!({ "GroupId": group, "Remark": "on call, nights" })).await;
    checker.call("AddUserToGroup", json!({ "Info": [{ "GroupId": group, "Uin": user }] })).await;
    checker.call("GetGroup", json!({ "GroupId": group })).await;
    checker.call("ListGroups", json!({})).await;
    checker.call("ListGroupsForUser", json!({ "SubUin": user })).await;
    checker.call("ListUsersForGroup", json!({ "GroupId": group })).await;
    checker.call("AttachGroupPolicy", json!({ "PolicyId": policy, "AttachGroupId": group })).await;
    checker.call("ListAttachedGroupPolicies", json!({ "TargetGroupId": group })).await;
    checker.call("DetachGroupPolicy", json!({ "PolicyId": policy, "DetachGroupId": group })).await;
    checker.call("RemoveUserFromGroup", json!({ "Info": [{ "GroupId": group, "Uin": user }] })).await;
    checker.call("DeleteGroup", json!({ "GroupId": group })).await;
}

async fn protection(checker: &mut Checker, user: &Value) {
    checker.call("DescribeSafeAuthFlag", json!({})).await;
    checker.call("DescribeSafeAuthFlagIntl", json!({})).await;
    checker.call("SetMfaFlag", json!({ "OpUin": user, "LoginFlag": { "Phone": 0, "Stoken": 1, "Wechat": 0 }, "ActionFlag": { "Phone": 0, "Stoken": 1, "Wechat": 0 } })).await;
    checker.call("DescribeSafeAuthFlagColl", json!({ "SubUin": user })).await;
    let rules = checker.call("GetPasswordRules", json!({})).await;
    let fields = rules.as_object().unwrap().iter().filter(|(name, _)| *name != "RequestId");
    let kept = fields.map(|(_, value)| value.clone()).next().unwrap_or(Value::Null);
    let wanted = if kept.is_object() {
        kept
    } else {
        json!({ "MinimumLength": 12, "MustContain": [], "ForcePasswordChange": 0, "ReusePasswordLimit": 0, "RetryPasswordLimit": 0, "PasswordExpirationInvalidation": 1 })
    };
    checker.call("UpdatePasswordRules", json!({ "Rules": wanted })).await;
    checker.call("CreateSubAccountLoginIpPolicy", json!({ "IpPolicies": [], "DisablePolicy": 1 })).await;
}
