//! Actions that are chosen from a list go into the document of a policy.

use crate::chrome::Chrome;
use crate::support::TestApp;
use serde_json::json;
use thirtyfour::Key;

const DOCUMENT: &str = "return document.querySelector('#field-document').value";

#[actix_web::test]
async fn a_chosen_action_goes_into_the_first_list_or_where_the_caret_is_and_saves_nothing() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/policies/new").await;
        chrome.click("#known summary").await;
        chrome.click("#known-action").await;
        chrome.keys("cam:ListUsers").await;

        chrome.keys(Key::Enter).await;

        chrome.wait_for_text("#live", "cam:ListUsers inserted").await;
        let text = chrome.run(DOCUMENT).await;
        let document: serde_json::Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        assert_eq!(document["statement"][0]["action"], json!(["cam:ListUsers", "cam:GetUser"]));

        chrome.fill("document", "[]").await;
        chrome.keys(Key::Left).await;
        chrome.click("#known-action").await;
        chrome.keys("cam:GetUser").await;
        chrome.press("Insert").await;
        assert_eq!(chrome.run(DOCUMENT).await, r#"["cam:GetUser"]"#);
        chrome.ctrl('z').await;
        assert_eq!(chrome.run(DOCUMENT).await, "[]");

        assert_eq!(chrome.path().await, "/policies/new");
        chrome.ensure_quiet_console().await;
    })
    .await;
}
