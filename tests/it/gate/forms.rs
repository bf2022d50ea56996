//! The two routes that proxies ask by status and headers.

use super::Scene;
use crate::support::gate::Request;

const IDENTITY: [&str; 8] =
    ["uin", "owner-uin", "user", "kind", "secret-id", "action", "coverage", "request-id"];

#[actix_web::test]
async fn forward_auth_lets_on_with_every_identity_header() {
    let scene = Scene::new().await;

    let answer = scene.gateway.forward(&scene.get("/v1/orders?x=1"), &[]).await;

    assert_eq!(answer.status, 200, "{:?}", answer.headers);
    for name in IDENTITY {
        assert!(answer.headers.contains_key(format!("x-camlock-{name}")), "{name}");
    }
    assert_eq!(answer.headers["x-camlock-uin"], scene.uin.as_str());
    assert_eq!(answer.headers["x-camlock-action"], "orders:ListOrders");
    assert_eq!(answer.body, "");
}

#[actix_web::test]
async fn forward_auth_knows_four_statuses() {
    let scene = Scene::new().await;
    let get = scene.get("/v1/orders");
    let reason =
        |answer: &crate::support::Answer| answer.headers["x-camlock-reason"].to_str().unwrap().to_owned();

    let wrong =
        scene.gateway.forward(&get.but(|request| request.target = "/v1/orders/1".to_owned()), &[]).await;
    let ambiguous = scene.gateway.forward(&scene.get("/v1//orders"), &[]).await;
    let denied = scene.gateway.forward(&scene.get("/v1/orders/secret"), &[]).await;
    let stranger = scene.gateway.forward(&get, &[("x-camlock-gate", "")]).await;

    assert_eq!((wrong.status.as_u16(), reason(&wrong)), (401, "wrong_signature".to_owned()));
    assert_eq!((ambiguous.status.as_u16(), reason(&ambiguous)), (403, "ambiguous_path".to_owned()));
    assert_eq!((denied.status.as_u16(), reason(&denied)), (403, "explicit_deny".to_owned()));
    assert_eq!(stranger.status, 401);
    assert!(!stranger.headers.contains_key("x-camlock-reason"));
    assert!(!denied.headers.contains_key("x-camlock-uin"));
}

#[actix_web::test]
async fn what_the_gateway_tells_must_come_once_and_in_one_spelling() {
    let scene = Scene::new().await;
    let get = scene.get("/v1/orders");
    for (name, value) in [
        ("x_original_uri", "/v1/orders/1"),
        ("X-Original.Host", "billing.example.com"),
        ("x-original_method", "GET"),
    ] {
        let answer = scene.gateway.forward(&get, &[(name, value)]).await;
        assert_eq!(answer.status, 403, "{name}");
        assert_eq!(answer.headers["x-camlock-reason"], "doubled_header", "{name}");
    }
    for name in ["x-original-uri", "x-original-host", "x-original-method"] {
        let answer = scene.gateway.forward(&get, &[(name, "")]).await;
        assert_eq!(answer.headers["x-camlock-reason"], "missing_header", "{name}");
    }
    let hop = scene.gateway.forward(&get, &[("connection", "close, x-original-uri")]).await;
    assert_eq!(hop.headers["x-camlock-reason"], "hop_by_hop_header");
    let forged = scene.gateway.forward(&get, &[("x-camlock-uin", "1")]).await;
    assert_eq!(forged.headers["x-camlock-reason"], "alias_header");
}

#[actix_web::test]
async fn a_write_passes_forward_auth_with_the_hash_that_the_gateway_worked_out() {
    let scene = Scene::new().await;
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    let unknown = scene.gateway.forward(&scene.post("/v1/orders", b"{}"), &[]).await;
    scene.app.wait(1);
    let known =
        scene.gateway.forward(&scene.post("/v1/orders", b"{}"), &[("x-original-body-sha256", hash)]).await;
    scene.app.wait(1);
    let other =
        scene.gateway.forward(&scene.post("/v1/orders", b"[]"), &[("x-original-body-sha256", hash)]).await;

    assert_eq!(unknown.headers["x-camlock-reason"], "body_not_covered");
    assert_eq!(known.status, 200, "{:?}", known.headers);
    assert_eq!(known.headers["x-camlock-coverage"], "verified");
    assert_eq!(other.status, 401);
}

#[actix_web::test]
async fn a_token_reads_the_headers_of_its_mode_alone() {
    let scene = Scene::new().await;
    let forwarded = scene.app.another_gateway(&scene.root.owner, &["--headers", "forwarded"]);
    let get = scene.get("/v1/orders");
    let told = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-uri", "/v1/orders"),
        ("x-forwarded-host", "orders.example.com"),
        ("x-forwarded-for", "198.51.100.7, 192.0.2.7"),
    ];

    let original = forwarded.forward(&get, &[]).await;
    let right = forwarded.forward(&get, &told).await;
    let lie = scene.gateway.forward(&get, &[("x-forwarded-uri", "/v1/orders/secret")]).await;

    assert_eq!(original.headers["x-camlock-reason"], "missing_header");
    assert_eq!(right.status, 200, "{:?}", right.headers);
    assert_eq!(lie.status, 200, "what the other mode reads says nothing here");
}

#[actix_web::test]
async fn envoy_asks_with_the_requests_own_method_path_and_body() {
    let scene = Scene::new().await;

    let get = scene.gateway.ext_authz(&scene.get("/v1/orders?x=1")).await;
    let post = scene.gateway.ext_authz(&scene.post("/v1/orders", b"{}")).await;
    let changed = scene.post("/v1/orders", b"{} ").but(|request: &mut Request| request.body = b"[]".to_vec());
    let changed = scene.gateway.ext_authz(&changed).await;
    let partial =
        scene.post("/v1/orders", b"{}").but(|request| request.set("x-envoy-auth-partial-body", "true"));
    let partial = scene.gateway.ext_authz(&partial).await;

    assert_eq!(get.status, 200, "{:?}", get.headers);
    assert_eq!(post.status, 200, "{:?}", post.headers);
    assert_eq!(post.headers["x-camlock-coverage"], "verified");
    assert_eq!(changed.headers["x-camlock-reason"], "wrong_signature");
    assert_eq!(partial.status, 413);
}

#[actix_web::test]
async fn the_gate_can_have_an_address_of_its_own() {
    let port = crate::support::process::free_port().to_string();
    let address = format!("127.0.0.1:{port}");
    let app = crate::support::TestApp::spawn_with(&[("CAMLOCK_GATE__LISTEN", &address)]);
    let client = reqwest::Client::new();
    let status = |base: String, path: &'static str| {
        let client = client.clone();
        async move { client.get(format!("{base}{path}")).send().await.unwrap().status().as_u16() }
    };
    let own = format!("http://{address}");

    assert_eq!(status(own.clone(), "/gate/openapi.json").await, 200);
    assert_eq!(status(own.clone(), "/healthz").await, 200);
    assert_eq!(status(own.clone(), "/login").await, 404);
    assert_eq!(status(own, "/").await, 404);
    assert_eq!(status(app.address.clone(), "/gate/openapi.json").await, 404);
}
