//! People who are not root: what they see of their keys follows their policies.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::Person;

const READ_ONLY: &str = "QcloudCollApiKeyReadOnlyAccess";

#[actix_web::test]
async fn a_sub_user_with_the_read_only_policy_shows_its_keys_and_has_no_other_control() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.enrolled(&root, "reader", &[READ_ONLY]).await;
    root.create_key(&format!("/users/{}/keys", reader.uin)).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &reader).await;
        assert_eq!(chrome.path().await, "/keys", "home is the own keys");
        ensure_shows_and_nothing_else(chrome, &app, &reader).await;
    })
    .await;
}

#[actix_web::test]
async fn a_sub_user_without_a_policy_is_told_which_ones_help() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let plain = app.enrolled(&root, "plain", &[]).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &plain).await;
        chrome.open("/keys").await;

        let main = chrome.text("main").await;
        assert!(main.contains(READ_ONLY) && main.contains("QcloudCollApiKeyManageAccess"), "{main}");
        assert_eq!(chrome.text("#denied-action").await, "cam:QueryCollApiKey");
        assert!(chrome.is_visible("#request-id").await);
        chrome.press("Copy for your administrator").await;
        let wanted = format!("cam:QueryCollApiKey on {}", chrome.text("#denied-resource").await);
        assert_eq!(chrome.clipboard().await, wanted);
        for link in ["/users", "/audit", "/settings/security"] {
            assert_eq!(chrome.count(&format!("nav a[href='{link}']")).await, 0, "no link to {link}");
        }
        chrome.ensure_quiet_console().await;
    })
    .await;
}

#[actix_web::test]
async fn a_collaborator_switches_to_the_account_that_it_was_added_to_and_back() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let partner = app.root_named("partner").await;
    let fields =
        [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str()), ("policy", READ_ONLY)];
    root.browser
        .submit("/users/new", "/users/new", &[&fields[..], &[("console_login", "1")]].concat())
        .await
        .redirect();
    root.create_key(&format!("/users/{}/keys", partner.uin)).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &partner).await;
        chrome.arrive("/identity").await;
        act_in(chrome, &root.uin).await;
        assert_eq!(chrome.text(".bar .account .mono").await, root.uin);
        chrome.open("/keys").await;
        ensure_shows_and_nothing_else(chrome, &app, &partner).await;

        chrome.click(".usermenu summary").await;
        chrome.click(".usermenu a[href='/identity']").await;
        act_in(chrome, &partner.uin).await;

        assert_eq!(chrome.text(".bar .account .mono").await, partner.uin);
        chrome.open("/keys").await;
        assert_eq!(chrome.count("tr[data-secret-id]").await, 0, "keys belong to the membership");
        chrome.ensure_quiet_console().await;
    })
    .await;
}

async fn act_in(chrome: &Chrome, owner: &str) {
    chrome.pick("owner_uin", owner).await;
    chrome.press("Continue").await;
}

async fn ensure_shows_and_nothing_else(chrome: &Chrome, app: &TestApp, person: &Person) {
    assert_eq!(chrome.text("h1").await, "My API keys");
    assert_eq!(chrome.count("tr[data-status=enabled]").await, 1);
    assert_eq!(chrome.count("main form").await, 1, "one form, to show the one key");
    let links =
        "main a[href*='/disable'], main a[href*='/delete'], main [aria-disabled=true], dialog, main details";
    assert_eq!(chrome.count(links).await, 0, "no other control, not even a dead one");

    chrome.click("form[action$='/reveal'] button").await;
    chrome.give_code(app, person).await;

    assert_eq!(chrome.text("#secret-key").await.len(), 32);
    chrome.press("Hide now").await;
    assert_eq!(chrome.path().await, "/keys");
    chrome.ensure_quiet_console().await;
}
