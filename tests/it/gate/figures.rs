//! The gate among the figures: verdicts by outcome, scheme, coverage and service; questions of services by route.

use super::Scene;
use crate::support::TestApp;
use crate::support::process::free_port;
use camlock::domain::signature::aws_date;
use serde_json::json;

#[actix_web::test]
async fn verdicts_are_counted_by_outcome_scheme_coverage_and_service() {
    let own = format!("127.0.0.1:{}", free_port());
    let scene = Scene::on(TestApp::spawn_with(&[("CAMLOCK_METRICS__LISTEN", &own)]), &[]).await;
    for _ in 0..2 {
        scene.gateway.verdict(&scene.get("/v1/orders")).await;
    }
    scene.gateway.forward(&scene.get("/v1/orders"), &[]).await;
    scene.gateway.verdict(&scene.get("/v1/orders/secret")).await;
    scene.gateway.verdict(&scene.get("/v1/orders").but(|request| request.target.push('x'))).await;
    let elsewhere = scene.get("/v1/orders").but(|request| {
        request.host = "else.example".to_owned();
        request.set("host", "else.example");
    });
    scene.gateway.verdict(&elsewhere).await;
    scene.gateway.post("{}", &[("x-camlock-gate", "a-token-of-nobody")]).await;
    let text = reqwest::get(format!("http://{own}/metrics")).await.unwrap().text().await.unwrap();

    let told: Vec<&str> =
        text.lines().filter(|line| line.starts_with("camlock_gate_verdicts_total{")).collect();
    for (labels, count) in [
        (r#"outcome="allowed",scheme="AWS4-HMAC-SHA256",coverage="verified",service="orders""#, 2),
        (r#"outcome="forbidden",scheme="AWS4-HMAC-SHA256",coverage="verified",service="orders""#, 1),
        (r#"outcome="unproven",scheme="AWS4-HMAC-SHA256",coverage="",service="orders""#, 1),
        (r#"outcome="not_admitted",scheme="",coverage="",service="""#, 1),
    ] {
        let line = format!("camlock_gate_verdicts_total{{{labels}}} {count}");
        assert!(told.contains(&line.as_str()), "{line}\n{told:#?}");
    }
    for reason in ["explicit_deny", "wrong_signature", "not_admitted"] {
        let line = format!("camlock_gate_refusals_total{{reason=\"{reason}\"}} 1");
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    for private in [scene.key.secret_id.as_str(), &scene.uin, &scene.root.owner, "else.example"] {
        assert!(!text.contains(private), "{private}\n{text}");
    }
}

#[actix_web::test]
async fn questions_of_services_are_counted_by_route_and_outcome() {
    let own = format!("127.0.0.1:{}", free_port());
    let app = TestApp::spawn_with(&[("CAMLOCK_METRICS__LISTEN", &own)]);
    let scene = Scene::on(app, &["--vend", "--region", "us-east-1", "--scope-service", "s3"]).await;
    let id = scene.key.secret_id.as_str();
    let day = aws_date(scene.app.now())[..8].to_owned();
    let scope = json!({"access_key_id": id, "date": day, "region": "us-east-1", "service": "s3"});
    let elsewhere = json!({"access_key_id": id, "date": day, "region": "eu-1", "service": "s3"});
    let about = json!({"access_key_id": id, "actions": ["orders:GetOrder"], "resources": ["*"]});
    let opa = |action: &str| json!({"input": {"identity": id, "action": action, "resource": "*"}});
    let own_token = scene.gateway.token.as_str();
    for (route, question, token) in [
        ("/gate/signing-key", scope.clone(), own_token),
        ("/gate/signing-key", scope.clone(), own_token),
        ("/gate/signing-key", elsewhere, own_token),
        ("/gate/signing-key", scope, "a-token-of-nobody"),
        ("/gate/evaluate", about, own_token),
        ("/gate/evaluate", json!({"actions": 1}), own_token),
        ("/gate/opa", opa("orders:GetOrder"), own_token),
        ("/gate/opa", opa("orders:DeleteOrder"), own_token),
    ] {
        scene.gateway.post_to(route, &question.to_string(), &[("x-camlock-gate", token)]).await;
    }
    let text = reqwest::get(format!("http://{own}/metrics")).await.unwrap().text().await.unwrap();

    let mut told = questions(&text);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            r#"{route="/gate/evaluate",outcome="answered"} 1"#,
            r#"{route="/gate/evaluate",outcome="malformed"} 1"#,
            r#"{route="/gate/opa",outcome="answered"} 1"#,
            r#"{route="/gate/opa",outcome="refused"} 1"#,
            r#"{route="/gate/signing-key",outcome="answered"} 2"#,
            r#"{route="/gate/signing-key",outcome="not_admitted"} 1"#,
            r#"{route="/gate/signing-key",outcome="refused"} 1"#,
        ]
    );
    assert!(!text.contains(id), "{text}");
}

/// The lines about questions, without the name of the series.
pub(super) fn questions(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("camlock_gate_questions_total")).collect()
}
