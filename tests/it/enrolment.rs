//! A new authenticator app: its seed is shown to whoever has just typed the password, and to nobody twice.

use crate::support::TestApp;
use crate::support::browser::is_session;
use crate::support::people::PASSWORD;
use reqwest::StatusCode;

const NEW: &str = "/me/mfa/totp/new";

#[actix_web::test]
async fn the_seed_is_shown_after_the_password_only() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    root.sign_in(&app).await;

    let page = root.browser.get(NEW).await;
    let wrong = root.browser.send_form(&page, NEW, &[("password", "wrong password 123")]).await;
    let empty = root.browser.send_form(&page, NEW, &[("password", "")]).await;
    let right = root.browser.send_form(&page, NEW, &[("password", PASSWORD)]).await;

    assert_eq!(page.count("form[action='/me/mfa/totp/new'] input[name=password]"), 1);
    for refused in [&page, &wrong, &empty] {
        assert!(refused.text("#totp-secret").is_none());
        assert!(!refused.body.contains("otpauth"));
    }
    assert_eq!([wrong.status, empty.status], [StatusCode::UNPROCESSABLE_ENTITY; 2]);
    assert!(right.text("#totp-secret").is_some());
    assert_eq!(right.count("form[action='/me/mfa/totp/new'] input[name=code]"), 1);
}

#[actix_web::test]
async fn every_display_has_a_seed_of_its_own_and_only_the_newest_counts() {
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;

    let first = root.browser.seed_page(NEW).await;
    let second = root.browser.seed_page(NEW).await;

    let seeds = [&first, &second].map(|page| page.text("#totp-secret").unwrap());
    assert_ne!(seeds[0], seeds[1]);
    for (seed, status) in [(&seeds[0], StatusCode::UNPROCESSABLE_ENTITY), (&seeds[1], StatusCode::SEE_OTHER)]
    {
        root.remember_seed(seed);
        let code = root.fresh_code(&app);
        assert_eq!(root.browser.send_form(&second, NEW, &[("code", &code)]).await.status, status);
    }
}

#[actix_web::test]
async fn a_copied_cookie_is_worth_nothing_before_the_seed_is_shown() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let fields = [("user_name", "root"), ("password", PASSWORD)];
    let answer = root.browser.submit("/login", "/login", &fields).await;
    let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| is_session(cookie));

    let page = root.browser.seed_page(NEW).await;

    assert!(page.text("#totp-secret").is_some());
    let headers = [("cookie", cookie.unwrap())];
    let thief = app.browser().send(reqwest::Method::GET, NEW, None, &headers).await;
    assert!(thief.redirect().starts_with("/login"));
}

#[actix_web::test]
async fn two_sessions_never_see_the_same_seed() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;

    let (here, there) = (root.browser.seed_page(NEW).await, elsewhere.browser.seed_page(NEW).await);

    assert_ne!(here.text("#totp-secret").unwrap(), there.text("#totp-secret").unwrap());
}

#[actix_web::test]
async fn a_wrong_code_can_be_typed_again_without_showing_the_seed_again() {
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let page = root.browser.seed_page(NEW).await;
    root.remember_seed(&page.text("#totp-secret").unwrap());

    let again = root.browser.send_form(&page, NEW, &[("code", "000000"), ("name", "Old phone")]).await;
    let code = root.fresh_code(&app);
    let done = root.browser.send_form(&again, NEW, &[("code", &code), ("name", "Old phone")]).await;

    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text("#totp-secret").is_none() && again.text(".error-summary").is_some());
    assert_eq!(again.attribute("input[name=name]", "value").as_deref(), Some("Old phone"));
    assert!(done.redirect().starts_with("/me/mfa/recovery?t="));
}

#[actix_web::test]
async fn a_page_that_was_open_for_too_long_begins_again() {
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let page = root.browser.seed_page(NEW).await;
    root.remember_seed(&page.text("#totp-secret").unwrap());

    app.wait(601);
    let code = root.fresh_code(&app);
    let late = root.browser.send_form(&page, NEW, &[("code", &code)]).await;

    assert_eq!(late.redirect(), NEW);
    assert!(root.browser.get(NEW).await.body.contains("open for too long"));
}

#[actix_web::test]
async fn an_app_that_exists_vouches_for_another_and_its_ticket_shows_one_seed() {
    let app = TestApp::spawn();
    let mut root = app.root().await;
    let question = root.browser.get(NEW).await.redirect();
    assert!(question.starts_with("/verify?c="));
    let csrf = root.browser.get(&question).await.csrf();
    let by_password = root.browser.post(NEW, &csrf, &[("password", PASSWORD)]).await;
    assert!(by_password.redirect().starts_with("/verify?c="), "a password does not do in place of a code");

    let ticket = root.pass(&app, &question).await.redirect();
    root.browser.look_ahead(&ticket).await;
    let page = root.browser.get(&ticket).await;
    let reloaded = root.browser.get(&ticket).await;

    assert!(page.text("#totp-secret").is_some());
    assert!(reloaded.redirect().starts_with("/verify?c="));
    root.remember_seed(&page.text("#totp-secret").unwrap());
    let code = root.fresh_code(&app);
    assert_eq!(
        root.browser.send_form(&page, NEW, &[("code", &code), ("name", "Tablet")]).await.redirect(),
        "/me/security"
    );
}
