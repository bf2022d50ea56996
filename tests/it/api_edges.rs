//! What stands around the API: odd requests and broken databases are answered in the envelope, and allow nothing.

use crate::support::api::Signed;
use crate::support::{Answer, Client, TestApp, code};
use camlock::app::keys::usage::flush_usage;
use camlock::domain::key::SecretId;
use camlock::domain::signature::{KeyPair, Outgoing, sign_tc3};
use camlock::store::{StoreError, key_usage};
use diesel::RunQueryDsl;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// The code in the envelope, whose form is checked on the way.
fn enveloped(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/json");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["Response"]["RequestId"].as_str().map(str::len), Some(36), "{body}");
    code(&body["Response"]).to_owned()
}

/// A call with a body as it is, signed.
fn raw(client: &Client, action: &str, body: &str) -> Signed {
    let mut signed = client.sign_plainly("cam", action, &json!({}));
    let timestamp = signed.header("x-tc-timestamp").parse().unwrap();
    let host = signed.header("host").to_owned();
    let authorization = authorization(client, (&host, body), timestamp);
    signed.set("authorization", &authorization);
    signed.body = body.as_bytes().to_vec();
    signed
}

fn authorization(client: &Client, (host, body): (&str, &str), timestamp: i64) -> String {
    let headers = [("content-type", "application/json"), ("host", host)];
    let pair = KeyPair { secret_id: &client.secret_id, secret_key: &client.secret_key };
    let (payload, service) = (body.as_bytes(), "cam");
    sign_tc3(&Outgoing { method: "POST", query: "", headers: &headers, payload, timestamp, service }, pair)
}

/// Sends bytes as they are and reads the answer to its end.
fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn other_methods_with_a_signed_call_are_refused_in_the_envelope() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    for method in ["PUT", "OPTIONS", "DELETE", "PATCH"] {
        let mut signed = client.sign("cam", "GetUserAppId", &json!({}));
        signed.method = method;
        assert_eq!(enveloped(&client.send(&signed).await), "UnsupportedProtocol", "{method}");
    }
    let mut head = client.sign("cam", "GetUserAppId", &json!({}));
    (head.method, head.body) = ("HEAD", Vec::new());
    let answer = client.send(&head).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[actix_web::test]
async fn what_a_signature_does_not_cover_is_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let mut get = client.sign_get("cam", "GetUserAppId", "");
    get.body = b"{}".to_vec();
    assert_eq!(enveloped(&client.send(&get).await), "InvalidRequest", "a GET with a body");
    let mut post = client.sign("cam", "GetUserAppId", &json!({}));
    post.query = "Limit=1".to_owned();
    assert_eq!(enveloped(&client.send(&post).await), "InvalidRequest", "a POST with a query");

    for (name, expected) in [
        ("x-tc-action", "InvalidRequest"),
        ("x-tc-version", "InvalidRequest"),
        ("x-tc-timestamp", "InvalidRequest"),
        ("authorization", "AuthFailure.InvalidAuthorization"),
        ("content-type", "InvalidRequest"),
    ] {
        let mut twice = client.sign_plainly("cam", "GetUserAppId", &json!({}));
        let value = twice.header(name).to_owned();
        twice.headers.push((name.to_owned(), value));
        assert_eq!(enveloped(&client.send(&twice).await), expected, "{name} twice");
    }
}

#[actix_web::test]
async fn bodies_that_two_readers_could_take_differently_are_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let deep = |levels: usize| format!("{{\"Info\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));

    for (body, expected) in [
        (r#"{"TargetUin":1,"TargetUin":2}"#.to_owned(), "InvalidRequest"),
        (r#"{"Info":[{"Uin":1,"Uin":2}]}"#.to_owned(), "InvalidRequest"),
        (r#"{"TargetUin":1,"\u0054argetUin":2}"#.to_owned(), "InvalidRequest"),
        ("{}{}".to_owned(), "InvalidRequest"),
        ("{\"a\":\u{7}}".to_owned(), "InvalidRequest"),
        (deep(15), "UnknownParameter"),
        (deep(16), "InvalidRequest"),
        (deep(5_000), "InvalidRequest"),
        (String::new(), ""),
        (" \r\n".to_owned(), ""),
    ] {
        let answer = client.send(&raw(&client, "ListAccessKeys", &body)).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!(enveloped(&answer), expected, "{shown}: {}", answer.body);
    }
}

#[actix_web::test]
async fn header_names_may_be_in_any_case_and_the_host_may_be_a_whole_address() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let plain = app.address.trim_start_matches("http://").to_owned();
    let timestamp = app.now();

    for host in [plain, app.address.clone()] {
        let authorization = authorization(&client, (&host, "{}"), timestamp);
        for upper in [true, false] {
            let cased = |name: &str| if upper { name.to_uppercase() } else { name.to_lowercase() };
            let headers = [
                ("host", host.as_str()),
                ("authorization", &authorization),
                ("content-type", "application/json"),
                ("x-tc-action", "GetUserAppId"),
                ("x-tc-version", "2019-01-16"),
                ("x-tc-timestamp", &timestamp.to_string()),
                ("content-length", "2"),
                ("connection", "close"),
            ];
            let lines: Vec<String> =
                headers.iter().map(|(name, value)| format!("{}: {value}\r\n", cased(name))).collect();
            let request = format!("POST / HTTP/1.1\r\n{}\r\n{{}}", lines.concat());
            let address = app.address.clone();
            let answer = actix_web::rt::task::spawn_blocking(move || exchange(&address, &request));
            let answer = answer.await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"AppId\""), "{host}: {answer}");
        }
    }
}

#[actix_web::test]
async fn records_name_the_client_that_a_program_uses() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let mut signed = client.sign("cam", "GetUserAppId", &json!({}));
    signed.set("x-tc-requestclient", "SDK_PYTHON_3.1.195");
    client.response(&signed).await;
    flush_usage(&app.app).await.unwrap();

    let id = SecretId::parse(&client.secret_id).unwrap();
    let records = app.app.store.read(move |conn| key_usage::records(conn, &id)).await.unwrap();
    assert!(records[0].client.starts_with("SDK_PYTHON_3.1.195"), "{records:?}");
}

fn is_fault(code: &str) -> bool {
    ["InternalError", "ServiceUnavailable"].contains(&code)
}

#[actix_web::test]
async fn a_broken_database_allows_nothing_and_is_told_in_the_envelope() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (warm, cold) = (app.key_of(&root).await, app.key_of(&root).await);
    assert_eq!(enveloped(&warm.send(&warm.sign("cam", "GetUserAppId", &json!({}))).await), "");
    let operator = app.other_connection();
    let rename = |from: &str, to: &str| {
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        operator.write_now(|conn| Ok::<_, StoreError>(diesel::sql_query(&statement).execute(conn)?)).unwrap();
    };

    for table in ["sequences", "api_keys", "users"] {
        rename(table, "away");
        let calls = [("cam", "GetUserAppId"), ("cam", "ListAccessKeys"), ("sts", "GetCallerIdentity")];
        for (service, action) in calls {
            let answer = cold.send(&cold.sign(service, action, &json!({}))).await;
            assert!(is_fault(&enveloped(&answer)), "{table}: {action}: {}", answer.body);
            assert!(!answer.body.contains(table), "{}", answer.body);
        }
        let answer = warm.send(&warm.sign("cam", "CreateAccessKey", &json!({}))).await;
        assert!(is_fault(&enveloped(&answer)), "{table}: {}", answer.body);
        rename("away", table);
    }
    assert_eq!(enveloped(&cold.send(&cold.sign("cam", "GetUserAppId", &json!({}))).await), "");
}
