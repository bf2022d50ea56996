//! Requests that were good once, or would be elsewhere.

use super::Scene;
use super::verdicts::tc3;
use crate::support::gate::{HOST, Request, printed};
use serde_json::json;

impl Scene {
    async fn reason(&self, request: &Request) -> String {
        let verdict = self.gateway.verdict(request).await;
        assert_eq!(verdict["allowed"], false, "{verdict}");
        verdict["reason"].as_str().unwrap().to_owned()
    }
}

#[actix_web::test]
async fn a_truncated_body_is_not_the_signed_one() {
    let scene = Scene::new().await;
    let whole = scene.post("/v1/orders", b"{\"amount\": 100}");
    for length in [0, 1, 14] {
        let cut = whole.but(|request| request.body.truncate(length));
        assert_eq!(scene.reason(&cut).await, "wrong_signature", "{length}");
        let sent = scene.gateway.ask(&cut.question_with_body()).await;
        assert_eq!(sent["reason"], "wrong_signature", "{length}: {sent}");
    }
    assert_eq!(scene.gateway.verdict(&whole).await["allowed"], true);
}

#[actix_web::test]
async fn a_body_in_signed_pieces_is_refused_unless_the_token_takes_what_is_claimed() {
    let scene = Scene::new().await;
    let loose = scene.app.another_gateway(&scene.root.owner, &["--coverage", "claimed"]);
    for pieces in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"] {
        let signed = [("host", HOST), ("x-amz-content-sha256", pieces)];
        let request = scene.key.sign_aws_with(scene.wanted("POST", "/v1/orders"), &signed);
        assert_eq!(scene.reason(&request).await, "streaming_body", "{pieces}");
        assert_ne!(loose.verdict(&request).await["reason"], "streaming_body", "{pieces}");
    }
}

#[actix_web::test]
async fn an_unsigned_payload_covers_no_write() {
    let scene = Scene::new().await;
    let signed = [("host", HOST), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
    let write = scene.key.sign_aws_with(scene.wanted("POST", "/v1/orders"), &signed);
    let read = scene.key.sign_aws_with(scene.wanted("GET", "/v1/orders"), &signed);
    assert_eq!(scene.reason(&write).await, "body_not_covered");
    let verdict = scene.gateway.verdict(&read).await;
    assert_eq!((&verdict["allowed"], &verdict["coverage"]), (&json!(true), &json!("none")), "{verdict}");
}

#[actix_web::test]
async fn a_session_token_is_refused_in_every_scheme() {
    let scene = Scene::new().await;
    let call = tc3(&scene, &["x-tc-action"]).but(|request| request.set("x-tc-token", "t"));
    let verdict = scene.gateway.ask(&call.question_with_body()).await;
    assert_eq!(verdict["reason"], "session_token", "{verdict}");
    let empty = tc3(&scene, &["x-tc-action"]).but(|request| request.set("x-tc-token", ""));
    let verdict = scene.gateway.ask(&empty.question_with_body()).await;
    assert_eq!(verdict["allowed"], true, "{verdict}");
    let header = scene.get("/v1/orders").but(|request| request.set("x-amz-security-token", "t"));
    assert_eq!(scene.reason(&header).await, "session_token");
    let presigned = scene.key.presign_aws(scene.wanted("GET", "/v1/orders"), 60);
    let query = presigned.but(|request| request.target += "&X-Amz-Security-Token=t");
    assert_eq!(scene.reason(&query).await, "session_token");
}

#[actix_web::test]
async fn a_deleted_users_key_is_unknown() {
    let scene = Scene::new().await;
    assert_eq!(scene.gateway.verdict(&scene.get("/v1/orders")).await["allowed"], true);
    scene.disable().await;
    let uin: i64 = scene.uin.parse().unwrap();
    let key = json!({"AccessKeyId": scene.key.secret_id, "TargetUin": uin});
    scene.change("DeleteAccessKey", key).await;
    scene.change("DeleteUser", json!({"Name": "reader", "Force": 1})).await;
    assert_eq!(scene.reason(&scene.get("/v1/orders")).await, "unknown_key");
}

#[actix_web::test]
async fn a_service_that_the_token_does_not_name_is_unknown() {
    let scene = Scene::new().await;
    let owner = &scene.root.owner;
    let bills = ["service", "create", "--owner", owner, "--name", "bills", "--host", "bills.example.com"];
    printed(&scene.app, &bills);
    let signed = [("host", "bills.example.com")];
    let request = scene.key.sign_aws_with(scene.wanted("GET", "/v1/bills"), &signed);
    let request = request.but(|request| request.host = "bills.example.com".to_owned());
    assert_eq!(scene.reason(&request).await, "unknown_service");
}

#[actix_web::test]
async fn a_request_that_was_signed_for_another_host_is_refused() {
    let scene = Scene::new().await;
    let owner = &scene.root.owner;
    let bills = ["service", "create", "--owner", owner, "--name", "bills", "--host", "bills.example.com"];
    printed(&scene.app, &bills);
    let token = ["gate", "token", "create", "--owner", owner, "--name", "both", "--service", "orders"];
    let token = printed(&scene.app, &[&token[..], &["--service", "bills"]].concat());
    let mut gateway = scene.gateway.on(&scene.app.address);
    gateway.token = token;
    let moved = scene.get("/v1/orders").but(|request| {
        request.host = "bills.example.com".to_owned();
        request.set("host", "bills.example.com");
    });
    let verdict = gateway.verdict(&moved).await;
    assert_eq!(verdict["reason"], "wrong_signature", "{verdict}");
}

#[actix_web::test]
async fn a_key_that_is_enabled_again_needs_no_new_signature() {
    let scene = Scene::new().await;
    let request = scene.get("/v1/orders");
    scene.disable().await;
    assert_eq!(scene.reason(&request).await, "disabled_key");
    let uin: i64 = scene.uin.parse().unwrap();
    let body = json!({"AccessKeyId": scene.key.secret_id, "TargetUin": uin, "Status": "Active"});
    scene.change("UpdateAccessKey", body).await;
    assert_eq!(scene.gateway.verdict(&request).await["allowed"], true);
}
