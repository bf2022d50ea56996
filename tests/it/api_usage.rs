//! Keys in use: noted for every call, exact within two seconds; a disabled key is refused from the answer on.

use crate::support::TestApp;
use crate::support::api::{Client, code};
use camlock::app::keys::usage::flush_usage;
use camlock::domain::key::SecretId;
use camlock::domain::key_usage::Record;
use camlock::startup;
use camlock::store::key_usage;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

async fn last_used(client: &Client) -> Value {
    let body = json!({"SecretIdList": [client.secret_id]});
    let mut answer = client.call("cam", "GetSecurityLastUsed", body).await;
    answer["SecretIdLastUsedRows"][0].take()
}

async fn records(app: &TestApp, client: &Client) -> Vec<Record> {
    flush_usage(&app.app).await.unwrap();
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
    flush_usage(&app.app).await.unwrap();

    let page = root.browser.get("/keys").await.body;
    let used = last_used(&client).await;
    assert_eq!(used["LastSecretUsedDate"], app.now() * 1000);
    assert_eq!(used["LastUsedDate"], "2026-11-23");
    for part in ["127.0.0.1", "cam:<wbr>GetUserAppId", "test program"] {
        assert!(page.contains(part), "the console shows it too: {part}");
    }
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

const GONE: &str = "AuthFailure.SecretIdNotFound";

/// Calls with a key until it is told to stop; none that starts while the epoch is odd may be accepted. Gives how many did.
async fn call_until_stopped(hunted: Client, (epoch, stop): (Arc<AtomicUsize>, Arc<AtomicBool>)) -> usize {
    let mut refused = 0;
    while !stop.load(Ordering::SeqCst) {
        let before = epoch.load(Ordering::SeqCst);
        let answer = hunted.call("cam", "GetUserAppId", json!({})).await;
        if before % 2 == 1 && epoch.load(Ordering::SeqCst) == before {
            assert_eq!(code(&answer), GONE);
            refused += 1;
        }
    }
    refused
}

/// Disables and enables a key so many times while others call with it.
async fn hunt(keeper: Client, (uin, hunted): (Value, Client), rounds: usize) {
    // Odd while the key is disabled: the answer that said so has arrived and no wish to enable it was sent.
    let (epoch, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let shared = (Arc::clone(&epoch), Arc::clone(&stop));
    let caller = actix_web::rt::spawn(call_until_stopped(hunted.clone(), shared));
    let set = |status: &'static str| {
        let body = json!({"AccessKeyId": hunted.secret_id, "Status": status, "TargetUin": uin});
        async { assert_eq!(code(&keeper.call("cam", "UpdateAccessKey", body).await), "") }
    };
    for _ in 0..rounds {
        set("Inactive").await;
        epoch.fetch_add(1, Ordering::SeqCst);
        let answer = hunted.call("cam", "GetUserAppId", json!({})).await;
        assert_eq!(code(&answer), GONE);
        epoch.fetch_add(1, Ordering::SeqCst);
        set("Active").await;
    }
    stop.store(true, Ordering::SeqCst);
    assert!(caller.await.expect("a caller that saw no accepted call") > 0);
}

#[actix_web::test]
async fn no_call_that_starts_after_disabling_is_accepted_in_a_thousand_rounds() {
    const KEYS: usize = 5;
    let app = TestApp::spawn();
    let keeper = app.key_of(&app.bare_root("root").await).await;
    let mut hunts = Vec::new();
    for number in 0..KEYS {
        let name = format!("hunted-{number}");
        let user = keeper.call("cam", "AddUser", json!({"Name": name, "UseApi": 1})).await;
        let text = |field: &str| user[field].as_str().unwrap();
        let hunted = app.client(text("SecretId"), text("SecretKey"));
        hunts.push(hunt(keeper.clone(), (user["Uin"].clone(), hunted), 1_000 / KEYS));
    }

    join_all(hunts).await;
}

#[actix_web::test]
async fn a_change_whose_client_went_away_is_finished_and_recorded() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    let signed = client.sign("cam", "CreateAccessKey", &json!({"Description": "gone"}));
    let headers: Vec<String> =
        signed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let (headers, length) = (headers.join("\r\n"), signed.body.len());
    let head = format!("POST / HTTP/1.1\r\n{headers}\r\ncontent-length: {length}\r\n\r\n");

    let mut stream = std::net::TcpStream::connect(app.address.trim_start_matches("http://")).unwrap();
    stream.write_all(&[head.as_bytes(), &signed.body].concat()).unwrap();
    drop(stream);

    let until = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while records(&app, &client).await.is_empty() && std::time::Instant::now() < until {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let found = records(&app, &client).await;
    assert_eq!(found.first().map(|record| record.action.as_str()), Some("CreateAccessKey"), "{found:?}");
    let keys = client.call("cam", "ListAccessKeys", json!({})).await;
    assert_eq!(keys["AccessKeys"].as_array().unwrap().len(), 2);
}
