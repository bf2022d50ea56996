//! Requests that are not what their signature says, or cannot be read in one way only.

use super::Scene;
use crate::support::gate::{HOST, Request, Wanted};
use serde_json::json;

/// Asks about a changed request and returns the reason.
async fn reason(scene: &Scene, request: &Request, change: impl FnOnce(&mut Request)) -> String {
    let verdict = scene.gateway.verdict(&request.but(change)).await;
    assert_eq!(verdict["allowed"], false, "{verdict}");
    let shown = verdict.to_string();
    assert!(!shown.contains(&scene.key.secret_key), "no secret in a verdict");
    verdict["reason"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn whatever_is_changed_after_signing_makes_the_signature_wrong() {
    let scene = Scene::new().await;
    let get = scene.get("/v1/orders?a=1&b=2");
    let post = scene.post("/v1/orders", b"{\"amount\": 1}");

    for change in [
        (|request| request.method = "HEAD".to_owned()) as fn(&mut Request),
        |request| request.target = "/v1/orders/7?a=1&b=2".to_owned(),
        |request| request.target = "/v1/orders?a=2&b=1".to_owned(),
        |request| request.target = "/v1/orders?a=1".to_owned(),
        |request| request.target = "/v1/orders?a=1&b=2&c=3".to_owned(),
        |request| request.body = b"hidden".to_vec(),
    ] {
        assert_eq!(reason(&scene, &get, change).await, "wrong_signature");
    }
    assert_eq!(
        reason(&scene, &post, |request| request.body = b"{\"amount\": 9}".to_vec()).await,
        "wrong_signature"
    );
    assert_eq!(reason(&scene, &post, |request| request.body.clear()).await, "wrong_signature");
    let broken = |request: &mut Request| {
        let value = request.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone();
        let (start, end) = value.split_at(value.len() - 1);
        let other = if end == "0" { "1" } else { "0" };
        request.set("authorization", &format!("{start}{other}"));
    };
    assert_eq!(reason(&scene, &get, broken).await, "wrong_signature");
}

#[actix_web::test]
async fn a_request_without_a_signature_or_with_two_is_refused() {
    let scene = Scene::new().await;
    let get = scene.get("/v1/orders");
    let both = scene.key.presign_aws(scene.wanted("GET", "/v1/orders"), 60);
    let authorization = get.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone();

    let none = reason(&scene, &get, |request| request.headers.retain(|(name, _)| name != "authorization"));
    assert_eq!(none.await, "missing_credentials");
    let twice = reason(&scene, &get, |request| {
        request.headers.push(("Authorization".to_owned(), authorization.clone()));
    });
    assert_eq!(twice.await, "doubled_header");
    assert_eq!(
        reason(&scene, &both, |request| request.set("authorization", &authorization)).await,
        "doubled_credentials"
    );
    assert_eq!(
        reason(&scene, &get, |request| request.set("authorization", "Bearer x")).await,
        "unsupported_scheme"
    );
    let ecdsa = authorization.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
    assert_eq!(
        reason(&scene, &get, |request| request.set("authorization", &ecdsa)).await,
        "unsupported_scheme"
    );
    assert_eq!(
        reason(&scene, &get, |request| request.set("x-amz-security-token", "x")).await,
        "session_token"
    );
}

#[actix_web::test]
async fn a_clock_that_is_off_is_told_apart_from_a_wrong_signature() {
    let scene = Scene::new().await;
    let at = |seconds: i64| {
        let now = scene.app.now() + seconds;
        scene.key.sign_aws(Wanted { now, ..scene.wanted("GET", "/v1/orders") })
    };

    for seconds in [-301, 301, 86_400] {
        assert_eq!(reason(&scene, &at(seconds), |_| ()).await, "skew", "{seconds}");
    }
    for seconds in [-299, 299] {
        assert_eq!(scene.gateway.verdict(&at(seconds)).await["allowed"], true, "{seconds}");
    }
}

#[actix_web::test]
async fn a_path_with_two_readings_is_refused() {
    let scene = Scene::new().await;
    for target in [
        "/v1//orders",
        "/v1/./orders",
        "/v1/x/../orders",
        "/v1/x/%2e%2e/orders",
        "/v1/%2E./orders",
        "/v1/orders%2fsecret",
        "/v1/orders%5Csecret",
        "/v1/orders%00",
        "/v1/%6Frders",
        "/v1/orders;x=1",
        "/v1/orders\\secret",
        "/v1/orders#x",
        "http://orders.example.com/v1/orders",
        "//orders.example.com/v1/orders",
        "v1/orders",
        "",
        "/v1/%c3%a9",
        "/v1/%C3",
    ] {
        let verdict = scene.gateway.verdict(&scene.get(target)).await;
        assert_eq!(verdict["reason"], "ambiguous_path", "{target}: {verdict}");
        assert_eq!(verdict["status"], 400);
    }
    let plain = scene.gateway.verdict(&scene.get("/v1/orders/%C3%A9t%C3%A9")).await;
    assert_eq!(plain["allowed"], true, "{plain}");
}

#[actix_web::test]
async fn a_client_cannot_say_who_it_is() {
    let scene = Scene::new().await;
    let get = scene.get("/v1/orders");
    for name in ["X-Camlock-Uin", "x_camlock_uin", "X.Camlock.User", "x-camlock-gate", "X-Camlock-Anything"] {
        let added =
            |request: &mut Request| request.headers.push((name.to_owned(), "100000000000".to_owned()));
        assert_eq!(reason(&scene, &get, added).await, "alias_header", "{name}");
    }
}

#[actix_web::test]
async fn only_hosts_of_the_tokens_services_are_judged() {
    let scene = Scene::new().await;
    let now = scene.app.now();
    let wanted = Wanted { method: "GET", target: "/v1/orders", body: b"", now };
    let other = scene.key.sign_aws_with(wanted, &[("host", "billing.example.com")]);
    let other = other.but(|request| request.host = "billing.example.com".to_owned());

    let foreign = scene.gateway.verdict(&other).await;
    let swapped = scene.get("/v1/orders").but(|request| {
        request.host = "ORDERS.example.com:8443".to_owned();
        request.set("host", "ORDERS.example.com:8443");
    });
    let swapped = scene.gateway.verdict(&swapped).await;
    let mut split = scene.get("/v1/orders").question();
    split["host"] = json!("billing.example.com");
    let split = scene.gateway.post(&split.to_string(), &[("x-camlock-gate", &scene.gateway.token)]).await;

    assert_eq!((&foreign["reason"], &foreign["status"]), (&json!("unknown_service"), &json!(403)));
    assert_eq!(swapped["reason"], "wrong_signature", "{swapped}");
    assert_eq!(split.status, 400, "{}", split.body);
}

#[actix_web::test]
async fn a_key_of_another_account_is_unknown_here() {
    let scene = Scene::new().await;
    let rival = scene.app.bare_root("rival").await;
    let rival = scene.app.key_of(&rival).await;

    let verdict = scene.gateway.verdict(&rival.sign_aws(scene.wanted("GET", "/v1/orders"))).await;
    let nobody = scene.app.client("AKID00000000000000000000000000000000", "x");
    let nobody = scene.gateway.verdict(&nobody.sign_aws(scene.wanted("GET", "/v1/orders"))).await;

    assert_eq!(verdict["reason"], "unknown_key", "{verdict}");
    assert_eq!(verdict["uin"], json!(null));
    assert_eq!(verdict["message"], nobody["message"]);
}

#[actix_web::test]
async fn a_write_needs_a_body_that_was_hashed() {
    let scene = Scene::new().await;
    let lenient = scene.app.another_gateway(&scene.root.owner, &["--coverage", "claimed"]);
    let open = scene.app.another_gateway(&scene.root.owner, &["--coverage", "none"]);
    let wanted = Wanted { body: b"{}", ..scene.wanted("POST", "/v1/orders") };
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let claimed = || {
        scene.key.sign_aws_with(
            Wanted { now: scene.app.now(), ..wanted },
            &[("host", HOST), ("x-amz-content-sha256", hash)],
        )
    };
    let unsigned = || {
        let headers = [("host", HOST), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
        scene
            .key
            .sign_aws_with(Wanted { body: b"UNSIGNED-PAYLOAD", ..wanted }, &headers)
            .but(|request| request.body = b"{}".to_vec())
    };

    let plain = scene.gateway.ask(&scene.post("/v1/orders", b"{}").question_without_body()).await;
    let strict = scene.gateway.ask(&claimed().question_without_body()).await;
    let taken = lenient.ask(&claimed().question_without_body()).await;
    scene.app.wait(1);
    let checked = scene.gateway.ask(&claimed().question_with_body()).await;
    let none = lenient.ask(&unsigned().question()).await;
    let any = open.ask(&unsigned().question()).await;

    assert_eq!(plain["reason"], "body_not_covered", "{plain}");
    assert_eq!(strict["reason"], "body_not_covered", "{strict}");
    assert_eq!((&taken["allowed"], &taken["coverage"]), (&json!(true), &json!("claimed")), "{taken}");
    assert_eq!((&checked["allowed"], &checked["coverage"]), (&json!(true), &json!("verified")), "{checked}");
    assert_eq!(none["reason"], "body_not_covered", "{none}");
    assert_eq!((&any["allowed"], &any["coverage"]), (&json!(true), &json!("none")), "{any}");
}

#[actix_web::test]
async fn a_body_beyond_the_services_limit_is_told_by_413() {
    let scene = Scene::new().await;
    let long = vec![b'x'; 1024 * 1024 + 1];

    let verdict = scene.gateway.ask(&scene.post("/v1/orders", &long).question_with_body()).await;

    assert_eq!((&verdict["reason"], &verdict["status"]), (&json!("body_too_large"), &json!(413)));
}
