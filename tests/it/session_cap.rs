//! Twenty sessions are the most: the one that began first ends, and both pages say so.

use crate::support::people::PASSWORD;
use crate::support::{Browser, TestApp};
use reqwest::StatusCode;

#[actix_web::test]
async fn the_twenty_first_session_ends_the_oldest_and_says_so() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let mut browsers: Vec<Browser> = Vec::new();
    for _ in 0..21 {
        let mut again = alice.clone();
        again.browser = app.browser();
        again.sign_in(&app).await;
        browsers.push(again.browser);
        app.wait(1);
    }

    let told = browsers[20].open("/").await;
    let statuses: Vec<StatusCode> =
        futures_util::future::join_all(browsers.iter().map(|browser| browser.get("/keys")))
            .await
            .iter()
            .map(|answer| answer.status)
            .collect();

    assert!(told.body.contains("signed in at 20 places"), "{}", told.body);
    assert_eq!(statuses[0], StatusCode::SEE_OTHER);
    assert!(statuses[1..].iter().all(|status| *status == StatusCode::OK));
    let page = browsers[20].get("/me/sessions").await;
    assert_eq!(page.count("tr[data-session]"), 20);
    assert!(page.body.contains("20 places at most"));
    let log = root.browser.get("/audit?event=EndSession").await;
    assert_eq!(log.count("tr[data-seq]"), 1);
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn thirty_sign_ins_at_once_leave_twenty_sessions() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let browser = app.browser();
    let csrf = browser.get("/login").await.csrf();
    let fields = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];

    let answers =
        futures_util::future::join_all((0..30).map(|_| browser.post("/login", &csrf, &fields))).await;
    let uin = camlock::domain::user::Uin::parse(&alice.uin).unwrap();
    let now = app.now();
    let live = app.app.store.read_now(|conn| camlock::store::sessions::of_identity(conn, uin, now)).unwrap();

    let begun = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(live.len(), begun.min(20));
}
