//! A form whose work waits for a step-up is still good for once.

use crate::support::TestApp;
use crate::support::people::Person;
use futures_util::future::join_all;
use reqwest::StatusCode;

async fn settings(app: &TestApp, root: &Person, fields: &[(&str, &str)]) {
    let mut all = vec![("step_up_window", "0"), ("password_min_length", "12")];
    all.extend_from_slice(fields);
    let question = root.browser.submit("/settings/security", "/settings/security", &all).await.redirect();
    root.pass(app, &question).await.redirect();
}

async fn keys_of_alice(app: &TestApp, root: &Person) -> String {
    format!("/users/{}/keys", app.sub_user(root, "dev-alice", &[]).await.uin)
}

#[actix_web::test]
async fn a_second_sending_leads_to_the_same_question_and_then_to_the_list() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = keys_of_alice(&app, &root).await;
    for reveal in ["step_up", "once"] {
        settings(&app, &root, &[("secret_reveal", reveal), ("operation_protection", "1")]).await;
        let page = root.browser.get(&keys).await;
        let before = root.secret_ids(&keys).await.len();

        let first = root.browser.send_form(&page, &keys, &[]).await.redirect();
        let second = root.browser.send_form(&page, &keys, &[]).await.redirect();
        let made = root.pass(&app, &second).await.redirect();
        let shown = root.browser.get(&made).await;
        let third = root.browser.send_form(&page, &keys, &[]).await.redirect();

        assert!(first.starts_with("/verify?c="));
        assert_eq!(second, first);
        assert_eq!(shown.text("#secret-key").is_some(), reveal == "once");
        assert_eq!(third, keys);
        assert!(root.browser.get(&third).await.text("#secret-key").is_none());
        assert_eq!(root.secret_ids(&keys).await.len(), before + 1, "{reveal}");
    }
}

#[actix_web::test]
async fn eight_sendings_at_once_ask_one_question() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = keys_of_alice(&app, &root).await;
    settings(&app, &root, &[("secret_reveal", "once")]).await;
    let page = root.browser.get(&keys).await;

    let asked = join_all((0..8).map(|_| root.browser.send_form(&page, &keys, &[]))).await;
    let asked: Vec<String> = asked.iter().map(crate::support::Answer::redirect).collect();

    assert!(
        asked.iter().all(|question| *question == asked[0] && question.starts_with("/verify?c=")),
        "{asked:?}"
    );
    root.pass(&app, &asked[0]).await.redirect();
    assert_eq!(root.secret_ids(&keys).await.len(), 1);
}

#[actix_web::test]
async fn a_question_that_ran_out_leaves_the_form_as_it_was() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = keys_of_alice(&app, &root).await;
    settings(&app, &root, &[("secret_reveal", "once")]).await;
    let page = root.browser.get(&keys).await;
    let first = root.browser.send_form(&page, &keys, &[]).await.redirect();

    app.wait(301);
    let second = root.browser.send_form(&page, &keys, &[]).await.redirect();
    root.pass(&app, &second).await.redirect();

    assert_ne!(first, second);
    assert_eq!(root.secret_ids(&keys).await.len(), 1);
}

#[actix_web::test]
async fn a_wish_that_failed_after_the_code_leaves_the_form_as_it_was() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = keys_of_alice(&app, &root).await;
    settings(&app, &root, &[("secret_reveal", "step_up"), ("operation_protection", "1")]).await;
    let page = root.browser.get(&keys).await;
    let question = root.browser.send_form(&page, &keys, &[]).await.redirect();
    for _ in 0..2 {
        let other = root.browser.submit(&keys, &keys, &[]).await.redirect();
        root.pass(&app, &other).await.redirect();
    }

    let refused = root.pass(&app, &question).await.redirect();
    let again = root.browser.send_form(&page, &keys, &[]).await;

    assert_eq!(refused, keys);
    assert_eq!(again.status, StatusCode::CONFLICT, "two keys are there: {}", again.body);
    assert_eq!(root.secret_ids(&keys).await.len(), 2);
}

#[actix_web::test]
async fn somebody_who_has_to_enrol_first_still_makes_one_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut alice = app.signed_in(&root, "dev-alice", &["QcloudCollApiKeyManageAccess"]).await;
    settings(&app, &root, &[("secret_reveal", "once")]).await;
    let page = alice.browser.get("/keys").await;

    let first = alice.browser.send_form(&page, "/keys", &[]).await.redirect();
    let second = alice.browser.send_form(&page, "/keys", &[]).await.redirect();
    assert_eq!(first, second);
    let then = first.split("then=").nth(1).unwrap().to_owned();
    let seed = alice.browser.seed_page(&first).await;
    alice.remember_seed(&seed.text("#totp-secret").unwrap());
    let code = alice.fresh_code(&app);
    let codes = alice.browser.send_form(&seed, "/me/mfa/totp/new", &[("code", &code)]).await.redirect();
    assert!(codes.ends_with(&format!("&then={then}")));
    let made = alice.pass(&app, &format!("/verify?c={then}")).await.redirect();

    assert!(alice.browser.get(&made).await.text("#secret-key").is_some());
    assert_eq!(alice.browser.send_form(&page, "/keys", &[]).await.redirect(), "/keys");
    assert_eq!(alice.secret_ids("/keys").await.len(), 1);
}
