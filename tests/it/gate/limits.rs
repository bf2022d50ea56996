//! The limits of keys at the gate, by each way in which services ask.

use super::Scene;
use crate::support::process::operate;
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use serde_json::{Value, json};

impl Scene {
    /// Sets a limit of the reader's key, past the server.
    fn limit_key(&self, column: &str, value: &str) {
        let id = &self.key.secret_id;
        let statement = format!("UPDATE api_keys SET {column} = {value} WHERE secret_id = '{id}'");
        let store = self.app.other_connection();
        let ran = store
            .write_now(|conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(&statement).execute(conn)?));
        assert_eq!(ran.unwrap(), 1);
    }

    async fn reason_from(&self, ip: &str) -> (Value, Value) {
        let mut question = self.get("/v1/orders").question();
        question["source_ip"] = json!(ip);
        let verdict = self.gateway.ask(&question).await;
        (verdict["status"].clone(), verdict["reason"].clone())
    }

    async fn put_to(&self, route: &str, body: Value) -> (u16, Value) {
        let token = [("x-camlock-gate", self.gateway.token.as_str())];
        let answer = self.gateway.post_to(route, &body.to_string(), &token).await;
        (answer.status.as_u16(), serde_json::from_str(&answer.body).unwrap_or_default())
    }

    fn listing(&self, ip: &str) -> Value {
        json!({
            "access_key_id": self.key.secret_id, "actions": ["orders:ListOrders"],
            "resources": [format!("qcs::orders::uin/{}:/v1/orders", self.root.owner)], "context": {"qcs:ip": ip},
        })
    }
}

#[actix_web::test]
async fn an_expired_key_is_refused_from_its_second_on_by_every_way_of_asking() {
    let scene = Scene::new().await;
    scene.limit_key("expires_at", &(scene.app.now() + 60).to_string());

    scene.app.wait(59);
    assert_eq!(scene.reason_from("192.0.2.7").await, (json!(200), json!("allowed")));
    assert_eq!(scene.put_to("/gate/evaluate", scene.listing("192.0.2.7")).await.0, 200);
    scene.app.wait(1);

    assert_eq!(scene.reason_from("192.0.2.7").await, (json!(401), json!("expired_key")));
    let forwarded = scene.gateway.forward(&scene.get("/v1/orders"), &[]).await;
    assert_eq!(
        (forwarded.status.as_u16(), forwarded.headers["x-camlock-reason"].to_str().unwrap()),
        (401, "expired_key")
    );
    assert_eq!(scene.gateway.ext_authz(&scene.get("/v1/orders")).await.status.as_u16(), 401);
    let (status, answer) = scene.put_to("/gate/evaluate", scene.listing("192.0.2.7")).await;
    assert_eq!((status, &answer["reason"]), (403, &json!("expired_key")), "{answer}");
}

#[actix_web::test]
async fn the_address_that_the_gateway_tells_has_to_be_in_the_networks_of_the_key() {
    let scene = Scene::new().await;
    scene.limit_key("networks", "'192.0.2.0/24 2001:db8::/32'");

    for inside in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1"] {
        assert_eq!(scene.reason_from(inside).await, (json!(200), json!("allowed")), "{inside}");
        assert_eq!(scene.put_to("/gate/evaluate", scene.listing(inside)).await.0, 200, "{inside}");
    }
    for outside in ["198.51.100.1", "::ffff:198.51.100.1", "nonsense", ""] {
        assert_eq!(scene.reason_from(outside).await, (json!(403), json!("outside_networks")), "{outside}");
    }
    let (status, answer) = scene.put_to("/gate/evaluate", scene.listing("198.51.100.1")).await;
    assert_eq!((status, &answer["reason"]), (403, &json!("outside_networks")), "{answer}");
}

#[actix_web::test]
async fn the_policy_of_a_key_narrows_what_its_holder_may_and_what_it_denies_is_denied() {
    let scene = Scene::new().await;
    let may = |statements: Value| format!("'{}'", json!({"version": "2.0", "statement": statements}));
    let allow = |action: &str| json!({"effect": "allow", "action": action, "resource": "*"});

    scene.limit_key("own_policy", &may(json!([allow("orders:GetOrder")])));
    assert_eq!(scene.reason_from("192.0.2.7").await, (json!(403), json!("key_policy")));
    let (_, answer) = scene.put_to("/gate/evaluate", scene.listing("192.0.2.7")).await;
    assert_eq!(answer["decisions"][0]["decision"], "deny", "{answer}");
    scene.limit_key("own_policy", &may(json!([allow("orders:*")])));
    assert_eq!(scene.reason_from("192.0.2.7").await, (json!(200), json!("allowed")));
    let deny = json!({"effect": "deny", "action": "orders:ListOrders", "resource": "*"});
    scene.limit_key("own_policy", &may(json!([allow("*"), deny])));
    assert_eq!(scene.reason_from("192.0.2.7").await, (json!(403), json!("explicit_deny")));
    let admin = &scene.admin.secret_id;
    scene.limit_key("own_policy", "NULL");
    let file = scene.app.folder.path().join("policy.json");
    std::fs::write(&file, json!({"version": "2.0", "statement": [allow("orders:GET")]}).to_string()).unwrap();
    let set = operate(&scene.app, &["key", "limit", "--secret-id", admin, "--policy-file", "policy.json"]);
    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    let of_root = |method| scene.admin.sign_aws(scene.wanted(method, "/v9/anything"));
    assert_eq!(scene.gateway.verdict(&of_root("GET")).await["reason"], "allowed");
    assert_eq!(scene.gateway.verdict(&of_root("DELETE")).await["reason"], "key_policy", "also of root");
}
