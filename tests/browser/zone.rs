//! Whose time it is that a page writes.

use crate::chrome::Chrome;
use crate::support::TestApp;
use serde_json::json;

#[actix_web::test]
async fn the_zone_of_the_times_is_said_once_with_scripts_and_without() {
    let app = TestApp::spawn();
    let root = app.root().await;

    Chrome::visit(&app, async |chrome| {
        chrome.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Asia/Shanghai" })).await;
        chrome.sign_in(&app, &root).await;
        for page in ["/users", "/me/sessions", "/me/security"] {
            chrome.open(page).await;
            assert_eq!(
                chrome.text(".zone").await,
                "Times here are those of Asia/Shanghai, unless UTC is said."
            );
        }
        chrome.open("/users/new").await;
        assert!(!chrome.is_visible(".zone").await, "a page without times says nothing of them");
        chrome.open("/audit").await;
        assert_eq!(chrome.count(".zone").await, 0);
        assert!(chrome.text("main .facts").await.contains("Times and days are UTC"));
        chrome.ensure_quiet_console().await;

        chrome.without_scripts().await;

        chrome.open("/users").await;
        assert_eq!(chrome.text(".zone").await, "Times are UTC.");
        chrome.wait_for_text("td[data-label=Created] time", " UTC").await;
    })
    .await;
}
