//! Wrong codes lock step-up: first of the session, then of the identity; the log tells of it once a minute.

use crate::support::TestApp;
use crate::support::people::Person;
use reqwest::StatusCode;

async fn elsewhere(app: &TestApp, person: &Person) -> Person {
    let mut elsewhere = person.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(app).await;
    elsewhere
}

async fn ask(person: &Person, keys: &str, id: &str) -> String {
    person.browser.submit(keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect()
}

async fn wrong_codes(person: &Person, keys: &str, id: &str) -> Vec<u16> {
    let question = ask(person, keys, id).await;
    let csrf = person.browser.open("/me/security").await.csrf();
    let c = question.split("c=").nth(1).unwrap_or_default().to_owned();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = person.browser.post("/verify", &csrf, &[("c", &c), ("code", "000000")]).await;
        statuses.push(answer.status.as_u16());
    }
    statuses
}

#[actix_web::test]
async fn five_wrong_codes_lock_one_session_and_ten_the_identity() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let (second, third) = (elsewhere(&app, &root).await, elsewhere(&app, &root).await);

    assert_eq!(wrong_codes(&root, &keys, &id).await, [422, 422, 422, 422, 429]);
    assert_eq!(root.browser.get(&ask(&root, &keys, &id).await).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(second.browser.get(&ask(&second, &keys, &id).await).await.status, StatusCode::OK);
    assert_eq!(wrong_codes(&second, &keys, &id).await, [422, 422, 422, 422, 429]);
    assert_eq!(third.browser.get(&ask(&third, &keys, &id).await).await.status, StatusCode::TOO_MANY_REQUESTS);

    app.wait(901);
    assert!(third.pass(&app, &ask(&third, &keys, &id).await).await.redirect().contains("/secret?t="));
}

#[actix_web::test]
async fn a_right_code_in_another_session_still_passes_after_five_wrong_ones() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    let second = elsewhere(&app, &root).await;

    wrong_codes(&root, &keys, &id).await;

    assert!(second.pass(&app, &ask(&second, &keys, &id).await).await.redirect().contains("/secret?t="));
}

#[actix_web::test]
async fn codes_sent_while_step_up_is_locked_are_one_event_a_minute_with_their_number() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;
    wrong_codes(&root, &keys, &id).await;
    let question = ask(&root, &keys, &id).await;
    let csrf = root.browser.open("/me/security").await.csrf();
    let c = question.split("c=").nth(1).unwrap().to_owned();
    let send = async || root.browser.post("/verify", &csrf, &[("c", &c), ("code", "123456")]).await.status;

    for _ in 0..30 {
        assert_eq!(send().await, StatusCode::TOO_MANY_REQUESTS);
    }
    app.wait(60);
    send().await;

    let log = root.browser.get("/audit?event=StepUp&result=refused").await;
    assert_eq!(log.count("tr[data-seq]"), 7);
    let seq = log.attribute("tr[data-seq]", "data-seq").unwrap();
    let event = root.browser.get(&format!("/audit/{seq}")).await;
    assert!(event.body.contains("verification is locked") && event.body.contains("30"), "{}", event.body);
}
