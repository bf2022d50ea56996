//! Error texts of the API: they name what was asked for, in both languages, in no page's words.

use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

const STRANGER: i64 = 100_000_099_999;
const UNKNOWN: i64 = 999_999;

/// The texts of one refusal, in English and in Chinese.
async fn told(client: &Client, action: &str, body: &Value) -> (String, String) {
    let text = |answer: Value| {
        assert_ne!(code(&answer), "", "{action} {body}: {answer}");
        answer["Error"]["Message"].as_str().unwrap().to_owned()
    };
    let english = text(client.call("cam", action, body.clone()).await);
    let mut signed = client.sign("cam", action, body);
    signed.set("x-tc-language", "zh-CN");
    (english, text(client.response(&signed).await))
}

/// Calls that name what is not there: its kind in either language, with the value where it is a name.
fn absent(
    (user, group, policy): (&Value, &Value, &Value),
    sound: &str,
) -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let pair = |group: &Value, uin: &Value| json!({ "Info": [{ "GroupId": group, "Uin": uin }] });
    let stranger = json!(STRANGER);
    let all = json!({ "TargetUin": STRANGER, "Rp": 20, "Page": 1, "AttachType": 0 });
    let version = json!({ "PolicyId": UNKNOWN, "PolicyDocument": sound, "SetAsDefault": false });
    vec![
        ("user `ghost`", "用户 `ghost`", "GetUser", json!({ "Name": "ghost" })),
        ("user `ghost`", "用户 `ghost`", "UpdateUser", json!({ "Name": "ghost" })),
        ("user `ghost`", "用户 `ghost`", "DeleteUser", json!({ "Name": "ghost" })),
        ("user", "用户", "ListAccessKeys", json!({ "TargetUin": STRANGER })),
        ("user", "用户", "CreateAccessKey", json!({ "TargetUin": STRANGER })),
        ("user", "用户", "DescribeSafeAuthFlagColl", json!({ "SubUin": STRANGER })),
        ("user", "用户", "SetMfaFlag", json!({ "OpUin": STRANGER, "LoginFlag": { "Stoken": 1 } })),
        ("user", "用户", "AttachUserPolicy", json!({ "AttachUin": STRANGER, "PolicyId": policy })),
        ("policy", "策略", "AttachUserPolicy", json!({ "AttachUin": user, "PolicyId": UNKNOWN })),
        ("user", "用户", "DetachUserPolicy", json!({ "DetachUin": STRANGER, "PolicyId": policy })),
        ("policy", "策略", "DetachUserPolicy", json!({ "DetachUin": user, "PolicyId": UNKNOWN })),
        ("user", "用户", "ListAttachedUserPolicies", json!({ "TargetUin": STRANGER })),
        ("user", "用户", "ListAttachedUserAllPolicies", all),
        ("user", "用户", "PutUserPermissionsBoundary", json!({ "TargetUin": STRANGER, "PolicyId": policy })),
        ("policy", "策略", "PutUserPermissionsBoundary", json!({ "TargetUin": user, "PolicyId": UNKNOWN })),
        ("user", "用户", "DeleteUserPermissionsBoundary", json!({ "TargetUin": STRANGER })),
        ("user", "用户", "GetUserPermissionBoundary", json!({ "TargetUin": STRANGER })),
        ("policy", "策略", "GetPolicy", json!({ "PolicyId": UNKNOWN })),
        ("policy", "策略", "UpdatePolicy", json!({ "PolicyId": UNKNOWN, "Description": "d" })),
        ("policy `ghost`", "策略 `ghost`", "UpdatePolicy", json!({ "PolicyName": "ghost" })),
        ("policy", "策略", "DeletePolicy", json!({ "PolicyId": [policy, UNKNOWN] })),
        ("policy", "策略", "ListEntitiesForPolicy", json!({ "PolicyId": UNKNOWN })),
        ("policy", "策略", "ListPolicyVersions", json!({ "PolicyId": UNKNOWN })),
        ("policy", "策略", "GetPolicyVersion", json!({ "PolicyId": UNKNOWN, "VersionId": 1 })),
        ("policy", "策略", "CreatePolicyVersion", version),
        ("group", "用户组", "GetGroup", json!({ "GroupId": UNKNOWN })),
        ("group", "用户组", "UpdateGroup", json!({ "GroupId": UNKNOWN, "Remark": "r" })),
        ("group", "用户组", "DeleteGroup", json!({ "GroupId": UNKNOWN })),
        ("group", "用户组", "ListUsersForGroup", json!({ "GroupId": UNKNOWN })),
        ("group", "用户组", "ListAttachedGroupPolicies", json!({ "TargetGroupId": UNKNOWN })),
        ("user", "用户", "ListGroupsForUser", json!({ "SubUin": STRANGER })),
        ("user", "用户", "AddUserToGroup", pair(group, &stranger)),
        ("group", "用户组", "AddUserToGroup", pair(&json!(UNKNOWN), user)),
        ("policy", "策略", "AttachGroupPolicy", json!({ "AttachGroupId": group, "PolicyId": UNKNOWN })),
        ("group", "用户组", "AttachGroupPolicy", json!({ "AttachGroupId": UNKNOWN, "PolicyId": policy })),
    ]
}

#[actix_web::test]
async fn what_is_not_there_is_named_by_kind_and_value() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let sound = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;
    let user = client.call("cam", "AddUser", json!({ "Name": "alice" })).await["Uin"].clone();
    let group = client.call("cam", "CreateGroup", json!({ "GroupName": "ops" })).await["GroupId"].clone();
    let policy = json!({ "PolicyName": "p", "PolicyDocument": sound });
    let policy = client.call("cam", "CreatePolicy", policy).await["PolicyId"].clone();
    for (kind, in_chinese, action, body) in absent((&user, &group, &policy), sound) {
        let value = match kind {
            "user" => format!("user `{STRANGER}`"),
            "policy" | "group" => format!("{kind} `{UNKNOWN}`"),
            named => named.to_owned(),
        };
        let (english, chinese) = told(&client, action, &body).await;
        assert_eq!(english, format!("There is no {value} in this account."), "{action} {body}");
        let value = value.split_once(' ').unwrap().1;
        let kind = in_chinese.split(' ').next().unwrap();
        assert_eq!(chinese, format!("本账号中没有{kind} {value}。"), "{action} {body}");
    }
}

#[actix_web::test]
async fn what_is_there_but_not_joined_is_told_apart() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let user = client.call("cam", "AddUser", json!({ "Name": "alice" })).await["Uin"].clone();
    let group = client.call("cam", "CreateGroup", json!({ "GroupName": "ops" })).await["GroupId"].clone();

    let body = json!({ "Info": [{ "GroupId": group, "Uin": user }] });
    let (english, chinese) = told(&client, "RemoveUserFromGroup", &body).await;
    assert_eq!(english, format!("The user `{user}` is not in the group `{group}`."));
    assert_eq!(chinese, format!("用户 `{user}` 不在用户组 `{group}` 中。"));
    let (english, _) =
        told(&client, "DetachGroupPolicy", &json!({ "DetachGroupId": group, "PolicyId": 1 })).await;
    assert_eq!(english, format!("The policy `1` is not attached to the group `{group}`."));
    let (english, _) = told(&client, "DetachUserPolicy", &json!({ "DetachUin": user, "PolicyId": 1 })).await;
    assert_eq!(english, "The policy `1` is not attached to this user.");
    let (english, _) = told(&client, "GetPolicyVersion", &json!({ "PolicyId": 1, "VersionId": 7 })).await;
    assert_eq!(english, "This policy has no version `7`.");
}

#[actix_web::test]
async fn a_key_that_is_not_there_is_named_and_nothing_else_sent_in_its_place() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let id = format!("AKID{}", "0".repeat(32));
    let disable = |id: &str| json!({ "AccessKeyId": id, "Status": "Inactive" });

    let (english, chinese) = told(&client, "UpdateAccessKey", &disable(&id)).await;
    assert!(english.contains(&id) && chinese.contains(&id), "{english} {chinese}");
    let (english, _) = told(&client, "DeleteAccessKey", &json!({ "AccessKeyId": id })).await;
    assert!(english.contains(&id), "{english}");
    let secret = client.secret_key.clone();
    for body in [disable(&secret), json!({ "AccessKeyId": secret, "Status": "Active" })] {
        let (english, chinese) = told(&client, "UpdateAccessKey", &body).await;
        assert!(!english.contains(&secret) && !chinese.contains(&secret), "{english} {chinese}");
    }
}

#[actix_web::test]
async fn a_long_or_strange_name_is_cut_and_cleaned() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    let long = told(&client, "GetUser", &json!({ "Name": "x".repeat(10_000) })).await.0;
    assert_eq!(long, format!("There is no user `{}` in this account.", "x".repeat(64)));
    let strange = told(&client, "GetUser", &json!({ "Name": "a\n`b\u{7}" })).await.0;
    assert_eq!(strange, "There is no user `a\u{fffd}\u{fffd}b\u{fffd}` in this account.");
}

#[actix_web::test]
async fn a_wrong_word_is_told_the_right_ones_in_either_language() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let id = format!("AKID{}", "0".repeat(32));

    for (action, body, words) in [
        ("ListAccounts", json!({ "UserType": "Robot" }), ["SubUser", "MessageReceiver"]),
        ("UpdateAccessKey", json!({ "AccessKeyId": id, "Status": "On" }), ["Active", "Inactive"]),
        ("ListPolicies", json!({ "Scope": "Mine" }), ["QCS", "Local"]),
        ("ListEntitiesForPolicy", json!({ "PolicyId": 1, "EntityFilter": "Robot" }), ["Group", "Role"]),
    ] {
        let (english, chinese) = told(&client, action, &body).await;
        for word in words {
            assert!(english.contains(word) && chinese.contains(word), "{action}: {english} {chinese}");
        }
    }
}

#[actix_web::test]
async fn a_policy_in_one_line_is_told_the_statement() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"},{"effect":"permit","action":"cam","resource":"*"}]}"#;
    let new = |document: &str| json!({ "PolicyName": "p", "PolicyDocument": document });

    let (english, chinese) = told(&client, "CreatePolicy", &new(document)).await;
    assert_eq!(english.matches("statement 2: ").count(), 2, "{english}");
    assert_eq!(chinese.matches("第 2 条语句：").count(), 2, "{chinese}");
    assert!(!english.contains("line 1") && !chinese.contains("第 1 行"), "{english} {chinese}");
    let (english, chinese) = told(&client, "CreatePolicy", &new(&document.replace(":[{", ":\n[{"))).await;
    assert_eq!(english.matches("line 2: ").count(), 2, "{english}");
    assert_eq!(chinese.matches("第 2 行：").count(), 2, "{chinese}");
    let (english, _) = told(&client, "CreatePolicy", &new(r#"{"version":"2.0",}"#)).await;
    assert!(english.contains("at character 18:"), "{english}");
}
