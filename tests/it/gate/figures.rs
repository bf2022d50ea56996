//! Verdicts among the figures: by outcome, scheme, coverage and service.

use super::Scene;
use crate::support::TestApp;
use crate::support::process::free_port;

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
