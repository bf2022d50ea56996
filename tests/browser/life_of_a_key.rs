//! From the first start to the end of a key, with scripts and without.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};
use camlock::app::account::setup::new_setup_token;

#[actix_web::test]
async fn a_root_sets_up_and_a_key_lives_and_dies_with_scripts() {
    let app = TestApp::spawn();

    Chrome::visit(&app, async |chrome| live_a_key(&app, chrome, Scripts::On).await).await;
}

#[actix_web::test]
async fn a_root_sets_up_and_a_key_lives_and_dies_without_scripts() {
    let app = TestApp::spawn();

    Chrome::visit(&app, async |chrome| {
        chrome.without_scripts().await;
        live_a_key(&app, chrome, Scripts::Off).await;
    })
    .await;
}

#[derive(Clone, Copy, PartialEq)]
enum Scripts {
    On,
    Off,
}

async fn live_a_key(app: &TestApp, chrome: &Chrome, scripts: Scripts) {
    let root = set_up(app, chrome).await;
    sign_in(app, chrome, &root).await;
    create_user(chrome).await;
    let secret_id = create_key(chrome).await;
    take(chrome, scripts, "code.sid", "Copy SecretId", &secret_id).await;
    show(app, chrome, &root, scripts).await;
    disable(chrome, scripts).await;
    enable(chrome).await;
    disable(chrome, scripts).await;
    delete(chrome, &secret_id).await;
}

async fn set_up(app: &TestApp, chrome: &Chrome) -> Person {
    let mut root = Person::stranger(app);
    chrome.open(&format!("/setup?token={}", new_setup_token(&app.app).unwrap())).await;
    let seed = chrome.find("#totp-secret").await.prop("textContent").await.unwrap().unwrap();
    root.remember_seed(seed.trim());
    chrome.fill("account_name", "Acme").await;
    chrome.fill("user_name", "root").await;
    chrome.fill("password", PASSWORD).await;
    chrome.fill("code", &root.code(app)).await;

    chrome.press("Create root account").await;

    assert_eq!(chrome.count("#recovery-codes li").await, 10);
    chrome.ensure_quiet_console().await;
    chrome.press("Open the console").await;
    chrome.sign_out().await;
    root
}

async fn sign_in(app: &TestApp, chrome: &Chrome, root: &Person) {
    chrome.fill("user_name", "root").await;
    chrome.fill("password", PASSWORD).await;
    chrome.press("Sign in").await;
    assert_eq!(chrome.path().await, "/login/verify");

    chrome.give_code(app, root).await;

    assert_eq!(chrome.path().await, "/");
    assert_eq!(chrome.text("h1").await, "Overview");
    chrome.ensure_quiet_console().await;
    chrome.open("/users").await;
}

async fn create_user(chrome: &Chrome) {
    chrome.press("Create user").await;
    chrome.pick("kind", "sub_user").await;
    chrome.fill("user_name", "dev-alice").await;
    chrome.press("Create user").await;
    assert_eq!(chrome.text("h1").await, "Initial password");
    chrome.press("Done").await;

    assert_eq!(chrome.text("h1").await, "dev-alice");
    chrome.ensure_quiet_console().await;
}

async fn create_key(chrome: &Chrome) -> String {
    chrome.press("API Key").await;
    assert_eq!(chrome.count("tr[data-secret-id]").await, 0);

    chrome.press("Create Key").await;

    assert_eq!(chrome.count("tr[data-secret-id][data-status=enabled]").await, 1);
    let secret_id = chrome.attribute("tr[data-secret-id]", "data-secret-id").await;
    assert_eq!(chrome.text("code.sid").await, secret_id);
    chrome.ensure_quiet_console().await;
    secret_id
}

/// Takes a text away: by its button, or without scripts by a click that selects all of it.
async fn take(chrome: &Chrome, scripts: Scripts, place: &str, button: &str, expected: &str) {
    if scripts == Scripts::On {
        chrome.press(button).await;
        let said = format!("{} copied", button.trim_start_matches("Copy "));
        chrome.wait_for_text("#live", &said).await;
    } else {
        assert!(!chrome.is_visible(&format!("main button[aria-label='{button}']")).await, "a dead {button}");
        chrome.click(place).await;
        chrome.ctrl('c').await;
    }
    assert_eq!(chrome.clipboard().await, expected);
    chrome.ensure_quiet_console().await;
}

async fn show(app: &TestApp, chrome: &Chrome, root: &Person, scripts: Scripts) {
    let list = chrome.path().await;
    chrome.click("form[action$='/reveal'] button").await;
    chrome.arrive("/verify").await;
    assert_eq!(chrome.text("h1").await, "Confirm it is you");
    chrome.give_code(app, root).await;

    let secret = chrome.text("#secret-key").await;
    assert_eq!(secret.len(), 32);
    take(chrome, scripts, "#secret-key", "Copy SecretKey", &secret).await;

    chrome.press("Hide now").await;
    assert_eq!(chrome.path().await, list);
    let page = chrome.driver.source().await.unwrap();
    assert!(!page.contains(&secret), "the list holds no secret");
    chrome.ensure_quiet_console().await;
}

async fn disable(chrome: &Chrome, scripts: Scripts) {
    if matches!(scripts, Scripts::On) {
        // A click before the script has run goes to the page that stands in for the dialog.
        chrome.find("html.js").await;
    }
    chrome.click("a[href$='/disable']").await;
    match scripts {
        Scripts::On => chrome.wait_until_visible("dialog[open]").await,
        Scripts::Off => assert!(chrome.path().await.ends_with("/disable"), "a page in its own right"),
    }

    chrome.click("dialog[open] button.danger, main form[action$='/disable'] button.danger").await;

    assert_eq!(chrome.count("tr[data-status=disabled]").await, 1);
    assert!(chrome.text("tr[data-status=disabled]").await.contains("Disabled"));
    chrome.ensure_quiet_console().await;
}

async fn enable(chrome: &Chrome) {
    chrome.click("form[action$='/enable'] button").await;

    assert_eq!(chrome.count("tr[data-status=enabled]").await, 1);
    chrome.ensure_quiet_console().await;
}

async fn delete(chrome: &Chrome, secret_id: &str) {
    chrome.click("a[href$='/delete']").await;
    chrome.fill("confirm", "nope").await;
    chrome.press("Delete key").await;
    assert!(chrome.is_visible(".error-summary").await, "a wrong confirmation is refused");

    chrome.fill("confirm", &secret_id[secret_id.len() - 4..]).await;
    chrome.press("Delete key").await;

    assert_eq!(chrome.count("tr[data-secret-id]").await, 0);
    assert!(chrome.path().await.ends_with("/keys"));
    chrome.ensure_quiet_console().await;
}
