//! What stands around every page: headers, errors, methods, limits.

use crate::support::TestApp;
use crate::support::browser::encoded;
use actix_web::middleware::from_fn;
use camlock::web::edge::catch_panic;
use camlock::web::routes::ENDPOINTS;
use reqwest::{Method, StatusCode};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/users").await.csrf();

    for path in ["/users", "/login", "/nowhere", "/healthz", "/readyz", "/audit", "/static/none.css", "/cam"]
    {
        let answer = root.browser.get(path).await;
        ensure_headers(path, &answer.headers);
    }
    ensure_headers("405", &root.browser.post("/users", &csrf, &[]).await.headers);
    ensure_headers("403", &root.browser.post("/logout", "", &[]).await.headers);
}

fn ensure_headers(what: &str, headers: &reqwest::header::HeaderMap) {
    let text =
        |name: &str| headers.get(name).unwrap_or_else(|| panic!("{what} lacks {name}")).to_str().unwrap();
    let policy = text("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert_eq!(text("x-content-type-options"), "nosniff");
    assert_eq!(text("referrer-policy"), "same-origin");
    assert_eq!(text("x-frame-options"), "DENY");
    assert_eq!(text("cross-origin-opener-policy"), "same-origin");
    assert_eq!(text("cache-control"), "no-store", "{what}");
    assert_eq!(text("x-request-id").len(), 36);
    assert!(!headers.contains_key("server"));
}

#[actix_web::test]
async fn an_error_page_shows_the_id_that_the_header_and_the_log_carry() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for browser in [&root.browser, &app.browser()] {
        let answer = browser.get("/nowhere").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.text("#request-id").as_deref(), answer.headers["x-request-id"].to_str().ok());
    }
}

#[actix_web::test]
async fn the_audit_row_carries_the_requests_id() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);

    let answer = root.browser.submit(&keys, &keys, &[]).await;
    let log = root.browser.get("/audit?event=CreateApiKey").await;
    let event = root.browser.get(&log.attribute("tr[data-seq] a", "href").unwrap()).await;

    assert!(event.body.contains(answer.headers["x-request-id"].to_str().unwrap()));
}

#[actix_web::test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for path in ["/users", "/audit", "/me/security", "/nowhere", "/healthz"] {
        let (get, head) = (root.browser.get(path).await, root.browser.head(path).await);
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
    }
}

#[actix_web::test]
async fn other_methods_get_405_with_what_is_allowed() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for endpoint in ENDPOINTS {
        let path = endpoint.path.replace(['{', '}'], "");
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE] {
            let answer = root.browser.send(method.clone(), &path, None, &[]).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let allow = answer.headers["allow"].to_str().unwrap();
            assert!(allow.contains(endpoint.method), "{method} {path}: {allow}");
        }
    }
}

#[actix_web::test]
async fn assets_are_kept_for_good_under_names_that_change_with_them() {
    let app = TestApp::spawn();
    app.root().await;
    let address = app.browser().get("/login").await.attribute("link[rel=stylesheet]", "href").unwrap();

    let plain = app.browser().get(&address).await;
    let packed = app.browser().send(Method::GET, &address, None, &[("accept-encoding", "br, gzip")]).await;

    assert_eq!(plain.status, StatusCode::OK);
    assert_eq!(plain.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert_eq!(app.browser().get("/static/camlock.css").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.browser().get("/static/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn forms_that_cannot_be_read_are_refused_with_a_sentence() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/users/new").await.csrf();
    let token = encoded(&[("csrf", &csrf)]);
    let own = [("sec-fetch-site", "same-origin")];
    let cases = vec![
        (format!("{token}&user_name=a%00b"), own.to_vec(), StatusCode::BAD_REQUEST),
        (format!("{token}&user_name=%FF"), own.to_vec(), StatusCode::BAD_REQUEST),
        (format!("{token}&user_name=%EF%BF%BD"), own.to_vec(), StatusCode::BAD_REQUEST),
        (format!("{token}&user_name=a&user_name=b"), own.to_vec(), StatusCode::BAD_REQUEST),
        (format!("{token}&note={}", "x".repeat(70_000)), own.to_vec(), StatusCode::PAYLOAD_TOO_LARGE),
        (
            token.clone(),
            vec![own[0], ("content-type", "application/json")],
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            token.clone(),
            vec![own[0], ("content-type", "multipart/form-data; boundary=x")],
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (token.clone(), vec![own[0], ("content-encoding", "gzip")], StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ];

    for (body, headers, status) in cases {
        let shown: String = body.chars().skip(token.len()).take(40).collect();
        let answer = root.browser.send(Method::POST, "/users/new", Some(body), &headers).await;
        assert_eq!(answer.status, status, "{shown} {headers:?}");
        assert!(
            answer.text("[role=alert]").is_some_and(|text| text.contains('.')),
            "{shown}: {}",
            answer.body
        );
    }
}

#[actix_web::test]
async fn addresses_that_cannot_be_read_are_refused() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for path in ["/users?q=%00", "/users?q=%FF", "/users?q=a&q=b", "/users?type=robot", "/users?mfa=maybe"] {
        assert_eq!(root.browser.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(root.browser.get("/audit?result=perhaps").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in [
        "/users/1",
        "/users/abc",
        "/users/1000000000010",
        "/users/-00000000001",
        "/audit/x",
        "/audit/99999999999999999999",
    ] {
        assert_eq!(root.browser.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn a_body_that_only_drips_is_cut_off() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__BODY_TIMEOUT_SECONDS", "1")]);
    let browser = app.browser();
    browser.get("/setup").await;
    let host = app.address.trim_start_matches("http://").to_owned();
    let answer = actix_web::rt::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(&host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\nCookie: camlock-form=x\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ncsrf="
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 64];
        let read = stream.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    });

    assert!(answer.await.unwrap().starts_with("HTTP/1.1 408"));
}

#[actix_web::test]
async fn a_panic_becomes_a_500_and_no_dropped_connection() {
    async fn broken() -> actix_web::HttpResponse {
        panic!("on purpose")
    }
    let resource = actix_web::web::resource("/broken").wrap(from_fn(catch_panic)).to(broken);
    let service = actix_web::test::init_service(actix_web::App::new().service(resource)).await;

    let request = actix_web::test::TestRequest::get().uri("/broken").to_request();
    let answer = actix_web::test::call_service(&service, request).await;

    assert_eq!(answer.status().as_u16(), 500);
}

#[actix_web::test]
async fn clients_cannot_choose_their_address() {
    let app = TestApp::spawn();
    app.bare_root("root").await;
    let form = app.browser();
    let csrf = form.get("/login").await.csrf();
    let body = encoded(&[("csrf", &csrf), ("user_name", "root"), ("password", "wrong password 123")]);
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", "6.6.6.6"),
        ("forwarded", "for=6.6.6.6"),
        ("x-real-ip", "6.6.6.6"),
    ];
    form.send(Method::POST, "/login", Some(body), &headers).await;

    let root = app.bare_root("other").await;
    drop(root);
    let owner = camlock::domain::user::Uin(100_000_000_001);
    let filter = camlock::domain::audit::EventFilter::default();
    let events = app.app.store.read_now(|conn| {
        camlock::store::audit::page(
            conn,
            owner,
            &filter,
            camlock::domain::paging::Slice { cursor: camlock::domain::audit::EventCursor::Newest, size: 10 },
        )
    });
    let events = events.unwrap();
    assert!(events.iter().any(|event| event.event == "SignIn" && event.ip == "127.0.0.1"));
    assert!(events.iter().all(|event| event.ip != "6.6.6.6"));
}

#[actix_web::test]
async fn a_trusted_proxy_tells_where_people_come_from() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")]);
    app.bare_root("root").await;
    let form = app.browser();
    let csrf = form.get("/login").await.csrf();
    let body = encoded(&[("csrf", &csrf), ("user_name", "root"), ("password", "wrong password 123")]);
    let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-for", "6.6.6.6, 10.1.2.3, 127.0.0.1")];
    form.send(Method::POST, "/login", Some(body), &headers).await;

    let owner = camlock::domain::user::Uin(100_000_000_001);
    let events = app.app.store.read_now(|conn| {
        let filter = camlock::domain::audit::EventFilter::default();
        camlock::store::audit::page(
            conn,
            owner,
            &filter,
            camlock::domain::paging::Slice { cursor: camlock::domain::audit::EventCursor::Newest, size: 10 },
        )
    });
    assert!(events.unwrap().iter().any(|event| event.event == "SignIn" && event.ip == "10.1.2.3"));
}
