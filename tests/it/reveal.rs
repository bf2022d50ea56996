//! Showing a SecretKey: one check, one page, one time.

use crate::support::TestApp;
use reqwest::StatusCode;

#[actix_web::test]
async fn a_secret_is_shown_once_per_check() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;

    let ticket = root.reveal_ticket(&app, &keys, &id).await;
    let first = root.browser.get(&ticket).await;
    let again = root.browser.get(&ticket).await;

    assert_eq!(first.text("#secret-id").as_deref(), Some(id.as_str()));
    let secret = first.text("#secret-key").unwrap();
    assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(first.headers["cache-control"], "no-store");
    assert_eq!(again.redirect(), keys);
    assert!(!again.body.contains(&secret));
    assert_eq!(root.reveal(&app, &keys, &id).await.text("#secret-key"), Some(secret));
}

#[actix_web::test]
async fn two_parallel_uses_of_a_ticket_show_the_secret_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let ticket = root.reveal_ticket(&app, &keys, &id).await;

    let answers = futures_util::future::join_all((0..8).map(|_| root.browser.get(&ticket))).await;

    assert_eq!(answers.iter().filter(|answer| answer.text("#secret-key").is_some()).count(), 1);
}

#[actix_web::test]
async fn a_ticket_is_dead_after_61_seconds() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let ticket = root.reveal_ticket(&app, &keys, &id).await;
    app.wait(61);

    assert_eq!(root.browser.get(&ticket).await.redirect(), keys);
}

#[actix_web::test]
async fn a_ticket_opens_no_other_key_and_works_in_no_other_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let (id, other) = (root.create_key(&keys).await, root.create_key(&keys).await);
    let ticket = root.reveal_ticket(&app, &keys, &id).await;
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;

    assert_eq!(root.browser.get(&ticket.replace(&id, &other)).await.redirect(), keys);
    assert_eq!(elsewhere.browser.get(&ticket).await.redirect(), keys);
    let token = ticket.split("t=").nth(1).unwrap();
    assert_eq!(
        root.browser.get(&format!("/users/{}/keys/{id}/secret?t={token}", root.uin)).await.status,
        StatusCode::NOT_FOUND
    );
}

#[actix_web::test]
async fn looking_ahead_uses_up_no_ticket() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let ticket = root.reveal_ticket(&app, &keys, &id).await;

    root.browser.look_ahead(&ticket).await;

    assert!(root.browser.get(&ticket).await.text("#secret-key").is_some());
}

#[actix_web::test]
async fn a_check_for_one_purpose_serves_no_other() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let question = root.browser.submit("/me/security", "/me/mfa/recovery", &[]).await.redirect();
    let page = root.pass(&app, &question).await.redirect();
    let token = page.split("t=").nth(1).unwrap();

    let answer = root.browser.get(&format!("{keys}/{id}/secret?t={token}")).await;

    assert!(answer.text("#secret-key").is_none());
}

#[actix_web::test]
async fn a_window_lets_one_check_serve_for_its_minutes_and_no_longer() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    crate::settings::change(&app, &root, &[("step_up_window", "5")]).await;
    app.wait(301);
    assert!(root.reveal(&app, &keys, &id).await.text("#secret-key").is_some());

    let reveal = format!("{keys}/{id}/reveal");
    let within = root.browser.submit(&keys, &reveal, &[]).await.redirect();
    app.wait(301);
    let later = root.browser.submit(&keys, &reveal, &[]).await.redirect();

    assert!(within.contains("/secret?t="));
    assert!(later.starts_with("/verify"));
}

#[actix_web::test]
async fn where_secrets_are_shown_once_they_are_shown_at_creation_and_never_again() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    crate::settings::change(&app, &root, &[("secret_reveal", "once")]).await;

    let question = root.browser.submit(&keys, &keys, &[]).await.redirect();
    let page = root.pass(&app, &question).await.redirect();
    let created = root.browser.get(&page).await;
    let again = root.browser.get(&page).await;

    let id = created.text("#secret-id").unwrap();
    assert_eq!(created.text("#secret-key").unwrap().len(), 32);
    assert!(again.text("#secret-key").is_none());
    assert_eq!(
        root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.status,
        StatusCode::CONFLICT
    );
    assert!(!root.browser.get(&keys).await.body.contains("/reveal"));
}

#[actix_web::test]
async fn a_missing_key_is_missing_where_secrets_are_shown_once_too() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let missing = format!("AKID{}", "0".repeat(32));
    crate::settings::change(&app, &root, &[("secret_reveal", "once")]).await;

    for (id, status) in [(&missing, StatusCode::NOT_FOUND), (&id, StatusCode::CONFLICT)] {
        assert_eq!(root.browser.get(&format!("{keys}/{id}/secret?t=x")).await.status, status);
        assert_eq!(root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.status, status);
    }
    assert_eq!(
        root.browser.get(&format!("{keys}/{missing}/created?t=x")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[actix_web::test]
async fn someone_without_an_authenticator_is_led_to_enrol_and_back() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut alice = app.signed_in(&root, "dev-alice", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;

    let enrol = alice.browser.submit("/keys", &format!("/keys/{id}/reveal"), &[]).await.redirect();
    assert!(enrol.starts_with("/me/mfa/totp/new?then="));
    let then = enrol.split("then=").nth(1).unwrap().to_owned();
    alice.enrol(&app).await;
    let ticket = alice.pass(&app, &format!("/verify?c={then}")).await.redirect();

    assert!(alice.browser.get(&ticket).await.text("#secret-key").is_some());
}
