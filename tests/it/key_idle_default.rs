//! Days without a call after which an account has its new keys disabled, and the keys from before.

use crate::key_rotations::Scene;
use crate::settings::change;
use crate::support::people::Person;
use crate::support::{Answer, TestApp, code};
use camlock::app::operator::timed::do_what_is_due;
use camlock::store::{Conn, StoreError, meta};
use diesel::connection::SimpleConnection;
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;

const DAY: i64 = 86_400;
const SETTINGS: &str = "/settings/security";
const LIST: &str = "/settings/security/idle-keys";
const FIELD: &str = "key_idle_default_days";

fn run(app: &TestApp, statements: &str) {
    let text = format!("/* test */ {statements}");
    let change = move |conn: &mut Conn| conn.batch_execute(&text).map_err(StoreError::from);
    app.app.store.write_now(change).unwrap();
}

async fn idle_days(root: &Person, list: &str, id: &str) -> Option<String> {
    let page = root.browser.get(&format!("{list}/{id}/limits")).await;
    page.attribute("input[name=idle_days]", "value").filter(|text| !text.is_empty())
}

/// What the form holds by itself, with these values in place.
async fn send(root: &Person, fields: &[(&str, &str)]) -> Answer {
    let defaults = [("secret_reveal", "step_up"), ("step_up_window", "0"), ("password_min_length", "12")];
    root.browser.submit(SETTINGS, SETTINGS, &[&defaults, fields].concat()).await
}

#[actix_web::test]
async fn a_new_key_has_the_accounts_limit_of_silence_however_it_is_made_and_an_old_one_has_not() {
    let scene = Scene::new().await;
    let (app, root, list) = (&scene.app, &scene.root, &scene.list);
    let admin = app.key_of(root).await;
    change(app, root, &[(FIELD, "30")]).await;

    let by_program = admin.call("cam", "AddUser", json!({ "Name": "ops", "UseApi": 1 })).await;
    let in_console = root.create_key("/keys").await;

    let ops = format!("/users/{}/keys", by_program["Uin"]);
    assert_eq!(idle_days(root, &ops, by_program["SecretId"].as_str().unwrap()).await.as_deref(), Some("30"));
    assert_eq!(idle_days(root, "/keys", &in_console).await.as_deref(), Some("30"));
    assert_eq!(idle_days(root, list, &scene.client.secret_id).await, None, "it stays as it was");
    let form = root.browser.get(&ops).await;
    let offered = form.attribute(&format!("form[action='{ops}'] input[name=idle_days]"), "value");
    assert_eq!(offered.as_deref(), Some("30"), "the form of a new key offers it");
    let own = root.browser.submit(&ops, &ops, &[("idle_days", "")]).await;
    assert!(own.location().is_some(), "{}", own.body);
    let second = root.secret_ids(&ops).await.remove(1);
    assert_eq!(idle_days(root, &ops, &second).await, None, "whoever makes it may say otherwise");
    let rotated = scene.begun(&[]).await;
    assert_eq!(
        idle_days(root, list, &rotated).await.as_deref(),
        Some("30"),
        "a key that replaces one without it"
    );
    scene.wait(30 * DAY + 60).await;
    do_what_is_due(&app.app).await.unwrap();
    assert_eq!(scene.status(&rotated).await.as_deref(), Some("disabled"));
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
}

#[actix_web::test]
async fn how_many_keys_are_without_it_is_said_before_it_is_saved_and_they_are_listed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &[]).await;
    let list = format!("/users/{}/keys", user.uin);
    let bare = root.create_key("/keys").await;
    let (short, long) = (root.create_key(&list).await, root.create_key(&list).await);
    for (id, days) in [(&short, 30), (&long, 31)] {
        run(&app, &format!("UPDATE api_keys SET idle_days = {days} WHERE secret_id = '{id}'"));
    }

    let checked = send(&root, &[(FIELD, "30"), ("check", "1")]).await;
    let asked = send(&root, &[(FIELD, "30")]).await.redirect();
    let question = root.browser.get(&asked).await;

    let told = checked.text("#key-idle-effect").unwrap_or_else(|| panic!("{}", checked.body));
    assert!(told.contains("2 keys have no such limit or a longer one"), "{told}");
    assert_eq!(checked.count("#key-idle-effect a"), 0, "it is not the account's yet");
    assert!(question.text("#effect").unwrap().contains("2 keys have no such limit"), "{}", question.body);
    root.pass(&app, &asked).await;
    let after = root.browser.get(SETTINGS).await;
    assert_eq!(after.attribute("#key-idle-effect a", "href").as_deref(), Some(LIST));
    let page = root.browser.get(LIST).await;
    assert_eq!(page.attributes("tr[data-secret-id]", "data-secret-id"), [bare.clone(), long]);
    assert!(page.body.contains("31 days") && page.body.contains("Never"), "{}", page.body);
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    assert!(!reader.browser.get(LIST).await.body.contains(&bare), "nobody else sees root's limits");
    let events = root.browser.get("/audit?event=UpdateAccountSettings").await;
    let event = events.attribute("tbody a[href^='/audit/']", "href").unwrap();
    assert!(root.browser.get(&event).await.body.contains(FIELD));
    for wrong in ["-1", "3651", "soon"] {
        let refused = send(&root, &[(FIELD, wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(refused.attribute(&format!("input[name={FIELD}]"), "value").as_deref(), Some(wrong));
    }
}

#[actix_web::test]
async fn keys_without_it_are_all_listed_once_a_page_at_a_time() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let owner = &root.uin;
    let row = |number: i64| {
        let (uid, uin) = (800_000_000 + number, 700_000_000_000 + number);
        let days = if number % 2 == 0 { "NULL".to_owned() } else { (31 + number / 3).to_string() };
        format!(
            "INSERT INTO identities (uin) VALUES ({uin}); INSERT INTO users (uid, owner_uin, uin, kind, name, name_key, note, \
             phone, email, console_login, created_at, created_by) VALUES ({uid}, {owner}, {uin}, 'sub_user', 'u-{number}', \
             'u-{number}', '', '', '', FALSE, 0, {owner}); INSERT INTO api_keys (secret_id, uid, owner_uin, uin, slot, secret, \
             status, note, created_at, created_by, changed_at, changed_by, networks, purpose, responsible, idle_days) VALUES \
             ('AKID{number:032}', {uid}, {owner}, {uin}, 1, '', 'enabled', '', 0, '', 0, '', '', '', '', {days});"
        )
    };
    run(&app, &(0..130).map(row).collect::<Vec<_>>().concat());
    run(&app, &format!("UPDATE accounts SET {FIELD} = 30"));

    let (mut address, mut seen) = (Some(LIST.to_owned()), Vec::new());
    while let Some(next) = address {
        let page = root.browser.get(&next).await;
        let rows = page.attributes("tr[data-secret-id]", "data-secret-id");
        assert!((1..=50).contains(&rows.len()), "{next}: {}", page.body);
        seen.extend(rows);
        address = page.attribute("a[rel=next]", "href");
    }

    assert_eq!((seen.len(), BTreeSet::from_iter(&seen).len()), (130, 130));
    assert_eq!(root.browser.get(&format!("{LIST}?after=x")).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn it_is_not_set_while_a_server_runs_that_does_not_know_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let now = app.now() + 60;
    run(
        &app,
        &format!(
            "INSERT INTO nodes (id, version, started_at, seen_at, schema_version) VALUES ('old', '0.0.9', {now}, {now}, 20261129000024)"
        ),
    );

    let told = send(&root, &[(FIELD, "30")]).await;

    assert_eq!(told.status, StatusCode::CONFLICT, "nobody is asked for a code in vain: {}", told.body);
    assert!(told.body.contains("older version"), "{}", told.body);
    let typed = told.attribute(&format!("input[name={FIELD}]"), "value");
    assert_eq!(typed.as_deref(), Some("30"), "what was typed is there still");
    let page = root.browser.get(SETTINGS).await;
    assert_eq!(page.attribute(&format!("input[name={FIELD}]"), "value").as_deref(), Some("0"));
    let asked = send(&root, &[("key_expiry_max_days", "30")]).await.redirect();
    root.pass(&app, &asked).await;
    let page = root.browser.get(SETTINGS).await;
    assert_eq!(
        page.attribute("input[name=key_expiry_max_days]", "value").as_deref(),
        Some("30"),
        "that one is known"
    );
    assert_eq!(code(&client.call("cam", "GetUserAppId", json!({})).await), "");
}

#[actix_web::test]
async fn it_is_asked_where_every_server_knows_it_and_not_confirmed_where_one_does_not() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let old = |version: i64| {
        let now = app.now() + 60;
        run(
            &app,
            &format!(
                "INSERT INTO nodes (id, version, started_at, seen_at, schema_version) VALUES ('old', '0.0.9', {now}, {now}, {version})"
            ),
        );
    };
    let marked = || {
        let find = |conn: &mut Conn| meta::find(conn, meta::OLDEST_READER);
        String::from_utf8(app.app.store.read_now(find).unwrap().unwrap_or_default()).unwrap()
    };

    let before = marked();
    let asked = send(&root, &[(FIELD, "30")]).await.redirect();

    assert_eq!(before, marked(), "who only asks changes nothing for others");
    old(20_261_130_000_026);
    root.pass(&app, &asked).await;
    let page = root.browser.get(SETTINGS).await;
    assert!(page.body.contains("older version"), "one that came meanwhile: {}", page.body);
    assert_eq!(page.attribute(&format!("input[name={FIELD}]"), "value").as_deref(), Some("0"));
}
