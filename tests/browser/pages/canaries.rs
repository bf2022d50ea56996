//! Canary keys, in use and touched.

use super::scene;
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::sweep::Sweep;
use serde_json::json;

#[actix_web::test]
async fn the_pages_of_canaries_are_sound_in_every_width_and_colour() {
    const NEW: &str = "/canaries/new";
    let app = TestApp::spawn();
    let mut scene = scene(&app).await;
    let mut last = String::new();
    for name in
        ["Wiki page", &"backup-of-the-build-server-".repeat(4), "部署说明文档页面里的密钥对一二三四五六七八"]
    {
        let shown = scene.root.grant(&app, NEW, NEW, &[("name", name)]).await.redirect();
        let page = scene.root.browser.get(&shown).await;
        let (id, secret) = (page.text("#secret-id").unwrap(), page.text("#secret-key").unwrap());
        let thief = app.client(&id, &secret);
        for action in ["ListUsers", "DescribeSafeAuthFlagIntl"] {
            thief.call("cam", action, json!({})).await;
        }
        app.client(&id, &"0".repeat(32)).call("cam", "ListUsers", json!({})).await;
        last = format!("/canaries/{id}");
    }
    scene.root.browser = app.browser();

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        sweep.visit("/canaries", "canaries").await;
        assert!(chrome.count("tr[data-canary]").await == 3);
        sweep.visit(&last, "canary").await;
        assert!(chrome.count("tr[data-proof]").await == 3);
        sweep.visit(NEW, "canary-new").await;
        chrome.press("Make canary key").await;
        sweep.look("canary-new-with-errors").await;
        sweep.visit(&format!("{last}/delete"), "canary-delete").await;
        sweep.end(5);
    })
    .await;
}
