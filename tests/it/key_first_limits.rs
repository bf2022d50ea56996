//! A key that is made with limits meets them at its very first call; and what is done to a key at the same time as its end.

use crate::settings::change;
use crate::support::api::Client;
use crate::support::people::Person;
use crate::support::{TestApp, code};
use camlock::app::keys::limits::idle;
use camlock::app::keys::usage::flush_usage;
use camlock::clock;
use reqwest::StatusCode;
use serde_json::json;

const GONE: &str = "AuthFailure.SecretIdNotFound";
const DENIED: &str = "AuthFailure.UnauthorizedOperation";
const DAY: i64 = 86_400;
const LISTS: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:List*","resource":"*"}]}"#;

/// A key made where a code is asked for and the secret is shown once.
async fn made(app: &TestApp, root: &Person, list: &str, fields: &[(&str, &str)]) -> Client {
    let question = root.browser.submit(list, list, fields).await.redirect();
    assert!(question.starts_with("/verify"), "{question}");
    let created = root.pass(app, &question).await.redirect();
    let shown = root.browser.get(&created).await;
    let pair = ["#secret-id", "#secret-key"].map(|place| shown.text(place).expect("a pair"));
    app.client(&pair[0], &pair[1])
}

#[actix_web::test]
async fn the_first_call_meets_the_limits_that_were_written_with_the_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &["QcloudCamFullAccess"]).await;
    change(&app, &root, &[("secret_reveal", "once")]).await;
    let list = format!("/users/{}/keys", user.uin);
    let end = clock::iso(app.now() + DAY);

    let elsewhere = made(&app, &root, &list, &[("networks", "10.0.4.0/24"), ("note", "far")]).await;
    let fields = [
        ("policy", LISTS),
        ("networks", "127.0.0.0/8"),
        ("expires_at", end.as_str()),
        ("idle_days", "30"),
        ("purpose", "deploys of the shop"),
        ("owner", "li.na"),
        ("review_at", "2099-01-31"),
    ];
    let narrow = made(&app, &root, &list, &fields).await;

    assert_eq!(elsewhere.who().await, DENIED);
    assert_eq!(code(&narrow.call("cam", "AddUser", json!({"Name": "x"})).await), DENIED);
    assert_eq!(code(&narrow.call("cam", "ListUsers", json!({})).await), "");
    let page = root.browser.get(&format!("{list}/{}/limits", narrow.secret_id)).await;
    for (name, text) in
        fields.iter().filter(|(name, _)| !matches!(*name, "policy" | "networks" | "review_at"))
    {
        assert_eq!(page.attribute(&format!("input[name={name}]"), "value").as_deref(), Some(*text), "{name}");
    }
    let keys = root.browser.get(&list).await;
    assert_eq!(keys.count("[data-idle-end]"), 1);
    let log = root.browser.get("/audit?event=CreateApiKey").await;
    let event = log.attribute("tbody a[href^='/audit/']", "href").expect("an event");
    assert!(root.browser.get(&event).await.body.contains("deploys of the shop"));
    app.wait(DAY);
    assert_eq!(narrow.who().await, GONE);
}

#[actix_web::test]
async fn ones_own_new_key_takes_limits_and_what_does_not_fit_makes_none() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.signed_in(&root, "dev", &["QcloudCollApiKeyManageAccess"]).await;

    for (field, text) in
        [("expires_at", "tomorrow"), ("networks", "10.0.0.0/40"), ("policy", "{}"), ("idle_days", "0")]
    {
        let fields = [(field, text), ("purpose", "deploys"), ("note", "mine")];
        let refused = user.browser.submit("/keys", "/keys", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert_eq!(refused.attributes(".error-summary a", "href"), [format!("#field-{field}")]);
        assert_eq!(
            refused.count(&format!("details.new-limits[open] #field-{field}[aria-invalid]")),
            1,
            "{field}"
        );
        assert_eq!(refused.attribute("input[name=purpose]", "value").as_deref(), Some("deploys"));
        assert_eq!(refused.attribute("#field-note", "value").as_deref(), Some("mine"));
        assert_eq!(refused.count("tr[data-secret-id]"), 0);
    }
    let made = user.browser.submit("/keys", "/keys", &[("networks", "192.0.2.7"), ("idle_days", "30")]).await;

    assert_eq!(made.redirect(), "/keys");
    let list = user.browser.get("/keys").await;
    assert_eq!(list.count("tr[data-secret-id]"), 1);
    assert!(list.body.contains("Only from 192.0.2.7"), "{}", list.body);
    let end = list.attribute("[data-idle-end]", "data-idle-end").as_deref().and_then(clock::parse);
    assert!(end.is_some_and(|end| (end - app.now() - 30 * DAY).abs() < 1_000), "{end:?}");
}

#[actix_web::test]
async fn a_form_that_is_sent_twice_makes_one_key_with_limits() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let page = root.browser.get("/keys").await;
    let once = page.attribute("form[action='/keys'] input[name=once]", "value").expect("a token");
    let fields = [("once", once.as_str()), ("networks", "192.0.2.7")];

    let first = root.browser.post("/keys", &page.csrf(), &fields).await;
    let second = root.browser.post("/keys", &page.csrf(), &fields).await;

    assert_eq!([first.redirect(), second.redirect()], ["/keys", "/keys"]);
    let list = root.browser.get("/keys").await;
    assert_eq!((list.count("tr[data-secret-id]"), list.body.matches("Only from 192.0.2.7").count()), (1, 1));
}

#[actix_web::test]
async fn who_enables_a_key_while_it_is_switched_off_for_its_silence_is_not_told_so_in_vain() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let admin = app.key_of(&root).await;
    let user = app.sub_user(&root, "dev", &[]).await;
    let silent = app.key_of(&user).await;
    let uin: i64 = user.uin.parse().unwrap();
    let body = |more: serde_json::Value| {
        let mut body = json!({"AccessKeyId": silent.secret_id, "TargetUin": uin});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let limited = admin.call("camlock", "UpdateKeyLimits", body(json!({"IdleDays": 2}))).await;
    assert_eq!(code(&limited), "", "{limited}");

    for round in 0..12 {
        app.wait(2 * DAY);
        flush_usage(&app.app).await.unwrap();
        // One look warns where none did, the next one switches off.
        let (swept, enabled) = tokio::join!(
            async {
                for _ in 0..3 {
                    idle::sweep(&app.app).await.unwrap();
                }
            },
            admin.call("cam", "UpdateAccessKey", body(json!({"Status": "Active"}))),
        );
        let () = swept;
        assert_eq!(code(&enabled), "", "{enabled}");
        idle::sweep(&app.app).await.unwrap();
        app.wait(DAY);
        idle::sweep(&app.app).await.unwrap();
        let listed = admin.call("cam", "ListAccessKeys", json!({"TargetUin": uin})).await;
        assert_eq!(listed["AccessKeys"][0]["Status"], "Active", "round {round}: {listed}");
    }
    app.wait(2 * DAY);
    idle::sweep(&app.app).await.unwrap();
    assert_eq!(silent.who().await, GONE, "without such a sign it is switched off");
}
