//! A form that is sent after its session has ended comes back filled, to the same person in the same account.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Answer, TestApp};
use camlock::app::session::sweep;
use diesel::RunQueryDsl;
use reqwest::StatusCode;

const DOCUMENT: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"qcs::cam::uin/1:\"<b>"}]}"#;
const IDLE: i64 = 31 * 60;

/// Sends a form from a page that was open while the session ended; gives the redirect.
async fn sent_late(app: &TestApp, person: &Person, page: &str, fields: &[(&str, &str)]) -> String {
    let csrf = person.browser.get(page).await.csrf();
    app.wait(IDLE);
    person.browser.post(page, &csrf, fields).await.redirect()
}

/// Signs in on the page that a redirect leads to, and goes where that leads.
async fn back_in(app: &TestApp, person: &Person, login: &str) -> String {
    let page = person.browser.get(login).await;
    let next = page.attribute("input[name=next]", "value").unwrap();
    let fields = [
        ("account", person.owner.as_str()),
        ("user_name", &person.name),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let on = person.browser.post("/login", &page.csrf(), &fields).await.redirect();
    if !on.starts_with("/login/verify") {
        return on;
    }
    let page = person.browser.get(&on).await;
    let next = page.attribute("input[name=next]", "value").unwrap();
    let code = person.fresh_code(app);
    person.browser.post("/login/verify", &page.csrf(), &[("code", &code), ("next", &next)]).await.redirect()
}

fn typed(page: &Answer, field: &str) -> Option<String> {
    page.attribute(&format!("#field-{field}"), "value")
}

#[actix_web::test]
async fn a_policy_that_was_sent_too_late_is_back_after_signing_in_and_was_not_created() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [("name", "late"), ("description", "five\nlines"), ("document", DOCUMENT)];

    let login = sent_late(&app, &root, "/policies/new", &fields).await;
    let told = root.browser.get(&login).await;
    let page = root.browser.open(&back_in(&app, &root, &login).await).await;

    assert!(told.text("#ended").unwrap().contains("your form is back"), "{login}");
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(typed(&page, "name").as_deref(), Some("late"));
    assert_eq!(page.text("#field-document").as_deref(), Some(DOCUMENT));
    assert_eq!(page.text("#field-description").as_deref(), Some("five\nlines"));
    assert!(page.body.contains("Your form is back"));
    assert!(!root.browser.get("/policies?q=late").await.texts("tr th").contains(&"late".to_owned()));
    let sent = [("name", "late"), ("description", ""), ("document", DOCUMENT), ("check", "1")];
    assert_eq!(root.browser.post("/policies/new", &page.csrf(), &sent).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn boxes_and_choices_come_back_and_passwords_do_not() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "late-bob"),
        ("note", "\"quoted\""),
        ("console_login", "1"),
        ("password", "hidden nowhere kept 42"),
        ("must_change_password", "1"),
        ("policy", "ReadOnlyAccess"),
    ];

    let login = sent_late(&app, &root, "/users/new", &fields).await;
    let page = root.browser.open(&back_in(&app, &root, &login).await).await;

    assert_eq!(typed(&page, "user_name").as_deref(), Some("late-bob"));
    assert_eq!(typed(&page, "note").as_deref(), Some("\"quoted\""));
    assert!(
        page.ticked().contains(&("policy".to_owned(), "ReadOnlyAccess".to_owned())),
        "{:?}",
        page.ticked()
    );
    assert!(page.ticked().contains(&("console_login".to_owned(), "1".to_owned())));
    assert!(page.ticked().contains(&("must_change_password".to_owned(), "1".to_owned())));
    assert!(!page.body.contains("hidden nowhere"));
}

#[actix_web::test]
async fn what_was_sent_to_the_page_that_asks_for_its_opposite_is_not_kept() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let address = format!("/users/{}/security/console", alice.uin);
    let csrf = root.browser.get(&format!("/users/{}/security", alice.uin)).await.csrf();
    app.wait(IDLE);

    let login = root.browser.post(&address, &csrf, &[("on", "1")]).await.redirect();
    let page = root.browser.open(&back_in(&app, &root, &login).await).await;

    assert!(!page.body.contains("form is back"));
}

#[actix_web::test]
async fn somebody_else_gets_nothing_and_the_form_is_dropped() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut alice = app.signed_in(&root, "alice", &["AdministratorAccess"]).await;
    let login = sent_late(&app, &root, "/policies/new", &[("name", "late"), ("document", DOCUMENT)]).await;
    alice.browser = root.browser.clone();

    let next = back_in(&app, &alice, &login).await;
    let page = alice.browser.open(&next).await;
    let csrf = alice.browser.get("/policies/new").await.csrf();
    alice.browser.post("/logout", &csrf, &[]).await.redirect();
    let again = root.browser.get(&login).await;

    assert!(!page.body.contains("Your form is back") && !page.body.contains("value=\"late\""));
    assert_eq!(again.count("#ended"), 0, "nothing waits any more");
}

#[actix_web::test]
async fn only_a_session_that_ended_within_the_hour_keeps_a_form() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/policies/new").await.csrf();
    let fields = [("name", "late"), ("document", DOCUMENT)];

    let forged = app.browser().post("/policies/new", &csrf, &fields).await.redirect();
    app.wait(IDLE);
    let wrong = root.browser.post("/policies/new", "forged", &fields).await.redirect();
    app.wait(3_600);
    let late = root.browser.post("/policies/new", &csrf, &fields).await.redirect();

    assert_eq!([forged.as_str(), wrong.as_str(), late.as_str()], ["/login"; 3]);
}

#[actix_web::test]
async fn a_session_at_its_absolute_end_keeps_forms_too_and_is_told() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/policies/new").await.csrf();
    for _ in 0..32 {
        app.wait(15 * 60);
        root.browser.get("/me/security").await;
    }
    sweep(&app.app).await.unwrap();

    let login = root
        .browser
        .post("/policies/new", &csrf, &[("name", "late"), ("document", DOCUMENT)])
        .await
        .redirect();
    let empty = root.browser.post("/logout", &csrf, &[]).await;

    assert!(root.browser.get(&login).await.count("#ended") == 1, "{login}");
    assert_ne!(empty.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Binary)]
    fields: Vec<u8>,
}

#[actix_web::test]
async fn what_waits_is_sealed_and_at_most_five_for_an_hour() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/policies/new").await.csrf();
    app.wait(IDLE);
    for number in 0..7 {
        let name = format!("plain-{number}");
        root.browser
            .post("/policies/new", &csrf, &[("name", &name), ("document", DOCUMENT)])
            .await
            .redirect();
    }
    let rows = || -> Vec<Row> {
        let read = |conn: &mut _| {
            Ok::<_, camlock::store::StoreError>(
                diesel::sql_query("SELECT fields FROM kept_forms").load(conn)?,
            )
        };
        app.app.store.read_now(read).unwrap()
    };

    let kept = rows();
    app.wait(3_601);
    sweep(&app.app).await.unwrap();

    assert_eq!((kept.len(), rows().len()), (5, 0));
    assert!(kept.iter().all(|row| !String::from_utf8_lossy(&row.fields).contains("plain-")));
}

#[actix_web::test]
async fn pages_say_how_long_the_session_lasts() {
    let app = TestApp::spawn();
    let root = app.root().await;

    let page = root.browser.get("/users").await;

    let seconds: i64 = page.attribute("#session-end", "data-seconds").unwrap().parse().unwrap();
    assert!((29 * 60..=30 * 60).contains(&seconds), "{seconds}");
    assert!(page.text("#session-end").unwrap().contains("2 minutes"));
}
