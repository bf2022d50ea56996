//! Forms are believed only from a page of ours, shown to this browser.

use crate::support::TestApp;
use crate::support::browser::encoded;
use camlock::web::routes::ENDPOINTS;
use reqwest::{Method, StatusCode};

/// The path of an endpoint with something in place of each parameter.
fn filled(path: &str) -> String {
    path.replace("{uin}", "100000000001")
        .replace("{secret_id}", &format!("AKID{}", "0".repeat(32)))
        .replace("{policy}", "1")
        .replace("{seq}", "1")
        .replace("{session}", "0")
        .replace("{device}", "0")
}

#[actix_web::test]
async fn every_form_is_refused_when_another_site_sends_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/users").await.csrf();
    let own = app.address.clone();
    let hostile: [&[(&str, &str)]; 8] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
    ];

    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "POST") {
        for headers in hostile {
            let body = encoded(&[("csrf", &csrf)]);
            let answer = root.browser.send(Method::POST, &filled(endpoint.path), Some(body), headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} with {headers:?}", endpoint.path);
        }
    }
    assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn every_form_is_refused_without_a_token_or_with_somebody_elses() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    let hers = alice.browser.get("/me/security").await.csrf();

    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "POST") {
        for token in ["", "0", hers.as_str()] {
            let answer = root.browser.post(&filled(endpoint.path), token, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} with token {token:?}", endpoint.path);
        }
    }
}

#[actix_web::test]
async fn the_right_origin_alone_is_enough_for_browsers_on_plain_http() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let body = encoded(&[("csrf", &root.browser.get(&keys).await.csrf())]);

    let answer = root.browser.send(Method::POST, &keys, Some(body), &[("origin", &app.address)]).await;

    assert_eq!(answer.redirect(), keys);
}

#[actix_web::test]
async fn reading_changes_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    let log = root.browser.get("/audit").await.count("tr[data-seq]");

    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "GET") {
        let path = filled(endpoint.path).replace("100000000001", &root.uin);
        root.browser.get(&path).await;
    }

    assert_eq!(root.secret_ids(&keys).await, [id]);
    assert_eq!(root.browser.get("/audit").await.count("tr[data-seq]"), log);
}
