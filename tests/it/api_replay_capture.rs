//! Somebody read a signed request on its way and sends it again, as another action.

use crate::support::api::{Client, Signed, code};
use crate::support::{Answer, TestApp};
use camlock::startup;
use serde_json::json;
use std::time::Duration;

const REFUSED: &str = "RequestLimitExceeded";
const PROXY: (&str, &str) = ("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1");

async fn as_create(client: &Client, captured: &Signed) -> String {
    code(&client.response(&captured.with("x-tc-action", "CreateAccessKey")).await).to_owned()
}

async fn captured(client: &Client) -> Signed {
    let read = client.sign_plainly("cam", "ListAccessKeys", &json!({}));
    assert_eq!(code(&client.response(&read).await), "");
    read
}

#[actix_web::test]
async fn a_captured_read_is_no_change_three_seconds_later() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let read = captured(&client).await;

    app.wait(3);

    assert_eq!(as_create(&client, &read).await, REFUSED);
    assert_eq!(as_create(&client, &read.with("x-tc-region", "ap-elsewhere")).await, REFUSED);
    let version = read.with("x-tc-action", "CreateAccessKey").with("x-tc-version", "2018-01-01");
    assert_eq!(code(&client.response(&version).await), "NoSuchVersion");
    assert_eq!(code(&client.response(&read).await), "", "the read itself is none the worse");
}

#[actix_web::test]
async fn a_captured_read_is_no_change_from_another_address() {
    let app = TestApp::spawn_with(&[PROXY]);
    let client = app.key_of(&app.bare_root("root").await).await;
    let from = |signed: &Signed, address: &str| signed.with("x-forwarded-for", address);
    let read = client.sign_plainly("cam", "ListAccessKeys", &json!({}));
    assert_eq!(code(&client.response(&from(&read, "192.0.2.1")).await), "");

    assert_eq!(as_create(&client, &from(&read, "192.0.2.2")).await, REFUSED);
    assert_eq!(as_create(&client, &from(&read, "2001:db8::1")).await, REFUSED);
    assert_eq!(
        code(&client.response(&from(&read, "192.0.2.2")).await),
        "",
        "reads are answered from anywhere"
    );
    assert_eq!(as_create(&client, &from(&read, "192.0.2.1")).await, "");

    app.wait(1);
    let read = client.sign_plainly("cam", "ListGroups", &json!({}));
    assert_eq!(code(&client.response(&from(&read, "2001:db8:0:1::1")).await), "");
    let neighbour = from(&read, "2001:db8:0:1:ffff::1").with("x-tc-action", "CreateGroup");
    assert_ne!(code(&client.response(&neighbour).await), REFUSED, "an IPv6 client moves within its /64");
}

#[actix_web::test]
async fn a_captured_change_serves_nothing_else_on_any_node() {
    let app = TestApp::spawn();
    let node = app.second_node();
    let client = app.key_of(&app.bare_root("root").await).await;
    let change = client.sign_plainly("cam", "CreateAccessKey", &json!({}));
    assert_eq!(code(&client.response(&change).await), "");
    app.wait(3);

    for address in [&app.address, &node.address] {
        let there = client.on(address);
        assert_eq!(as_create(&there, &change).await, REFUSED);
        for action in ["ListAccessKeys", "GetUserAppId", "DeleteAccessKey"] {
            assert_eq!(code(&there.response(&change.with("x-tc-action", action)).await), REFUSED, "{action}");
        }
    }
}

#[actix_web::test]
async fn what_was_captured_before_a_clean_stop_is_no_change_after_it() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let mut reads = Vec::new();
    for seconds in [0, 200, -200] {
        reads.push(captured(&client.with_clock_off_by(seconds)).await);
    }

    let node = app.restarted().await;

    let there = client.on(&node.address);
    for read in &reads {
        assert_eq!(as_create(&there, read).await, REFUSED);
    }
    app.wait(3);
    for read in &reads {
        assert_eq!(as_create(&there, read).await, REFUSED);
    }
    let signed = there.sign("cam", "CreateAccessKey", &json!({}));
    assert_eq!(code(&there.response(&signed).await), "", "a signed action is no copy of anything");
}

#[actix_web::test]
async fn what_was_captured_a_second_before_a_kill_is_no_change_after_it() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let writer = actix_web::rt::spawn(startup::keep_usage(app.app.clone()));
    let read = captured(&client).await;
    let refused = client.sign_plainly("cam", "Dance", &json!({"Name": 1}));
    client.response(&refused).await;
    let ahead = captured(&client.with_clock_off_by(200)).await;

    actix_web::rt::time::sleep(Duration::from_secs(2)).await;
    writer.abort();
    let node = app.second_node();

    let there = client.on(&node.address);
    assert_eq!(as_create(&there, &read).await, REFUSED);
    assert_eq!(as_create(&there, &ahead).await, REFUSED);
    assert_eq!(as_create(&there, &refused).await, REFUSED);
}

#[actix_web::test]
async fn a_key_that_never_signed_is_not_held_up_by_a_restart() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, fresh) = (app.key_of(&root).await, app.key_of(&root).await);
    captured(&client).await;

    let node = app.restarted().await;

    let there = fresh.on(&node.address);
    let change = there.sign_plainly("cam", "CreateGroup", &json!({"GroupName": "g"}));
    assert_eq!(code(&there.response(&change).await), "");
}

#[actix_web::test]
async fn copies_are_among_the_records_of_the_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let read = captured(&client).await;
    app.wait(3);
    as_create(&client, &read).await;

    let page: Answer = root.browser.get(&format!("/keys/{}/records", client.secret_id)).await;

    assert!(page.body.contains("may be a copy"), "{}", page.body);
}
