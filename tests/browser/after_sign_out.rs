//! A page that the browser kept shows nothing once its person has signed out.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};

#[actix_web::test]
async fn going_back_after_signing_out_shows_no_page_of_the_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let secret_id = root.create_key("/keys").await;

    Chrome::visit(&app, async |chrome| {
        for path in ["/users", "/keys", "/policies", "/me/security", "/audit"] {
            arrive_by_signing_in(&app, chrome, (&root, path)).await;
            chrome.sign_out().await;

            chrome.driver.back().await.unwrap();
            chrome.arrive("/login").await;

            assert_eq!(chrome.count(".shell").await, 0, "{path}");
            let text = chrome.text("body").await;
            assert!(!text.contains(&secret_id), "{path}: {text}");
        }
    })
    .await;
}

async fn arrive_by_signing_in(app: &TestApp, chrome: &Chrome, (root, path): (&Person, &str)) {
    chrome.open(path).await;
    chrome.fill("user_name", &root.name).await;
    chrome.fill("password", PASSWORD).await;
    chrome.press("Sign in").await;
    chrome.give_code(app, root).await;
    chrome.arrive(path).await;
}
