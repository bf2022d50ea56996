//! Webhooks and notices, with messages in every state.

use super::scene;
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::receiver::{Manner, Receiver};
use crate::sweep::Sweep;
use camlock::app::webhooks::outbox::deliver_due;

#[actix_web::test]
async fn the_pages_of_webhooks_and_notices_are_sound_in_every_width_and_colour() {
    const NEW: &str = "/settings/webhooks/new";
    let app = TestApp::spawn_with(&[("CAMLOCK_WEBHOOKS__ALLOW_PRIVATE", "true")]);
    let mut scene = scene(&app).await;
    let receiver = Receiver::start(Manner::Answers(503)).await;
    let long = format!("{}{}", receiver.url(), "&token=long".repeat(60));
    for name in ["Pager", &"pager-of-the-platform-team-".repeat(2), "值班通知机器人"] {
        let fields = [
            ("name", name),
            ("url", long.as_str()),
            ("event", "keys"),
            ("event", "canaries"),
            ("enabled", "1"),
        ];
        scene.root.grant(&app, NEW, NEW, &fields).await.redirect();
    }
    let id = scene.root.create_key("/keys").await;
    deliver_due(&app.app).await.unwrap();
    scene.root.browser.submit("/keys", &format!("/keys/{id}/disable"), &[]).await.redirect();
    let canary = [("name", "wiki page")];
    scene.root.grant(&app, "/canaries/new", "/canaries/new", &canary).await.redirect();
    let list = scene.root.browser.get("/settings/webhooks").await;
    let ids = list.attributes("tr[data-webhook]", "data-webhook");
    let page = format!("/settings/webhooks/{}", ids[1]);
    scene.root.browser = app.browser();

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        sweep.visit("/settings/webhooks", "webhooks").await;
        assert!(chrome.count("tr[data-webhook]").await == 3);
        sweep.visit(&page, "webhook").await;
        sweep.visit(NEW, "webhook-new").await;
        chrome.press("Make webhook").await;
        sweep.look("webhook-new-with-errors").await;
        sweep.visit(&format!("{page}/renew"), "webhook-renew").await;
        sweep.visit(&format!("{page}/delete"), "webhook-delete").await;
        sweep.visit("/notices", "notices").await;
        sweep.end(7);
    })
    .await;
}
