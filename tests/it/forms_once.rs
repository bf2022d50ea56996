//! A form that makes something makes it once, however often it is sent.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use futures_util::future::join_all;
use reqwest::StatusCode;

const DOCUMENT: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUsers","resource":"*"}]}"#;

/// Every form that makes something without a step-up: page, address, fields, and what counts its work.
fn makers(group: &str, policy: &str, alice: &str) -> Vec<(String, Vec<(&'static str, String)>, String)> {
    let text = str::to_owned;
    vec![
        (format!("/users/{alice}/keys"), vec![("note", text("first"))], format!("/users/{alice}/keys")),
        (
            text("/users/new"),
            vec![("kind", text("sub_user")), ("user_name", text("twin"))],
            text("/users?q=twin"),
        ),
        (
            text("/policies/new"),
            vec![("name", text("twin-policy")), ("document", text(DOCUMENT))],
            text("/policies?q=twin-policy"),
        ),
        (
            format!("/policies/{policy}/edit"),
            vec![("name", text("base")), ("document", DOCUMENT.replace("ListUsers", "GetUser"))],
            format!("/policies/{policy}"),
        ),
        (text("/groups/new"), vec![("group_name", text("twins"))], text("/groups?q=twins")),
        (
            format!("/groups/{group}/members/add"),
            vec![("member", text(alice))],
            format!("/groups/{group}/members"),
        ),
        (
            format!("/groups/{group}/permissions/attach"),
            vec![("policy", text("base"))],
            format!("/groups/{group}/permissions"),
        ),
        (
            format!("/users/{alice}/permissions/attach"),
            vec![("policy", text("base"))],
            format!("/users/{alice}/permissions"),
        ),
    ]
}

struct Scene {
    app: TestApp,
    root: Person,
    alice: Person,
    group: String,
    policy: String,
}

async fn scene() -> Scene {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let group = root.browser.submit("/groups/new", "/groups/new", &[("group_name", "base")]).await.redirect();
    let fields = [("name", "base"), ("document", DOCUMENT)];
    let policy = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let id = |address: String| address.rsplit('/').next().unwrap().to_owned();
    Scene { app, root, alice, group: id(group), policy: id(policy) }
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Events that made something.
async fn events(root: &Person) -> usize {
    let page = root.browser.get("/audit").await;
    page.count("tr[data-seq]")
}

#[actix_web::test]
async fn a_form_that_is_sent_twice_works_once_and_leads_to_the_same_place() {
    let Scene { app, root, alice, group, policy } = scene().await;

    for (form, fields, _) in makers(&group, &policy, &alice.uin) {
        app.wait(60);
        let fields = borrowed(&fields);
        let page = root.browser.open(&form).await;
        let before = events(&root).await;

        let first = root.browser.send_form(&page, &form, &fields).await.redirect();
        let second = root.browser.send_form(&page, &form, &fields).await.redirect();
        let third = root.browser.send_form(&page, &form, &fields).await.redirect();

        assert_eq!([&second, &third], [&first, &first], "{form}");
        assert_eq!(events(&root).await - before, 1, "{form}");
    }
}

#[actix_web::test]
async fn eight_sendings_at_once_make_one_thing() {
    let Scene { app, root, alice, group, policy } = scene().await;
    let node = app.second_node();

    for (form, fields, _) in makers(&group, &policy, &alice.uin) {
        app.wait(60);
        let fields = borrowed(&fields);
        let page = root.browser.open(&form).await;
        let before = events(&root).await;

        let answers = join_all((0..8).map(|number| {
            let mut browser = root.browser.clone();
            if number % 2 == 1 {
                browser.address.clone_from(&node.address);
            }
            let (page, form, fields) = (&page, &form, &fields);
            async move { browser.send_form(page, form, fields).await.redirect() }
        }))
        .await;

        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{form}: {answers:?}");
        assert_eq!(events(&root).await - before, 1, "{form}");
    }
}

#[actix_web::test]
async fn two_pages_make_two_keys_and_one_page_makes_one() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let pages = [root.browser.get(&keys).await, root.browser.get(&keys).await];

    for page in [&pages[0], &pages[0], &pages[1], &pages[1]] {
        assert_eq!(root.browser.send_form(page, &keys, &[]).await.redirect(), keys);
    }

    assert_eq!(root.secret_ids(&keys).await.len(), 2);
}

#[actix_web::test]
async fn the_forms_of_one_page_and_of_two_users_are_not_the_same_form() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let bob = format!("/users/{}/keys", app.sub_user(&root, "dev-bob", &[]).await.uin);
    let page = root.browser.get(&alice).await;
    let hidden = page.hidden(&alice);
    let once = hidden.iter().find(|(name, _)| name == "once").unwrap().1.clone();

    root.browser.send_form(&page, &alice, &[]).await.redirect();
    root.browser.post(&bob, &page.csrf(), &[("once", &once)]).await.redirect();

    assert_eq!([root.secret_ids(&alice).await.len(), root.secret_ids(&bob).await.len()], [1, 1]);
}

#[actix_web::test]
async fn a_form_that_came_back_with_errors_can_be_sent_again() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let page = root.browser.get("/groups/new").await;

    let wrong = root.browser.send_form(&page, "/groups/new", &[("group_name", "")]).await;
    let right = root.browser.send_form(&page, "/groups/new", &[("group_name", "late")]).await;
    let fresh = root.browser.send_form(&wrong, "/groups/new", &[("group_name", "later")]).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(right.redirect().starts_with("/groups/"));
    assert_ne!(fresh.redirect(), right.redirect());
}

#[actix_web::test]
async fn a_generated_password_is_shown_once_however_often_the_form_is_sent() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let page = root.browser.get("/users/new").await;
    let fields = [("kind", "sub_user"), ("user_name", "dev-alice"), ("console_login", "1"), ("password", "")];

    let first = root.browser.send_form(&page, "/users/new", &fields).await.redirect();
    let second = root.browser.send_form(&page, "/users/new", &fields).await.redirect();
    let shown = root.browser.get(&second).await;
    let again = root.browser.get(&first).await;

    assert!(shown.text("#initial-password").is_some());
    assert!(again.redirect().ends_with("/security"));
}

#[actix_web::test]
async fn a_form_older_than_a_day_comes_back_filled_and_can_be_sent_then() {
    let app = TestApp::spawn_with(&[
        ("CAMLOCK_SESSION__IDLE_MINUTES", "1440"),
        ("CAMLOCK_SESSION__ABSOLUTE_MINUTES", "4320"),
    ]);
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let cases = [
        (keys.as_str(), vec![("note", "nightly")]),
        (
            "/users/new",
            vec![("kind", "sub_user"), ("user_name", "late"), ("note", "nightly"), ("password", "")],
        ),
        ("/groups/new", vec![("group_name", "late"), ("remark", "nightly")]),
        ("/policies/new", vec![("name", "late"), ("description", "nightly"), ("document", DOCUMENT)]),
    ];
    let mut pages = Vec::new();
    for (form, _) in &cases {
        pages.push(root.browser.get(form).await);
    }
    app.wait(43_200);
    root.browser.get("/users").await;
    app.wait(43_201);

    for ((form, fields), page) in cases.iter().zip(&pages) {
        let late = root.browser.send_form(page, form, fields).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(late.text(".error-summary").unwrap().contains("more than a day"), "{form}");
        assert!(late.body.contains("nightly"), "{form}");
        assert_eq!(root.browser.send_form(&late, form, fields).await.status, StatusCode::SEE_OTHER, "{form}");
    }
}

#[actix_web::test]
async fn a_token_of_another_session_is_refused_and_a_form_without_one_is_taken() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(&app).await;
    let theirs = elsewhere.browser.get(&keys).await.hidden(&keys);
    let foreign = theirs.iter().find(|(name, _)| name == "once").unwrap().1.clone();
    let csrf = root.browser.get(&keys).await.csrf();

    for once in [foreign.as_str(), "x", "AAAA"] {
        let answer = root.browser.post(&keys, &csrf, &[("once", once)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{once}");
    }
    assert!(root.secret_ids(&keys).await.is_empty());
    assert_eq!(root.browser.post(&keys, &csrf, &[]).await.redirect(), keys);
}

#[actix_web::test]
async fn a_repeated_form_of_another_site_is_refused_like_the_first() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let page = root.browser.get(&keys).await;
    root.browser.send_form(&page, &keys, &[]).await.redirect();

    let hidden = page.hidden(&keys);
    let pairs: Vec<_> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = Some(crate::support::browser::encoded(&pairs));
    let headers = [("sec-fetch-site", "cross-site")];
    let answer: Answer = root.browser.send(reqwest::Method::POST, &keys, body, &headers).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_key_that_was_deleted_since_does_not_come_back() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["QcloudCollApiKeyManageAccess"]).await;
    let page = alice.browser.get("/keys").await;
    alice.browser.send_form(&page, "/keys", &[]).await.redirect();
    let id = alice.secret_ids("/keys").await.remove(0);
    alice.browser.submit("/keys", &format!("/keys/{id}/disable"), &[]).await.redirect();
    let confirm = id[id.len() - 4..].to_owned();
    alice.browser.submit("/keys", &format!("/keys/{id}/delete"), &[("confirm", &confirm)]).await.redirect();

    assert_eq!(alice.browser.send_form(&page, "/keys", &[]).await.redirect(), "/keys");

    assert!(alice.secret_ids("/keys").await.is_empty(), "a deleted key does not come back");
}
