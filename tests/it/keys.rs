//! API keys: two at most, disabled before deleted, nobody else's.

use crate::support::TestApp;
use reqwest::StatusCode;

#[actix_web::test]
async fn a_key_is_created_disabled_enabled_and_deleted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);

    let id = root.create_key(&keys).await;
    let status =
        async || root.browser.get(&keys).await.attribute(&format!("tr[data-secret-id={id}]"), "data-status");
    assert_eq!(status().await.as_deref(), Some("enabled"));

    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    assert_eq!(status().await.as_deref(), Some("disabled"));

    root.browser.submit(&keys, &format!("{keys}/{id}/enable"), &[]).await.redirect();
    assert_eq!(status().await.as_deref(), Some("enabled"));

    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    let tail = &id[32..];
    root.browser.submit(&keys, &format!("{keys}/{id}/delete"), &[("confirm", tail)]).await.redirect();
    assert_eq!(status().await, None);
}

#[actix_web::test]
async fn a_third_key_is_refused_even_when_one_is_disabled() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let first = root.create_key(&keys).await;
    root.create_key(&keys).await;
    root.browser.submit(&keys, &format!("{keys}/{first}/disable"), &[]).await.redirect();

    let answer = root.browser.submit(&keys, &keys, &[]).await;

    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("at most two keys"));
    assert_eq!(root.secret_ids(&keys).await.len(), 2);
}

#[actix_web::test]
async fn fifty_parallel_creates_leave_two_keys() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let csrf = root.browser.get(&keys).await.csrf();

    let tries = (0..50).map(|_| root.browser.post(&keys, &csrf, &[]));
    let answers = futures_util::future::join_all(tries).await;

    let created = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    let refused = answers.iter().filter(|answer| answer.status == StatusCode::CONFLICT).count();
    assert_eq!((created, refused), (2, 48));
    assert_eq!(root.secret_ids(&keys).await.len(), 2);
}

#[actix_web::test]
async fn an_enabled_key_is_never_deleted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;

    let answer = root.browser.submit(&keys, &format!("{keys}/{id}/delete"), &[("confirm", &id[32..])]).await;
    let page = root.browser.get(&format!("{keys}/{id}/delete")).await;

    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(root.secret_ids(&keys).await, [id]);
}

#[actix_web::test]
async fn deleting_races_enabling_and_no_enabled_key_is_lost() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    for _ in 0..10 {
        let id = root.create_key(&keys).await;
        let csrf = root.browser.get(&keys).await.csrf();
        root.browser.post(&format!("{keys}/{id}/disable"), &csrf, &[]).await.redirect();

        let delete = format!("{keys}/{id}/delete");
        let enable = format!("{keys}/{id}/enable");
        let confirm = [("confirm", &id[32..])];
        let (deleted, enabled) =
            tokio::join!(root.browser.post(&delete, &csrf, &confirm), root.browser.post(&enable, &csrf, &[]));

        let is_left = root.secret_ids(&keys).await.contains(&id);
        assert_eq!(
            is_left,
            deleted.status != StatusCode::SEE_OTHER,
            "deleted {} enabled {}",
            deleted.status,
            enabled.status
        );
        if is_left {
            root.browser.post(&format!("{keys}/{id}/disable"), &csrf, &[]).await.redirect();
            root.browser.post(&delete, &csrf, &confirm).await.redirect();
        }
    }
}

#[actix_web::test]
async fn the_wrong_four_characters_delete_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();

    let answer = root.browser.submit(&keys, &format!("{keys}/{id}/delete"), &[("confirm", "????")]).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(root.secret_ids(&keys).await, [id]);
}

#[actix_web::test]
async fn another_users_key_looks_missing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let bob = app.sub_user(&root, "dev-bob", &[]).await;
    let (hers, his) = (format!("/users/{}/keys", alice.uin), format!("/users/{}/keys", bob.uin));
    let id = root.create_key(&hers).await;

    let answer = root.browser.submit(&his, &format!("{his}/{id}/disable"), &[]).await;

    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        root.browser.get(&hers).await.attribute("tr[data-secret-id]", "data-status").as_deref(),
        Some("enabled")
    );
}

#[actix_web::test]
async fn another_accounts_objects_look_exactly_like_missing_ones() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("rival").await;
    let theirs = app.sub_user(&other, "their-user", &[]).await;
    let their_keys = format!("/users/{}/keys", theirs.uin);
    let their_id = other.create_key(&their_keys).await;
    let missing_id = format!("AKID{}", "0".repeat(32));
    let own_keys = format!("/users/{}/keys", root.uin);
    let missing_keys = "/users/999999999999/keys";
    let their_event = other.browser.get("/audit").await.attribute("tr[data-seq] a", "href").unwrap();

    let pairs = [
        (format!("/users/{}", theirs.uin), "/users/999999999999".to_owned()),
        (their_keys.clone(), missing_keys.to_owned()),
        (format!("{their_keys}/{their_id}/disable"), format!("{missing_keys}/{their_id}/disable")),
        (format!("{own_keys}/{their_id}/disable"), format!("{own_keys}/{missing_id}/disable")),
        (format!("{own_keys}/{their_id}/secret?t=x"), format!("{own_keys}/{missing_id}/secret?t=x")),
        (their_event, "/audit/999999".to_owned()),
    ];
    for (theirs, missing) in pairs {
        let (foreign, missing) =
            (other_body(&root.browser.open(&theirs).await), other_body(&root.browser.open(&missing).await));
        assert_eq!(foreign.0, StatusCode::NOT_FOUND, "{theirs}");
        assert_eq!(foreign, missing, "{theirs}");
    }
}

/// Status and body without the request's id, which differs every time.
fn other_body(answer: &crate::support::Answer) -> (StatusCode, String) {
    let id = answer.text("#request-id").unwrap_or_default();
    (answer.status, if id.is_empty() { answer.body.clone() } else { answer.body.replace(&id, "ID") })
}

#[actix_web::test]
async fn disabling_twice_is_one_event_and_no_error() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;

    for _ in 0..2 {
        root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    }

    let log = root.browser.get("/audit?event=DisableApiKey").await;
    assert_eq!(log.count("tr[data-seq]"), 1);
}
