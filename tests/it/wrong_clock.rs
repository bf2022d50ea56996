//! A clock that was ahead for a moment: what it wrote locks nobody out, and lets nobody in for longer.

use crate::support::TestApp;
use crate::support::people::PASSWORD;
use camlock::app::account::setup::new_setup_token;
use camlock::app::session::sweep;
use reqwest::StatusCode;

const DAY: i64 = 86_400;

async fn try_root(app: &TestApp, password: &str) -> StatusCode {
    let fields = [("user_name", "root"), ("password", password)];
    app.browser().submit("/login", "/login", &fields).await.status
}

#[actix_web::test]
async fn a_right_password_while_the_clock_is_ahead_keeps_nobody_waiting_afterwards() {
    for ahead in [600, 8 * 3600, DAY, 365 * DAY] {
        let app = TestApp::spawn();
        let root = app.bare_root("root").await;

        app.wait(ahead);
        root.sign_in(&app).await;
        app.wait(-ahead);

        assert_eq!(try_root(&app, PASSWORD).await, StatusCode::SEE_OTHER, "{ahead}");
        assert_eq!(try_root(&app, "wrong password 123").await, StatusCode::UNAUTHORIZED, "{ahead}");
    }
}

#[actix_web::test]
async fn wrong_passwords_while_the_clock_is_ahead_are_void_afterwards_and_new_ones_count() {
    let app = TestApp::spawn();
    app.bare_root("root").await;

    app.wait(365 * DAY);
    for _ in 0..8 {
        try_root(&app, "wrong password 123").await;
    }
    app.wait(-365 * DAY);

    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(try_root(&app, "wrong password 123").await.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
    app.wait(2);
    assert_eq!(try_root(&app, PASSWORD).await, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_stored_wait_longer_than_the_longest_holds_nobody() {
    let app = TestApp::spawn();
    app.bare_root("root").await;
    try_root(&app, "wrong password 123").await;
    let far = app.now() + 365 * DAY;

    for (failures, last) in [(0, app.now()), (500, far)] {
        app.execute(&format!(
            "UPDATE throttles SET failures = {failures}, last_failed_at = {last}, blocked_until = {far}"
        ));
        assert_eq!(try_root(&app, PASSWORD).await, StatusCode::SEE_OTHER);
    }
    app.execute(&format!(
        "UPDATE throttles SET failures = 500, last_failed_at = {far}, blocked_until = {far}"
    ));
    sweep(&app.app).await.unwrap();
    assert_eq!(try_root(&app, "wrong password 123").await, StatusCode::UNAUTHORIZED);
    app.execute(&format!(
        "UPDATE throttles SET failures = 500, last_failed_at = {}, blocked_until = {far}",
        app.now()
    ));
    assert_eq!(try_root(&app, PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    app.wait(900);
    assert_eq!(try_root(&app, PASSWORD).await, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_session_begun_while_the_clock_was_ahead_is_over_when_it_is_right() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;

    app.wait(DAY);
    root.sign_in(&app).await;
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
    app.wait(-DAY);

    assert_eq!(root.browser.get("/users").await.status, StatusCode::SEE_OTHER);
    sweep(&app.app).await.unwrap();
    app.wait(DAY);
    assert_eq!(root.browser.get("/users").await.status, StatusCode::SEE_OTHER);
    app.wait(-DAY);
    root.sign_in(&app).await;
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn an_app_used_while_the_clock_was_ahead_works_again_and_no_code_of_it_twice() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let code = async |code: &str| {
        let browser = app.browser();
        let fields = [("user_name", "root"), ("password", PASSWORD)];
        browser.submit("/login", "/login", &fields).await.redirect();
        browser.submit("/login/verify", "/login/verify", &[("code", code)]).await.status
    };
    let before = root.fresh_code(&app);
    assert_eq!(code(&before).await, StatusCode::SEE_OTHER);

    app.wait(DAY);
    let ahead = root.code(&app);
    assert_eq!(code(&ahead).await, StatusCode::SEE_OTHER);
    app.wait(-DAY);

    assert_eq!(code(&before).await, StatusCode::UNAUTHORIZED);
    let after = root.fresh_code(&app);
    assert_eq!(code(&after).await, StatusCode::SEE_OTHER);
    assert_eq!(code(&after).await, StatusCode::UNAUTHORIZED);
    app.wait(DAY - 30);
    assert_eq!(code(&ahead).await, StatusCode::UNAUTHORIZED);
    assert_eq!(code(&root.fresh_code(&app)).await, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_setup_address_printed_while_the_clock_was_ahead_is_void_and_a_new_one_works() {
    let app = TestApp::spawn();
    let browser = app.browser();

    app.wait(DAY);
    let ahead = new_setup_token(&app.app).unwrap();
    app.wait(-DAY);
    let void = browser.get(&format!("/setup?token={ahead}")).await;
    let token = new_setup_token(&app.app).unwrap();
    let good = browser.get(&format!("/setup?token={token}")).await;

    assert!(void.text("#totp-secret").is_none());
    assert!(good.text("#totp-secret").is_some());
}

#[actix_web::test]
async fn a_step_up_lock_made_while_the_clock_was_ahead_is_void() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let ask = async || root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let csrf = root.browser.get(&ask().await).await.csrf();
    for _ in 0..5 {
        root.browser.post("/verify", &csrf, &[("code", "000000")]).await;
    }

    app.execute(&format!("UPDATE throttles SET blocked_until = {}", app.now() + DAY));

    assert!(root.pass(&app, &ask().await).await.redirect().contains("/secret?t="));
}
