//! The second step: strangers who know the password keep nobody out, and guess no code.

use crate::support::people::{PASSWORD, Person};
use crate::support::visitors::{BEHIND_PROXY, Visitor};
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

const WRONG: &str = "000000";
const OWNER: &str = "198.51.100.1";

/// Somebody in a network who knows the root's password types a wrong code.
async fn wrong_code(app: &TestApp, ip: &str) -> StatusCode {
    let thief = app.visitor(ip);
    thief.sign_in(("", "root"), PASSWORD).await.redirect();
    thief.code(WRONG).await.status
}

/// The first step and a right code.
async fn both_steps(app: &TestApp, visitor: &Visitor, root: &Person) -> Answer {
    visitor.sign_in(("", "root"), PASSWORD).await.redirect();
    visitor.code(&root.fresh_code(app)).await
}

async fn sign_out(root: &Person) {
    let csrf = root.browser.open("/me/security").await.csrf();
    root.browser.post("/logout", &csrf, &[]).await.redirect();
}

/// Fifty wrong codes by somebody who waits as long as is asked.
async fn fifty_wrong_codes(app: &TestApp) {
    for n in 0..50 {
        assert_eq!(wrong_code(app, &format!("203.0.{n}.1")).await, StatusCode::UNAUTHORIZED, "{n}");
        if n >= 19 {
            app.wait(901);
        }
    }
}

/// Ten recovery codes of a root that just got them.
async fn recovery_codes(app: &TestApp, root: &Person) -> Vec<String> {
    let question = root.browser.submit("/me/security", "/me/mfa/recovery", &[]).await.redirect();
    let page = root.pass(app, &question).await.redirect();
    root.browser.get(&page).await.texts("#recovery-codes li")
}

#[actix_web::test]
async fn who_knows_only_the_password_does_not_keep_the_owners_browser_out() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.root().await;
    sign_out(&root).await;

    // The owner's own network, as it would be behind one address.
    for _ in 0..8 {
        wrong_code(&app, OWNER).await;
    }
    let thief = wrong_code(&app, OWNER).await;
    let owner = both_steps(&app, &Visitor::new(root.browser.clone(), OWNER), &root).await;

    assert_eq!(thief, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(owner.status, StatusCode::SEE_OTHER);
    assert_eq!(root.browser.open("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_new_browser_is_kept_out_by_many_networks_only_and_a_recovery_code_never() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.root().await;
    let codes = recovery_codes(&app, &root).await;

    for _ in 0..6 {
        wrong_code(&app, "203.0.113.1").await;
    }
    let after_one_network = both_steps(&app, &app.visitor(OWNER), &root).await;
    for n in 0..26 {
        wrong_code(&app, &format!("203.0.{n}.1")).await;
        if n >= 20 {
            app.wait(70);
        }
    }
    app.wait(-70);
    let after_many = both_steps(&app, &app.visitor(OWNER), &root).await;
    let recovering = app.visitor(OWNER);
    recovering.sign_in(("", "root"), PASSWORD).await.redirect();
    let csrf = recovering.browser.get("/login/recovery").await.csrf();
    let recovered = recovering.post("/login/recovery", &csrf, &[("recovery_code", &codes[0])]).await;

    assert_eq!(after_one_network.status, StatusCode::SEE_OTHER);
    assert_eq!(after_many.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(recovered.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn after_fifty_wrong_codes_a_new_browser_does_not_pass_and_the_owner_is_asked_for_a_new_password() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.root().await;
    fifty_wrong_codes(&app).await;

    let right = both_steps(&app, &app.visitor(OWNER), &root).await;
    let wrong = app.visitor("203.0.113.1");
    wrong.sign_in(("", "root"), PASSWORD).await.redirect();
    let wrong = wrong.code(WRONG).await;
    let known = both_steps(&app, &Visitor::new(root.browser.clone(), OWNER), &root).await;
    let asked = root.browser.get("/users").await.redirect();
    let page = root.browser.get(&asked).await;

    assert_eq!(right.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = right.text("[role=alert]").unwrap();
    assert!(said.contains("browser that you used before") && said.contains("recovery code"), "{said}");
    assert_eq!((wrong.status, wrong.text("[role=alert]").unwrap()), (right.status, said));
    assert_eq!(known.status, StatusCode::SEE_OTHER);
    assert_eq!(asked, "/me/password");
    assert!(page.body.contains("50 wrong codes"), "{}", page.body);

    let fields = [("current_password", PASSWORD), ("new_password", "seventeen quiet lanterns drift")];
    let question = root.browser.post("/me/password", &page.csrf(), &fields).await.redirect();
    root.pass(&app, &question).await.redirect();
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
    let log = root.browser.get("/audit?event=SignIn&result=allowed").await;
    assert!(log.status == StatusCode::OK);
    let after = app.visitor(OWNER);
    after.sign_in(("", "root"), "seventeen quiet lanterns drift").await.redirect();
    assert_eq!(after.code(&root.fresh_code(&app)).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn who_comes_in_by_a_recovery_code_after_fifty_wrong_codes_can_choose_a_new_password() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.root().await;
    let codes = recovery_codes(&app, &root).await;
    fifty_wrong_codes(&app).await;

    let owner = app.visitor(OWNER);
    owner.sign_in(("", "root"), PASSWORD).await.redirect();
    let csrf = owner.browser.get("/login/recovery").await.csrf();
    owner.post("/login/recovery", &csrf, &[("recovery_code", &codes[0])]).await.redirect();
    let page = owner.browser.open("/users").await;
    let fields = [("current_password", PASSWORD), ("new_password", "seventeen quiet lanterns drift")];
    let changed = owner.post("/me/password", &page.csrf(), &fields).await;

    assert!(page.body.contains("wrong codes"), "{}", page.body);
    assert_eq!(changed.redirect(), "/");
    assert_eq!(owner.browser.open("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_owner_is_told_of_wrong_codes_before_they_are_many() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.root().await;
    sign_out(&root).await;
    for n in 0..6 {
        wrong_code(&app, &format!("203.0.{n}.1")).await;
    }

    both_steps(&app, &Visitor::new(root.browser.clone(), OWNER), &root).await.redirect();
    let page = root.browser.open("/").await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("6 wrong codes were entered"), "{}", page.body);
}

#[actix_web::test]
async fn a_code_of_the_next_step_counts_when_it_is_about_to_begin_and_still_only_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(60 - app.now().rem_euclid(30) + 25);
    app.wait(5);
    let next = root.code(&app);
    app.wait(-5);

    let mut statuses = Vec::new();
    for browser in [app.browser(), app.browser()] {
        let fields = [("user_name", "root"), ("password", PASSWORD)];
        browser.submit("/login", "/login", &fields).await.redirect();
        let answer = browser.submit("/login/verify", "/login/verify", &[("code", &next)]).await;
        statuses.push(answer.status);
        app.wait(5);
    }

    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED]);
}
