//! Whoever holds a key can disable that key with one signed call, whatever its policies say.

use crate::key_trials::Scene;
use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use camlock::domain::user::Uin;
use futures_util::future::join_all;
use serde_json::{Value, json};

const GONE: &str = "AuthFailure.SecretIdNotFound";
const DENIES: &str = r#"{"version":"2.0","statement":[{"effect":"deny","action":"*","resource":"*"}]}"#;

async fn quarantine(client: &Client) -> Value {
    client.call("camlock", "QuarantineKey", json!({})).await
}

async fn events(root: &Person) -> usize {
    root.browser.get("/audit?event=QuarantineKey&result=allowed").await.count("tr[data-seq]")
}

async fn key_of(app: &TestApp, root: &Person, user: &str) -> Client {
    let parse = |text: &str| Uin::parse(text).unwrap();
    app.key_for(parse(&root.owner), parse(user)).await
}

#[actix_web::test]
async fn a_key_disables_itself_whatever_policies_and_boundaries_say() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let made =
        root.grant(&app, "/policies/new", "/policies/new", &[("name", "denies"), ("document", DENIES)]);
    let policy = made.await.redirect().split(['/', '?']).nth(2).unwrap().to_owned();
    let user = app.sub_user(&root, "robot", &["denies"]).await.uin;
    let boundary = format!("/users/{user}/permissions/boundary");
    root.grant(&app, &boundary, &boundary, &[("policy", &policy)]).await.redirect();
    let (key, other) = (key_of(&app, &root, &user).await, key_of(&app, &root, &user).await);
    let limits =
        json!({ "AccessKeyId": key.secret_id, "Policy": DENIES, "TargetUin": user.parse::<i64>().unwrap() });
    let admin = app.key_of(&root).await;
    let limited = admin.call("camlock", "UpdateKeyLimits", limits).await;
    assert_eq!(code(&limited), "", "{limited}");

    let answer = quarantine(&key).await;

    assert_eq!(
        (&answer["SecretId"], &answer["Status"]),
        (&json!(key.secret_id), &json!("Inactive")),
        "{answer}"
    );
    assert_eq!(key.who().await, GONE);
    assert_eq!(other.who().await, "", "the other key of the user works on");
    assert_eq!(code(&quarantine(&key).await), GONE, "a disabled key calls nothing");
    assert_eq!(events(&root).await, 1);
    let page = root.browser.get(&format!("/users/{user}/keys")).await;
    let status = format!("tr[data-secret-id={}]", key.secret_id);
    assert_eq!(page.attribute(&status, "data-status").as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn root_can_do_it_too_and_nobody_names_another_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (key, other) = (app.key_of(&root).await, app.key_of(&root).await);

    let named = key.call("camlock", "QuarantineKey", json!({ "SecretId": other.secret_id })).await;
    assert_eq!(code(&named), "UnknownParameter", "{named}");
    let wrong = app.client(&other.secret_id, &"0".repeat(32));
    assert_eq!(code(&quarantine(&wrong).await), "AuthFailure.SignatureFailure");
    assert_eq!((key.who().await.as_str(), other.who().await.as_str()), ("", ""));
    assert_eq!(code(&quarantine(&key).await), "");

    assert_eq!((key.who().await.as_str(), other.who().await.as_str()), (GONE, ""));
}

#[actix_web::test]
async fn many_at_once_and_copies_are_one_change_on_all_nodes() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let key = app.key_of(&root).await;
    let there = key.on(&node.address);
    assert_eq!((key.who().await.as_str(), there.who().await.as_str()), ("", ""));
    let signed = key.sign("camlock", "QuarantineKey", &json!({}));

    let many = (0..6).map(|number| quarantine(if number % 2 == 0 { &key } else { &there }));
    let answers = join_all(many).await;
    let copies = join_all((0..2).map(|_| key.response(&signed))).await;

    assert!(answers.iter().any(|answer| code(answer).is_empty()), "{answers:?}");
    assert!(answers.iter().all(|answer| ["", GONE].contains(&code(answer))), "{answers:?}");
    assert!(copies.iter().all(|answer| !code(answer).is_empty()), "{copies:?}");
    assert_eq!((key.who().await.as_str(), there.who().await.as_str()), (GONE, GONE));
    assert_eq!(events(&root).await, 1);
}

#[actix_web::test]
async fn a_key_that_may_not_be_used_from_here_is_not_disabled_from_here_either() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (key, admin) = (app.key_of(&root).await, app.key_of(&root).await);
    let limits = json!({ "AccessKeyId": key.secret_id, "Networks": ["192.0.2.0/24"] });
    let limited = admin.call("camlock", "UpdateKeyLimits", limits).await;
    assert_eq!(code(&limited), "", "{limited}");

    let refused = quarantine(&key).await;

    assert_eq!(code(&refused), "AuthFailure.UnauthorizedOperation", "{refused}");
    assert_eq!(events(&root).await, 0);
}

#[actix_web::test]
async fn a_key_that_is_tried_off_disables_itself_for_good() {
    let scene = Scene::new().await;
    let (key, root) = (&scene.client, &scene.root);
    let node = scene.app.second_node();
    scene.try_off().await;
    let signed = key.sign("camlock", "QuarantineKey", &json!({}));
    let wrong = scene.app.client(&key.secret_id, &"0".repeat(32));
    assert_eq!(code(&quarantine(&wrong).await), "AuthFailure.SignatureFailure");
    let named = key.call("camlock", "QuarantineKey", json!({ "SecretId": key.secret_id })).await;
    assert_eq!(code(&named), GONE, "no parameter names a key");
    assert_eq!(events(root).await, 0);

    let answer = key.response(&signed).await;

    assert_eq!(code(&answer), GONE, "it is told what any disabled key is told: {answer}");
    assert_ne!(code(&key.response(&signed).await), "");
    assert_ne!(code(&key.on(&node.address).response(&signed).await), "");
    assert_eq!(code(&quarantine(key).await), GONE);
    assert_eq!(events(root).await, 1);
    let log = root.browser.get("/audit?event=QuarantineKey").await;
    let event = log.attribute("tr[data-seq] a[href^='/audit/']", "href").unwrap();
    let told = root.browser.get(&event).await.text("main").unwrap();
    assert!(told.contains("tried off") && told.contains("dev-alice"), "{told}");
    assert_eq!(scene.wait_and_end().await, 0, "it does not come back");
    assert_eq!(scene.status().await.as_deref(), Some("disabled"));
    root.browser.submit(&scene.list, &scene.key("enable"), &[]).await.redirect();
    assert_ne!(code(&key.response(&signed).await), "");
    assert_eq!(key.who().await, "", "the copy of an old call does not disable it again");
}

#[actix_web::test]
async fn many_calls_of_a_key_that_is_tried_off_are_one_change_on_all_nodes() {
    let scene = Scene::new().await;
    let node = scene.app.second_node();
    let there = scene.client.on(&node.address);
    scene.try_off().await;

    let many = (0..6).map(|number| quarantine(if number % 2 == 0 { &scene.client } else { &there }));
    let answers = join_all(many).await;

    assert!(answers.iter().all(|answer| code(answer) == GONE), "{answers:?}");
    assert_eq!(events(&scene.root).await, 1);
    assert_eq!(scene.wait_and_end().await, 0);
}

#[actix_web::test]
async fn a_key_that_is_tried_off_is_not_disabled_from_where_it_may_not_be_used() {
    let scene = Scene::new().await;
    let id = &scene.client.secret_id;
    let limit = format!("UPDATE api_keys SET networks = '192.0.2.0/24' WHERE secret_id = '{id}'");
    scene.app.execute(&limit);
    scene.try_off().await;

    assert_eq!(code(&quarantine(&scene.client).await), GONE);

    assert_eq!(events(&scene.root).await, 0);
    assert_eq!(scene.wait_and_end().await, 1);
}

#[actix_web::test]
async fn a_key_that_is_off_for_good_writes_nothing() {
    let scene = Scene::new().await;
    scene.root.browser.submit(&scene.list, &scene.key("disable"), &[]).await.redirect();

    assert_eq!(code(&quarantine(&scene.client).await), GONE);

    assert_eq!(events(&scene.root).await, 0);
}
