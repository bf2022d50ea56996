//! Captured requests sent again: a signature is good for one change, and for what it was first used with.

use crate::support::TestApp;
use crate::support::api::{Client, Signed, code};
use camlock::domain::signature::{OutgoingV1, Scheme, sign_v1};
use futures_util::future::join_all;
use serde_json::json;

const REFUSED: &str = "AuthFailure.SignatureFailure";

async fn send_as(client: &Client, signed: &Signed, action: &str) -> String {
    let mut changed = signed.clone();
    changed.set("x-tc-action", action);
    code(&client.response(&changed).await).to_owned()
}

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
async fn a_signature_serves_no_other_action_when_either_changes_something() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    let read = client.sign_plainly("cam", "ListAccessKeys", &json!({}));
    assert_eq!(send_as(&client, &read, "ListAccessKeys").await, "");
    assert_eq!(send_as(&client, &read, "GetUserAppId").await, "", "two reads may share one");
    assert_eq!(send_as(&client, &read, "CreateAccessKey").await, REFUSED);

    app.wait(1);
    let change = client.sign_plainly("cam", "CreateAccessKey", &json!({}));
    assert_eq!(send_as(&client, &change, "CreateAccessKey").await, "");
    assert_eq!(send_as(&client, &change, "ListAccessKeys").await, REFUSED);
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
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let delete = client.sign_plainly("cam", "DeleteAccessKey", &json!({"AccessKeyId": other.secret_id}));

    let answers = join_all((0..12).map(|_| client.response(&delete))).await;

    assert_eq!(answers.iter().filter(|answer| code(answer).is_empty()).count(), 1, "{answers:?}");
}

#[actix_web::test]
async fn the_operator_may_have_every_signature_count_once_or_none() {
    let all = TestApp::spawn_with(&[("CAMLOCK_API__REPLAY", "all")]);
    let client = all.key_of(&all.bare_root("root").await).await;
    let read = client.sign("cam", "GetUserAppId", &json!({}));
    assert_eq!(code(&client.response(&read).await), "");
    assert_eq!(code(&client.response(&read).await), REFUSED);

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
    assert_eq!(code(&client.response(&old(&app, &client, "1")).await), REFUSED);

    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("signature_v1", "1"),
    ];
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(&app, &question).await.redirect();

    let call = old(&app, &client, "2");
    assert_eq!(client.response(&call).await["Uin"], root.uin.as_str());
    assert_eq!(code(&client.response(&call).await), REFUSED);
    assert_eq!(code(&client.response(&old(&app, &client, "3")).await), "");
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
async fn a_refused_call_leaves_its_signature_free_for_no_other() {
    let app = TestApp::spawn_with(&[("CAMLOCK_API__REQUESTS_PER_SECOND", "1")]);
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    client.call("cam", "AddUser", json!({"Name": "prey"})).await;
    let prey = json!({"Name": "prey"});

    // Too many calls in this second.
    client.call("cam", "GetUser", prey.clone()).await;
    let limited = client.sign_plainly("cam", "GetUser", &prey);
    assert_eq!(code(&client.response(&limited).await), "RequestLimitExceeded");
    app.wait(1);
    assert_eq!(send_as(&client, &limited, "DeleteUser").await, REFUSED);
    assert_eq!(code(&client.response(&limited).await), "", "the same call may be tried again");

    // An action that does not exist.
    app.wait(1);
    let unknown = client.sign_plainly("cam", "Dance", &prey);
    assert_eq!(code(&client.response(&unknown).await), "InvalidAction");
    assert_eq!(send_as(&client, &unknown, "DeleteUser").await, REFUSED);

    // A key that was disabled when the call came.
    app.wait(1);
    let set = |status: &str| json!({"AccessKeyId": client.secret_id, "Status": status});
    other.call("cam", "UpdateAccessKey", set("Inactive")).await;
    let early = client.sign_plainly("cam", "GetUser", &prey);
    assert_eq!(code(&client.response(&early).await), "AuthFailure.SecretIdNotFound");
    app.wait(1);
    other.call("cam", "UpdateAccessKey", set("Active")).await;
    assert_eq!(send_as(&client, &early, "DeleteUser").await, REFUSED);
    assert_eq!(code(&client.response(&early).await), "");
}

#[actix_web::test]
async fn a_change_that_was_refused_once_serves_no_read_either() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let set = |status: &str| json!({"AccessKeyId": client.secret_id, "Status": status});
    other.call("cam", "UpdateAccessKey", set("Inactive")).await;
    let change = client.sign_plainly("cam", "CreateGroup", &json!({"GroupName": "g"}));
    assert_eq!(code(&client.response(&change).await), "AuthFailure.SecretIdNotFound");
    other.call("cam", "UpdateAccessKey", set("Active")).await;

    assert_eq!(code(&client.response(&change).await), "", "its own client may send it again");
    assert_eq!(send_as(&client, &change, "ListGroups").await, REFUSED);
    assert_eq!(code(&client.response(&change).await), REFUSED);
}
