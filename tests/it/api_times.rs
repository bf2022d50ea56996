//! The offset from UTC of times in answers.

use crate::support::{Client, TestApp, code};
use camlock::app::keys::usage::flush_usage;
use serde_json::{Value, json};

/// Every time that an answer can hold, at START.
async fn times(app: &TestApp, client: &Client) -> Vec<(&'static str, Value)> {
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;
    let ask = async |action: &str, body: Value| {
        let answer = client.call("cam", action, body).await;
        assert_eq!(code(&answer), "", "{action}: {answer}");
        answer
    };
    let user = ask("AddUser", json!({ "Name": "alice" })).await["Uin"].clone();
    let created = ask("CreateAccessKey", json!({ "TargetUin": user })).await;
    let policy =
        ask("CreatePolicy", json!({ "PolicyName": "p", "PolicyDocument": document })).await["PolicyId"]
            .clone();
    let group = ask("CreateGroup", json!({ "GroupName": "g" })).await["GroupId"].clone();
    ask("AttachUserPolicy", json!({ "PolicyId": policy, "AttachUin": user })).await;
    ask("AttachGroupPolicy", json!({ "PolicyId": policy, "AttachGroupId": group })).await;
    ask("AddUserToGroup", json!({ "Info": [{ "GroupId": group, "Uin": user }] })).await;
    flush_usage(&app.app).await.expect("a written batch");
    let all = json!({ "TargetUin": user, "Rp": 20, "Page": 1, "AttachType": 0 });
    let version = json!({ "PolicyId": policy, "VersionId": 1 });
    let used = json!({ "SecretIdList": [client.secret_id] });
    vec![
        ("create", created["AccessKey"]["CreateTime"].clone()),
        ("keys", ask("ListAccessKeys", json!({ "TargetUin": user })).await["AccessKeys"][0]["CreateTime"].clone()),
        ("users", ask("ListUsers", json!({})).await["Data"][0]["CreateTime"].clone()),
        ("accounts", ask("ListAccounts", json!({})).await["Users"][0]["CreateTime"].clone()),
        (
            "described",
            ask("DescribeSubAccounts", json!({ "FilterSubAccountUin": [user] })).await["SubAccounts"][0]["CreateTime"]
                .clone(),
        ),
        ("group", ask("GetGroup", json!({ "GroupId": group })).await["CreateTime"].clone()),
        ("member", ask("GetGroup", json!({ "GroupId": group })).await["UserInfo"][0]["CreateTime"].clone()),
        ("groups", ask("ListGroups", json!({})).await["GroupInfo"][0]["CreateTime"].clone()),
        ("policy", ask("GetPolicy", json!({ "PolicyId": policy })).await["AddTime"].clone()),
        ("policies", ask("ListPolicies", json!({ "Scope": "Local" })).await["List"][0]["UpdateTime"].clone()),
        (
            "attached",
            ask("ListAttachedUserPolicies", json!({ "TargetUin": user })).await["List"][0]["AddTime"].clone(),
        ),
        ("all attached", ask("ListAttachedUserAllPolicies", all).await["PolicyList"][0]["AddTime"].clone()),
        (
            "of the group",
            ask("ListAttachedGroupPolicies", json!({ "TargetGroupId": group })).await["List"][0]["AddTime"].clone(),
        ),
        (
            "entities",
            ask("ListEntitiesForPolicy", json!({ "PolicyId": policy })).await["List"][0]["AttachmentTime"].clone(),
        ),
        ("version", ask("GetPolicyVersion", version).await["PolicyVersion"]["CreateDate"].clone()),
        ("used", ask("GetSecurityLastUsed", used).await["SecretIdLastUsedRows"][0]["LastUsedDate"].clone()),
    ]
}

fn expected(name: &str, plain: &str, iso: &str) -> Value {
    match name {
        "version" => json!(iso),
        "used" => json!(plain.split(' ').next()),
        _ => json!(plain),
    }
}

#[actix_web::test]
async fn times_are_in_utc_unless_an_offset_is_set() {
    let cases = [
        (None, "2026-11-23 12:00:00", "2026-11-23T12:00:00Z"),
        (Some("+08:00"), "2026-11-23 20:00:00", "2026-11-23T20:00:00+08:00"),
        (Some("+13:45"), "2026-11-24 01:45:00", "2026-11-24T01:45:00+13:45"),
        (Some("-03:30"), "2026-11-23 08:30:00", "2026-11-23T08:30:00-03:30"),
    ];
    for (offset, plain, iso) in cases {
        let settings: Vec<_> = offset.into_iter().map(|offset| ("CAMLOCK_API__UTC_OFFSET", offset)).collect();
        let app = TestApp::spawn_with(&settings);
        let client = app.key_of(&app.bare_root("root").await).await;
        for (name, found) in times(&app, &client).await {
            assert_eq!(found, expected(name, plain, iso), "{name} at {offset:?}");
        }
    }
}

#[actix_web::test]
async fn the_last_sign_in_and_the_password_rules_have_the_same_offset() {
    let app = TestApp::spawn_with(&[("CAMLOCK_API__UTC_OFFSET", "+08:00")]);
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let user = app.signed_in(&root, "alice", &[]).await;

    let rules = client.call("cam", "GetPasswordRules", json!({})).await;
    let seen = client.call("cam", "GetUser", json!({ "Name": "alice" })).await;
    let asked = json!({ "FilterSubAccountUin": [user.uin] });
    let described = client.call("cam", "DescribeSubAccounts", asked).await;

    for time in
        [&rules["UpdateTime"], &seen["RecentlyLoginTime"], &described["SubAccounts"][0]["LastLoginTime"]]
    {
        assert!(time.as_str().unwrap().starts_with("2026-11-23 20:"), "{time}");
    }
    let keys = client.call("sts", "QueryApiKey", json!({})).await;
    assert_eq!(keys["IdKeys"][0]["CreateTime"].as_i64(), Some(app.now()), "counted from 1970 at any offset");
}

#[actix_web::test]
async fn the_help_page_tells_the_offset_and_that_bodies_are_signed() {
    let app = TestApp::spawn_with(&[("CAMLOCK_API__UTC_OFFSET", "+08:00")]);
    let root = app.root().await;

    let page = root.browser.get("/help/api").await;

    assert_eq!(page.texts("#utc-offset"), ["+08:00"]);
    assert!(page.body.contains("UNSIGNED-PAYLOAD") && page.body.contains("every action"));
    assert!(TestApp::spawn().root().await.browser.get("/help/api").await.body.contains("are at UTC and"));
}

#[test]
fn offsets_that_are_none_are_refused_at_the_start() {
    let read = |text: &str| {
        let variable = ("CAMLOCK_API__UTC_OFFSET".to_owned(), text.to_owned());
        camlock::config::Config::load(None, [variable].into_iter())
    };
    for text in ["+00:00", "-00:00", "+14:00", "-12:00", "+05:45"] {
        assert!(read(text).is_ok(), "{text}");
    }
    for text in [
        "08:00",
        "+8:00",
        "+08",
        "+0800",
        "+14:01",
        "-12:01",
        "+08:60",
        "+8",
        "UTC+8",
        "Asia/Shanghai",
        "+-8:00",
        "é",
    ] {
        let told = read(text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains("api.utc_offset") && told.contains("+08:00"), "{text}: {told}");
    }
}
