//! A form that has to wait for a code: judged before, carried out after, nothing typed lost or left in clear.

use crate::grants::{HARMLESS, policy};
use crate::support::TestApp;
use camlock::app::deferred::grant::Grant;
use camlock::domain::policies::PolicyId;
use reqwest::StatusCode;
use serde_json::json;

const OTHER: &str = "walnut lantern sixty harbours";

#[test]
fn what_waits_with_a_policy_is_kept_as_it_was_before_ids_had_a_type() {
    let (attached, deleted) = (vec![PolicyId(1), PolicyId(596_169)], PolicyId(7));
    let waits = |grant: &Grant| serde_json::to_string(grant).unwrap();

    let attach = waits(&Grant::AttachToUser { uin: 100_000_000_001, policies: attached });
    let delete = waits(&Grant::DeletePolicy { policy: deleted });

    assert_eq!(attach, r#"{"AttachToUser":{"uin":100000000001,"policies":[1,596169]}}"#);
    assert_eq!(delete, r#"{"DeletePolicy":{"policy":7}}"#);
    assert!(serde_json::from_str::<Grant>(&attach).is_ok() && serde_json::from_str::<Grant>(&delete).is_ok());
}

#[actix_web::test]
async fn what_was_typed_comes_through_the_check() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(601);
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "dev-alice"),
        ("note", "Ada’s team, 东京"),
        ("phone", "+49 30 1234"),
        ("email", "alice@example.com"),
        ("console_login", "1"),
        ("password", OTHER),
        ("policy", "ReadOnlyAccess"),
        ("policy", "QcloudCollApiKeyReadOnlyAccess"),
    ];

    let question = root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let page = root.browser.get(&question).await;
    let next = root.pass(&app, &question).await.redirect();

    assert!(page.text(".facts").is_some_and(|text| text == "To create the user dev-alice."));
    let edit = root.browser.get(&format!("{next}/edit")).await;
    for (field, value) in [("note", "Ada’s team, 东京"), ("email", "alice@example.com")] {
        assert_eq!(edit.attribute(&format!("[name={field}]"), "value").as_deref(), Some(value));
    }
    let permissions = root.browser.get(&format!("{next}/permissions")).await;
    assert!(permissions.body.contains("ReadOnlyAccess"));
    assert!(permissions.body.contains("QcloudCollApiKeyReadOnlyAccess"));
    let browser = app.browser();
    let fields = [("account", root.owner.as_str()), ("user_name", "dev-alice"), ("password", OTHER)];
    assert_eq!(browser.submit("/login", "/login", &fields).await.redirect(), "/");
}

#[actix_web::test]
async fn a_long_document_comes_through_the_check() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(601);
    let many: Vec<String> = (0..300).map(|n| format!("cvm:Action{n}")).collect();
    let document = serde_json::to_string_pretty(&json!({ "version": "2.0", "statement":
        [{ "effect": "allow", "action": many, "resource": "*" }] }))
    .unwrap();

    let id = policy(&app, &root, "long", &document).await;

    let edit = root.browser.get(&format!("/policies/{id}/edit")).await;
    assert_eq!(edit.text("textarea[name=document]"), Some(document));
}

#[actix_web::test]
async fn a_generated_password_is_shown_after_the_check() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(601);
    let fields = [("kind", "sub_user"), ("user_name", "dev-alice"), ("console_login", "1")];

    let question = root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let created = root.pass(&app, &question).await.redirect();

    let password = root.browser.get(&created).await.text("#initial-password").unwrap();
    let browser = app.browser();
    let fields = [("account", root.owner.as_str()), ("user_name", "dev-alice"), ("password", &password)];
    assert_eq!(browser.submit("/login", "/login", &fields).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn what_waits_for_a_code_holds_no_password_in_clear() {
    use diesel::RunQueryDsl;
    use diesel::sql_types::Text;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(601);
    let fields =
        [("kind", "sub_user"), ("user_name", "dev-alice"), ("console_login", "1"), ("password", OTHER)];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();

    let rows: Vec<Row> = app
        .app
        .store
        .read_now(|conn| -> Result<_, camlock::store::StoreError> {
            Ok(diesel::sql_query("SELECT detail FROM step_ups").load(conn)?)
        })
        .unwrap();

    assert_eq!(rows.len(), 1);
    assert!(!rows[0].detail.contains(OTHER) && !rows[0].detail.contains("$argon2"), "{}", rows[0].detail);
}

#[actix_web::test]
async fn what_does_not_fit_is_said_before_a_code_is_asked() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;
    policy(&app, &root, "own", HARMLESS).await;
    app.wait(601);

    let fields = [
        ("kind", "sub_user"),
        ("user_name", "dev-alice"),
        ("note", "typed"),
        ("console_login", "1"),
        ("password", OTHER),
    ];
    let user = root.browser.submit("/users/new", "/users/new", &fields).await;
    let fields = [("name", "own"), ("description", "typed"), ("document", HARMLESS)];
    let policy = root.browser.submit("/policies/new", "/policies/new", &fields).await;

    assert_eq!(user.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(user.attribute("input[name=note]", "value").as_deref(), Some("typed"));
    assert_eq!(policy.status, StatusCode::CONFLICT);
    assert_eq!(policy.text("textarea[name=description]").as_deref(), Some("typed"));
}
