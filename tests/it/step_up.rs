//! The second factor: each code once, five wrong ones lock, failures are not forgotten.

use crate::support::TestApp;
use crate::support::browser::is_session;
use reqwest::StatusCode;

#[actix_web::test]
async fn the_same_code_in_eight_parallel_requests_works_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let csrf = root.browser.get(&keys).await.csrf();
    let mut questions = Vec::new();
    for _ in 0..8 {
        let question = root.browser.post(&format!("{keys}/{id}/reveal"), &csrf, &[]).await.redirect();
        questions.push(question.split("c=").nth(1).unwrap().to_owned());
    }
    let code = root.fresh_code(&app);

    let tries: Vec<[(&str, &str); 2]> =
        questions.iter().map(|c| [("c", c.as_str()), ("code", code.as_str())]).collect();
    let answers = futures_util::future::join_all(
        tries.iter().map(|fields| root.browser.post("/verify", &csrf, fields)),
    )
    .await;

    let passed =
        answers.iter().filter(|answer| answer.location().is_some_and(|to| to.contains("/secret?t="))).count();
    assert_eq!(passed, 1);
}

#[actix_web::test]
async fn the_same_sign_in_code_in_eight_parallel_requests_works_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(60);
    let code = root.fresh_code(&app);
    let mut browsers = Vec::new();
    for _ in 0..8 {
        let browser = app.browser();
        let fields = [("user_name", "root"), ("password", crate::support::people::PASSWORD)];
        browser.submit("/login", "/login", &fields).await.redirect();
        let csrf = browser.get("/login/verify").await.csrf();
        browsers.push((browser, csrf));
    }

    let fields = [("code", code.as_str())];
    let tries = browsers.iter().map(|(browser, csrf)| browser.post("/login/verify", csrf, &fields));
    let answers = futures_util::future::join_all(tries).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count(), 1);
}

#[actix_web::test]
async fn five_wrong_codes_lock_step_up_for_15_minutes_and_leave_the_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let ask = async || root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let question = ask().await;
    let page = root.browser.get(&question).await;

    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses
            .push(root.browser.post("/verify", &page.csrf(), &[("code", "000000")]).await.status.as_u16());
    }
    app.wait(30);
    let right = root.code(&app);
    let locked = root.browser.post("/verify", &page.csrf(), &[("code", &right)]).await;

    assert_eq!(statuses, [422, 422, 422, 422, 429]);
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(locked.headers.contains_key("retry-after"));
    assert_eq!(root.browser.get(&keys).await.status, StatusCode::OK);
    app.wait(900);
    assert!(root.pass(&app, &ask().await).await.redirect().contains("/secret?t="));
    let log = root.browser.get("/audit?event=StepUp&result=refused").await;
    assert_eq!(log.count("tr[data-seq]"), 6);
}

#[actix_web::test]
async fn the_page_says_that_verification_is_locked_before_a_code_is_typed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let ask = async || root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let csrf = root.browser.get(&ask().await).await.csrf();
    for _ in 0..5 {
        root.browser.post("/verify", &csrf, &[("code", "000000")]).await;
    }
    app.wait(60);

    let locked = root.browser.get(&ask().await).await;
    let unreadable = root.browser.post("/verify", &csrf, &[("code", "one")]).await;

    for page in [&locked, &unreadable] {
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(page.headers["retry-after"], "840");
        assert!(page.text("[role=alert]").is_some_and(|text| text.contains("try again in 14 minutes")));
        assert_eq!(page.attribute("main button.primary", "aria-disabled").as_deref(), Some("true"));
    }
    app.wait(841);
    assert_eq!(root.browser.get(&ask().await).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn looking_ahead_uses_up_no_recovery_codes() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let question = root.browser.submit("/me/security", "/me/mfa/recovery", &[]).await.redirect();
    let page = root.pass(&app, &question).await.redirect();

    root.browser.look_ahead(&page).await;

    assert_eq!(root.browser.get(&page).await.count("#recovery-codes li"), 10);
    assert_eq!(root.browser.get(&page).await.redirect(), "/me/security");
}

#[actix_web::test]
async fn parallel_wrong_codes_are_all_counted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let csrf = root.browser.get(&question).await.csrf();

    let fields = [("code", "000000")];
    let answers =
        futures_util::future::join_all((0..12).map(|_| root.browser.post("/verify", &csrf, &fields))).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY).count(), 4);
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count(), 8);
}

#[actix_web::test]
async fn a_question_lives_five_minutes_and_belongs_to_its_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;

    assert_ne!(elsewhere.browser.get(&question).await.status, StatusCode::OK);
    assert_eq!(root.browser.get(&question).await.status, StatusCode::OK);
    app.wait(301);
    assert_ne!(root.browser.get(&question).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_session_has_a_new_id_after_a_check() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();

    let answer = root.pass(&app, &question).await;

    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|cookie| is_session(cookie)), "{cookies:?}");
}
