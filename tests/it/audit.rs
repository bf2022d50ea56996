//! The log: one event for each change, reveal and refusal, in its transaction, without gaps.

use crate::support::TestApp;
use camlock::domain::audit::Event;
use camlock::domain::audit::{EventCursor, EventFilter};
use reqwest::StatusCode;

/// Every event of an account, oldest first.
fn events(app: &TestApp, owner: &str) -> Vec<Event> {
    let owner = camlock::domain::user::Uin::parse(owner).unwrap();
    let page = app.app.store.read_now(|conn| {
        camlock::store::audit::page(
            conn,
            owner,
            &EventFilter::default(),
            camlock::domain::paging::Slice { cursor: EventCursor::Newer(0), size: 10_000 },
        )
    });
    page.unwrap()
}

fn count(app: &TestApp, owner: &str, event: &str) -> usize {
    events(app, owner).iter().filter(|found| found.event == event).count()
}

#[actix_web::test]
async fn each_change_reveal_and_refusal_is_one_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["ReadOnlyAccess"]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let csrf = root.browser.get(&question).await.csrf();
    root.browser.post("/verify", &csrf, &[("code", "000000")]).await;
    let ticket = root.pass(&app, &question).await.redirect();
    root.browser.get(&ticket).await;
    root.browser.get(&ticket).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    root.browser.submit(&keys, &format!("{keys}/{id}/enable"), &[]).await.redirect();
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    root.browser.submit(&keys, &format!("{keys}/{id}/delete"), &[("confirm", &id[32..])]).await.redirect();

    for (event, times) in [
        ("AddUser", 1),
        ("AttachUserPolicy", 1),
        ("CreateApiKey", 1),
        ("StepUp", 1),
        ("ShowSecretKey", 1),
        ("DisableApiKey", 2),
        ("EnableApiKey", 1),
        ("DeleteApiKey", 1),
    ] {
        assert_eq!(count(&app, &root.uin, event), times, "{event}");
    }
    let shown = events(&app, &root.uin).into_iter().find(|event| event.event == "ShowSecretKey").unwrap();
    assert_eq!((shown.actor.as_str(), shown.target), ("root", format!("dev-alice / {id}")));
}

#[actix_web::test]
async fn the_sequence_has_no_gaps_whatever_is_refused_in_between() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let csrf = root.browser.get(&keys).await.csrf();

    futures_util::future::join_all((0..20).map(|_| root.browser.post(&keys, &csrf, &[]))).await;

    let numbers: Vec<i64> = events(&app, &root.uin).iter().map(|event| event.seq).collect();
    let expected: Vec<i64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);
}

#[actix_web::test]
async fn what_cannot_be_written_down_is_not_done() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    let csrf = root.browser.get(&keys).await.csrf();
    app.app
        .store
        .write_now(|conn| {
            use diesel::RunQueryDsl;
            diesel::sql_query("ALTER TABLE audit_events RENAME COLUMN detail TO away").execute(conn)?;
            Ok::<_, camlock::store::StoreError>(())
        })
        .unwrap();

    let answer = root.browser.post(&format!("{keys}/{id}/disable"), &csrf, &[]).await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        root.browser.get(&keys).await.attribute("tr[data-secret-id]", "data-status").as_deref(),
        Some("enabled")
    );
}

#[actix_web::test]
async fn the_log_is_filtered_by_event_result_actor_target_and_time() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    app.wait(2 * 86_400);
    root.sign_in(&app).await;
    let rows = async |query: &str| {
        root.browser.get(&format!("/audit?{query}")).await.texts("tr[data-seq] th, tr[data-seq] td")
    };

    assert!(root.browser.get("/audit?event=CreateApiKey").await.count("tr[data-seq]") == 1);
    assert!(
        root.browser
            .get(&format!("/audit?target={}&event=CreateApiKey", alice.uin))
            .await
            .count("tr[data-seq]")
            == 1
    );
    assert!(root.browser.get("/audit?actor=dev-alice&event=SignIn").await.count("tr[data-seq]") == 1);
    assert!(root.browser.get("/audit?result=refused").await.count("tr[data-seq]") == 0);
    assert_eq!(root.browser.get("/audit?from=2026-11-24&to=2026-11-25").await.count("tr[data-seq]"), 1);
    assert!(rows("from=2030-01-01").await.is_empty());
    let bad_days = root.browser.get("/audit?from=yesterday&to=tomorrow").await;
    assert_eq!(bad_days.status, StatusCode::UNPROCESSABLE_ENTITY);
    let links = bad_days.texts(".error-summary a");
    assert_eq!((links.len(), links.first() == links.last()), (2, false), "{links:?}");
}

#[actix_web::test]
async fn the_log_is_never_changed() {
    let app = TestApp::spawn();
    app.root().await;

    let changed = app.app.store.write_now(|conn| {
        use diesel::RunQueryDsl;
        diesel::sql_query("UPDATE audit_events SET actor = 'nobody'").execute(conn)?;
        Ok::<_, camlock::store::StoreError>(())
    });

    assert!(changed.is_err());
}

#[actix_web::test]
async fn long_logs_are_read_page_by_page_in_both_directions() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let preferences = [("theme", "dark"), ("density", "compact")];
    let csrf = root.browser.get("/me/preferences").await.csrf();
    for _ in 0..60 {
        root.browser.post("/me/preferences", &csrf, &preferences).await.redirect();
    }
    let absolute = |href: String| if href.starts_with('?') { format!("/audit{href}") } else { href };

    let first = root.browser.get("/audit?event=UpdatePreferences").await;
    let second = root.browser.get(&absolute(first.attribute("a[rel=next]", "href").unwrap())).await;
    let back = root.browser.get(&absolute(second.attribute("a[rel=prev]", "href").unwrap())).await;

    assert_eq!((first.count("tr[data-seq]"), second.count("tr[data-seq]")), (50, 10));
    assert_eq!(first.texts("tr[data-seq] td"), back.texts("tr[data-seq] td"));
}
