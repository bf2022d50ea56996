//! The pages about keys.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::people::Person;
use crate::support::{Client, TestApp};
use crate::sweep::Sweep;
use camlock::app::keys::usage::flush_usage;
use serde_json::json;

#[actix_web::test]
async fn the_pages_about_keys_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        lists(&mut sweep, &scene).await;
        change(&mut sweep, &scene).await;
        show(&mut sweep, &app, &scene).await;
        show_once(&mut sweep, &app, &scene).await;
        sweep.end(20);
    })
    .await;
}

#[actix_web::test]
async fn the_history_of_a_key_is_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let client = called_for_days(&app, &scene).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        life(&mut sweep, &scene, &client.secret_id).await;
        sweep.end(9);
    })
    .await;
}

/// A key that was used on several days from one client, and refused often on one of them.
async fn called_for_days(app: &TestApp, scene: &Scene) -> Client {
    let client = app.key_of(&scene.alice).await;
    for day in 0..9 {
        for _ in 0..=(day * 7) % 5 {
            client.call("cam", "GetUserAppId", json!({})).await;
        }
        for _ in 0..if day == 6 { 12 } else { day % 2 } {
            client.call("cam", "DescribeSafeAuthFlagCollection", json!({})).await;
        }
        flush_usage(&app.app).await.unwrap();
        app.wait(86_400);
    }
    scene.root.sign_in(app).await;
    client.call("cam", "GetUserAppId", json!({})).await;
    client
}

async fn life(sweep: &mut Sweep<'_>, scene: &Scene, id: &str) {
    let (chrome, list) = (sweep.chrome, format!("/users/{}/keys", scene.alice.uin));
    let history = format!("{list}/{id}/history");
    sweep.visit(&list, "keys-used").await;
    chrome.click(&format!("a[data-dialog='disable-{id}']")).await;
    sweep.look("key-disable-dialog-used").await;
    sweep.visit(&format!("{list}/{id}/disable"), "key-disable-used").await;
    sweep.visit(&history, "key-history").await;
    chrome.click(".twin summary").await;
    sweep.look("key-history-with-table").await;
    sweep.visit(&format!("{list}/{id}/limits"), "key-limits").await;
    chrome.fill("networks", "10.0.4.0/24").await;
    chrome.press("Check").await;
    sweep.look("key-limits-checked").await;
    chrome.fill("expires_at", "tomorrow").await;
    chrome.fill("networks", "everywhere").await;
    chrome.press("Save limits").await;
    sweep.look("key-limits-with-errors").await;
    replaced(sweep, scene, id).await;
    chrome.open(&format!("{list}/{id}/disable")).await;
    chrome.press("Try it off for 10 minutes").await;
    sweep.look("keys-tried-off").await;
    sweep.visit(&history, "key-history-tried-off").await;
    sweep.visit(&format!("{list}/{id}/delete"), "key-delete-used").await;
    chrome.fill("confirm", &id[32..]).await;
    chrome.press("Delete key").await;
    sweep.visit(&history, "key-history-deleted").await;
}

/// The key is replaced, and the replacement cancelled; its second key goes again.
async fn replaced(sweep: &mut Sweep<'_>, scene: &Scene, id: &str) {
    let (chrome, list) = (sweep.chrome, format!("/users/{}/keys", scene.alice.uin));
    let page = format!("{list}/{id}/replace");
    sweep.visit("/rotations", "rotations-none").await;
    sweep.visit(&page, "key-replace").await;
    chrome.fill("silent_hours", "0").await;
    chrome.press("Begin to replace").await;
    sweep.look("key-replace-with-errors").await;
    chrome.fill("silent_hours", "24").await;
    chrome.press("Begin to replace").await;
    sweep.look("key-replacing").await;
    chrome.click(".twin summary").await;
    sweep.look("key-replacing-with-table").await;
    sweep.visit("/rotations", "rotations").await;
    sweep.visit(&list, "keys-rotating").await;
    let second = scene.root.secret_ids(&list).await.into_iter().find(|other| other != id).unwrap();
    scene.root.browser.submit(&list, &format!("{list}/{id}/disable"), &[]).await.redirect();
    sweep.visit(&page, "key-replacing-disabled").await;
    scene.root.browser.submit(&list, &format!("{list}/{id}/enable"), &[]).await.redirect();
    chrome.open(&page).await;
    chrome.press("Cancel replacement").await;
    for (what, fields) in [("disable", vec![]), ("delete", vec![("confirm", &second[32..])])] {
        scene.root.browser.submit(&list, &format!("{list}/{second}/{what}"), &fields).await.redirect();
    }
}

async fn lists(sweep: &mut Sweep<'_>, scene: &Scene) {
    let chrome = sweep.chrome;
    sweep.visit(&format!("/users/{}/keys", scene.long), "keys-full").await;
    sweep.visit(&format!("/users/{}/keys", scene.alice.uin), "keys-one").await;
    chrome.click("a[data-dialog]").await;
    sweep.look("keys-with-dialog").await;
    chrome.open(&format!("/users/{}/keys", scene.alice.uin)).await;
    chrome.click("details.edit summary").await;
    sweep.look("keys-with-note-open").await;
    sweep.visit(&format!("/users/{}/keys", scene.new), "keys-none").await;
    sweep.visit("/keys", "keys-own-none").await;
    chrome.press("Create Key").await;
    sweep.look("keys-own-of-root").await;
    chrome.press("Create Key").await;
    sweep.look("keys-own-full").await;
}

async fn change(sweep: &mut Sweep<'_>, scene: &Scene) {
    let (chrome, list) = (sweep.chrome, format!("/users/{}/keys", scene.long));
    let (enabled, disabled) = (&scene.long_keys[0], &scene.long_keys[1]);
    sweep.visit(&format!("{list}/{enabled}/disable"), "key-disable").await;
    sweep.visit(&format!("{list}/{enabled}/delete"), "key-delete-still-enabled").await;
    sweep.visit(&format!("{list}/{disabled}/delete"), "key-delete").await;
    chrome.fill("confirm", "nope").await;
    chrome.press("Delete key").await;
    sweep.look("key-delete-with-error").await;
}

async fn show(sweep: &mut Sweep<'_>, app: &TestApp, scene: &Scene) {
    let (chrome, list) = (sweep.chrome, format!("/users/{}/keys", scene.long));
    for (name, key) in ["enabled", "disabled"].into_iter().zip(&scene.long_keys) {
        ask(chrome, &list, key).await;
        sweep.look(&format!("verify-to-show-{name}")).await;
        chrome.give_code(app, &scene.root).await;
        sweep.look(&format!("secret-of-{name}")).await;
    }
    chrome.driver.refresh().await.unwrap();
    sweep.look("secret-gone").await;
    ask(chrome, &list, &scene.long_keys[0]).await;
    for tries in 1..=5 {
        chrome.fill("code", "000000").await;
        chrome.click("main form button.primary").await;
        if tries == 1 || tries == 5 {
            sweep.look(&format!("verify-refused-{tries}")).await;
        }
    }
    app.wait(901);
}

async fn ask(chrome: &Chrome, list: &str, key: &str) {
    chrome.open(list).await;
    chrome.click(&format!("form[action='{list}/{key}/reveal'] button")).await;
}

async fn show_once(sweep: &mut Sweep<'_>, app: &TestApp, scene: &Scene) {
    let chrome = sweep.chrome;
    only_once(chrome, app, &scene.root).await;
    sweep.visit(&format!("/users/{}/keys", scene.long), "keys-shown-once").await;
    sweep.visit("/settings/security/keys", "settings-keys-beyond").await;
    sweep.visit("/settings/security/idle-keys", "settings-keys-without-silence").await;
    chrome.open(&format!("/users/{}/keys", scene.alice.uin)).await;
    chrome.click(".new-limits summary").await;
    sweep.look("keys-new-limits").await;
    chrome.press("Create Key").await;
    chrome.arrive("/verify").await;
    sweep.look("verify-to-create").await;
    chrome.give_code(app, &scene.root).await;
    chrome.find("#secret-key").await;
    sweep.look("key-created-once").await;
    chrome.driver.refresh().await.unwrap();
    sweep.look("key-created-once-gone").await;
}

async fn only_once(chrome: &Chrome, app: &TestApp, root: &Person) {
    chrome.open("/settings/security").await;
    chrome.pick("secret_reveal", "once").await;
    chrome.fill("key_expiry_max_days", "90").await;
    chrome.fill("key_idle_default_days", "60").await;
    chrome.press("Save settings").await;
    chrome.give_code(app, root).await;
    chrome.arrive("/settings/security").await;
}
