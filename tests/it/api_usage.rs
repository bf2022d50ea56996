//! Keys in use: noted for every call, exact within two seconds; a disabled key is refused from the answer on.

use crate::support::TestApp;
use crate::support::api::{Client, code};
use camlock::domain::key::SecretId;
use camlock::startup;
use camlock::store::key_usage::{self, Record};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

async fn last_used(client: &Client) -> Value {
    let body = json!({"SecretIdList": [client.secret_id]});
    let mut answer = client.call("cam", "GetSecurityLastUsed", body).await;
    answer["SecretIdLastUsedRows"][0].take()
}

async fn records(app: &TestApp, client: &Client) -> Vec<Record> {
    app.app.flush_usage().await.unwrap();
    let id = SecretId::parse(&client.secret_id).unwrap();
    app.app.store.read(move |conn| key_usage::records(conn, &id)).await.unwrap()
}

#[actix_web::test]
async fn the_last_use_is_exact_and_the_key_row_is_left_alone() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    assert_eq!(last_used(&client).await["LastSecretUsedDate"], Value::Null);

    app.wait(60);
    client.call("cam", "GetUserAppId", json!({})).await;
    app.app.flush_usage().await.unwrap();

    let used = last_used(&client).await;
    assert_eq!(used["LastSecretUsedDate"], app.now() * 1000);
    assert_eq!(used["LastUsedDate"], "2026-11-23");
    let page = root.browser.get("/keys").await.body;
    assert!(page.contains("127.0.0.1") && page.contains("cam"), "the console shows it too");
}

#[actix_web::test]
async fn uses_are_written_down_within_two_seconds() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let keeper = actix_web::rt::spawn(startup::keep_usage(app.app.clone()));
    client.call("cam", "GetUserAppId", json!({})).await;

    actix_web::rt::time::sleep(Duration::from_secs(2)).await;

    assert_eq!(last_used(&client).await["LastSecretUsedDate"], app.now() * 1000);
    keeper.abort();
}

#[actix_web::test]
async fn calls_leave_records_and_those_of_a_disabled_key_do_too() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    other.call("cam", "GetUserAppId", json!({})).await;
    app.wait(1);
    let disable = json!({"AccessKeyId": other.secret_id, "Status": "Inactive"});
    client.call("cam", "UpdateAccessKey", disable).await;
    other.call("cam", "GetUserAppId", json!({})).await;
    let forged = app.client(&other.secret_id, "0123456789abcdefghijklmnopqrstuv");
    forged.call("cam", "GetUserAppId", json!({})).await;

    let found = records(&app, &other).await;
    let results: Vec<&str> = found.iter().map(|record| record.result.as_str()).collect();
    assert_eq!(results, ["refused", "allowed"], "{found:?}");
    assert_eq!((found[0].reason.as_str(), found[0].ip.as_str()), ("The key is disabled.", "127.0.0.1"));
    assert_eq!((found[1].service.as_str(), found[1].action.as_str()), ("cam", "GetUserAppId"));
}

#[actix_web::test]
async fn the_newest_hundred_records_are_kept() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    for round in 0..3 {
        app.wait(1);
        join_all((0..45).map(|_| client.call("cam", "GetUserAppId", json!({})))).await;
        let expected = (45 * (round + 1)).min(100);
        assert_eq!(records(&app, &client).await.len(), expected);
    }
}

/// Odd while the key is disabled: the answer that said so has arrived and no wish to enable it was sent.
#[actix_web::test]
async fn no_call_that_starts_after_disabling_is_accepted() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (keeper, hunted) = (app.key_of(&root).await, app.key_of(&root).await);
    let epoch = Arc::new(AtomicUsize::new(0));
    let callers = (0..3).map(|_| {
        let (epoch, hunted) = (Arc::clone(&epoch), hunted.clone());
        actix_web::rt::spawn(async move {
            loop {
                let before = epoch.load(Ordering::SeqCst);
                let answer = hunted.call("cam", "GetUserAppId", json!({})).await;
                if before % 2 == 1 && epoch.load(Ordering::SeqCst) == before {
                    assert_eq!(code(&answer), "AuthFailure.SecretIdNotFound");
                }
                if before == usize::MAX - 1 {
                    break;
                }
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    let set = |status: &'static str| {
        let body = json!({"AccessKeyId": hunted.secret_id, "Status": status});
        async { assert_eq!(code(&keeper.call("cam", "UpdateAccessKey", body).await), "") }
    };
    for _ in 0..200 {
        set("Inactive").await;
        epoch.fetch_add(1, Ordering::SeqCst);
        let answer = hunted.call("cam", "GetUserAppId", json!({})).await;
        assert_eq!(code(&answer), "AuthFailure.SecretIdNotFound");
        epoch.fetch_add(1, Ordering::SeqCst);
        set("Active").await;
    }
    epoch.store(usize::MAX - 1, Ordering::SeqCst);
    for caller in callers {
        caller.await.expect("a caller that saw no accepted call");
    }
}
