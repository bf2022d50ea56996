//! Who may ask: a gateway with one gate token, in one place.

use super::Scene;
use crate::support::gate::printed;
use serde_json::Value;

#[actix_web::test]
async fn without_one_good_token_the_gate_says_nothing() {
    let scene = Scene::new().await;
    let (token, text) = (scene.gateway.token.clone(), scene.get("/v1/orders").question().to_string());
    let bearer = format!("Bearer {token}");
    let wrong = format!("{}x", &token[..token.len() - 1]);
    let (wrong, padded) = (wrong.as_str(), format!("{token} "));
    let twice: [(&str, &str); 2] = [("x-camlock-gate", &token), ("x-camlock-gate", &token)];

    for headers in [
        vec![],
        vec![("x-camlock-gate", wrong)],
        vec![("x_camlock_gate", token.as_str())],
        vec![("x.camlock.gate", token.as_str())],
        vec![("x-camlock-gate", token.as_str()), ("x_camlock_gate", token.as_str())],
        twice.to_vec(),
        vec![("x-camlock-gate", token.as_str()), ("authorization", bearer.as_str())],
        vec![("authorization", wrong)],
        vec![("authorization", "Basic eA==")],
    ] {
        let answer = scene.gateway.post(&text, &headers).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.body, "");
    }
    for headers in [
        vec![("x-camlock-gate", token.as_str())],
        vec![("x-camlock-gate", padded.as_str())],
        vec![("authorization", bearer.as_str())],
    ] {
        let answer = scene.gateway.post(&text, &headers).await;
        assert_eq!(answer.status, 200, "{headers:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[actix_web::test]
async fn a_revoked_token_opens_nothing_from_that_moment_on() {
    let scene = Scene::new().await;
    let other = scene.app.second_node();
    let name = listed(&scene)[0]["name"].as_str().unwrap().to_owned();
    let gateways = [scene.gateway.on(&scene.app.address), scene.gateway.on(&other.address)];
    for gateway in &gateways {
        assert_eq!(gateway.verdict(&scene.get("/v1/orders")).await["allowed"], true);
    }

    printed(&scene.app, &["gate", "token", "revoke", "--owner", &scene.root.owner, "--name", &name]);

    for gateway in &gateways {
        let text = scene.get("/v1/orders").question().to_string();
        let answer = gateway.post(&text, &[("x-camlock-gate", &gateway.token)]).await;
        assert_eq!(answer.status, 401);
    }
}

fn listed(scene: &Scene) -> Value {
    let text = printed(&scene.app, &["gate", "token", "list", "--owner", &scene.root.owner, "--json"]);
    serde_json::from_str(&text).unwrap()
}

#[actix_web::test]
async fn a_question_that_is_no_json_of_that_shape_is_told_what_to_send() {
    let scene = Scene::new().await;
    let question = scene.get("/v1/orders").question();
    let with = |name: &str, value: Value| {
        let mut changed = question.clone();
        changed[name] = value;
        changed.to_string()
    };

    for text in [
        String::new(),
        "[]".to_owned(),
        "{".to_owned(),
        with("method", Value::Null),
        with("headers", "x: y".into()),
        with("headers", serde_json::json!([["x"]])),
        with("body", "e30=".into()),
        with("body_sha256", "abc".into()),
        with("surprise", 1.into()),
    ] {
        let answer = scene.gateway.post(&text, &[("x-camlock-gate", &scene.gateway.token)]).await;
        assert_eq!(answer.status, 400, "{text}");
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(told["reason"], "malformed_question", "{text}");
    }
}
