//! What clients send for "not set", in other letters, or under another content type.

use crate::support::api::Signed;
use crate::support::{Client, TestApp, code};
use camlock::domain::signature::{OutgoingV1, Scheme, sign_v1};
use serde_json::{Value, json};

async fn ok(client: &Client, action: &str, body: Value) -> Value {
    let service = if action == "QueryApiKey" { "sts" } else { "cam" };
    let answer = client.call(service, action, body.clone()).await;
    assert_eq!(code(&answer), "", "{action} {body}: {answer}");
    answer
}

/// A user with a policy, in a group.
struct World {
    client: Client,
    user: i64,
    policy: i64,
    group: i64,
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;
        let client = app.key_of(&app.bare_root("root").await).await;
        let number = |answer: Value, field: &str| answer[field].as_i64().unwrap();
        let user = number(ok(&client, "AddUser", json!({ "Name": "alice" })).await, "Uin");
        let new = json!({ "PolicyName": "all", "PolicyDocument": document });
        let policy = number(ok(&client, "CreatePolicy", new).await, "PolicyId");
        let group = number(ok(&client, "CreateGroup", json!({ "GroupName": "ops" })).await, "GroupId");
        ok(&client, "AttachUserPolicy", json!({ "AttachUin": user, "PolicyId": policy })).await;
        ok(&client, "AttachGroupPolicy", json!({ "AttachGroupId": group, "PolicyId": policy })).await;
        ok(&client, "AddUserToGroup", json!({ "Info": [{ "GroupId": group, "Uin": user, "Uid": 0 }] })).await;
        Self { client, user, policy, group }
    }
}

#[actix_web::test]
async fn a_body_of_null_has_no_parameters() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    for body in ["null", " null\n", "", " ", "{}"] {
        for action in ["ListUsers", "ListAccessKeys", "GetUserAppId", "GetAccountSummary", "ListPolicies"] {
            let answer = client.response(&client.sign_raw(action, "application/json", body.as_bytes())).await;
            assert_eq!(code(&answer), "", "{action} {body:?}: {answer}");
        }
    }
    for body in ["[]", "7", "\"null\"", "nul", "null null", "false"] {
        let answer =
            client.response(&client.sign_raw("ListUsers", "application/json", body.as_bytes())).await;
        assert_eq!(code(&answer), "InvalidRequest", "{body}: {answer}");
    }
}

#[actix_web::test]
async fn zero_null_and_empty_texts_say_as_much_as_nothing() {
    let app = TestApp::spawn();
    let World { client, user, policy, group } = World::new(&app).await;
    let reads = [
        ("ListAccessKeys", json!({}), vec!["TargetUin"], vec![]),
        ("QueryApiKey", json!({}), vec!["TargetUin"], vec![]),
        ("ListCollaborators", json!({}), vec!["Limit", "Offset"], vec![]),
        ("ListAccounts", json!({}), vec!["MaxItems"], vec!["Marker", "UserType"]),
        ("ListPolicies", json!({}), vec!["Rp", "Page"], vec!["Scope", "Keyword"]),
        ("ListGroups", json!({}), vec!["Rp", "Page"], vec!["Keyword"]),
        ("ListGroupsForUser", json!({ "SubUin": user }), vec!["Rp", "Page", "Uid"], vec![]),
        ("ListUsersForGroup", json!({ "GroupId": group }), vec!["Rp", "Page"], vec![]),
        ("ListAttachedUserPolicies", json!({ "TargetUin": user }), vec!["Rp", "Page"], vec![]),
        ("ListEntitiesForPolicy", json!({ "PolicyId": policy }), vec!["Rp", "Page"], vec!["EntityFilter"]),
        ("ListAttachedGroupPolicies", json!({ "TargetGroupId": group }), vec!["Rp", "Page"], vec!["Keyword"]),
        (
            "ListAttachedUserAllPolicies",
            json!({ "TargetUin": user, "Rp": 20, "Page": 1, "AttachType": 0 }),
            vec!["StrategyType"],
            vec!["Keyword"],
        ),
    ];
    for (action, body, numbers, texts) in reads {
        let mut plain = ok(&client, action, body.clone()).await;
        let numbers = numbers
            .iter()
            .flat_map(|name| [0.into(), "0".into(), "".into(), Value::Null].map(|v: Value| (name, v)));
        let texts = texts.iter().flat_map(|name| ["".into(), Value::Null].map(|value: Value| (name, value)));
        for (name, value) in numbers.chain(texts) {
            let mut asked = body.clone();
            asked[name] = value.clone();
            let mut answer = ok(&client, action, asked).await;
            answer["RequestId"] = plain["RequestId"].take();
            plain["RequestId"] = answer["RequestId"].clone();
            assert_eq!(answer, plain, "{action} with {name} {value}");
        }
    }
}

#[actix_web::test]
async fn changes_take_what_was_not_set_as_nothing() {
    let app = TestApp::spawn();
    let World { client, policy, group, user } = World::new(&app).await;

    ok(&client, "CreateAccessKey", json!({ "TargetUin": 0, "Description": "" })).await;
    let own = ok(&client, "ListAccessKeys", json!({})).await["AccessKeys"].as_array().unwrap().len();
    assert_eq!(own, 2, "0 names nobody, so the key is the caller's own");
    ok(&client, "UpdateGroup", json!({ "GroupId": group, "GroupName": "", "Remark": "on call" })).await;
    let seen = ok(&client, "GetGroup", json!({ "GroupId": group })).await;
    assert_eq!((&seen["GroupName"], &seen["Remark"]), (&json!("ops"), &json!("on call")));
    let unset =
        json!({ "PolicyId": 0, "PolicyName": "all", "PolicyDocument": "", "Alias": "", "Description": "d" });
    assert_eq!(ok(&client, "UpdatePolicy", unset).await["PolicyId"], policy);
    let seen = ok(&client, "GetPolicy", json!({ "PolicyId": policy })).await;
    assert_eq!(seen["Description"], "d");
    assert!(seen["PolicyDocument"].as_str().unwrap().contains("statement"), "{seen}");
    let rules = json!({ "MinimumLength": 14, "PasswordExpirationInvalidation": 0, "MustContain": null });
    ok(&client, "UpdatePasswordRules", json!({ "Rules": rules })).await;
    let mut all = json!({ "Name": "bob", "Remark": "", "ConsoleLogin": 0, "UseApi": 0, "Password": "" });
    all.as_object_mut().unwrap().extend(
        json!({ "NeedResetPassword": 0, "PhoneNum": "", "CountryCode": "", "Email": null })
            .as_object()
            .unwrap()
            .clone(),
    );
    ok(&client, "AddUser", all).await;
    let own = json!({ "Name": "root", "Remark": "me", "NeedResetPassword": 0, "Password": "" });
    ok(&client, "UpdateUser", own).await;
    ok(&client, "SetMfaFlag", json!({ "OpUin": 0, "LoginFlag": null, "ActionFlag": null })).await;
    ok(&client, "RemoveUserFromGroup", json!({ "Info": [{ "GroupId": group, "Uin": user, "Uid": 0 }] }))
        .await;
}

#[actix_web::test]
async fn words_of_a_fixed_list_may_have_any_capitals() {
    let app = TestApp::spawn();
    let World { client, user, policy, .. } = World::new(&app).await;
    let key = ok(&client, "CreateAccessKey", json!({ "TargetUin": user })).await["AccessKey"]["AccessKeyId"]
        .clone();

    for effect in ["Allow", "Deny", "allow", "DENY"] {
        let rules = json!({ "IpPolicies": [{ "IP": "192.168.1.171", "Effect": effect }], "PolicyType": 1,
            "DisablePolicy": 0, "ApproverType": "", "ApproverUin": [] });
        ok(&client, "CreateSubAccountLoginIpPolicy", rules).await;
    }
    for status in ["inactive", "ACTIVE", "Inactive", "active"] {
        let change = json!({ "TargetUin": user, "AccessKeyId": key, "Status": status });
        ok(&client, "UpdateAccessKey", change).await;
        let seen = ok(&client, "ListAccessKeys", json!({ "TargetUin": user })).await["AccessKeys"][0].clone();
        assert!(seen["Status"].as_str().unwrap().eq_ignore_ascii_case(status), "{seen}");
    }
    for scope in ["all", "qcs", "LOCAL"] {
        ok(&client, "ListPolicies", json!({ "Scope": scope })).await;
    }
    for filter in ["user", "GROUP", "role", "all"] {
        ok(&client, "ListEntitiesForPolicy", json!({ "PolicyId": policy, "EntityFilter": filter })).await;
    }
    for kind in ["owner", "SUBUSER", "collaborator", "unknown", "Unknown", "messagereceiver"] {
        ok(&client, "ListAccounts", json!({ "UserType": kind })).await;
    }
    let bad = json!({ "TargetUin": user, "AccessKeyId": key, "Status": "Off" });
    assert_eq!(code(&client.call("cam", "UpdateAccessKey", bad).await), "InvalidParameter.ParamError");
}

#[actix_web::test]
async fn lists_without_a_documented_bound_give_as_many_rows_as_asked() {
    let app = TestApp::spawn();
    let World { client, user, policy, .. } = World::new(&app).await;

    ok(&client, "ListEntitiesForPolicy", json!({ "PolicyId": policy, "Rp": 1000 })).await;
    ok(&client, "ListAttachedUserPolicies", json!({ "TargetUin": user, "Rp": 500, "Page": 1 })).await;
    let many = client.call("cam", "ListPolicies", json!({ "Rp": 201 })).await;
    assert_eq!(code(&many), "InvalidParameter.ParamError");
}

/// A v1 call by POST: a form under that content type.
fn old(app: &TestApp, client: &Client, (nonce, content_type): (&str, &str)) -> Signed {
    let timestamp = app.now().to_string();
    let mut parameters = vec![
        ("Action", "GetUserAppId"),
        ("Version", "2019-01-16"),
        ("Nonce", nonce),
        ("Timestamp", timestamp.as_str()),
        ("SecretId", client.secret_id.as_str()),
        ("SignatureMethod", "HmacSHA256"),
    ];
    let host = client.address.trim_start_matches("http://");
    let request = OutgoingV1 { method: "POST", host, parameters: &parameters, scheme: Scheme::HmacSha256 };
    let signature = sign_v1(&request, &client.secret_key);
    parameters.push(("Signature", signature.as_str()));
    let body = crate::support::browser::encoded(&parameters).into_bytes();
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    Signed { method: "POST", query: String::new(), headers, body }
}

#[actix_web::test]
async fn an_old_form_under_a_json_content_type_is_a_call() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let json = "application/json";

    let refused = client.response(&old(&app, &client, ("1", json))).await;
    assert_eq!(code(&refused), "AuthFailure.SignatureFailure", "the account does not take old signatures");
    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("signature_v1", "1"),
    ];
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(&app, &question).await.redirect();
    for (nonce, content_type) in
        [("2", json), ("3", "application/json; charset=utf-8"), ("4", "application/x-www-form-urlencoded")]
    {
        let answer = client.response(&old(&app, &client, (nonce, content_type))).await;
        assert_eq!(answer["Uin"], root.uin.as_str(), "{content_type}: {answer}");
    }
    let mut forged = old(&app, &client, ("5", json));
    forged.body.extend_from_slice(b"&More=1");
    assert_eq!(code(&client.response(&forged).await), "AuthFailure.SignatureFailure");
}

#[actix_web::test]
async fn whatever_is_posted_to_the_root_is_answered_as_a_call() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    for content_type in ["application/json", "text/plain", "application/octet-stream", "multipart/form-data"]
    {
        for body in ["{}", "a=b", "", "null"] {
            let headers = vec![("content-type".to_owned(), content_type.to_owned())];
            let bare = Signed { method: "POST", query: String::new(), headers, body: body.into() };
            let answer = client.response(&bare).await;
            assert!(
                code(&answer).starts_with("AuthFailure") || code(&answer) == "MissingParameter",
                "{content_type} {body}: {answer}"
            );
        }
    }
}
