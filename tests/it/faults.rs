//! When the database cannot answer, people are told so, and nothing is allowed meanwhile.

use crate::support::TestApp;
use crate::support::people::PASSWORD;
use camlock::store::StoreError;
use diesel::RunQueryDsl;
use reqwest::StatusCode;
use std::sync::mpsc;

/// Keeps the counters of the sign-in locked until the returned sender is dropped.
fn block_counters(app: &TestApp) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (held, holding) = mpsc::channel::<()>();
    let (store, is_sqlite) = (app.other_connection(), app.database.is_sqlite());
    std::thread::spawn(move || {
        let blocked = store.write_now(|conn| {
            if !is_sqlite {
                diesel::sql_query("LOCK TABLE throttles IN ACCESS EXCLUSIVE MODE").execute(conn)?;
            }
            held.send(()).unwrap();
            let _ = released.recv();
            Ok::<_, StoreError>(())
        });
        blocked.unwrap();
    });
    holding.recv().unwrap();
    release
}

#[actix_web::test]
async fn a_database_that_does_not_answer_is_503_and_never_a_wrong_password() {
    let app = TestApp::spawn();
    app.bare_root("root").await;
    let browser = app.browser();
    let csrf = browser.get("/login").await.csrf();
    let fields = [("user_name", "root"), ("password", PASSWORD)];

    let blocked = block_counters(&app);
    let during = browser.post("/login", &csrf, &fields).await;
    drop(blocked);
    let after = browser.post("/login", &csrf, &fields).await;

    assert_eq!(during.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(during.text("#request-id").is_some());
    assert!(!during.body.contains("not correct"));
    assert_eq!(after.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_broken_table_is_500_with_an_id_and_no_detail() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.app
        .store
        .write_now(|conn| {
            diesel::sql_query("ALTER TABLE api_keys RENAME TO away").execute(conn)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();

    let answer = root.browser.get(&format!("/users/{}/keys", root.uin)).await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text("#request-id").is_some());
    assert!(!answer.body.contains("api_keys"));
}
