//! The limits of keys: set in the console and by the operator, and obeyed by every call that comes later.

use crate::support::api::Client;
use crate::support::people::Person;
use crate::support::process::operate;
use crate::support::{TestApp, code};
use camlock::app::keys::limits::idle;
use camlock::app::keys::usage::{flush_usage, unwritten};
use camlock::app::operator::timed::do_what_is_due;
use camlock::clock;
use reqwest::StatusCode;
use serde_json::{Value, json};

const GONE: &str = "AuthFailure.SecretIdNotFound";
const DENIED: &str = "AuthFailure.UnauthorizedOperation";
const DAY: i64 = 86_400;

/// Everything in the form, with some of it in place of what is there.
async fn set(person: &Person, page: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    let names = ["expires_at", "idle_days", "networks", "policy", "purpose", "owner", "review_at"];
    let shown = person.browser.get(page).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let mut all = Vec::new();
    for name in names {
        let kept = shown
            .attribute(&format!("input[name={name}]"), "value")
            .or_else(|| shown.text(&format!("textarea[name={name}]")))
            .unwrap_or_default();
        let given = fields.iter().find(|(field, _)| *field == name).map(|(_, text)| (*text).to_owned());
        all.push((name, given.unwrap_or(kept)));
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(name, text)| (*name, text.as_str())).collect();
    person.browser.submit(page, page, &all).await
}

async fn with_key(app: &TestApp) -> (Person, Client, String) {
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let page = format!("/keys/{}/limits", client.secret_id);
    (root, client, page)
}

/// Waits until the window is over in which an earlier code serves.
fn end_window(app: &TestApp) {
    app.wait(601);
}

#[actix_web::test]
async fn a_call_at_the_very_second_at_which_a_key_ends_is_refused_and_a_longer_life_asks_for_a_code() {
    let app = TestApp::spawn();
    let (root, client, page) = with_key(&app).await;
    end_window(&app);
    let end = app.now() + 100;

    let saved = set(&root, &page, &[("expires_at", &clock::iso(end))]).await;

    assert_eq!(saved.location().as_deref(), Some("/keys"), "tightening asks for nothing: {}", saved.body);
    app.wait(99);
    assert_eq!(client.who().await, "");
    app.wait(1);
    assert_eq!(client.who().await, GONE);
    let list = root.browser.get("/keys").await;
    assert_eq!(list.attributes("tr[data-limit=expired]", "data-status"), ["enabled"]);
    end_window(&app);
    let asked = set(&root, &page, &[("expires_at", "")]).await;
    assert!(asked.location().unwrap_or_default().starts_with("/verify"), "{}", asked.body);
    assert_eq!(client.who().await, GONE, "nothing is done before the code");
    let done = root.pass(&app, &asked.location().unwrap()).await;
    assert_eq!(done.location().as_deref(), Some("/keys"));
    assert_eq!(client.who().await, "");
    let log = root.browser.get("/audit?event=UpdateKeyLimits").await;
    assert!(log.body.matches("Changed the limits of a key").count() >= 2, "{}", log.body);
}

#[actix_web::test]
async fn what_does_not_fit_comes_back_as_it_was_typed() {
    let app = TestApp::spawn();
    let (root, client, page) = with_key(&app).await;

    for (field, text) in [
        ("expires_at", "tomorrow"),
        ("expires_at", "2001-01-01"),
        ("idle_days", "0"),
        ("networks", "10.0.0.0/40"),
        ("policy", "{}"),
        ("review_at", "soon"),
    ] {
        let refused = set(&root, &page, &[(field, text), ("purpose", "deploys of the shop")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {text}");
        assert_eq!(refused.count(&format!("#field-{field}[aria-invalid]")), 1, "{field}: {}", refused.body);
        let kept = refused.attribute("input[name=purpose]", "value");
        assert_eq!(kept.as_deref(), Some("deploys of the shop"), "{field}");
    }
    assert_eq!(client.who().await, "");
}

#[actix_web::test]
async fn a_call_from_elsewhere_is_refused_also_on_another_node() {
    let app = TestApp::spawn();
    let node = app.second_node();
    let (root, client, page) = with_key(&app).await;
    let other = client.on(&node.address);
    assert_eq!((client.who().await.as_str(), other.who().await.as_str()), ("", ""));

    for _ in 0..10 {
        set(&root, &page, &[("networks", "10.0.4.0/24\n192.0.2.7")]).await;
        assert_eq!((client.who().await.as_str(), other.who().await.as_str()), (DENIED, DENIED));
        let loosened = root.grant(&app, &page, &page, &[("networks", "127.0.0.0/8")]).await;
        assert_eq!(loosened.location().as_deref(), Some("/keys"), "{}", loosened.body);
        assert_eq!((client.who().await.as_str(), other.who().await.as_str()), ("", ""));
    }
    let answer = client.call("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(code(&answer), "");
}

#[actix_web::test]
async fn even_roots_key_does_no_more_than_its_own_policy_allows() {
    let app = TestApp::spawn();
    let (root, client, page) = with_key(&app).await;
    let policy = json!({"version": "2.0", "statement": [
        {"effect": "allow", "action": "cam:List*", "resource": "*"},
        {"effect": "deny", "action": "cam:ListGroups", "resource": "*"},
    ]});

    let saved = set(&root, &page, &[("policy", &policy.to_string())]).await;

    assert_eq!(saved.location().as_deref(), Some("/keys"), "{}", saved.body);
    let ask = |action: &'static str| {
        let client = &client;
        async move { client.call("cam", action, json!({})).await }
    };
    assert_eq!(code(&ask("ListUsers").await), "");
    let outside = client.call("cam", "AddUser", json!({"Name": "dev"})).await;
    assert_eq!(code(&outside), DENIED);
    assert!(outside["Error"]["Message"].as_str().unwrap().contains("policy of this key"), "{outside}");
    assert_eq!(code(&ask("ListGroups").await), DENIED);
    assert_eq!(code(&client.call("sts", "GetCallerIdentity", json!({})).await), "");
    end_window(&app);
    let other = policy.to_string().replace("cam:List*", "cam:*");
    let asked = set(&root, &page, &[("policy", &other)]).await;
    assert!(asked.location().unwrap_or_default().starts_with("/verify"), "{}", asked.body);
}

#[actix_web::test]
async fn a_policy_of_a_key_widens_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &["QcloudCamReadOnlyAccess"]).await;
    let client = app.key_of(&user).await;
    let page = format!("/users/{}/keys/{}/limits", user.uin, client.secret_id);
    let everything = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;

    set(&root, &page, &[("policy", everything)]).await;

    assert_eq!(code(&client.call("cam", "ListUsers", json!({})).await), "");
    assert_eq!(code(&client.call("cam", "AddUser", json!({"Name": "x"})).await), DENIED);
}

#[actix_web::test]
async fn a_policy_that_cannot_be_read_allows_nothing_and_networks_that_cannot_be_read_let_nobody_in() {
    let app = TestApp::spawn();
    let (_, client, _) = with_key(&app).await;

    app.execute("UPDATE api_keys SET own_policy = 'no policy'");
    assert_eq!(code(&client.call("cam", "ListUsers", json!({})).await), DENIED);
    app.execute("UPDATE api_keys SET own_policy = NULL, networks = 'anywhere'");
    assert_ne!(client.who().await, "");
}

#[actix_web::test]
async fn the_operator_sets_and_clears_limits_and_the_log_has_what_was_before() {
    let app = TestApp::spawn();
    let (root, client, _) = with_key(&app).await;
    let limit = |more: &[&str]| {
        let mut arguments = vec!["key", "limit", "--secret-id", &client.secret_id];
        arguments.extend(more);
        operate(&app, &arguments)
    };

    let set = limit(&["--networks", "10.0.0.0/8,192.0.2.7", "--idle-days", "30", "--owner", "li.na"]);

    assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    let printed: Value = serde_json::from_slice(&set.stdout).unwrap();
    assert_eq!(printed["limits"]["networks"], "10.0.0.0/8,192.0.2.7");
    assert_eq!(printed["limits"]["idle_days"], "30");
    assert_eq!(client.who().await, DENIED);
    assert!(limit(&["--networks", ""]).status.success());
    assert_eq!(client.who().await, "");
    let page = root.browser.get(&format!("/keys/{}/limits", client.secret_id)).await;
    assert_eq!(
        page.attribute("input[name=owner]", "value").as_deref(),
        Some("li.na"),
        "what is not named stays"
    );
    assert!(!limit(&["--expires-at", "never"]).status.success());
    let log = root.browser.get("/audit?event=UpdateKeyLimits").await;
    assert!(log.body.contains("operator"), "{}", log.body);
}

#[actix_web::test]
async fn no_limit_is_set_while_a_server_runs_that_does_not_know_limits() {
    let app = TestApp::spawn();
    let (root, client, page) = with_key(&app).await;
    app.execute(&format!(
            "INSERT INTO nodes (id, version, started_at, seen_at, schema_version) VALUES ('old', '0.0.9', {0}, {0}, 20261129000014)",
            app.now()
        ),
    );

    let refused = set(&root, &page, &[("networks", "10.0.0.0/8")]).await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("older version"), "{}", refused.body);
    assert_eq!(client.who().await, "");
    app.wait(31);
    let late = set(&root, &page, &[("networks", "10.0.0.0/8")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "its clock may be behind, or it hangs and goes on");
    app.wait(600);
    let saved = set(&root, &page, &[("networks", "10.0.0.0/8")]).await;
    assert_eq!(saved.location().as_deref(), Some("/keys"), "{}", saved.body);
    assert_eq!(client.who().await, DENIED);
}

#[actix_web::test]
async fn a_key_that_nobody_calls_with_is_warned_of_twice_and_then_disabled() {
    let app = TestApp::spawn();
    let (root, client, page) = with_key(&app).await;
    set(&root, &page, &[("idle_days", "30")]).await;
    let events = |name: &'static str| {
        let root = &root;
        async move { root.browser.get(&format!("/audit?event={name}")).await.count("tbody tr[data-seq]") }
    };
    let sweep = || async {
        flush_usage(&app.app).await.unwrap();
        idle::sweep(&app.app).await.unwrap()
    };

    assert_eq!(sweep().await, 0);
    for (days, looked) in [(22, 0), (1, 1), (0, 0), (5, 0), (1, 1), (0, 0)] {
        app.wait(days * DAY);
        assert_eq!(sweep().await, looked);
    }
    app.wait(DAY - 1);
    assert_eq!(sweep().await, 0);
    assert_eq!(client.who().await, "", "a call starts the count anew");
    app.wait(1);
    assert_eq!(sweep().await, 1);
    assert_eq!(client.who().await, "");
    app.wait(31 * DAY);
    sweep().await;
    assert_eq!(client.who().await, GONE);

    root.sign_in(&app).await;
    assert!(events("KeyIdleSoon").await >= 2);
    let list = root.browser.get("/keys").await;
    assert_eq!(list.attributes("tr[data-secret-id]", "data-status"), ["disabled"]);
    assert!(list.body.contains("by camlock"), "{}", list.body);
    let enable = format!("/keys/{}/enable", client.secret_id);
    root.browser.submit("/keys", &enable, &[]).await;
    app.wait(60);
    sweep().await;
    assert_eq!(client.who().await, "", "whoever enables it starts the count anew");
}

#[actix_web::test]
async fn the_use_of_keys_is_written_at_its_own_pace_unless_a_silent_key_is_due() {
    let app = TestApp::spawn();
    let (root, client, page) = with_key(&app).await;
    set(&root, &page, &[("idle_days", "30")]).await;
    assert_eq!(client.who().await, "");

    do_what_is_due(&app.app).await.unwrap();
    assert_eq!(unwritten(&app.app), 1);

    app.wait(29 * DAY);
    assert_eq!(client.who().await, "");
    app.wait(DAY);
    do_what_is_due(&app.app).await.unwrap();
    assert_eq!(unwritten(&app.app), 0);
    assert_eq!(client.who().await, "", "a call that was not written down yet counts too");
}

#[actix_web::test]
async fn a_program_tightens_limits_and_never_loosens_them() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let admin = app.key_of(&root).await;
    let user = app.sub_user(&root, "dev", &["QcloudCamReadOnlyAccess"]).await;
    let client = app.key_of(&user).await;
    let uin: i64 = user.uin.parse().unwrap();
    let update = |more: Value| {
        let mut body = json!({"AccessKeyId": client.secret_id, "TargetUin": uin});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let admin = &admin;
        async move { admin.call("camlock", "UpdateKeyLimits", body).await }
    };
    let end = clock::iso(app.now() + DAY);

    let tightened = update(json!({"ExpiresAt": end, "Networks": ["127.0.0.0/8"], "Owner": "li.na"})).await;

    assert_eq!(code(&tightened), "", "{tightened}");
    let body = json!({"AccessKeyId": client.secret_id});
    let seen = client.call("camlock", "QueryKeyLimits", body.clone()).await;
    assert_eq!(seen["KeyLimits"]["Networks"], json!(["127.0.0.0/8"]), "{seen}");
    assert_eq!(seen["KeyLimits"]["Owner"], "li.na");
    for looser in [
        json!({"ExpiresAt": clock::iso(app.now() + 2 * DAY)}),
        json!({"ExpiresAt": ""}),
        json!({"Networks": []}),
        json!({"Networks": ["0.0.0.0/0"]}),
    ] {
        let answer = update(looser.clone()).await;
        let kept = client.call("camlock", "QueryKeyLimits", body.clone()).await;
        assert_eq!(kept["KeyLimits"], seen["KeyLimits"], "{looser}: {answer}");
    }
    let refused = update(json!({"ExpiresAt": clock::iso(app.now() + 2 * DAY)})).await;
    assert_eq!(code(&refused), "OperationDenied.KeyLimits", "{refused}");
    let own = client
        .call("camlock", "UpdateKeyLimits", json!({"AccessKeyId": client.secret_id, "Purpose": "x"}))
        .await;
    assert_eq!(code(&own), DENIED, "reading is not changing");
    app.wait(DAY);
    assert_eq!(client.who().await, GONE);
}
