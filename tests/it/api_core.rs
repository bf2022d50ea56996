//! The API as programs meet it: envelope, signatures, replay, limits, usage.

use crate::support::{TestApp, code};
use serde_json::json;

#[actix_web::test]
async fn a_signed_call_is_answered_in_the_envelope() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;

    let answer = client.send(&client.sign("cam", "GetUserAppId", &json!({}))).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["Response"]["Uin"], root.uin.as_str(), "{body}");
    assert_eq!(body["Response"]["RequestId"].as_str().unwrap().len(), 36);

    let identity = client.call("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(identity["UserId"], root.uin.as_str(), "{identity}");
    assert_eq!(code(&client.call("cam", "Dance", json!({})).await), "InvalidAction");
}
