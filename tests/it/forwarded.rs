//! Where people and programs are, as proxies tell it in their many ways.

use crate::support::browser::encoded;
use crate::support::{Client, TestApp, code};
use camlock::domain::audit::{EventCursor, EventFilter};
use camlock::domain::user::Uin;
use camlock::store::audit;
use reqwest::{Method, StatusCode};
use serde_json::json;

fn behind_proxy() -> TestApp {
    TestApp::spawn_with(&[("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.0/8")])
}

/// A key of a user with one policy, whose condition the test gives.
async fn program(app: &TestApp, statements: &[(&str, &str)]) -> Client {
    let told = statements.iter().map(|(effect, network)| (*effect, "ip_equal", *network));
    program_with(app, &told.collect::<Vec<_>>()).await
}

/// The same, with operators of the test's choice.
async fn program_with(app: &TestApp, statements: &[(&str, &str, &str)]) -> Client {
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let (admin, client) = (app.key_of(&root).await, app.key_of(&alice).await);
    let statements: Vec<_> = statements
        .iter()
        .map(|(effect, operator, network)| {
            let condition = json!({ *operator: { "qcs:ip": network } });
            json!({ "effect": effect, "action": "cam:ListUsers", "resource": "*", "condition": condition })
        })
        .collect();
    let document = json!({ "version": "2.0", "statement": statements }).to_string();
    let body = json!({ "PolicyName": "by-address", "PolicyDocument": document });
    let id = admin.call("cam", "CreatePolicy", body).await["PolicyId"].clone();
    admin
        .call(
            "cam",
            "AttachUserPolicy",
            json!({ "AttachUin": alice.uin.parse::<i64>().unwrap(), "PolicyId": id }),
        )
        .await;
    client
}

/// Whether a call with these headers is allowed.
async fn is_allowed(client: &Client, headers: &[(&str, &str)]) -> bool {
    let mut signed = client.sign("cam", "ListUsers", &json!({}));
    signed.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    code(&client.response(&signed).await).is_empty()
}

const UNREADABLE: [&str; 7] = [
    "unknown",
    "_hidden",
    "203.0.113.9:",
    "somewhere",
    "203.0.113.9, unknown",
    "unknown, 127.0.0.1",
    "1.2.3",
];

#[actix_web::test]
async fn a_stranger_behind_the_proxy_is_never_taken_for_the_proxy() {
    let app = behind_proxy();
    let client = program(&app, &[("allow", "127.0.0.0/8")]).await;

    assert!(is_allowed(&client, &[]).await, "a program beside the server");
    for form in ["203.0.113.9", "203.0.113.9:51234", "[2001:db8::1]:443", "2001:db8::1", "\"203.0.113.9:1\""]
    {
        assert!(!is_allowed(&client, &[("x-forwarded-for", form)]).await, "{form}");
        assert!(!is_allowed(&client, &[("x-real-ip", form)]).await, "{form}");
        assert!(!is_allowed(&client, &[("forwarded", &format!("for={form}"))]).await, "{form}");
    }
    for form in UNREADABLE {
        assert!(!is_allowed(&client, &[("x-forwarded-for", form)]).await, "{form}");
        let last = form.rsplit(", ").next().unwrap();
        if last != "127.0.0.1" {
            let lines = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", last)];
            assert!(!is_allowed(&client, &lines).await, "{form} in a line of its own");
        }
    }
}

#[actix_web::test]
async fn an_office_behind_the_proxy_is_found_in_every_form() {
    let app = behind_proxy();
    let client = program(&app, &[("allow", "203.0.113.0/24"), ("deny", "203.0.113.66/32")]).await;

    for form in [
        "203.0.113.9",
        "203.0.113.9:51234",
        "::ffff:203.0.113.9",
        "[::ffff:203.0.113.9]:80",
        " 203.0.113.9 ",
        "6.6.6.6, 203.0.113.9:1, 127.0.0.1:2",
    ] {
        assert!(is_allowed(&client, &[("x-forwarded-for", form)]).await, "{form}");
    }
    assert!(is_allowed(&client, &[("forwarded", "for=6.6.6.6, for=\"203.0.113.9:80\";proto=https")]).await);
    assert!(!is_allowed(&client, &[("x-forwarded-for", "203.0.113.66:80")]).await);
}

#[actix_web::test]
async fn an_unknown_address_matches_every_deny_that_looks_at_addresses() {
    let app = behind_proxy();
    let client = program(&app, &[("allow", "0.0.0.0/0"), ("deny", "198.51.100.0/24")]).await;
    let root = app.key_for(Uin(100_000_000_001), Uin(100_000_000_001)).await;

    for form in UNREADABLE {
        assert!(!is_allowed(&client, &[("x-forwarded-for", form)]).await, "{form}");
        assert!(is_allowed(&root, &[("x-forwarded-for", form)]).await, "root has no condition: {form}");
    }
}

#[actix_web::test]
async fn an_unknown_address_is_no_text_either() {
    let app = behind_proxy();
    let client = program_with(&app, &[("allow", "string_not_equal", "203.0.113.9")]).await;

    assert!(is_allowed(&client, &[("x-forwarded-for", "198.51.100.7")]).await);
    for form in UNREADABLE {
        assert!(!is_allowed(&client, &[("x-forwarded-for", form)]).await, "{form}");
    }
}

#[actix_web::test]
async fn an_unknown_address_is_written_as_such_and_its_guesses_count() {
    let app = behind_proxy();
    app.bare_root("root").await;
    let browser = app.browser();
    let csrf = browser.get("/login").await.csrf();
    let mut last = StatusCode::OK;
    for guess in 0..40 {
        let password = format!("wrong password {guess}");
        let body = encoded(&[("csrf", &csrf), ("user_name", "root"), ("password", &password)]);
        let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-for", "unknown")];
        last = browser.send(Method::POST, "/login", Some(body), &headers).await.status;
    }

    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let events = app.app.store.read_now(|conn| {
        audit::page(
            conn,
            Uin(100_000_000_001),
            &EventFilter::default(),
            camlock::domain::paging::Slice { cursor: EventCursor::Newest, size: 10 },
        )
    });
    let ips: Vec<String> =
        events.unwrap().into_iter().filter(|event| event.event == "SignIn").map(|event| event.ip).collect();
    assert!(!ips.is_empty() && ips.iter().all(|ip| ip == "unknown"), "{ips:?}");
}
