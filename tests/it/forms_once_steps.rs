//! A double click on the steps that end at a page shown once still ends there.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Answer, TestApp};
use camlock::app::account::setup::new_setup_token;
use futures_util::future::join_all;
use reqwest::StatusCode;

#[actix_web::test]
async fn a_code_that_is_sent_twice_leads_both_times_to_the_secret_that_is_shown_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let fields = [("secret_reveal", "once"), ("step_up_window", "0"), ("password_min_length", "12")];
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(&app, &question).await.redirect();
    let question = root.browser.submit(&keys, &keys, &[]).await.redirect();
    let page = root.browser.get(&question).await;
    let code = root.fresh_code(&app);

    let first = root.browser.send_form(&page, "/verify", &[("code", &code)]).await.redirect();
    let second = root.browser.send_form(&page, "/verify", &[("code", &code)]).await.redirect();

    assert_eq!(first, second);
    assert!(root.browser.get(&second).await.text("#secret-key").is_some());
    assert!(root.browser.get(&first).await.text("#secret-key").is_none());
    assert_eq!(root.secret_ids(&keys).await.len(), 1);
}

#[actix_web::test]
async fn eight_sendings_of_one_code_make_one_key_and_never_end_the_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let fields = [("secret_reveal", "once"), ("step_up_window", "0"), ("password_min_length", "12")];
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(&app, &question).await.redirect();
    let question = root.browser.submit(&keys, &keys, &[]).await.redirect();
    let page = root.browser.get(&question).await;
    let code = root.fresh_code(&app);
    let fields = [("code", code.as_str())];

    let answers = join_all((0..8).map(|_| root.browser.send_form(&page, "/verify", &fields))).await;

    let tickets = answers.iter().map(Answer::redirect).filter(|to| to.contains("/created?t="));
    let tickets: std::collections::BTreeSet<String> = tickets.collect();
    assert_eq!(tickets.len(), 1);
    assert_eq!(root.secret_ids(&keys).await.len(), 1);
}

#[actix_web::test]
async fn a_wrong_code_can_be_followed_by_a_right_one_in_the_same_form() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let page = root.browser.get(&question).await;

    let wrong = root.browser.send_form(&page, "/verify", &[("code", "000000")]).await;
    let code = root.fresh_code(&app);
    let right = root.browser.send_form(&page, "/verify", &[("code", &code)]).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(right.redirect().contains("/secret?t="));
}

#[actix_web::test]
async fn an_app_that_is_confirmed_twice_leads_both_times_to_its_recovery_codes() {
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let page = root.browser.seed_page("/me/mfa/totp/new").await;
    root.remember_seed(&page.text("#totp-secret").unwrap());
    let code = root.fresh_code(&app);
    let fields = [("code", code.as_str())];

    let first = root.browser.send_form(&page, "/me/mfa/totp/new", &fields).await.redirect();
    let second = root.browser.send_form(&page, "/me/mfa/totp/new", &fields).await.redirect();

    assert_eq!(first, second);
    assert_eq!(root.browser.get(&second).await.count("#recovery-codes li"), 10);
    assert_eq!(root.browser.get("/me/security").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_first_set_up_sent_eight_times_makes_one_account_and_shows_its_codes() {
    let app = TestApp::spawn();
    let token = new_setup_token(&app.app).unwrap();
    let mut person = Person::stranger(&app);
    let page = person.browser.get(&format!("/setup?token={token}")).await;
    person.remember_seed(&page.text("#totp-secret").unwrap());
    let code = person.code(&app);
    let fields =
        [("account_name", "Acme"), ("user_name", "root"), ("password", PASSWORD), ("code", code.as_str())];

    let answers = join_all((0..8).map(|_| person.browser.send_form(&page, "/setup", &fields))).await;
    let stranger = app.browser();
    stranger.get("/login").await;
    let csrf = stranger.get("/login").await.csrf();
    let late = stranger.post("/setup", &csrf, &[("token", &token)]).await;

    let places: Vec<String> = answers.iter().map(Answer::redirect).collect();
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
    assert_eq!(person.browser.get(&places[7]).await.count("#recovery-codes li"), 10);
    assert_ne!(late.status, StatusCode::SEE_OTHER, "another browser learns nothing");
}
