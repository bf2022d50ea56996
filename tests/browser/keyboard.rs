//! A person without a mouse.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};
use thirtyfour::Key;

#[actix_web::test]
async fn a_key_is_created_shown_disabled_enabled_and_deleted_with_the_keyboard_alone() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;

    Chrome::visit(&app, async |chrome| {
        sign_in(chrome, &app, &root).await;
        open_keys(chrome, &alice).await;
        chrome.tab_to("Create Key").await;
        chrome.enter().await;
        let secret_id = chrome.attribute("tr[data-secret-id]", "data-secret-id").await;
        copy(chrome, &secret_id).await;
        show(chrome, &app, &root, &secret_id).await;
        disable(chrome, &secret_id).await;
        let tail = &secret_id[secret_id.len() - 4..];
        chrome.tab_to(&format!("Enable key …{tail}")).await;
        chrome.enter().await;
        assert_eq!(chrome.count("tr[data-status=enabled]").await, 1);
        disable(chrome, &secret_id).await;
        delete(chrome, tail).await;
        chrome.ensure_quiet_console().await;
    })
    .await;
}

#[actix_web::test]
async fn the_first_tab_offers_to_skip_to_the_content() {
    let app = TestApp::spawn();
    let root = app.root().await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/users").await;

        chrome.keys(Key::Tab).await;
        assert_eq!(chrome.focused().await, "Skip to content");
        assert!(chrome.is_on_screen(".skip").await, "the link shows once it has the focus");
        chrome.keys(Key::Enter).await;

        let place = chrome.run("return document.activeElement.id").await;
        assert_eq!(place, "main");
    })
    .await;
}

#[actix_web::test]
async fn the_focus_is_never_hidden_and_always_visible() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    root.create_key(&format!("/users/{}/keys", alice.uin)).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.size(1280, 500).await;
        for path in ["/users", "/users/new", "/settings/security", &format!("/users/{}/keys", alice.uin)] {
            chrome.open(path).await;
            for is_backwards in [false, true] {
                let faults = walk(chrome, is_backwards).await;
                assert!(faults.is_empty(), "{path}: {faults:#?}");
            }
        }
    })
    .await;
}

/// Walks through the page with Tab, or with Shift and Tab; gives the places where the focus is covered, off the screen or has no ring.
async fn walk(chrome: &Chrome, is_backwards: bool) -> Vec<String> {
    let mut faults = Vec::new();
    for stops in 0..90 {
        chrome.tab(is_backwards).await;
        let fault = chrome.run(FOCUS_FAULT).await;
        match fault.as_str() {
            Some("end") => {
                assert!(stops >= 10, "only {stops} stops");
                chrome
                    .run("document.querySelectorAll('[data-seen]').forEach(e => delete e.dataset.seen)")
                    .await;
                return faults;
            }
            Some(fault) => faults.push(fault.to_owned()),
            None => {}
        }
    }
    faults.push("Tab never comes to the end".to_owned());
    faults
}

const FOCUS_FAULT: &str = r"
    const it = document.activeElement;
    if (it === document.body || it.dataset.seen) return 'end';
    it.dataset.seen = '1';
    const name = it.outerHTML.slice(0, 120), box = it.getBoundingClientRect();
    const shown = it.matches('input[type=radio], input[type=checkbox]') ? it.closest('label') || it : it;
    const rings = [it, shown].map(e => getComputedStyle(e)).some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none');
    if (!rings) return 'no ring: ' + name;
    if (box.bottom < 0 || box.top > innerHeight) return 'off the screen: ' + name;
    const x = box.left + box.width / 2, y = Math.min(box.top + box.height / 2, innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    if (top && !shown.contains(top) && !top.contains(it)) return 'covered by ' + top.tagName + '.' + top.className + ': ' + name;
    return null;";

async fn sign_in(chrome: &Chrome, app: &TestApp, root: &Person) {
    chrome.open("/login").await;
    assert_eq!(chrome.focused().await, "user_name", "the first field has the focus");
    chrome.keys("root").await;
    chrome.tab_to("password").await;
    chrome.keys(PASSWORD).await;
    chrome.enter().await;
    assert_eq!(chrome.path().await, "/login/verify");
    chrome.tab_to("code").await;
    chrome.keys(root.fresh_code(app)).await;
    chrome.enter().await;
    assert_eq!(chrome.path().await, "/");
    chrome.tab_to("Users").await;
    chrome.enter().await;
    assert_eq!(chrome.path().await, "/users");
}

async fn open_keys(chrome: &Chrome, person: &Person) {
    chrome.tab_to(&person.name).await;
    chrome.enter().await;
    chrome.tab_to("API Key").await;
    chrome.enter().await;
    assert_eq!(chrome.path().await, format!("/users/{}/keys", person.uin));
}

async fn copy(chrome: &Chrome, secret_id: &str) {
    chrome.tab_to("Copy SecretId").await;
    chrome.keys(Key::Enter).await;
    chrome.wait_for_text("#live", "SecretId copied").await;
    assert_eq!(chrome.focused().await, "Copy SecretId", "the focus stays on the button");
    assert_eq!(chrome.clipboard().await, secret_id);
}

async fn show(chrome: &Chrome, app: &TestApp, root: &Person, secret_id: &str) {
    chrome.tab_to(&format!("Show SecretKey of …{}", &secret_id[secret_id.len() - 4..])).await;
    chrome.enter().await;
    chrome.tab_to("code").await;
    chrome.keys(root.fresh_code(app)).await;
    chrome.enter().await;
    let secret = chrome.text("#secret-key").await;
    chrome.tab_to("Copy SecretKey").await;
    chrome.keys(" ").await;
    chrome.wait_for_text("#live", "SecretKey copied").await;
    assert_eq!(chrome.clipboard().await, secret);
    chrome.tab_to("Hide now").await;
    chrome.enter().await;
}

async fn disable(chrome: &Chrome, secret_id: &str) {
    let trigger = format!("Disable key …{}", &secret_id[secret_id.len() - 4..]);
    chrome.tab_to(&trigger).await;
    chrome.keys(Key::Enter).await;
    assert_eq!(chrome.count("dialog[open]").await, 1);
    assert_eq!(chrome.focused().await, "Cancel", "the harmless button has the focus");

    chrome.keys(Key::Escape).await;
    assert_eq!(chrome.count("dialog[open]").await, 0, "Esc closes the dialog");
    assert_eq!(chrome.focused().await, trigger, "and gives the focus back");
    assert_eq!(chrome.count("tr[data-status=enabled]").await, 1);

    chrome.keys(Key::Enter).await;
    chrome.keys(Key::Enter).await;
    assert_eq!(chrome.count("dialog[open]").await, 0, "Cancel closes the dialog");
    assert_eq!(chrome.focused().await, trigger);

    chrome.keys(Key::Enter).await;
    chrome.tab_to("Disable key").await;
    chrome.enter().await;
    assert_eq!(chrome.count("tr[data-status=disabled]").await, 1);
}

async fn delete(chrome: &Chrome, tail: &str) {
    chrome.tab_to(&format!("Delete key …{tail}")).await;
    chrome.enter().await;
    chrome.tab_to("confirm").await;
    chrome.keys("wrong").await;
    chrome.enter().await;
    let summary = chrome.run("return document.activeElement.matches('.error-summary')").await;
    assert_eq!(summary, true, "the error summary has the focus");
    chrome.tab_to("confirm").await;
    chrome.ctrl('a').await;
    chrome.keys(tail).await;
    chrome.enter().await;
    assert_eq!(chrome.count("tr[data-secret-id]").await, 0);
}
