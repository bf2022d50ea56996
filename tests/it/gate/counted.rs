//! What is kept of verdicts: uses of keys, records, and numbers by hour.

use super::Scene;
use crate::support::gate::printed;
use camlock::app::gate::tally;
use camlock::app::keys::usage::flush_usage;
use camlock::store::services::{self, Hour};
use serde_json::{Value, json};

async fn written(scene: &Scene) {
    flush_usage(&scene.app.app).await.unwrap();
    tally::flush(&scene.app.app).await.unwrap();
}

#[actix_web::test]
async fn a_verdict_is_a_use_of_the_key_with_service_and_action() {
    let scene = Scene::new().await;
    scene.gateway.verdict(&scene.get("/v1/orders")).await;
    scene.app.wait(5);
    scene.gateway.verdict(&scene.get("/v1/orders/secret")).await;
    written(&scene).await;

    let body = json!({"SecretIdList": [scene.key.secret_id]});
    let used = scene.admin.call("cam", "GetSecurityLastUsed", body).await;
    let id = camlock::domain::key::SecretId::parse(&scene.key.secret_id).unwrap();
    let read = move |conn: &mut _| camlock::store::key_usage::records(conn, &id);
    let records = scene.app.app.store.read(read).await.unwrap();

    assert_eq!(used["SecretIdLastUsedRows"][0]["LastSecretUsedDate"], (scene.app.now() - 5) * 1000);
    let told: Vec<_> =
        records.iter().map(|one| (one.service.as_str(), one.action.as_str(), one.result.as_str())).collect();
    assert_eq!(told, [("orders", "GetOrder", "refused"), ("orders", "ListOrders", "allowed")]);
    assert_eq!(records[0].ip, "192.0.2.7");
    assert!(records[0].reason.contains("Statement 2 of readers denies it"), "{}", records[0].reason);
}

#[actix_web::test]
async fn verdicts_are_counted_by_hour_and_the_token_tells_when_it_asked_last() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        scene.gateway.verdict(&scene.get("/v1/orders")).await;
    }
    scene.gateway.verdict(&scene.get("/v2")).await;
    written(&scene).await;
    scene.gateway.verdict(&scene.get("/v1/orders")).await;
    written(&scene).await;

    let text = printed(&scene.app, &["service", "list", "--owner", &scene.root.owner, "--json"]);
    let listed: Value = serde_json::from_str(&text).unwrap();
    let hours = scene.app.app.store.read(move |conn| services::hours(conn, 1, 0)).await.unwrap();
    let hour = scene.app.now() / 3600 * 3600;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(hours, [Hour { service: hours[0].service, hour, allowed: 4, refused: 1 }]);
    let text = printed(&scene.app, &["gate", "token", "list", "--owner", &scene.root.owner, "--json"]);
    let tokens: Value = serde_json::from_str(&text).unwrap();
    assert!(!tokens[0]["last_used_at"].is_null(), "{tokens}");
}
