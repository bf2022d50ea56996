//! How long an account lets its keys live: the default, the maximum, and the keys beyond it.

use crate::settings::change;
use crate::support::people::Person;
use crate::support::process::operate;
use crate::support::{Answer, TestApp, code};
use camlock::clock::{self, Clock};
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DAY: i64 = 86_400;
const SETTINGS: &str = "/settings/security";

fn run(app: &TestApp, statement: &str) {
    let store = app.other_connection();
    let ran = store.write_now(|conn: &mut Conn| {
        Ok::<_, StoreError>(diesel::sql_query(format!("/* test */ {statement}")).execute(conn)?)
    });
    ran.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

async fn end_of(root: &Person, uin: &str, id: &str) -> Option<i64> {
    let page = root.browser.get(&format!("/users/{uin}/keys/{id}/limits")).await;
    clock::parse(&page.attribute("input[name=expires_at]", "value").expect("a field for the end"))
}

/// Whether an end is so many days ahead, but for the seconds that a test takes.
fn is_in(app: &TestApp, days: i64, end: Option<i64>) -> bool {
    end.is_some_and(|end| (end - app.now() - days * DAY).abs() < 1_000)
}

/// What the form holds by itself, with these values in place.
async fn send(root: &Person, fields: &[(&str, &str)]) -> Answer {
    let defaults = [("secret_reveal", "step_up"), ("step_up_window", "0"), ("password_min_length", "12")];
    root.browser.submit(SETTINGS, SETTINGS, &[&defaults, fields].concat()).await
}

#[actix_web::test]
async fn a_new_key_ends_by_the_accounts_default_however_it_is_made() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &["QcloudCamReadOnlyAccess"]).await;
    let (admin, list) = (app.key_of(&root).await, format!("/users/{}/keys", user.uin));
    // A node remembers what it read of a key and its account.
    assert_eq!(code(&admin.call("cam", "ListUsers", json!({})).await), "");
    change(&app, &root, &[("key_expiry_default_days", "30"), ("key_expiry_max_days", "90")]).await;

    let in_console = root.create_key(&list).await;
    let uin: i64 = user.uin.parse().unwrap();
    let by_program = admin.call("cam", "CreateAccessKey", json!({"TargetUin": uin})).await;
    let with_user = admin.call("cam", "AddUser", json!({"Name": "ops", "UseApi": 1})).await;

    assert!(is_in(&app, 30, end_of(&root, &user.uin, &in_console).await));
    let by_program =
        by_program["AccessKey"]["AccessKeyId"].as_str().unwrap_or_else(|| panic!("{by_program}"));
    assert!(is_in(&app, 30, end_of(&root, &user.uin, by_program).await));
    let ops = with_user["Uin"].to_string();
    assert!(is_in(&app, 30, end_of(&root, &ops, with_user["SecretId"].as_str().unwrap()).await));
    let id = format!("AKID{}", "a".repeat(32));
    std::fs::write(app.folder.path().join("secret"), "b".repeat(32)).unwrap();
    let import = |more: &[&str]| {
        let mut all = vec!["key", "import", "--uin", &ops, "--secret-id", &id, "--secret-key-file", "secret"];
        all.extend(more);
        operate(&app, &all)
    };
    assert!(!import(&["--expires-at", ""]).status.success(), "the account wants an end");
    let imported = import(&["--idle-days", "5"]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let printed: Value = serde_json::from_slice(&imported.stdout).unwrap();
    assert_eq!(printed["limits"]["idle_days"], "5");
    // The command goes by the clock of the machine, the server by that of the test.
    let end = end_of(&root, &ops, &id).await.unwrap();
    assert!((end - Clock::system().now() - 30 * DAY).abs() < 1_000, "{end}");
}

#[actix_web::test]
async fn a_maximum_alone_is_the_end_of_a_new_key_and_offered_in_its_form() {
    let app = TestApp::spawn();
    let root = app.root().await;
    change(&app, &root, &[("key_expiry_max_days", "7")]).await;

    let offered =
        root.browser.get("/keys").await.attribute("form[action='/keys'] input[name=expires_at]", "value");
    let never = root.browser.submit("/keys", "/keys", &[("expires_at", "")]).await;
    let late = clock::iso(app.now() + 8 * DAY);
    let later = root.browser.submit("/keys", "/keys", &[("expires_at", &late)]).await;
    let id = root.create_key("/keys").await;

    assert!(is_in(&app, 7, offered.as_deref().and_then(clock::parse)), "{offered:?}");
    for refused in [never, later] {
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.attributes(".error-summary a", "href"), ["#field-expires_at"]);
        assert_eq!(refused.count("details.new-limits[open]"), 1, "what does not fit can be seen");
    }
    assert!(is_in(&app, 7, end_of(&root, &root.uin, &id).await));
}

#[actix_web::test]
async fn a_maximum_holds_for_ends_that_are_changed_and_leaves_those_that_stand() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let page = format!("/keys/{}/limits", client.secret_id);
    change(&app, &root, &[("key_expiry_max_days", "90")]).await;
    let limit = |more: &[&str]| {
        let mut all = vec!["key", "limit", "--secret-id", &client.secret_id];
        all.extend(more);
        operate(&app, &all).status.success()
    };

    let kept = root.browser.submit(&page, &page, &[("expires_at", ""), ("purpose", "deploys")]).await;
    assert_eq!(kept.location().as_deref(), Some("/keys"), "it never had an end: {}", kept.body);
    assert!(limit(&["--owner", "li.na"]));

    for days in [91, 4_000] {
        let late = clock::iso(app.now() + days * DAY);
        let refused = root.browser.submit(&page, &page, &[("expires_at", &late)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("end after at most 90 days"), "{}", refused.body);
        assert!(!limit(&["--expires-at", &clock::iso(Clock::system().now() + days * DAY)]));
        let body = json!({"AccessKeyId": client.secret_id, "ExpiresAt": late});
        let answer = client.call("camlock", "UpdateKeyLimits", body).await;
        assert_eq!(code(&answer), "InvalidParameter.ParamError", "{answer}");
    }
    let last = clock::iso(Clock::system().now() + 90 * DAY);
    assert!(limit(&["--expires-at", &last]));
    assert!(!limit(&["--expires-at", ""]), "an end is not taken away again");
    assert!(limit(&["--purpose", "other"]));
}

#[actix_web::test]
async fn a_default_beyond_the_maximum_is_refused_with_what_to_do() {
    let app = TestApp::spawn();
    let root = app.root().await;

    let refused = send(&root, &[("key_expiry_default_days", "91"), ("key_expiry_max_days", "90")]).await;
    let unread = send(&root, &[("key_expiry_default_days", "x"), ("key_expiry_max_days", "3651")]).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.attributes(".error-summary a", "href"), ["#field-key_expiry_default_days"]);
    assert_eq!(refused.attribute("input[name=key_expiry_default_days]", "value").as_deref(), Some("91"));
    let fields = ["#field-key_expiry_default_days", "#field-key_expiry_max_days"];
    assert_eq!(unread.attributes(".error-summary a", "href"), fields);
}

#[actix_web::test]
async fn how_many_keys_are_beyond_is_said_before_it_is_saved() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &[]).await;
    let list = format!("/users/{}/keys", user.uin);
    root.create_key("/keys").await;
    let (near, far) = (root.create_key(&list).await, root.create_key(&list).await);
    for (id, days) in [(&near, 29), (&far, 31)] {
        let end = app.now() + days * DAY;
        run(&app, &format!("UPDATE api_keys SET expires_at = {end} WHERE secret_id = '{id}'"));
    }

    let checked = send(&root, &[("key_expiry_max_days", "30"), ("check", "1")]).await;
    let asked = send(&root, &[("key_expiry_max_days", "30")]).await.redirect();
    let question = root.browser.get(&asked).await;

    assert_eq!(checked.status, StatusCode::OK);
    let told = checked.text("#key-expiry-effect").unwrap();
    assert!(told.contains("2 keys would be beyond the longest time"), "{told}");
    assert_eq!(checked.count("#key-expiry-effect a"), 0, "it is not the account's yet");
    assert_eq!(checked.attribute("input[name=key_expiry_max_days]", "value").as_deref(), Some("30"));
    assert!(question.text("#effect").unwrap().contains("2 keys would be beyond"), "{}", question.body);
    let before = root.browser.get(SETTINGS).await;
    assert_eq!(before.attribute("input[name=key_expiry_max_days]", "value").as_deref(), Some("0"));
    root.pass(&app, &asked).await;
    let after = root.browser.get(SETTINGS).await;
    assert_eq!(after.attribute("#key-expiry-effect a", "href").as_deref(), Some("/settings/security/keys"));
    let beyond = root.browser.get("/settings/security/keys").await;
    let ids = beyond.attributes("tr[data-secret-id]", "data-secret-id");
    assert_eq!((ids.len(), ids.last()), (2, Some(&far)), "those without an end come first");
    let event = root
        .browser
        .get("/audit?event=UpdateAccountSettings")
        .await
        .attribute("tbody a[href^='/audit/']", "href");
    let event = root.browser.get(&event.expect("an event")).await;
    assert!(event.body.contains("key_expiry_max_days"), "{}", event.body);
}

#[actix_web::test]
async fn keys_beyond_the_maximum_are_all_listed_once_a_page_at_a_time() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let admin = app.key_of(&root).await;
    let mut all = BTreeSet::from([admin.secret_id.clone()]);
    for number in 0..54 {
        let body = json!({"Name": format!("user-{number}"), "UseApi": 1});
        let added = admin.call("cam", "AddUser", body).await;
        all.insert(added["SecretId"].as_str().unwrap_or_else(|| panic!("{added}")).to_owned());
    }
    let (near, far) = (app.now() + 5 * DAY, app.now() + 400 * DAY);
    for (place, id) in all.clone().into_iter().enumerate() {
        match place % 3 {
            0 if place < 30 => {
                run(&app, &format!("UPDATE api_keys SET expires_at = {near} WHERE secret_id = '{id}'"));
                all.remove(&id);
            }
            // Many end at the same second.
            1 => run(&app, &format!("UPDATE api_keys SET expires_at = {far} WHERE secret_id = '{id}'")),
            _ => {}
        }
    }
    run(&app, "UPDATE accounts SET key_expiry_max_days = 90");

    let mut listed = Vec::new();
    let mut page = Some("/settings/security/keys".to_owned());
    while let Some(address) = page {
        let shown = root.browser.get(&address).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        listed.extend(shown.attributes("tr[data-secret-id]", "data-secret-id"));
        page = shown.attribute("a[rel=next]", "href");
        assert!(listed.len() <= all.len(), "a key comes twice");
    }

    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), all);
    assert_eq!(listed.len(), all.len());
    let wrong = root.browser.get("/settings/security/keys?after=here").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn whoever_may_not_see_the_limits_of_a_key_is_not_shown_it_in_the_list() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &[]).await;
    let (roots, users) =
        (root.create_key("/keys").await, root.create_key(&format!("/users/{}/keys", user.uin)).await);
    change(&app, &root, &[("key_expiry_max_days", "30")]).await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;

    let seen = reader.browser.get("/settings/security/keys").await;

    assert_eq!(seen.attributes("tr[data-secret-id]", "data-secret-id"), [users]);
    assert!(seen.body.contains("1 more on this page"), "{}", seen.body);
    assert!(!seen.body.contains(&roots));
}

#[actix_web::test]
async fn no_rule_about_ends_is_made_while_a_server_runs_that_does_not_know_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    run(
        &app,
        &format!(
            "INSERT INTO nodes (id, version, started_at, seen_at, schema_version) VALUES ('old', '0.0.9', {0}, {0}, 20261129000017)",
            app.now() + 60
        ),
    );

    let told = send(&root, &[("key_expiry_max_days", "30")]).await;

    assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.body);
    assert!(told.body.contains("older version"), "{}", told.body);
    let page = root.browser.get(SETTINGS).await;
    assert_eq!(page.attribute("input[name=key_expiry_max_days]", "value").as_deref(), Some("0"));
    let body = json!({"AccessKeyId": client.secret_id, "IdleDays": 30});
    let limited = client.call("camlock", "UpdateKeyLimits", body).await;
    assert_eq!(code(&limited), "", "limits of one key are known to it: {limited}");
}
