//! Services that check signatures themselves: they get signing keys, and ask what policies say.

use super::Scene;
use crate::support::Answer;
use camlock::domain::signature::{aws_date, signing_key};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

const VENDING: [&str; 5] = ["--vend", "--region", "eu-central-1", "--scope-service", "s3"];

impl Scene {
    async fn ask(&self, route: &str, question: &Value) -> (u16, Value) {
        let answer = self.ask_raw(route, &question.to_string()).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        (answer.status.as_u16(), serde_json::from_str(&answer.body).unwrap_or_default())
    }

    async fn ask_raw(&self, route: &str, text: &str) -> Answer {
        self.gateway.post_to(route, text, &[("x-camlock-gate", &self.gateway.token)]).await
    }

    fn scope(&self) -> Value {
        let day = aws_date(self.app.now())[..8].to_owned();
        json!({"access_key_id": self.key.secret_id, "date": day, "region": "eu-central-1", "service": "s3"})
    }

    fn about(&self, actions: &[&str], resources: &[&str]) -> Value {
        json!({"access_key_id": self.key.secret_id, "actions": actions, "resources": resources})
    }

    async fn decisions(&self, question: &Value) -> Vec<String> {
        let (status, answer) = self.ask("/gate/evaluate", question).await;
        assert_eq!(status, 200, "{answer}");
        let all = answer["decisions"].as_array().unwrap().iter();
        all.map(|one| one["decision"].as_str().unwrap().to_owned()).collect()
    }

    async fn opa(&self, input: Value) -> bool {
        let (status, answer) = self.ask("/gate/opa", &json!({"input": input})).await;
        assert_eq!(status, 200, "{answer}");
        answer["result"].as_bool().unwrap()
    }
}

#[actix_web::test]
async fn a_signing_key_is_that_of_the_day_region_and_service_and_says_whose_it_is() {
    let scene = Scene::with(&VENDING).await;
    let asked = scene.scope();

    let (status, answer) = scene.ask("/gate/signing-key", &asked).await;

    assert_eq!(status, 200, "{answer}");
    let day = asked["date"].as_str().unwrap();
    let right = signing_key(&scene.key.secret_key, day, "eu-central-1", "s3");
    assert_eq!(answer["signing_key"], HEXLOWER.encode(right.expose()));
    assert_eq!((&answer["uin"], &answer["kind"]), (&json!(scene.uin), &json!("sub_user")));
    assert_eq!(answer["max_age"], 0);
    assert!(!answer.to_string().contains(&scene.key.secret_key));
}

#[actix_web::test]
async fn the_log_has_a_signing_key_once_for_each_scope() {
    let scene = Scene::with(&VENDING).await;
    for _ in 0..3 {
        assert_eq!(scene.ask("/gate/signing-key", &scene.scope()).await.0, 200);
    }

    scene.root.sign_in(&scene.app).await;
    let log = scene.root.browser.get("/audit").await.body;
    let marked = "<small class=\"mono\">VendSigningKey</small>";
    assert_eq!(log.matches(marked).count(), 1);
    let row = log.split(marked).next().unwrap();
    let event = row.rsplit("href=\"/audit/").next().unwrap().split('"').next().unwrap();
    let event = scene.root.browser.get(&format!("/audit/{event}")).await.body;
    assert!(event.contains(&scene.key.secret_id) && event.contains("/eu-central-1/s3"), "{event}");
}

#[actix_web::test]
async fn no_signing_key_beyond_what_the_token_was_made_for() {
    let scene = Scene::with(&VENDING).await;
    let stranger = scene.app.bare_root("stranger").await;
    let theirs = scene.app.key_of(&stranger).await;
    let day = |seconds: i64| aws_date(scene.app.now() + seconds)[..8].to_owned();
    let cases = [
        ("region", json!("us-east-1"), "token_region"),
        ("service", json!("iam"), "token_service"),
        ("date", json!(day(2 * 86_400)), "skew"),
        ("date", json!(day(-9 * 86_400)), "skew"),
        ("access_key_id", json!(theirs.secret_id), "unknown_key"),
        ("access_key_id", json!("AKIDnone"), "unknown_key"),
    ];
    for (field, value, reason) in cases {
        let mut asked = scene.scope();
        asked[field] = value;
        let (status, answer) = scene.ask("/gate/signing-key", &asked).await;
        assert_eq!((status, answer["reason"].as_str().unwrap()), (403, reason), "{asked}");
    }
    for (field, value) in [("date", "2026-1-1"), ("date", "20261341"), ("region", "EU"), ("service", "s3/x")]
    {
        let mut asked = scene.scope();
        asked[field] = json!(value);
        assert_eq!(scene.ask("/gate/signing-key", &asked).await.0, 400, "{asked}");
    }
    let plain = scene.app.another_gateway(&scene.root.owner, &["--region", "eu-central-1"]);
    let answer = plain
        .post_to("/gate/signing-key", &scene.scope().to_string(), &[("x-camlock-gate", &plain.token)])
        .await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("not_vended"), "{}", answer.body);
}

#[actix_web::test]
async fn a_disabled_key_gets_no_signing_key_and_no_decision_on_any_node() {
    let scene = Scene::with(&VENDING).await;
    let other = scene.app.second_node();
    let gateways = [scene.gateway.on(&scene.app.address), scene.gateway.on(&other.address)];
    let about = scene.about(&["orders:GetOrder"], &["/v1/orders/1"]);
    let routes = [("/gate/signing-key", scene.scope()), ("/gate/evaluate", about)];
    for gateway in &gateways {
        for (route, asked) in &routes {
            let answer =
                gateway.post_to(route, &asked.to_string(), &[("x-camlock-gate", &gateway.token)]).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }

    scene.disable().await;

    for gateway in &gateways {
        for (route, asked) in &routes {
            let answer =
                gateway.post_to(route, &asked.to_string(), &[("x-camlock-gate", &gateway.token)]).await;
            assert_eq!(answer.status, 403, "{route}");
            assert!(answer.body.contains("disabled_key"), "{}", answer.body);
        }
    }
}

#[actix_web::test]
async fn each_action_on_each_resource_is_decided_with_its_statement() {
    let scene = Scene::new().await;
    let question = scene.about(
        &["orders:GetOrder", "orders:DELETE"],
        &["/v1/orders/1", "/v1/orders/secret", "*", "arn:aws:s3:::bucket/a b"],
    );

    let (status, answer) = scene.ask("/gate/evaluate", &question).await;

    assert_eq!(status, 200, "{answer}");
    let all = answer["decisions"].as_array().unwrap();
    let told: Vec<_> = all.iter().map(|one| one["decision"].as_str().unwrap()).collect();
    assert_eq!(told, ["allow", "no_match", "deny", "deny", "allow", "no_match", "allow", "no_match"]);
    assert_eq!(all[0]["statement"], "1 of readers");
    assert_eq!(all[2]["statement"], "2 of readers");
    let resource = |path: &str| json!(format!("qcs::orders::uin/{}:{path}", scene.root.owner));
    assert_eq!(all[0]["resource"], resource("/v1/orders/1"));
    assert_eq!(all[6]["resource"], resource("/bucket/a%20b"));
}

#[actix_web::test]
async fn a_decision_follows_the_policies_from_the_moment_of_a_change() {
    let scene = Scene::new().await;
    let question = scene.about(&["orders:GetOrder"], &["/v1/orders/1"]);
    let (_, before) = scene.ask("/gate/evaluate", &question).await;
    assert_eq!(before["decisions"][0]["decision"], "allow");

    let detached = json!({"PolicyId": scene.policy, "DetachUin": scene.uin.parse::<u64>().unwrap()});
    scene.change("DetachUserPolicy", detached).await;

    let (_, after) = scene.ask("/gate/evaluate", &question).await;
    assert_eq!(after["decisions"][0]["decision"], "no_match");
    assert!(after["revision"].as_i64() > before["revision"].as_i64());
}

#[actix_web::test]
async fn conditions_see_what_the_service_tells_and_nothing_else() {
    let scene = Scene::new().await;
    let text = json!({"version": "2.0", "statement": [{"effect": "allow", "action": "orders:PUT", "resource": "*",
        "condition": {"ip_equal": {"qcs:ip": "192.0.2.0/24"}, "string_equal": {"orders:tier": "gold"}}}]});
    scene.attach("gold", &text.to_string()).await;
    let mut question = scene.about(&["orders:PUT"], &["/v1/orders/1"]);
    let cases = [
        (json!({"source_ip": "192.0.2.9", "orders:tier": ["gold"]}), "allow"),
        (json!({"source_ip": "192.0.2.9", "orders:tier": "iron"}), "no_match"),
        (json!({"source_ip": "198.51.100.1", "orders:tier": "gold"}), "no_match"),
        (json!({"orders:tier": "gold"}), "no_match"),
        (json!({"source_ip": "none", "orders:tier": "gold"}), "no_match"),
        (json!({}), "no_match"),
    ];
    for (context, decision) in cases {
        question["context"] = context;
        assert_eq!(scene.decisions(&question).await, [decision], "{question}");
    }
    for own in ["qcs:mfa", "qcs:uin", "mfa", "QCS:Current_Time"] {
        question["context"] = json!({own: "1"});
        assert_eq!(scene.ask("/gate/evaluate", &question).await.0, 400, "{own}");
    }
}

#[actix_web::test]
async fn a_question_about_policies_that_is_unclear_or_not_for_the_token_is_refused() {
    let scene = Scene::new().await;
    let unclear = [
        scene.about(&[], &["*"]),
        scene.about(&["orders:GET"], &[]),
        scene.about(&["GET"], &["*"]),
        scene.about(&["orders:GET"], &["/a/../b"]),
        scene.about(&["orders:GET"], &["/a?b"]),
        scene.about(&["orders:GET"], &["orders"]),
        scene.about(&["orders:GET"; 65], &["*"]),
        json!({"access_key_id": scene.key.secret_id, "actions": ["orders:GET"], "resources": ["*"], "more": 1}),
    ];
    for question in unclear {
        let (status, answer) = scene.ask("/gate/evaluate", &question).await;
        assert_eq!((status, answer["reason"].as_str()), (400, Some("malformed_question")), "{question}");
    }
    let (status, answer) = scene.ask("/gate/evaluate", &scene.about(&["cam:GetUser"], &["*"])).await;
    assert_eq!(status, 400, "{answer}");
    let (status, answer) = scene.ask("/gate/evaluate", &scene.about(&["other:GET"], &["*"])).await;
    assert_eq!((status, answer["reason"].as_str()), (403, Some("unknown_service")));
    for route in ["/gate/evaluate", "/gate/signing-key", "/gate/opa"] {
        let answer = scene.gateway.post_to(route, "{}", &[]).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (401, ""), "{route}");
    }
}

#[actix_web::test]
async fn object_stores_ask_as_they_ask_the_open_policy_agent_and_hear_no_in_doubt() {
    let scene = Scene::new().await;
    let id = &scene.key.secret_id;
    let store = json!({
        "identity": {"account": id, "groups": [], "is_owner": false, "claims": {}},
        "resource": {"bucket": "v1", "object": "orders/1", "arn": "arn:aws:s3:::v1/orders/1"},
        "action": "orders:GetOrder",
        "context": {"conditions": {"SourceIp": ["192.0.2.1"]}, "deny_only": false, "timestamp": "2026-01-01T00:00:00Z"},
    });
    assert!(scene.opa(store.clone()).await);
    assert!(
        scene.opa(json!({"identity": id, "action": "orders:GetOrder", "resource": "/v1/orders/1"})).await
    );

    for (field, value) in [
        ("action", json!("orders:DELETE")),
        ("action", json!("s3:GetObject")),
        ("action", json!(7)),
        ("identity", json!("AKID00000000000000000000000000000000")),
        ("identity", json!({})),
        ("resource", json!("arn:aws:s3:::v1/orders/secret")),
        ("resource", json!({"arn": "arn:aws:s3:::v1/orders/secret"})),
        ("resource", json!(null)),
        ("context", json!({"conditions": {"qcs:mfa": "1"}})),
    ] {
        let mut asked = store.clone();
        asked[field] = value;
        assert!(!scene.opa(asked.clone()).await, "{asked}");
    }
    let answer = scene.ask_raw("/gate/opa", "").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, r#"{"result":false}"#));
    assert_eq!(scene.ask_raw("/gate/opa", "{").await.status, 400);
    scene.disable().await;
    assert!(!scene.opa(store).await);
}
