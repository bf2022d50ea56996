//! Access keys through the API: who may do what, and what it answers.

use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

async fn ids(client: &Client, body: Value) -> Vec<(String, String)> {
    let answer = client.call("cam", "ListAccessKeys", body).await;
    let keys = answer["AccessKeys"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    keys.iter().map(|key| (text(key, "AccessKeyId"), text(key, "Status"))).collect()
}

#[actix_web::test]
async fn a_key_is_made_used_disabled_enabled_and_deleted() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    let made = client.call("cam", "CreateAccessKey", json!({"Description": "ci/build"})).await;
    let made = &made["AccessKey"];
    let id = made["AccessKeyId"].as_str().unwrap();
    assert_eq!((&made["Status"], &made["Description"]), (&json!("Active"), &json!("ci/build")));
    assert_eq!(made["CreateTime"], "2026-11-23 12:00:00");
    let second = app.client(id, made["SecretAccessKey"].as_str().unwrap());
    assert_eq!(code(&second.call("cam", "GetUserAppId", json!({})).await), "");

    let third = client.call("cam", "CreateAccessKey", json!({})).await;
    assert_eq!(code(&third), "OperationDenied.AccessKeyOverLimit");

    let disable = json!({"AccessKeyId": id, "Status": "Inactive"});
    assert_eq!(code(&client.call("cam", "UpdateAccessKey", disable.clone()).await), "");
    assert_eq!(code(&second.call("cam", "GetUserAppId", json!({})).await), "AuthFailure.SecretIdNotFound");
    assert!(ids(&client, json!({})).await.contains(&(id.to_owned(), "Inactive".to_owned())));
    assert_eq!(code(&client.call("cam", "UpdateAccessKey", disable).await), "", "disabling twice is fine");

    let enable = json!({"AccessKeyId": id, "Status": "Active"});
    assert_eq!(code(&client.call("cam", "UpdateAccessKey", enable).await), "");
    assert_eq!(code(&second.call("cam", "GetUserAppId", json!({})).await), "");

    assert_eq!(code(&client.call("cam", "DeleteAccessKey", json!({"AccessKeyId": id})).await), "");
    assert_eq!(code(&second.call("cam", "GetUserAppId", json!({})).await), "AuthFailure.SecretIdNotFound");
    let again = client.call("cam", "DeleteAccessKey", json!({"AccessKeyId": id})).await;
    assert_eq!(code(&again), "ResourceNotFound.SecretNotExist");
}

#[actix_web::test]
async fn deleting_an_enabled_key_leaves_both_events_and_an_account_can_forbid_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let made = client.call("cam", "CreateAccessKey", json!({})).await;
    let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();

    assert_eq!(code(&client.call("cam", "DeleteAccessKey", json!({"AccessKeyId": id})).await), "");
    let log = root.browser.get("/audit").await.body;
    assert!(log.contains("UpdateAccessKey") && log.contains("DeleteAccessKey"));

    let fields = [("secret_reveal", "step_up"), ("step_up_window", "0"), ("password_min_length", "12")];
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(&app, &question).await.redirect();
    let made = client.call("cam", "CreateAccessKey", json!({})).await;
    let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let refused = client.call("cam", "DeleteAccessKey", json!({"AccessKeyId": id})).await;
    assert_eq!(code(&refused), "FailedOperation.Accesskey", "{refused}");
    assert_eq!(ids(&client, json!({})).await.len(), 2);
}

#[actix_web::test]
async fn own_keys_need_the_consoles_actions_or_the_apis() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let nobody = app.key_of(&app.sub_user(&root, "nobody", &[]).await).await;
    let reader = app.key_of(&app.sub_user(&root, "reader", &["QcloudCollApiKeyReadOnlyAccess"]).await).await;
    let manager = app.sub_user(&root, "manager", &["QcloudCollApiKeyManageAccess"]).await;
    let (uin, manager) = (manager.uin.clone(), app.key_of(&manager).await);

    let denied = nobody.call("cam", "ListAccessKeys", json!({})).await;
    assert_eq!(code(&denied), "AuthFailure.UnauthorizedOperation");
    let text = denied["Error"]["Message"].as_str().unwrap();
    assert!(text.contains("cam:ListAccessKeys") && text.contains("qcs::cam::uin/"), "{text}");

    assert_eq!(ids(&reader, json!({})).await.len(), 1);
    assert_eq!(
        code(&reader.call("cam", "CreateAccessKey", json!({})).await),
        "AuthFailure.UnauthorizedOperation"
    );

    assert_eq!(code(&manager.call("cam", "CreateAccessKey", json!({"TargetUin": uin})).await), "");
    assert_eq!(ids(&manager, json!({"TargetUin": uin.parse::<i64>().unwrap()})).await.len(), 2);
    let other = manager.call("cam", "ListAccessKeys", json!({"TargetUin": root.uin})).await;
    assert_eq!(code(&other), "OperationDenied.SubUin");
}

#[actix_web::test]
async fn others_keys_need_the_administrators_actions_and_roots_are_out_of_reach() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let admin = app.key_of(&app.sub_user(&root, "admin", &["AdministratorAccess"]).await).await;
    let alices = app.key_of(&alice).await;
    let stranger = app.bare_root("stranger").await;
    let roots = app.key_of(&root).await;

    assert_eq!(ids(&admin, json!({"TargetUin": alice.uin})).await.len(), 1);
    let at_alice =
        |status: &str| json!({"AccessKeyId": alices.secret_id, "TargetUin": alice.uin, "Status": status});
    assert_eq!(code(&admin.call("cam", "UpdateAccessKey", at_alice("Inactive")).await), "");
    assert_eq!(code(&alices.call("cam", "GetUserAppId", json!({})).await), "AuthFailure.SecretIdNotFound");

    let at_root = json!({"AccessKeyId": roots.secret_id, "TargetUin": root.uin});
    assert_eq!(code(&admin.call("cam", "DeleteAccessKey", at_root).await), "OperationDenied.SubUin");
    for uin in [stranger.uin.as_str(), "100000099999"] {
        let answer = admin.call("cam", "ListAccessKeys", json!({"TargetUin": uin})).await;
        assert_eq!(code(&answer), "OperationDenied.UinNotMatch");
    }
    let mismatched = json!({"AccessKeyId": alices.secret_id, "Status": "Active"});
    assert_eq!(code(&roots.call("cam", "UpdateAccessKey", mismatched).await), "OperationDenied.UinNotMatch");
    let unknown = json!({"AccessKeyId": format!("AKID{}", "0".repeat(32)), "Status": "Active"});
    assert_eq!(code(&roots.call("cam", "UpdateAccessKey", unknown).await), "ResourceNotFound.SecretNotExist");
}

#[actix_web::test]
async fn parameters_are_checked_and_named() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let cases = [
        ("ListAccessKeys", json!({"Uin": 1}), "UnknownParameter", "Uin"),
        ("ListAccessKeys", json!({"TargetUin": [1]}), "InvalidParameter", "TargetUin"),
        ("ListAccessKeys", json!({"TargetUin": "1.5"}), "InvalidParameter", "TargetUin"),
        ("UpdateAccessKey", json!({"Status": "Active"}), "MissingParameter", "AccessKeyId"),
        (
            "UpdateAccessKey",
            json!({"AccessKeyId": "x", "Status": "On"}),
            "InvalidParameter.ParamError",
            "Status",
        ),
        ("CreateAccessKey", json!({"Description": "a b"}), "InvalidParameter.ParamError", "description"),
        ("GetSecurityLastUsed", json!({}), "MissingParameter", "SecretIdList"),
        ("GetSecurityLastUsed", json!({"SecretIdList": [1]}), "InvalidParameter", "SecretIdList.0"),
        ("GetSecurityLastUsed", json!({"SecretIdList": []}), "InvalidParameter", "1 to 10"),
    ];
    for (action, body, expected, named) in cases {
        let answer = client.call("cam", action, body.clone()).await;
        assert_eq!(code(&answer), expected, "{action} {body}");
        let text = answer["Error"]["Message"].as_str().unwrap();
        assert!(text.contains(named), "{text}");
    }
}

#[actix_web::test]
async fn sts_tells_who_one_is_and_keys_in_the_old_shape() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;

    let keys = client.call("sts", "QueryApiKey", json!({})).await;
    assert_eq!(keys["IdKeys"][0]["SecretId"], client.secret_id.as_str());
    assert_eq!(
        (&keys["IdKeys"][0]["Status"], &keys["IdKeys"][0]["CreateTime"]),
        (&json!(2), &json!(app.now()))
    );
    let identity = client.call("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(identity["Arn"], format!("qcs::cam:{}:uin/{}", root.uin, root.uin));
    for action in ["AssumeRole", "GetFederationToken", "GetSessionToken"] {
        assert_eq!(code(&client.call("sts", action, json!({})).await), "UnsupportedOperation");
    }
}
