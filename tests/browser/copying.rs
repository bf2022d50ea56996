//! Copying where the browser offers no clipboard: plain HTTP under a host name.

use crate::chrome::Chrome;
use crate::support::TestApp;

#[actix_web::test]
async fn copying_works_on_plain_http_under_a_host_name() {
    let app = TestApp::spawn_with(&[("CAMLOCK_PUBLIC_URL", "http://camlock.test:{port}")]);
    let origin = app.address.replace("127.0.0.1", "camlock.test");
    let root = app.bare_root("root").await;

    Chrome::lend(&origin, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/keys").await;
        assert_eq!(chrome.run("return isSecureContext || !!navigator.clipboard").await, false);
        chrome.press("Create Key").await;
        let secret_id = chrome.text("code.sid").await;

        chrome.press("Copy SecretId").await;

        chrome.wait_for_text("#live", "SecretId copied").await;
        assert_eq!(chrome.run("return getSelection().toString()").await, secret_id);
        assert_eq!(chrome.clipboard().await, secret_id);
        chrome.ensure_quiet_console().await;
    })
    .await;
}

#[actix_web::test]
async fn where_copying_is_refused_the_text_is_selected_and_the_person_told() {
    let app = TestApp::spawn_with(&[("CAMLOCK_PUBLIC_URL", "http://camlock.test:{port}")]);
    let origin = app.address.replace("127.0.0.1", "camlock.test");
    let root = app.bare_root("root").await;

    Chrome::lend(&origin, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/keys").await;
        chrome.press("Create Key").await;
        let secret_id = chrome.text("code.sid").await;
        chrome.run("document.execCommand = () => false").await;

        chrome.press("Copy SecretId").await;

        chrome.wait_for_text("#live", "press Ctrl+C").await;
        chrome.ctrl('c').await;
        assert_eq!(chrome.clipboard().await, secret_id);
        chrome.ensure_quiet_console().await;
    })
    .await;
}
