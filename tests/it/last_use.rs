//! The last use of a key is the last call that was carried out; a refused one stands beside it.

use crate::support::TestApp;
use camlock::app::keys::usage::flush_usage;
use serde_json::json;

#[actix_web::test]
async fn a_refused_call_is_no_use_of_the_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    client.call("cam", "GetUserAppId", json!({})).await;
    let used_at = app.now();
    app.wait(600);

    client.call("cam", "Dance", json!({})).await;
    flush_usage(&app.app).await.unwrap();
    let page = root.browser.get("/keys").await;
    let cell = page.text("td[data-label='Last used']").unwrap();

    assert!(cell.contains("GetUserAppId") && !cell.contains("Dance"), "{cell}");
    assert!(page.text(".refused").unwrap().contains("InvalidAction"), "{cell}");
    let asked = client.call("cam", "GetSecurityLastUsed", json!({"SecretIdList": [client.secret_id]})).await;
    assert_eq!(asked["SecretIdLastUsedRows"][0]["LastSecretUsedDate"], used_at * 1000, "{asked}");
}

#[actix_web::test]
async fn a_key_whose_calls_were_all_refused_was_never_used() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;

    client.call("cam", "Dance", json!({})).await;
    flush_usage(&app.app).await.unwrap();
    let cell = root.browser.get("/keys").await.text("td[data-label='Last used']").unwrap();

    assert!(cell.starts_with("Never") && cell.contains("Refused"), "{cell}");
}
