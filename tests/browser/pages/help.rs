//! How to call the API, the signature debugger, and what a key's calls leave behind.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::api::Client;
use crate::support::people::Person;
use crate::sweep::Sweep;
use serde_json::json;

#[actix_web::test]
async fn the_help_and_the_access_records_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let client = called_key(&app, &scene.root).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        snippets(&mut sweep, &client).await;
        debugger(&mut sweep, &client).await;
        records(&mut sweep, &scene, &client).await;
        sweep.visit("/keys", "keys-used").await;
        chrome.sign_out().await;
        chrome.sign_in(&app, &app.signed_in(&scene.root, "nobody", &[]).await).await;
        sweep.visit("/help/api", "help-without-keys").await;
        sweep.end(17);
    })
    .await;
}

/// A key with calls of every outcome; its program has the longest name there is.
async fn called_key(app: &TestApp, person: &Person) -> Client {
    let client = app.key_of(person).await;
    for _ in 0..26 {
        client.call("cam", "GetUserAppId", json!({})).await;
    }
    client.call("cam", "Dance", json!({})).await;
    let mut signed = client.sign("cam", "DescribeSafeAuthFlagColl", &json!({}));
    signed.set("user-agent", &"SDK_PYTHON_3.1.195-".repeat(4));
    client.send(&signed).await;
    client
}

async fn snippets(sweep: &mut Sweep<'_>, client: &Client) {
    for tool in ["curl", "tccli", "python", "node", "go", "java", "php"] {
        let address = format!("/help/api?tool={tool}&key={}", client.secret_id);
        sweep.visit(&address, &format!("help-{tool}")).await;
    }
}

async fn debugger(sweep: &mut Sweep<'_>, client: &Client) {
    let chrome = sweep.chrome;
    let signed = client.sign_plainly("cam", "GetUserAppId", &json!({}));
    let headers: Vec<String> =
        signed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    sweep.visit("/help/api/debug", "debugger").await;
    chrome.press("Explain").await;
    sweep.look("debugger-with-error").await;
    chrome.fill("headers", &headers.join("\n")).await;
    chrome.fill("body", "{}").await;
    chrome.press("Explain").await;
    sweep.look("debugger-explained").await;
}

async fn records(sweep: &mut Sweep<'_>, scene: &Scene, client: &Client) {
    let (alice, list) = (&scene.alice.uin, format!("/keys/{}/records", client.secret_id));
    sweep.visit(&list, "records").await;
    sweep.visit(&format!("{list}?page=2"), "records-second-page").await;
    sweep.visit(&format!("{list}?page=3"), "records-past-the-end").await;
    sweep.chrome.open(&format!("/users/{alice}/keys")).await;
    sweep.chrome.click("a[href$='/records']").await;
    sweep.look("records-none").await;
    let key = &scene.long_keys[1];
    sweep.visit(&format!("/users/{}/keys/{key}/records", scene.long), "records-of-disabled").await;
}
