//! What the gate says about requests that are genuine, and about those that policies refuse.

use super::Scene;
use crate::support::gate::{HOST, Request, Wanted};
use serde_json::json;

#[actix_web::test]
async fn a_signed_request_that_a_policy_allows_may_go_on() {
    let scene = Scene::new().await;

    let verdict = scene.gateway.verdict(&scene.get("/v1/orders?page=2")).await;

    assert_eq!(verdict["allowed"], true, "{verdict}");
    assert_eq!(verdict["status"], 200);
    assert_eq!(verdict["reason"], "allowed");
    assert_eq!(verdict["scheme"], "AWS4-HMAC-SHA256");
    assert_eq!(verdict["uin"], scene.uin.as_str());
    assert_eq!(verdict["owner_uin"], scene.root.owner.as_str());
    assert_eq!(verdict["user"], "reader");
    assert_eq!(verdict["kind"], "sub_user");
    assert_eq!(verdict["secret_id"], scene.key.secret_id.as_str());
    assert_eq!(verdict["service"], "orders");
    assert_eq!(verdict["action"], "orders:ListOrders");
    assert_eq!(verdict["resource"], format!("qcs::orders::uin/{}:/v1/orders", scene.root.owner));
    assert_eq!(verdict["statement"], "1 of readers");
    assert_eq!(verdict["coverage"], "verified");
    assert!(!verdict["request_id"].as_str().unwrap().is_empty());
}

#[actix_web::test]
async fn a_presigned_address_is_a_signature_too() {
    let scene = Scene::new().await;
    let request = scene.key.presign_aws(scene.wanted("GET", "/v1/orders/7"), 60);

    let now = scene.gateway.verdict(&request).await;
    scene.app.wait(61);
    let later = scene.gateway.verdict(&request).await;

    assert_eq!(now["allowed"], true, "{now}");
    assert_eq!(now["action"], "orders:GetOrder");
    assert_eq!(later["reason"], "expired_presigned", "{later}");
    assert_eq!(later["status"], 401);
}

#[actix_web::test]
async fn what_no_policy_allows_and_what_one_denies_is_refused_with_the_statement() {
    let scene = Scene::new().await;

    let unnamed = scene.gateway.verdict(&scene.get("/v2/orders")).await;
    let denied = scene.gateway.verdict(&scene.get("/v1/orders/secret")).await;
    let beneath = scene.gateway.verdict(&scene.post("/v1/orders/secret/notes", b"{}")).await;

    assert_eq!((&unnamed["reason"], &unnamed["status"]), (&json!("no_policy"), &json!(403)));
    assert_eq!(unnamed["action"], "orders:GET", "without a route the method is the action");
    assert_eq!(denied["reason"], "explicit_deny");
    assert_eq!(denied["statement"], "2 of readers");
    assert_eq!(beneath["reason"], "explicit_deny", "a resource covers what lies beneath it: {beneath}");
}

#[actix_web::test]
async fn root_needs_no_policy() {
    let scene = Scene::new().await;
    let request = scene.admin.sign_aws(scene.wanted("DELETE", "/v9/anything"));

    let verdict = scene.gateway.verdict(&request).await;

    assert_eq!(verdict["allowed"], true, "{verdict}");
    assert_eq!(verdict["kind"], "root");
    assert_eq!(verdict["action"], "orders:DELETE");
}

#[actix_web::test]
async fn a_change_counts_from_the_moment_it_was_made() {
    let scene = Scene::new().await;
    let key = json!({"AccessKeyId": scene.key.secret_id, "TargetUin": scene.uin.parse::<i64>().unwrap()});
    let with = |status: &str| {
        let mut body = key.clone();
        body["Status"] = json!(status);
        body
    };
    let ask = || async { scene.gateway.verdict(&scene.get("/v1/orders")).await["reason"].clone() };
    assert_eq!(ask().await, "allowed");

    scene.change("UpdateAccessKey", with("Inactive")).await;
    assert_eq!(ask().await, "disabled_key");
    scene.change("UpdateAccessKey", with("Active")).await;
    assert_eq!(ask().await, "allowed");
    let uin: i64 = scene.uin.parse().unwrap();
    let held = json!({"PolicyId": scene.policy, "DetachUin": uin});
    scene.change("DetachUserPolicy", held).await;
    assert_eq!(ask().await, "no_policy");
    scene.change("DeleteAccessKey", key.clone()).await;
    assert_eq!(ask().await, "unknown_key");
}

#[actix_web::test]
async fn a_policy_that_names_networks_sees_the_address_that_the_gateway_tells() {
    let scene = Scene::new().await;
    let document = json!({"version": "2.0", "statement": [{
        "effect": "deny", "action": "*", "resource": "*",
        "condition": {"ip_not_equal": {"qcs:ip": "192.0.2.0/24"}},
    }]});
    scene.attach("network", &document.to_string()).await;
    let from = |ip: Option<&str>| {
        let mut question = scene.get("/v1/orders").question();
        match ip {
            Some(ip) => question["source_ip"] = json!(ip),
            None => drop(question.as_object_mut().unwrap().remove("source_ip")),
        }
        question
    };

    assert_eq!(scene.gateway.ask(&from(Some("192.0.2.9"))).await["allowed"], true);
    for ip in [Some("198.51.100.1"), Some("nonsense"), None] {
        assert_eq!(scene.gateway.ask(&from(ip)).await["reason"], "explicit_deny", "{ip:?}");
    }
}

#[actix_web::test]
async fn tc3_is_judged_by_its_signed_action_at_the_root_path_alone() {
    let scene = Scene::new().await;
    let tc3 = |headers: &[&str]| tc3(&scene, headers);

    let signed = scene.gateway.ask(&tc3(&["x-tc-action"]).question_with_body()).await;
    let unsigned = scene.gateway.ask(&tc3(&[]).question_with_body()).await;
    let elsewhere = tc3(&["x-tc-action"]).but(|request| request.target = "/v1/orders".to_owned());
    let elsewhere = scene.gateway.ask(&elsewhere.question_with_body()).await;

    assert_eq!(signed["allowed"], true, "{signed}");
    assert_eq!(signed["scheme"], "TC3-HMAC-SHA256");
    assert_eq!((&signed["action"], &signed["resource"]), (&json!("orders:ListOrders"), &json!("*")));
    assert_eq!(unsigned["reason"], "action_not_signed", "{unsigned}");
    assert_eq!(elsewhere["reason"], "path_not_covered", "{elsewhere}");
}

/// A call in the shape of the cloud's own services.
pub(super) fn tc3(scene: &Scene, signed: &[&str]) -> Request {
    use camlock::domain::signature::{KeyPair, Outgoing, sign_tc3};
    let now = scene.app.now();
    let nonce = uuid::Uuid::new_v4().to_string();
    let mut headers = vec![("content-type", "application/json"), ("host", HOST), ("x-nonce", nonce.as_str())];
    let action = ("x-tc-action", "ListOrders");
    if signed.contains(&"x-tc-action") {
        headers.push(action);
    }
    let outgoing = Outgoing {
        method: "POST",
        query: "",
        headers: &headers,
        payload: b"{}",
        timestamp: now,
        service: "orders",
    };
    let key = KeyPair { secret_id: &scene.key.secret_id, secret_key: &scene.key.secret_key };
    let authorization = sign_tc3(&outgoing, key);
    let wanted = Wanted { method: "POST", target: "/", body: b"{}", now };
    let mut request = Request {
        method: wanted.method.to_owned(),
        host: HOST.to_owned(),
        target: wanted.target.to_owned(),
        headers: Vec::new(),
        body: wanted.body.to_vec(),
    };
    for (name, value) in headers.iter().copied().chain([action]) {
        request.set(name, value);
    }
    request.set("x-tc-timestamp", &now.to_string());
    request.set("authorization", &authorization);
    request
}
