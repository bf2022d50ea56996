//! Sessions end: idle, absolute, signed out, password or factor changed, user kept out.

use crate::support::TestApp;
use crate::support::people::PASSWORD;
use camlock::app::session::forget_session;
use reqwest::StatusCode;

#[actix_web::test]
async fn a_session_ends_after_30_idle_minutes_and_after_8_hours() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(29 * 60);
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
    app.wait(30 * 60 + 1);
    assert_eq!(root.browser.get("/users").await.redirect(), "/login?next=%2Fusers");

    root.sign_in(&app).await;
    for _ in 0..23 {
        app.wait(20 * 60);
        assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
    }
    app.wait(20 * 60);
    assert_eq!(root.browser.get("/users").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn signing_out_kills_the_cookie_wherever_it_was_copied() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let thief = root.browser.clone();
    let csrf = root.browser.get("/users").await.csrf();
    let cookie = sessions_of(&app, &root.uin);

    root.browser.post("/logout", &csrf, &[]).await.redirect();

    assert_eq!(thief.get("/users").await.status, StatusCode::SEE_OTHER);
    assert_eq!((cookie, sessions_of(&app, &root.uin)), (1, 0));
}

fn sessions_of(app: &TestApp, uin: &str) -> usize {
    let uin = camlock::domain::user::Uin::parse(uin).unwrap();
    let now = app.now();
    app.app.store.read_now(|conn| camlock::store::sessions::of_identity(conn, uin, now)).unwrap().len()
}

#[actix_web::test]
async fn a_new_password_ends_all_other_sessions() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;

    let fields = [("current_password", PASSWORD), ("new_password", "seventeen quiet lanterns drift")];
    let question = root.browser.submit("/me/password", "/me/password", &fields).await.redirect();
    root.pass(&app, &question).await.redirect();

    assert_eq!(elsewhere.browser.get("/users").await.status, StatusCode::SEE_OTHER);
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn whoever_is_kept_out_is_out_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["AdministratorAccess"]).await;
    assert_eq!(alice.browser.get("/users").await.status, StatusCode::OK);

    let security = format!("/users/{}/security", alice.uin);
    root.browser.submit(&security, &format!("{security}/console"), &[("on", "0")]).await.redirect();

    assert_eq!(alice.browser.get("/users").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_detached_policy_counts_from_the_next_request_on() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["AdministratorAccess"]).await;
    assert_eq!(alice.browser.get("/users").await.status, StatusCode::OK);

    let permissions = format!("/users/{}/permissions", alice.uin);
    root.browser.submit(&permissions, &format!("{permissions}/1/detach"), &[]).await.redirect();

    assert_eq!(alice.browser.get("/users").await.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn one_can_end_another_session_of_ones_own() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;

    root.browser.submit("/me/sessions", "/me/sessions/others/end", &[]).await.redirect();

    assert_eq!(elsewhere.browser.get("/users").await.status, StatusCode::SEE_OTHER);
    assert_eq!(root.browser.get("/me/sessions").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_cookie_with_an_encoded_or_doubled_name_is_refused() {
    let app = TestApp::spawn();
    app.root().await;
    let browser = app.browser();

    for cookie in ["%63amlock=evil", "camlock=a; camlock=b"] {
        let answer = browser.send(reqwest::Method::GET, "/login", None, &[("cookie", cookie)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{cookie}");
    }
}

#[actix_web::test]
async fn a_lost_session_is_never_written_back() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let csrf = root.browser.get(&keys).await.csrf();
    let id = app.app.store.read_now(|conn| {
        let uin = camlock::domain::user::Uin::parse(&root.uin).unwrap();
        camlock::store::sessions::of_identity(conn, uin, app.now())
    });
    let id = id.unwrap()[0].id_hash.clone();

    let (answer, ended) = tokio::join!(root.browser.post(&keys, &csrf, &[]), forget_session(&app.app, id));
    ended.unwrap();

    assert!(answer.status.is_redirection());
    assert_eq!(sessions_of(&app, &root.uin), 0);
}
