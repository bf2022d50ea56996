//! Account settings: changed after a check, refused when they would lock somebody out.

use crate::support::TestApp;
use crate::support::people::Person;
use reqwest::StatusCode;

/// Changes settings as the form does, with these values in place of the defaults.
pub async fn change(app: &TestApp, root: &Person, changes: &[(&str, &str)]) {
    let defaults = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("api_delete_enabled_keys", "1"),
    ];
    let mut fields: Vec<(&str, &str)> = defaults
        .into_iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
        .collect();
    fields.extend_from_slice(changes);
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    assert!(question.starts_with("/verify"), "{question}");
    assert_eq!(root.pass(app, &question).await.redirect(), "/settings/security");
}

#[actix_web::test]
async fn settings_change_only_after_a_check() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [("secret_reveal", "once"), ("step_up_window", "3"), ("password_min_length", "12")];

    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    let before = root.browser.get("/settings/security").await;
    root.pass(&app, &question).await.redirect();
    let after = root.browser.get("/settings/security").await;

    assert_eq!(before.attribute("input[name=step_up_window]", "value").as_deref(), Some("0"));
    assert_eq!(after.attribute("input[name=step_up_window]", "value").as_deref(), Some("3"));
    assert!(after.attribute("input[name=secret_reveal][value=once]", "checked").is_some());
}

#[actix_web::test]
async fn a_window_of_16_minutes_is_refused_and_the_text_is_kept() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [("secret_reveal", "step_up"), ("step_up_window", "16"), ("password_min_length", "12")];

    let answer = root.browser.submit("/settings/security", "/settings/security", &fields).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.attribute("input[name=step_up_window]", "value").as_deref(), Some("16"));
    assert!(answer.count(".error-summary") == 1);
}

#[actix_web::test]
async fn everything_that_does_not_fit_is_said_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [("secret_reveal", "twice"), ("step_up_window", "16"), ("password_min_length", "few")];

    let answer = root.browser.submit("/settings/security", "/settings/security", &fields).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = ["#field-secret_reveal", "#field-step_up_window", "#field-password_min_length"];
    assert_eq!(answer.attributes(".error-summary a", "href"), expected);
}

#[actix_web::test]
async fn where_mfa_is_required_people_enrol_before_anything_else() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut alice = app.sub_user(&root, "dev-alice", &["AdministratorAccess"]).await;
    change(&app, &root, &[("mfa_required", "1")]).await;
    alice.sign_in(&app).await;

    assert_eq!(alice.browser.get("/users").await.redirect(), "/me/mfa/totp/new");
    alice.enrol(&app).await;
    assert_eq!(alice.browser.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn operation_protection_asks_before_keys_are_created_enabled_and_deleted_but_not_disabled() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    change(&app, &root, &[("operation_protection", "1")]).await;

    let question = root.browser.submit(&keys, &keys, &[("note", "ci")]).await.redirect();
    assert!(question.starts_with("/verify"));
    assert!(root.secret_ids(&keys).await.is_empty());
    root.pass(&app, &question).await.redirect();
    let [id] = root.secret_ids(&keys).await.try_into().unwrap();
    assert_eq!(root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect(), keys);
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/enable"), &[]).await.redirect();
    assert!(question.starts_with("/verify"));
    let question = root
        .browser
        .submit(&keys, &format!("{keys}/{id}/delete"), &[("confirm", &id[32..])])
        .await
        .redirect();
    root.pass(&app, &question).await.redirect();

    assert!(root.secret_ids(&keys).await.is_empty());
}
