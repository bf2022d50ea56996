//! Ticking users of the User List: all, some, none.

use crate::chrome::Chrome;
use crate::support::TestApp;

const TICKED: &str = "return document.querySelectorAll('[name=uin]:checked').length";
const HALF: &str = "return document.querySelector('#select-all').indeterminate";
const ALL: &str = "return document.querySelector('#select-all').checked";

#[actix_web::test]
async fn all_users_of_a_page_are_ticked_at_once_and_counted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    for name in ["dev-alice", "dev-bob"] {
        app.sub_user(&root, name, &[]).await;
    }

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/users").await;
        assert_eq!(chrome.text("[data-selected]").await, "Tick users, then choose:");

        chrome.click("#select-all").await;
        assert_eq!(chrome.run(TICKED).await, 3);
        assert_eq!(chrome.text("[data-selected]").await, "3 selected");

        chrome.click("tbody tr:first-child .pick input").await;
        assert_eq!(chrome.text("[data-selected]").await, "2 selected");
        assert_eq!((chrome.run(HALF).await, chrome.run(ALL).await), (true.into(), false.into()));

        chrome.click("tbody tr:first-child .pick input").await;
        assert_eq!((chrome.run(HALF).await, chrome.run(ALL).await), (false.into(), true.into()));

        chrome.click("#select-all").await;
        assert_eq!(chrome.run(TICKED).await, 0);
        assert_eq!(chrome.text("[data-selected]").await, "Tick users, then choose:");
        assert_eq!((chrome.run(HALF).await, chrome.run(ALL).await), (false.into(), false.into()));
        chrome.ensure_quiet_console().await;
    })
    .await;
}
