//! What limits would mean for the calls that were made, said before they are saved.

use crate::support::api::Client;
use crate::support::people::Person;
use crate::support::{Answer, TestApp, code};
use camlock::clock;
use reqwest::StatusCode;
use serde_json::json;

async fn called(app: &TestApp) -> (Person, Client, String) {
    let root = app.root().await;
    let user = app.sub_user(&root, "dev", &["QcloudCamFullAccess"]).await;
    let client = app.key_of(&user).await;
    for _ in 0..3 {
        assert_eq!(code(&client.call("cam", "ListUsers", json!({})).await), "");
    }
    assert_eq!(code(&client.call("cam", "ListGroups", json!({})).await), "");
    let page = format!("/users/{}/keys/{}/limits", user.uin, client.secret_id);
    (root, client, page)
}

async fn check(root: &Person, page: &str, fields: &[(&str, &str)]) -> Answer {
    root.browser.submit(page, page, &[fields, &[("check", "1")]].concat()).await
}

#[actix_web::test]
async fn networks_an_end_and_a_policy_say_what_they_would_refuse_and_nothing_is_saved() {
    let app = TestApp::spawn();
    let (root, client, page) = called(&app).await;
    let end = clock::iso(app.now() + 60);
    let policy =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListGroups","resource":"*"}]}"#;

    let fields =
        [("networks", "10.0.4.0/24"), ("expires_at", end.as_str()), ("policy", policy), ("purpose", "x")];
    let checked = check(&root, &page, &fields).await;

    assert_eq!(checked.status, StatusCode::OK, "{}", checked.body);
    let told = |field: &str| checked.text(&format!("#effect-{field}.warn")).unwrap_or_default();
    assert!(told("networks").contains("Of 4 calls in 35 days 4 came from elsewhere"), "{}", told("networks"));
    assert!(told("networks").contains("127.0.0.0/24 (4)"), "{}", told("networks"));
    assert!(told("expires_at").contains("4 calls in 24 hours"), "{}", told("expires_at"));
    assert!(told("policy").contains("Of 4 calls in 35 days 3"), "{}", told("policy"));
    assert!(told("policy").contains("cam:ListUsers (3)"), "{}", told("policy"));
    assert_eq!(checked.attribute("input[name=purpose]", "value").as_deref(), Some("x"));
    assert_eq!(checked.text("textarea[name=networks]").as_deref(), Some("10.0.4.0/24"));
    let kept = root.browser.get(&page).await;
    assert_eq!(kept.attribute("input[name=expires_at]", "value").as_deref(), Some(""));
    assert_eq!(kept.count(".effect"), 0);
    assert_eq!(code(&client.call("cam", "ListUsers", json!({})).await), "");
}

#[actix_web::test]
async fn whoever_saves_without_asking_is_told_too_before_a_code_and_otherwise_at_once() {
    let app = TestApp::spawn();
    let (root, _, page) = called(&app).await;

    let list = root.browser.submit(&page, &page, &[("networks", "10.0.4.0/24")]).await.redirect();
    let saved = root.browser.get(&list).await;
    app.wait(601);
    // An idle limit is tightened while the networks are loosened to others that do not fit either.
    let asked =
        root.browser.submit(&page, &page, &[("networks", "10.0.0.0/8"), ("idle_days", "3")]).await.redirect();
    let question = root.browser.get(&asked).await;

    assert!(saved.body.contains("Of 4 calls in 35 days 4 came from elsewhere"), "{}", saved.body);
    assert!(asked.starts_with("/verify"), "{asked}");
    assert!(question.body.contains("4 came from elsewhere"), "{}", question.body);
    root.pass(&app, &asked).await.redirect();
    let again =
        root.browser.submit(&page, &page, &[("networks", "10.0.0.0/8"), ("idle_days", "2")]).await.redirect();
    let quiet = root.browser.get(&again).await;
    assert!(!quiet.body.contains("came from elsewhere"), "networks that stay are no news: {}", quiet.body);
}

#[actix_web::test]
async fn what_refuses_nothing_is_said_as_well() {
    let app = TestApp::spawn();
    let (root, _, page) = called(&app).await;
    let policy = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:List*","resource":"*"}]}"#;

    let checked = check(&root, &page, &[("networks", "127.0.0.0/8"), ("policy", policy)]).await;
    let part = check(&root, &page, &[("networks", "127.0.0.1")]).await;

    assert!(
        checked.text("#effect-networks").unwrap().contains("none came from elsewhere"),
        "{}",
        checked.body
    );
    assert!(checked.text("#effect-policy").unwrap().contains("none would be refused"), "{}", checked.body);
    assert_eq!(checked.count(".effect.warn"), 0);
    assert!(part.text("#effect-networks").unwrap().contains("4 came from networks of which only a part"));
}

#[actix_web::test]
async fn beside_the_form_stands_how_many_calls_would_be_refused() {
    let app = TestApp::spawn();
    let (root, _, page) = called(&app).await;
    let policy =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListGroups","resource":"*"}]}"#;
    let figure = async |fields: &[(&str, &str)]| {
        let checked = check(&root, &page, fields).await;
        assert_eq!(checked.count("button[name=check]"), 1);
        checked.text("#would-refuse").unwrap_or_else(|| panic!("{}", checked.body))
    };

    let before = root.browser.get(&page).await;

    assert_eq!(before.count("#would-refuse"), 0);
    assert_eq!(figure(&[("networks", "127.0.0.0/8")]).await, "0 of 4 calls in 35 days");
    assert_eq!(figure(&[("policy", policy)]).await, "3 of 4 calls in 35 days");
    assert_eq!(figure(&[("networks", "10.0.4.0/24")]).await, "4 of 4 calls in 35 days");
    let both = [("policy", policy), ("networks", "10.0.4.0/24")];
    assert_eq!(figure(&both).await, "4 or more of 4 calls in 35 days", "some are the same calls");
    root.browser.submit(&page, &page, &[("networks", "10.0.4.0/24")]).await.redirect();
    assert_eq!(figure(&[("networks", "10.0.4.0/24")]).await, "0 of 4 calls in 35 days", "as it is already");
}

#[actix_web::test]
async fn days_of_silence_are_held_against_the_longest_one_that_was() {
    let app = TestApp::spawn();
    let (root, client, page) = called(&app).await;
    let told = async |days: &str| {
        let checked = check(&root, &page, &[("idle_days", days)]).await;
        (checked.text("#effect-idle_days").unwrap(), checked.count("#effect-idle_days.warn") == 1)
    };
    let at_once = told("1").await;
    app.wait(5 * 86_400);
    assert_eq!(code(&client.call("cam", "ListUsers", json!({})).await), "");
    app.wait(2 * 86_400);
    root.sign_in(&app).await;

    let (short, long) = (told("3").await, told("30").await);

    let longest = |time: &str| format!("Longest time without a call in 35 days: {time}.");
    assert_eq!(at_once, (longest("less than an hour"), false));
    assert_eq!(
        short,
        (format!("{} With this limit the key would have been disabled.", longest("about 5 days")), true)
    );
    assert_eq!(long, (longest("about 5 days"), false));
}

#[actix_web::test]
async fn what_does_not_fit_is_said_in_place_of_an_effect() {
    let app = TestApp::spawn();
    let (root, _, page) = called(&app).await;

    let refused = check(&root, &page, &[("networks", "10.0.0.0/40"), ("purpose", "x")]).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.attributes(".error-summary a", "href"), ["#field-networks"]);
    assert_eq!((refused.count(".effect"), refused.count("#checked")), (0, 0));
}

#[actix_web::test]
async fn who_may_not_see_the_use_of_a_key_is_not_told_of_it() {
    let app = TestApp::spawn();
    let (root, _, page) = called(&app).await;
    let policy = r#"{"version":"2.0","statement":[{"effect":"allow","action":["camlock:QueryKeyLimits","camlock:UpdateKeyLimits"],"resource":"*"}]}"#;
    let fields = [("name", "limits-only"), ("document", policy)];
    root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
    let keeper = app.signed_in(&root, "keeper", &["limits-only"]).await;

    let checked = check(&keeper, &page, &[("networks", "10.0.4.0/24")]).await;

    assert_eq!(checked.status, StatusCode::OK, "{}", checked.body);
    assert_eq!(checked.count(".effect"), 0);
    assert!(checked.text("#checked").unwrap().contains("not for you to see"));
}

#[actix_web::test]
async fn the_simulator_asks_within_the_limits_of_a_key() {
    let app = TestApp::spawn();
    let (root, client, page) = called(&app).await;
    let policy = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:List*","resource":"*"}]}"#;
    root.grant(&app, &page, &page, &[("policy", policy), ("networks", "10.0.4.0/24")]).await.redirect();
    let ask = |key: &str, action: &str, context: &str| {
        let address =
            format!("/policies/simulate?user=dev&key={key}&action={action}&resource=*&context={context}");
        let root = &root;
        async move { root.browser.get(&address).await }
    };
    let allowed = |answer: &Answer| answer.attribute("#verdict", "data-allowed");

    let inside = ask(&client.secret_id, "cam:ListUsers", "qcs:ip%3D10.0.4.9").await;
    let untold = ask(&client.secret_id, "cam:ListUsers", "").await;
    let beyond = ask(&client.secret_id, "cam:CreatePolicy", "qcs:ip%3D10.0.4.9").await;
    let elsewhere = ask(&client.secret_id, "cam:ListUsers", "qcs:ip%3D192.0.2.7").await;
    let without = ask("", "cam:CreatePolicy", "").await;
    let missing = ask(&format!("AKID{}", "x".repeat(32)), "cam:ListUsers", "").await;

    assert_eq!(allowed(&inside).as_deref(), Some("true"), "{}", inside.body);
    assert_eq!(allowed(&without).as_deref(), Some("true"), "{}", without.body);
    assert!(untold.text("#key-networks").unwrap().contains("10.0.4.0/24"));
    assert_eq!(allowed(&beyond).as_deref(), Some("false"));
    assert!(beyond.body.contains("the policy of this key does not"), "{}", beyond.body);
    assert_eq!(allowed(&elsewhere).as_deref(), Some("false"));
    assert!(elsewhere.body.contains("may not be used from this address"), "{}", elsewhere.body);
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missing.attributes(".error-summary a", "href"), ["#field-key"]);
}
