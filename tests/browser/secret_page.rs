//! The page with a SecretKey: it goes when the person goes, and by itself after two minutes.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::Person;

#[actix_web::test]
async fn a_shown_secret_is_gone_after_hide_back_and_reload() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.create_key("/keys").await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;

        let (secret, _) = show(chrome, &app, &root).await;
        chrome.press("Hide now").await;
        assert_eq!(chrome.path().await, "/keys");
        chrome.driver.back().await.unwrap();
        ensure_gone(chrome, &secret).await;

        let (secret, _) = show(chrome, &app, &root).await;
        chrome.driver.refresh().await.unwrap();
        ensure_gone(chrome, &secret).await;

        let (secret, address) = show(chrome, &app, &root).await;
        chrome.open("/users").await;
        chrome.open(&address).await;
        ensure_gone(chrome, &secret).await;
    })
    .await;
}

#[actix_web::test]
async fn leaving_the_page_blanks_the_secret_before_anything_else() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.create_key("/keys").await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        let (secret, _) = show(chrome, &app, &root).await;

        chrome.run("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))").await;

        assert_eq!(chrome.text("#secret-key").await, "");
        assert!(!chrome.driver.source().await.unwrap().contains(&secret));
    })
    .await;
}

#[actix_web::test]
async fn a_secret_hides_by_itself_after_two_minutes_unless_kept_open() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.create_key("/keys").await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        let (secret, _) = show(chrome, &app, &root).await;
        let_time_pass(chrome, 105).await;
        chrome.wait_for_text("#live", "Hidden in 20 seconds").await;
        chrome.press("Keep open 2 more minutes").await;
        let_time_pass(chrome, 60).await;
        chrome.wait_for_text("[data-left]", "seconds").await;
        assert_eq!(chrome.text("#secret-key").await, secret);

        let_time_pass(chrome, 61).await;

        chrome.arrive("/keys").await;
        chrome.driver.back().await.unwrap();
        ensure_gone(chrome, &secret).await;
        chrome.ensure_quiet_console().await;
    })
    .await;
}

/// Shows the one key; gives its SecretKey and the address of the page.
async fn show(chrome: &Chrome, app: &TestApp, root: &Person) -> (String, String) {
    chrome.open("/keys").await;
    chrome.click("form[action$='/reveal'] button").await;
    chrome.give_code(app, root).await;
    let secret = chrome.text("#secret-key").await;
    assert_eq!(secret.len(), 32);
    (secret, chrome.path().await)
}

async fn ensure_gone(chrome: &Chrome, secret: &str) {
    chrome.find("h1").await;
    let page = chrome.driver.source().await.unwrap();
    assert!(!page.contains(secret), "the secret is still at {}", chrome.path().await);
    assert_eq!(chrome.count("#secret-key").await, 0, "a page without a secret, at {}", chrome.path().await);
}

/// Moves the clock of the page.
async fn let_time_pass(chrome: &Chrome, seconds: u32) {
    chrome.run(&format!("const now = Date.now; Date.now = () => now() + {seconds} * 1000")).await;
}
