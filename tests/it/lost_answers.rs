//! When no answer comes from the database: what is unknown is said to be unknown, and nobody waits for ever.

use crate::support::line::{Proxied, Way};
use crate::support::process::{camlock, started, stop};
use crate::support::{TestApp, code};
use reqwest::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};

/// The deadline of the database, and some time for a busy machine.
const ENOUGH: Duration = Duration::from_secs(18);

#[actix_web::test]
async fn a_page_says_that_an_outcome_is_unknown_and_leads_to_the_state() {
    let Some(line) = Proxied::new() else { return };
    let app = TestApp::spawn_through(line.port);
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    let csrf = root.browser.get(&keys).await.csrf();

    line.set(Way::CutAfterCommit);
    let answer = root.browser.post(&format!("{keys}/{id}/disable"), &csrf, &[]).await;
    line.set(Way::Open);

    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("not known whether the change was made"), "{}", answer.body);
    assert!(!answer.body.contains("Nothing was changed"));
    assert!(answer.text("#request-id").is_some());
    assert_eq!(answer.attribute("#present-state", "href"), Some(keys.clone()));
    let row = format!("tr[data-secret-id={id}]");
    assert_eq!(root.browser.get(&keys).await.attribute(&row, "data-status"), Some("disabled".to_owned()));
}

#[actix_web::test]
async fn a_program_is_told_how_to_find_a_key_that_may_have_been_made() {
    let Some(line) = Proxied::new() else { return };
    let app = TestApp::spawn_through(line.port);
    let client = app.key_of(&app.bare_root("root").await).await;

    line.set(Way::CutAfterCommit);
    let answer = client.call("cam", "CreateAccessKey", json!({})).await;
    line.set(Way::Open);

    assert_eq!(code(&answer), "ServiceUnavailable", "{answer}");
    let message = answer["Error"]["Message"].as_str().unwrap();
    assert!(message.contains("not known") && message.contains("ListAccessKeys"), "{message}");
}

#[actix_web::test]
async fn a_change_whose_commit_is_never_answered_is_unknown_after_the_deadline() {
    let Some(line) = Proxied::new() else { return };
    let app = TestApp::spawn_through(line.port);
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let csrf = root.browser.get(&keys).await.csrf();

    line.set(Way::SilentAfterCommit);
    let began = Instant::now();
    let answer = root.browser.post(&keys, &csrf, &[]).await;
    line.set(Way::Open);

    assert!(began.elapsed() < ENOUGH, "{:?}", began.elapsed());
    assert!(answer.body.contains("not known whether the change was made"), "{}", answer.body);
    assert_eq!(root.secret_ids(&keys).await.len(), 1);
}

#[actix_web::test]
async fn everybody_is_answered_while_connections_are_silent_and_new_ones_are_made() {
    let Some(line) = Proxied::new() else { return };
    let app = TestApp::spawn_through(line.port);
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let keys = format!("/users/{}/keys", root.uin);
    let csrf = root.browser.get(&keys).await.csrf();

    line.silence();
    let began = Instant::now();
    let pages = (0..20).map(|_| root.browser.get("/users"));
    let changes = (0..10).map(|_| root.browser.post(&keys, &csrf, &[]));
    let calls = (0..10).map(|_| client.call("cam", "GetUserAppId", json!({})));
    let (pages, changes, calls) = futures_util::future::join3(
        futures_util::future::join_all(pages),
        futures_util::future::join_all(changes),
        futures_util::future::join_all(calls),
    )
    .await;

    assert!(began.elapsed() < ENOUGH, "{:?}", began.elapsed());
    assert!(pages.iter().chain(&changes).all(|answer| answer.status != StatusCode::INTERNAL_SERVER_ERROR));
    assert!(calls.iter().all(|answer| ["", "ServiceUnavailable"].contains(&code(answer))), "{calls:?}");
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
    assert_eq!(code(&client.call("cam", "GetUserAppId", json!({})).await), "");
    assert_ne!(root.browser.submit(&keys, &keys, &[]).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn a_server_ends_in_time_while_its_database_is_silent() {
    let Some(line) = Proxied::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = crate::support::database::TestDatabase::new(folder.path());
    let mut url = reqwest::Url::parse(&database.url).unwrap();
    url.set_port(Some(line.port)).unwrap();
    let mut command = camlock(folder.path(), &["serve"]);
    let (child, _) = started(command.env("CAMLOCK_DATABASE__URL", url.as_str()));

    line.silence();
    std::thread::sleep(Duration::from_secs(2));
    let began = Instant::now();
    stop(child);

    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}
