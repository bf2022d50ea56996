//! Policies and boundaries of users over the API, and that another account's policies do not exist.

use crate::api_policies::{EVERYTHING, READS, create, names, refused};
use crate::support::{TestApp, code};
use serde_json::{Value, json};

#[actix_web::test]
async fn attaching_and_detaching_decide_the_next_call() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let program = app.key_of(&alice).await;
    let id = create(&client, "lists", &READS.replace("ListUsers", "ListPolicies")).await;

    let denied = program.call("cam", "ListPolicies", json!({})).await;
    assert_eq!(code(&denied), "AuthFailure.UnauthorizedOperation");
    let message = denied["Error"]["Message"].as_str().unwrap();
    assert!(message.contains("cam:ListPolicies") && message.contains("(*)"), "{message}");
    let attach = json!({ "PolicyId": id, "AttachUin": alice.uin });
    assert_eq!(names(&client.call("cam", "AttachUserPolicy", attach.clone()).await), ["RequestId"]);
    assert_eq!(refused(&client, "AttachUserPolicy", attach).await, "", "attaching twice changes nothing");
    assert_eq!(refused(&program, "ListPolicies", json!({})).await, "");

    let attached = client.call("cam", "ListAttachedUserPolicies", json!({ "TargetUin": alice.uin })).await;
    assert_eq!((&attached["TotalNum"], &attached["List"][0]["PolicyType"]), (&json!(1), &json!("User")));
    assert_eq!(names(&attached["List"][0]).len(), 11);
    let body = json!({ "TargetUin": alice.uin, "Rp": 20, "Page": 1, "AttachType": 0 });
    let held = client.call("cam", "ListAttachedUserAllPolicies", body).await;
    assert_eq!(held["PolicyList"][0]["PolicyId"], id.to_string());
    assert_eq!(
        (&held["PolicyList"][0]["StrategyType"], &held["PolicyList"][0]["Groups"]),
        (&json!("1"), &json!([]))
    );
    let body = json!({ "TargetUin": alice.uin, "Rp": 20, "Page": 1, "AttachType": 2 });
    assert_eq!(client.call("cam", "ListAttachedUserAllPolicies", body).await["TotalNum"], 0);
    let entities = client.call("cam", "ListEntitiesForPolicy", json!({ "PolicyId": id })).await;
    assert_eq!((&entities["TotalNum"], &entities["List"][0]["Name"]), (&json!(1), &json!("alice")));
    assert_eq!(entities["List"][0]["Uin"].to_string(), alice.uin);
    let roles =
        client.call("cam", "ListEntitiesForPolicy", json!({ "PolicyId": id, "EntityFilter": "Role" })).await;
    assert_eq!(roles["TotalNum"], 0);

    let detach = json!({ "PolicyId": id, "DetachUin": alice.uin });
    assert_eq!(refused(&client, "DetachUserPolicy", detach.clone()).await, "");
    assert_eq!(refused(&program, "ListPolicies", json!({})).await, "AuthFailure.UnauthorizedOperation");
    assert_eq!(refused(&client, "DetachUserPolicy", detach).await, "ResourceNotFound.PolicyIdNotFound");
    let nobody = json!({ "PolicyId": id, "AttachUin": 199_999_999_999_i64 });
    assert_eq!(refused(&client, "AttachUserPolicy", nobody).await, "ResourceNotFound.UserNotExist");
    let nothing = json!({ "PolicyId": 999, "AttachUin": alice.uin });
    assert_eq!(refused(&client, "AttachUserPolicy", nothing).await, "ResourceNotFound.PolicyIdNotFound");
}

#[actix_web::test]
async fn a_deleted_policy_is_gone_from_everybody_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let program = app.key_of(&alice).await;
    let id = create(&client, "lists", &READS.replace("ListUsers", "ListPolicies")).await;
    client.call("cam", "AttachUserPolicy", json!({ "PolicyId": id, "AttachUin": alice.uin })).await;
    assert_eq!(refused(&program, "ListPolicies", json!({})).await, "");

    assert_eq!(
        refused(&client, "DeletePolicy", json!({ "PolicyId": [id, 999] })).await,
        "ResourceNotFound.PolicyIdNotFound"
    );
    assert_eq!(refused(&program, "ListPolicies", json!({})).await, "", "all or none");
    assert_eq!(refused(&client, "DeletePolicy", json!({ "PolicyId": [id, id] })).await, "");

    assert_eq!(refused(&program, "ListPolicies", json!({})).await, "AuthFailure.UnauthorizedOperation");
    let many: Vec<i64> = (1..=101).collect();
    assert_eq!(
        refused(&client, "DeletePolicy", json!({ "PolicyId": many })).await,
        "InvalidParameter.OperatePoliciesOverLimit"
    );
}

#[actix_web::test]
async fn boundaries_are_put_read_and_removed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &["AdministratorAccess"]).await;
    let program = app.key_of(&alice).await;
    let target = json!({ "TargetUin": alice.uin });
    let none = client.call("cam", "GetUserPermissionBoundary", target.clone()).await;
    for name in ["PolicyId", "PolicyName", "PolicyDocument", "PolicyType", "CreateMode"] {
        assert!(none.get(name).is_some_and(Value::is_null), "{none}");
    }
    let id = create(&client, "bound", READS).await;

    let put = client
        .call("cam", "PutUserPermissionsBoundary", json!({ "TargetUin": alice.uin, "PolicyId": id }))
        .await;

    assert_eq!(names(&put), ["RequestId"]);
    let denied = program.call("cam", "ListPolicies", json!({})).await;
    let message = denied["Error"]["Message"].as_str().unwrap();
    assert!(message.contains("The permission boundary bound does not allow it."), "{message}");
    assert_eq!(
        refused(&program, "DeleteUserPermissionsBoundary", target.clone()).await,
        "AuthFailure.UnauthorizedOperation",
        "nobody steps out of a boundary that does not allow it"
    );
    let read = client.call("cam", "GetUserPermissionBoundary", target.clone()).await;
    assert_eq!((&read["PolicyId"], &read["PolicyType"]), (&json!(id), &json!(1)));
    assert_eq!(refused(&client, "DeletePolicy", json!({ "PolicyId": [id] })).await, "ResourceInUse");
    assert_eq!(refused(&client, "DeleteUserPermissionsBoundary", target).await, "");
    assert_eq!(refused(&program, "ListPolicies", json!({})).await, "");
    let nobody = json!({ "TargetUin": 199_999_999_999_i64, "PolicyId": id });
    assert_eq!(refused(&client, "PutUserPermissionsBoundary", nobody).await, "InvalidParameter.UserNotExist");
    let nothing = json!({ "TargetUin": alice.uin, "PolicyId": 999 });
    assert_eq!(
        refused(&client, "PutUserPermissionsBoundary", nothing).await,
        "InvalidParameter.PolicyIdNotExist"
    );
}

#[actix_web::test]
async fn another_accounts_policies_and_users_do_not_exist() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &["ReadOnlyAccess"]).await;
    let id = create(&client, "ours", READS).await;
    let stranger = app.bare_root("stranger").await;
    let theirs = app.key_of(&stranger).await;
    let policy = json!({ "PolicyId": id });
    let with = |name: &str, value: Value| {
        let mut body = policy.clone();
        body[name] = value;
        body
    };

    for (action, body) in [
        ("GetPolicy", policy.clone()),
        ("UpdatePolicy", with("PolicyDocument", EVERYTHING.into())),
        ("UpdatePolicy", json!({ "PolicyName": "ours", "PolicyDocument": EVERYTHING })),
        ("DeletePolicy", json!({ "PolicyId": [id] })),
        ("ListPolicyVersions", policy.clone()),
        ("GetPolicyVersion", with("VersionId", 1.into())),
        ("SetDefaultPolicyVersion", with("VersionId", 1.into())),
        ("DeletePolicyVersion", with("VersionId", json!([1]))),
        ("AttachUserPolicy", with("AttachUin", stranger.uin.clone().into())),
    ] {
        let answer = refused(&theirs, action, body).await;
        assert_eq!(answer, "ResourceNotFound.PolicyIdNotFound", "{action}");
    }
    assert_eq!(
        refused(&theirs, "ListEntitiesForPolicy", policy.clone()).await,
        "InvalidParameter.PolicyIdError"
    );
    let version = json!({ "PolicyId": id, "PolicyDocument": READS, "SetAsDefault": false });
    assert_eq!(refused(&theirs, "CreatePolicyVersion", version).await, "InvalidParameter.PolicyIdNotExist");
    let user = json!({ "PolicyId": 1, "AttachUin": alice.uin });
    assert_eq!(refused(&theirs, "AttachUserPolicy", user).await, "ResourceNotFound.UserNotExist");
    let user = json!({ "PolicyId": 2, "DetachUin": alice.uin });
    assert_eq!(refused(&theirs, "DetachUserPolicy", user).await, "ResourceNotFound.UserNotExist");
    let user = json!({ "TargetUin": alice.uin });
    assert_eq!(refused(&theirs, "ListAttachedUserPolicies", user).await, "InvalidParameter.ParamError");
    let list = theirs.call("cam", "ListPolicies", json!({})).await;
    assert_eq!(list["TotalNum"], 6);
    assert!(list["List"].as_array().unwrap().iter().all(|policy| policy["Attachments"] == 0), "{list}");
    let entities = theirs.call("cam", "ListEntitiesForPolicy", json!({ "PolicyId": 2 })).await;
    assert_eq!(entities["TotalNum"], 0);
    assert_eq!(client.call("cam", "GetPolicy", policy).await["PolicyDocument"], READS);
}

#[actix_web::test]
async fn conditions_see_address_time_and_caller() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let program = app.key_of(&alice).await;
    let id = create(&client, "conditional", READS).await;
    client.call("cam", "AttachUserPolicy", json!({ "PolicyId": id, "AttachUin": alice.uin })).await;
    let (uin, owner) = (alice.uin.clone(), root.uin.clone());

    for (condition, is_allowed) in [
        (r#""ip_equal":{"qcs:ip":"127.0.0.0/8"}"#.to_owned(), true),
        (r#""ip_equal":{"qcs:ip":"10.0.0.0/8"}"#.to_owned(), false),
        (r#""date_less_than":{"qcs:current_time":"2026-11-23T13:00:00Z"}"#.to_owned(), true),
        (r#""date_greater_than":{"qcs:current_time":"2026-11-23T13:00:00Z"}"#.to_owned(), false),
        (format!(r#""string_equal":{{"qcs:uin":"{uin}","qcs:owner_uin":"{owner}"}}"#), true),
        (format!(r#""string_equal":{{"qcs:uin":"{owner}"}}"#), false),
        (r#""string_equal":{"mfa":"1"}"#.to_owned(), false),
        (r#""string_equal":{"qcs:mfa":"0"}"#.to_owned(), true),
    ] {
        let document = format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"cam:ListPolicies","resource":"*","condition":{{{condition}}}}}]}}"#
        );
        let answer =
            client.call("cam", "UpdatePolicy", json!({ "PolicyId": id, "PolicyDocument": document })).await;
        assert_eq!(answer["PolicyId"], id, "{answer}");
        let expected = if is_allowed { "" } else { "AuthFailure.UnauthorizedOperation" };
        assert_eq!(refused(&program, "ListPolicies", json!({})).await, expected, "{condition}");
    }
}

#[actix_web::test]
async fn every_change_leaves_one_event_and_every_refusal_none() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let id = create(&client, "logged", READS).await;
    refused(&client, "UpdatePolicy", json!({ "PolicyId": id, "Description": "new" })).await;
    let version = json!({ "PolicyId": id, "PolicyDocument": EVERYTHING, "SetAsDefault": true });
    refused(&client, "CreatePolicyVersion", version).await;
    refused(&client, "SetDefaultPolicyVersion", json!({ "PolicyId": id, "VersionId": 1 })).await;
    refused(&client, "SetDefaultPolicyVersion", json!({ "PolicyId": id, "VersionId": 1 })).await;
    refused(&client, "DeletePolicyVersion", json!({ "PolicyId": id, "VersionId": [2] })).await;
    refused(&client, "DeletePolicy", json!({ "PolicyId": [id] })).await;
    refused(&client, "DeletePolicy", json!({ "PolicyId": [id] })).await;

    let log = root.browser.get("/audit").await;

    for (event, count) in [
        ("CreatePolicy", 1),
        ("UpdatePolicy", 1),
        ("CreatePolicyVersion", 1),
        ("SetDefaultPolicyVersion", 1),
        ("DeletePolicyVersion", 1),
        ("DeletePolicy", 1),
    ] {
        let page = root.browser.get(&format!("/audit?event={event}")).await;
        assert_eq!(page.count("tbody tr[data-seq]"), count, "{event}: {}", page.body);
    }
    assert!(log.body.contains("logged"));
}
