//! A signature makes a change once, and what may be a copy of an earlier call changes nothing.

use crate::support::TestApp;
use crate::support::api::{Client, Signed, code};
use camlock::domain::signature::{OutgoingV1, Scheme, sign_v1};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const REFUSED: &str = "RequestLimitExceeded";

#[actix_web::test]
async fn a_change_is_carried_out_once_and_a_read_as_often_as_it_is_sent() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let read = client.sign_plainly("cam", "ListAccessKeys", &json!({"TargetUin": null}));
    let change = client.sign_plainly("cam", "CreateAccessKey", &json!({"Description": "one"}));

    for _ in 0..3 {
        assert_eq!(code(&client.response(&read).await), "");
    }
    assert_eq!(code(&client.response(&change).await), "");
    assert_eq!(code(&client.response(&change).await), REFUSED);
    let keys = client.call("cam", "ListAccessKeys", json!({})).await;
    assert_eq!(keys["AccessKeys"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_twin_is_told_of_the_first_one_a_second_after_it() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let change = client.sign_plainly("cam", "CreateGroup", &json!({"GroupName": "g"}));
    let first = client.response(&change).await;
    let sent = Instant::now();

    let twin = client.response(&change).await;

    assert_eq!(code(&twin), REFUSED);
    let text = twin["Error"]["Message"].as_str().unwrap();
    assert!(text.contains(first["RequestId"].as_str().unwrap()), "{text}");
    let waited = sent.elapsed();
    assert!(waited > Duration::from_millis(800) && waited < Duration::from_secs(5), "{waited:?}");
    app.wait(1);
    let sent = Instant::now();
    assert_eq!(code(&client.response(&change).await), REFUSED);
    assert!(sent.elapsed() < Duration::from_millis(800), "the second is over");
}

#[actix_web::test]
async fn a_twin_says_so_whatever_region_version_or_language_it_names() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let change = client.sign_plainly("cam", "CreateGroup", &json!({"GroupName": "g"}));
    assert_eq!(code(&client.response(&change).await), "");
    app.wait(1);

    for (name, value) in [("x-tc-region", "ap-elsewhere"), ("x-tc-language", "zh-CN")] {
        assert_eq!(code(&client.response(&change.with(name, value)).await), REFUSED, "{name}");
    }
    let groups = client.call("cam", "ListGroups", json!({})).await;
    assert_eq!(groups["TotalNum"], 1);
}

#[actix_web::test]
async fn a_change_that_found_nothing_to_do_uses_its_signature_up_too() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let enable = json!({"AccessKeyId": other.secret_id, "Status": "Active"});
    let captured = client.sign_plainly("cam", "UpdateAccessKey", &enable);

    assert_eq!(code(&client.response(&captured).await), "");
    let disable = json!({"AccessKeyId": other.secret_id, "Status": "Inactive"});
    assert_eq!(code(&client.call("cam", "UpdateAccessKey", disable).await), "");
    assert_eq!(code(&client.response(&captured).await), REFUSED);
    assert_eq!(code(&other.call("cam", "GetUserAppId", json!({})).await), "AuthFailure.SecretIdNotFound");
}

#[actix_web::test]
async fn of_many_copies_at_once_one_is_carried_out() {
    let app = TestApp::spawn();
    let node = app.second_node();
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let delete = client.sign_plainly("cam", "DeleteAccessKey", &json!({"AccessKeyId": other.secret_id}));
    let elsewhere = client.on(&node.address);

    let answers = join_all((0..12).map(|number| {
        let client = if number % 2 == 0 { &client } else { &elsewhere };
        client.response(&delete)
    }))
    .await;

    assert_eq!(answers.iter().filter(|answer| code(answer).is_empty()).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| code(answer) == REFUSED).count(), 11, "{answers:?}");
}

#[actix_web::test]
async fn the_operator_may_have_every_signature_count_once_or_none() {
    let all = TestApp::spawn_with(&[("CAMLOCK_API__REPLAY", "all")]);
    let node = all.second_node();
    let client = all.key_of(&all.bare_root("root").await).await;
    let read = client.sign("cam", "GetUserAppId", &json!({}));
    assert_eq!(code(&client.response(&read).await), "");
    assert_eq!(code(&client.response(&read).await), REFUSED);
    assert_eq!(code(&client.on(&node.address).response(&read).await), REFUSED);

    let off = TestApp::spawn_with(&[("CAMLOCK_API__REPLAY", "off")]);
    let client = off.key_of(&off.bare_root("root").await).await;
    let change = client.sign("cam", "CreateAccessKey", &json!({}));
    assert_eq!(code(&client.response(&change).await), "");
    assert_eq!(code(&client.response(&change).await), "OperationDenied.AccessKeyOverLimit");
}

#[actix_web::test]
async fn old_signatures_work_where_the_account_takes_them_and_each_nonce_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    assert_eq!(code(&client.response(&old(&app, &client, "1")).await), "AuthFailure.SignatureFailure");
    set(&app, &root, "signature_v1").await;

    let call = old(&app, &client, "2");
    assert_eq!(client.response(&call).await["Uin"], root.uin.as_str());
    assert_eq!(code(&client.response(&call).await), REFUSED);
    assert_eq!(code(&client.response(&old(&app, &client, "3")).await), "");
}

/// Ticks one of the account's settings.
async fn set(app: &TestApp, root: &crate::support::people::Person, name: &str) {
    let fields =
        [("secret_reveal", "step_up"), ("step_up_window", "0"), ("password_min_length", "12"), (name, "1")];
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(app, &question).await.redirect();
}

/// A GET call under signature v1.
fn old(app: &TestApp, client: &Client, nonce: &str) -> Signed {
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
    let request = OutgoingV1 { method: "GET", host, parameters: &parameters, scheme: Scheme::HmacSha256 };
    let signature = sign_v1(&request, &client.secret_key);
    parameters.push(("Signature", signature.as_str()));
    let query = crate::support::browser::encoded(&parameters);
    Signed { method: "GET", query, headers: Vec::new(), body: Vec::new() }
}

#[actix_web::test]
async fn an_account_may_want_changes_to_sign_their_action() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let group = |name: &str| json!({"GroupName": name});
    let plain = client.sign_plainly("cam", "CreateGroup", &group("before"));
    assert_eq!(code(&client.response(&plain).await), "");

    set(&app, &root, "signed_action").await;

    assert!(root.browser.get("/settings/security").await.body.contains("No official SDK signs this header"));
    let plain = client.sign_plainly("cam", "CreateGroup", &group("plain"));
    let answer = client.response(&plain).await;
    assert_eq!(code(&answer), REFUSED);
    assert!(answer["Error"]["Message"].as_str().unwrap().contains("X-TC-Action"), "{answer}");
    let read = client.sign_plainly("cam", "ListGroups", &json!({}));
    assert_eq!(client.response(&read).await["TotalNum"], 1);
    let signed = client.sign_with("cam", "CreateGroup", &group("signed"), &[("x-tc-action", "CreateGroup")]);
    assert_eq!(code(&client.response(&signed).await), "");
}

#[actix_web::test]
async fn a_refused_call_leaves_its_signature_free_for_no_other() {
    let app = TestApp::spawn_with(&[("CAMLOCK_API__READS_PER_SECOND", "1")]);
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    client.call("cam", "AddUser", json!({"Name": "prey"})).await;
    let prey = json!({"Name": "prey"});
    let limited = client.sign_plainly("cam", "GetUser", &prey);

    let answers = join_all((0..8).map(|_| client.response(&limited))).await;
    assert!(answers.iter().any(|answer| code(answer) == REFUSED), "{answers:?}");
    app.wait(3);
    assert_eq!(code(&client.response(&limited.with("x-tc-action", "DeleteUser")).await), REFUSED);

    // An action that does not exist.
    app.wait(1);
    let unknown = client.sign_plainly("cam", "Dance", &prey);
    assert_eq!(code(&client.response(&unknown).await), "InvalidAction");
    app.wait(3);
    assert_eq!(code(&client.response(&unknown.with("x-tc-action", "DeleteUser")).await), REFUSED);

    // A key that was disabled when the call came.
    app.wait(1);
    let set = |status: &str| json!({"AccessKeyId": client.secret_id, "Status": status});
    other.call("cam", "UpdateAccessKey", set("Inactive")).await;
    let early = client.sign_plainly("cam", "GetUser", &prey);
    assert_eq!(code(&client.response(&early).await), "AuthFailure.SecretIdNotFound");
    app.wait(3);
    other.call("cam", "UpdateAccessKey", set("Active")).await;
    assert_eq!(code(&client.response(&early.with("x-tc-action", "DeleteUser")).await), REFUSED);
    assert_eq!(code(&client.response(&early).await), "", "the same read may be tried again");
}

#[actix_web::test]
async fn a_refused_change_may_be_tried_again_and_serves_nothing_else_later() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let set = |status: &str| json!({"AccessKeyId": client.secret_id, "Status": status});
    other.call("cam", "UpdateAccessKey", set("Inactive")).await;
    let change = client.sign_plainly("cam", "CreateGroup", &json!({"GroupName": "g"}));
    assert_eq!(code(&client.response(&change).await), "AuthFailure.SecretIdNotFound");
    other.call("cam", "UpdateAccessKey", set("Active")).await;

    assert_eq!(code(&client.response(&change).await), "", "at once, its own client may");
    app.wait(3);
    assert_eq!(code(&client.response(&change.with("x-tc-action", "ListGroups")).await), REFUSED);
    let list: Value = client.call("cam", "ListGroups", json!({})).await;
    assert_eq!(list["TotalNum"], 1);
}

#[actix_web::test]
async fn a_refusal_that_found_something_in_the_way_leaves_the_signature_good_for_the_same_change() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    assert_eq!(code(&client.call("cam", "AddUser", json!({"Name": "ci", "UseApi": 1})).await), "");
    let change = client.sign_plainly("cam", "DeleteUser", &json!({"Name": "ci"}));

    let (first, again) = (client.response(&change).await, client.response(&change).await);

    assert_eq!(code(&first), "OperationDenied.HaveKeys");
    assert_eq!(code(&again), "OperationDenied.HaveKeys");
}

#[actix_web::test]
async fn a_change_that_was_refused_is_not_made_later_by_who_copied_it() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1")]);
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    let group = json!({"GroupName": "g"});
    client.call("cam", "CreateGroup", group.clone()).await;
    let plain = client.sign_plainly("cam", "CreateGroup", &group);
    let signed = client.sign_with("cam", "CreateGroup", &group, &[("x-tc-action", "CreateGroup")]);
    for change in [&plain, &signed] {
        let refused = client.response(change).await;
        assert_eq!(code(&refused), "InvalidParameter.GroupNameInUse");
    }
    let id = client.call("cam", "ListGroups", json!({})).await["GroupInfo"][0]["GroupId"].clone();
    client.call("cam", "DeleteGroup", json!({ "GroupId": id })).await;

    for change in [&plain, &signed] {
        assert_eq!(code(&client.response(&change.with("x-forwarded-for", "192.0.2.7")).await), REFUSED);
    }
    app.wait(3);
    for change in [&plain, &signed] {
        assert_eq!(code(&client.response(change).await), REFUSED);
    }
    assert_eq!(client.call("cam", "ListGroups", json!({})).await["TotalNum"], 0);
}

#[actix_web::test]
async fn a_call_that_is_refused_for_its_token_leaves_its_signature_free_for_nothing() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let read = client.sign_plainly("cam", "ListAccessKeys", &json!({}));
    assert_eq!(code(&client.response(&read.with("x-tc-token", "x")).await), "AuthFailure.TokenFailure");
    app.wait(3);

    assert_eq!(code(&client.response(&read.with("x-tc-action", "CreateAccessKey")).await), REFUSED);
}
