//! The step-up window: opened by showing a secret, by nothing else, and never after the fact.

use crate::support::TestApp;

#[actix_web::test]
async fn a_check_for_something_else_opens_no_window_for_secrets() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;

    crate::settings::change(&app, &root, &[("step_up_window", "5")]).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();

    assert!(question.starts_with("/verify"), "{question}");
}

#[actix_web::test]
async fn a_check_made_without_a_window_is_not_stretched_by_a_later_one() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    root.reveal(&app, &keys, &id).await;

    crate::settings::change(&app, &root, &[("step_up_window", "15")]).await;
    let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();

    assert!(question.starts_with("/verify"), "{question}");
}
