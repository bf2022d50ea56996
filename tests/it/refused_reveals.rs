//! Who tries to see a SecretKey that is not for its eyes stands in the log, in few lines.

use crate::support::TestApp;
use crate::support::people::Person;
use reqwest::StatusCode;

async fn refused(root: &Person, event: &str) -> Vec<String> {
    let page = root.browser.get(&format!("/audit?event={event}&result=refused")).await;
    page.texts("tr[data-seq]")
}

#[actix_web::test]
async fn a_refused_reveal_is_an_event_and_so_is_one_of_a_key_that_looks_missing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let csrf = reader.browser.get("/me/security").await.csrf();

    let denied = reader.browser.post(&format!("{keys}/{id}/reveal"), &csrf, &[]).await;
    let missing = root.browser.submit(&keys, &format!("{keys}/AKID{}/reveal", "0".repeat(32)), &[]).await;

    assert_eq!([denied.status, missing.status], [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND]);
    let log = refused(&root, "ShowSecretKey").await;
    assert_eq!(log.len(), 2, "{log:?}");
    assert!(log.iter().any(|row| row.contains("reader") && row.contains("not allowed")), "{log:?}");
    assert!(log.iter().any(|row| row.contains("no such key")), "{log:?}");
}

#[actix_web::test]
async fn tickets_that_are_made_up_late_or_of_another_session_are_events() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;
    let forged = [
        (format!("{keys}/{id}/secret?t=made-up"), "ShowSecretKey"),
        (format!("{keys}/{id}/created?t=made-up"), "ShowSecretKey"),
        (format!("/users/{}/created?t=made-up", alice.uin), "UseTicket"),
        ("/me/mfa/recovery?t=made-up".to_owned(), "UseTicket"),
        ("/me/mfa/totp/new?t=made-up".to_owned(), "UseTicket"),
    ];

    for (address, event) in &forged {
        app.wait(61);
        let before = refused(&root, event).await.len();
        root.browser.get(address).await;
        assert_eq!(refused(&root, event).await.len(), before + 1, "{address}");
    }
    app.wait(61);
    let before = refused(&root, "ShowSecretKey").await.len();
    let used = root.reveal_ticket(&app, &keys, &id).await;
    root.browser.get(&used).await;
    assert!(root.browser.get(&used).await.text("#secret-key").is_none());
    assert_eq!(refused(&root, "ShowSecretKey").await.len(), before, "loading the page again is no offence");
    let ticket = root.reveal_ticket(&app, &keys, &id).await;
    assert!(elsewhere.browser.get(&ticket).await.text("#secret-key").is_none());
    app.wait(61);
    assert!(root.browser.get(&ticket).await.text("#secret-key").is_none());
    assert_eq!(refused(&root, "ShowSecretKey").await.len(), before + 2);
}

#[actix_web::test]
async fn a_crowd_of_refusals_is_one_event_a_minute_with_a_count() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let address = format!("{keys}/{id}/secret?t=made-up");

    let crowd = (0..30).map(|_| root.browser.get(&address));
    futures_util::future::join_all(crowd).await;
    assert_eq!(refused(&root, "ShowSecretKey").await.len(), 1);
    app.wait(61);
    root.browser.get(&address).await;

    let page = root.browser.get("/audit?event=ShowSecretKey&result=refused").await;
    assert_eq!(page.count("tr[data-seq]"), 2);
    let newest = page.attribute("tr[data-seq] a", "href").unwrap();
    assert!(root.browser.get(&newest).await.body.contains("30"));
}

#[actix_web::test]
async fn an_address_without_a_ticket_leaves_no_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;

    for address in
        [format!("{keys}/{id}/secret"), "/me/mfa/recovery".to_owned(), "/me/mfa/totp/new".to_owned()]
    {
        root.browser.get(&address).await;
    }

    for event in ["ShowSecretKey", "UseTicket"] {
        assert!(refused(&root, event).await.is_empty());
    }
}
