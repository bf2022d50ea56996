//! The first run: one address, one hour, one time.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Answer, TestApp};
use camlock::app::account::setup::new_setup_token;
use reqwest::StatusCode;

async fn submit(app: &TestApp, token: &str, changes: &[(&str, &str)]) -> (Answer, Person) {
    let page = format!("/setup?token={token}");
    let mut person = Person::stranger(app);
    let form = person.browser.get(&page).await;
    person.remember_seed(&form.text("#totp-secret").unwrap());
    let code = person.code(app);
    let defaults = [
        ("token", token),
        ("account_name", "Acme"),
        ("user_name", "root"),
        ("password", PASSWORD),
        ("code", &code),
    ];
    let mut fields: Vec<(&str, &str)> = defaults
        .into_iter()
        .filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name))
        .collect();
    fields.extend_from_slice(changes);
    let answer = person.browser.post("/setup", &form.csrf(), &fields).await;
    (answer, person)
}

#[actix_web::test]
async fn setup_signs_its_root_in_who_can_sign_in_again_with_the_next_code() {
    let app = TestApp::spawn();
    let token = new_setup_token(&app.app).unwrap();

    let (answer, person) = submit(&app, &token, &[]).await;
    person.browser.look_ahead(&answer.redirect()).await;
    let codes = person.browser.get(&answer.redirect()).await;
    let again = person.browser.get(&answer.redirect()).await;

    assert_eq!(codes.count("#recovery-codes li"), 10);
    let uin = codes.text("#account-uin").unwrap();
    let file = codes.attribute("[data-download]", "data-download-note").unwrap();
    assert!(file.contains(&format!("Account UIN: {uin}")), "{file}");
    assert_eq!(person.browser.get("/").await.text("h1").as_deref(), Some("Overview"), "set-up signs in");
    assert_eq!(person.browser.get("/users").await.count("tr[data-uin]"), 1);
    assert_eq!(again.count("#recovery-codes li"), 0);
    let fields = [("user_name", "root"), ("password", PASSWORD)];
    assert_eq!(person.browser.submit("/login", "/login", &fields).await.redirect(), "/login/verify");
    let used = person.code(&app);
    let replayed = person.browser.submit("/login/verify", "/login/verify", &[("code", &used)]).await;
    assert_eq!(replayed.status, StatusCode::UNAUTHORIZED);
    let code = person.fresh_code(&app);
    person.browser.submit("/login/verify", "/login/verify", &[("code", &code)]).await.redirect();
    assert_eq!(person.browser.get("/").await.text("h1").as_deref(), Some("Overview"));
    assert_eq!(person.browser.get("/users").await.count("tr[data-uin]"), 1);
}

#[actix_web::test]
async fn the_address_works_once_for_an_hour_and_only_the_latest() {
    let app = TestApp::spawn();
    let first = new_setup_token(&app.app).unwrap();
    let second = new_setup_token(&app.app).unwrap();
    let browser = app.browser();

    assert_eq!(browser.get("/setup").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/setup?token=guess").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get(&format!("/setup?token={first}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get(&format!("/setup?token={second}")).await.status, StatusCode::OK);
    app.wait(3601);
    assert_eq!(browser.get(&format!("/setup?token={second}")).await.status, StatusCode::FORBIDDEN);
    let third = new_setup_token(&app.app).unwrap();
    submit(&app, &third, &[]).await.0.redirect();
    assert_eq!(browser.get(&format!("/setup?token={third}")).await.status, StatusCode::CONFLICT);
    assert!(new_setup_token(&app.app).is_err());
}

#[actix_web::test]
async fn eight_parallel_setups_make_one_account() {
    let app = TestApp::spawn();
    let token = new_setup_token(&app.app).unwrap();

    let tries = (0..8).map(|_| submit(&app, &token, &[]));
    let answers = futures_util::future::join_all(tries).await;

    assert_eq!(answers.iter().filter(|(answer, _)| answer.status == StatusCode::SEE_OTHER).count(), 1);
    let accounts = app.app.store.read_now(camlock::store::accounts::first_two).unwrap();
    assert_eq!(accounts.len(), 1);
}

#[actix_web::test]
async fn bad_answers_come_back_with_what_was_typed_but_no_password() {
    let app = TestApp::spawn();
    let token = new_setup_token(&app.app).unwrap();
    let long = "x".repeat(65);

    for (field, value) in [
        ("password", "short"),
        ("password", "password1234"),
        ("password", "rootAcmeroot1"),
        ("code", "000000"),
        ("code", "abc"),
        ("account_name", ""),
        ("account_name", &long),
        ("user_name", ""),
        ("user_name", "has space"),
        ("user_name", "100000000001"),
    ] {
        let (answer, _) = submit(&app, &token, &[(field, value)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        assert!(answer.count(".error-summary") == 1, "{field}={value}");
        assert!(answer.text(&format!("#{field}-error")).is_some(), "{field}={value}: {}", answer.body);
        assert!(!answer.body.contains(PASSWORD));
        let kept = if field == "account_name" { "user_name" } else { "account_name" };
        assert!(
            answer.attribute(&format!("input[name={kept}]"), "value").is_some_and(|text| !text.is_empty())
        );
    }
    submit(&app, &token, &[]).await.0.redirect();
}

#[actix_web::test]
async fn before_setup_every_page_leads_to_it() {
    let app = TestApp::spawn();

    assert_eq!(app.browser().open("/").await.status, StatusCode::FORBIDDEN);
    assert!(app.browser().open("/").await.body.contains("camlock setup-url"));
}

#[actix_web::test]
async fn all_that_is_wrong_is_said_at_once() {
    let app = TestApp::spawn();
    let token = new_setup_token(&app.app).unwrap();

    let changes = [("user_name", "no spaces allowed"), ("password", "password1234"), ("code", "12")];
    let (answer, _) = submit(&app, &token, &changes).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["user_name", "password", "code"] {
        assert!(answer.text(&format!("#{field}-error")).is_some(), "{field}");
    }
    assert_eq!(answer.count(".error-summary li"), 3);
}
