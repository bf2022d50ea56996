//! The menu of a row of the User List: opened, used and closed with mouse and keyboard, with scripts and without.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::Person;
use thirtyfour::Key;

/// Links of the open menu that something covers or the window cuts off, once scrolled to, and those with a comma of a list before them.
const HIDDEN: &str = r"
    return [...document.querySelectorAll('.rowmenu[open] a')].filter(link => {
        link.scrollIntoView({ block: 'nearest' });
        const box = link.getBoundingClientRect(), at = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
        return getComputedStyle(link.parentElement, '::before').content !== 'none' || box.left < 0 || box.right > innerWidth || !link.contains(at);
    }).map(link => link.textContent);";

const OPEN: &str = "return document.querySelectorAll('.rowmenu[open]').length";

async fn scene(app: &TestApp) -> Person {
    let root = app.root().await;
    for number in 0..7 {
        app.sub_user(&root, &format!("dev-{number}-of-the-platform-team"), &[]).await;
    }
    root
}

fn summary(row: &str) -> String {
    format!("tbody tr:nth-child({row}) .rowmenu > summary")
}

#[actix_web::test]
async fn the_menu_of_a_row_opens_and_closes_with_the_keyboard() {
    let app = TestApp::spawn();
    let root = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/users").await;
        chrome.tab_to("API keys of dev-0-of-the-platform-team").await;
        chrome.keys(Key::Tab).await;
        assert_eq!(chrome.focused().await, "More for dev-0-of-the-platform-team");
        chrome.keys(Key::Enter).await;
        chrome.keys(Key::Tab).await;
        assert_eq!(chrome.focused().await, "Permissions");

        chrome.keys(Key::Escape).await;

        assert_eq!(chrome.run(OPEN).await, 0);
        assert_eq!(chrome.focused().await, "More for dev-0-of-the-platform-team", "the focus comes back");
        chrome.keys(Key::Enter).await;
        chrome.tab_to("Groups").await;
        chrome.enter().await;
        assert!(chrome.path().await.ends_with("/groups"), "{}", chrome.path().await);
        chrome.ensure_quiet_console().await;
    })
    .await;
}

#[actix_web::test]
async fn one_menu_is_open_at_a_time_and_a_click_beside_it_closes_it() {
    let app = TestApp::spawn();
    let root = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        chrome.open("/users").await;
        chrome.click(&summary("1")).await;
        chrome.click(&summary("7")).await;
        assert_eq!(chrome.run(OPEN).await, 1);

        chrome.click("main h1").await;

        assert_eq!(chrome.run(OPEN).await, 0);
    })
    .await;
}

#[actix_web::test]
async fn no_menu_is_cut_off_in_the_first_and_the_last_row_with_scripts_and_without() {
    let app = TestApp::spawn();
    let root = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, &root).await;
        for has_scripts in [true, false] {
            if !has_scripts {
                chrome.without_scripts().await;
            }
            for width in [360, 1024, 1280] {
                for row in ["1", "4", "8"] {
                    chrome.width(width).await;
                    chrome.open("/users").await;
                    chrome.click(&summary(row)).await;

                    assert_eq!(chrome.count(".rowmenu[open] a").await, 5);
                    let hidden = chrome.list(HIDDEN).await;
                    assert!(hidden.is_empty(), "row {row} at {width}: {hidden:?}");
                    let faults = chrome.layout_faults(width).await;
                    assert!(faults.is_empty(), "row {row} at {width}: {faults:#?}");
                    chrome.picture(&format!("row-menu-{row}-{width}-{has_scripts}")).await;
                }
            }
        }
    })
    .await;
}
