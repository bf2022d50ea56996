//! What grants rights asks for a code, or for one given in the last minutes; nothing typed is lost on the way.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;
use serde_json::json;

pub const HARMLESS: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cvm:DescribeZones","resource":"*"}]}"#;

/// Makes a policy, at the price of a code.
pub async fn policy(app: &TestApp, root: &Person, name: &str, document: &str) -> String {
    let fields = [("name", name), ("document", document)];
    let next = root.grant(app, "/policies/new", "/policies/new", &fields).await.redirect();
    next.trim_start_matches("/policies/").to_owned()
}

/// Makes a group, which grants nothing.
pub async fn group(root: &Person, name: &str) -> String {
    let next = root.browser.submit("/groups/new", "/groups/new", &[("group_name", name)]).await.redirect();
    next.split('/').nth(2).unwrap().to_owned()
}

pub fn is_question(answer: &Answer) -> bool {
    answer.location().is_some_and(|to| to.starts_with("/verify?c="))
}

#[actix_web::test]
async fn a_code_given_at_sign_in_opens_a_window_of_ten_minutes() {
    let app = TestApp::spawn();
    let mut root = app.root().await;
    app.wait(1_200);
    root.browser = app.browser();
    root.sign_in(&app).await;
    let fields = |name: &'static str| [("kind", "sub_user"), ("user_name", name), ("console_login", "1")];

    app.wait(599);
    let within = root.browser.submit("/users/new", "/users/new", &fields("a")).await;
    let chip = root.browser.get("/users").await.text(".chip span");
    app.wait(1);
    let after = root.browser.submit("/users/new", "/users/new", &fields("b")).await;

    assert!(within.redirect().starts_with("/users/"));
    assert_eq!(chip.as_deref(), Some("verified, 1 min left"));
    assert!(is_question(&after));
    assert!(root.browser.get("/users").await.text(".chip").is_none());
}

#[actix_web::test]
async fn end_now_closes_the_window_and_leaves_the_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let page = root.browser.get("/users").await;
    assert_eq!(page.attribute("form.chip", "action").as_deref(), Some("/me/verification/end"));

    root.browser.submit("/users", "/me/verification/end", &[]).await.redirect();

    assert!(root.browser.get("/users").await.text(".chip").is_none());
    let fields = [("name", "own"), ("document", HARMLESS)];
    assert!(is_question(&root.browser.submit("/policies/new", "/policies/new", &fields).await));
    assert_eq!(root.browser.get("/audit?event=EndVerification").await.count("tr[data-seq]"), 1);
}

#[actix_web::test]
async fn a_window_of_zero_minutes_asks_each_time() {
    let app = TestApp::spawn();
    let root = app.root().await;
    crate::settings::change(&app, &root, &[("grant_window_minutes", "0")]).await;

    for name in ["one", "two"] {
        let fields = [("name", name), ("document", HARMLESS)];
        let asked = root.browser.submit("/policies/new", "/policies/new", &fields).await;
        assert!(is_question(&asked), "{name}");
        assert!(root.pass(&app, &asked.redirect()).await.redirect().starts_with("/policies/"));
    }
    assert!(root.browser.get("/users").await.text(".chip").is_none());
}

#[actix_web::test]
async fn settings_for_grants_have_bounds() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let page = root.browser.get("/settings/security").await;
    assert_eq!(page.attribute("input[name=grant_window_minutes]", "value").as_deref(), Some("10"));
    assert_eq!(page.attribute("input[name=grant_age_hours]", "value").as_deref(), Some("24"));

    for (field, value) in
        [("grant_window_minutes", "61"), ("grant_window_minutes", "x"), ("grant_age_hours", "169")]
    {
        let fields = [("step_up_window", "0"), ("password_min_length", "12"), (field, value)];
        let fields = [&fields[..], &[("secret_reveal", "step_up")]].concat();
        let answer = root.browser.submit("/settings/security", "/settings/security", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
    }
}

#[actix_web::test]
async fn whatever_shows_somebody_others_secrets_asks_within_the_window_too() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let attach = format!("/users/{}/permissions/attach", alice.uin);
    let document = |action: &str, resource: &str| {
        json!({ "version": "2.0", "statement":
            [{ "effect": "allow", "action": action, "resource": resource }] })
        .to_string()
    };
    let one = format!("qcs::cam::uin/{}:uin/{}", root.uin, root.uin);
    let shows = policy(&app, &root, "shows", &document("account:*", &one)).await;
    let own = policy(&app, &root, "shows-own", &document("account:*", "qcs::cam:::uin/${uin}")).await;
    let empty = group(&root, "crew").await;

    for harmless in ["QcloudCamReadOnlyAccess", "QcloudCollApiKeyManageAccess", own.as_str()] {
        assert!(!is_question(&root.browser.submit("/users", &attach, &[("policy", harmless)]).await));
    }
    for giving in ["AdministratorAccess", "QcloudCamFullAccess", shows.as_str()] {
        assert!(is_question(&root.browser.submit("/users", &attach, &[("policy", giving)]).await));
    }
    let fields = [("kind", "sub_user"), ("user_name", "new"), ("policy", "AdministratorAccess")];
    assert!(is_question(&root.browser.submit("/users/new", "/users/new", &fields).await));

    // Who may show a secret, but not look at the key, gets there by the right to look.
    root.grant(&app, "/users", &attach, &[("policy", &shows)]).await.redirect();
    let looks = policy(&app, &root, "looks", &document("cam:QueryApiKey", "*")).await;
    assert!(is_question(&root.browser.submit("/users", &attach, &[("policy", &looks)]).await));

    // To an empty group it gives nobody anything; joining that group then does.
    let permissions = format!("/groups/{empty}/permissions/attach");
    let fields = [("policy", "AdministratorAccess")];
    assert!(!is_question(&root.browser.submit("/users", &permissions, &fields).await));
    let members = format!("/groups/{empty}/members/add");
    assert!(is_question(&root.browser.submit("/users", &members, &[("member", &alice.uin)]).await));
}

#[actix_web::test]
async fn lifting_what_kept_somebody_from_others_secrets_asks_within_the_window_too() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["AdministratorAccess"]).await;
    let user = format!("/users/{}", alice.uin);
    let denying = r#"{"version":"2.0","statement":[
        {"effect":"deny","action":"account:QueryKeyBySecretId","resource":"*"}]}"#;
    let deny = policy(&app, &root, "no-secrets", denying).await;
    root.grant(&app, "/users", &format!("{user}/permissions/attach"), &[("policy", &deny)]).await;

    let detach = root.browser.submit("/users", &format!("{user}/permissions/{deny}/detach"), &[]).await;
    let fields = [("name", "no-secrets"), ("document", HARMLESS)];
    let edit = root.browser.submit("/users", &format!("/policies/{deny}/edit"), &fields).await;
    root.browser.submit("/users", &format!("{user}/security/console"), &[("on", "0")]).await.redirect();
    let on = root.browser.submit("/users", &format!("{user}/security/console"), &[("on", "1")]).await;

    assert!(is_question(&detach));
    assert!(is_question(&edit));
    assert!(is_question(&on));
}

#[actix_web::test]
async fn wrong_codes_grant_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.wait(601);
    let fields = [("name", "own"), ("document", HARMLESS)];
    let question = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let page = root.browser.get(&question).await;

    let wrong = root.browser.post("/verify", &page.csrf(), &[("code", "000000")]).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!root.browser.get("/policies").await.body.contains("own</a>"));
    assert!(root.browser.get("/users").await.text(".chip").is_none());
}

#[actix_web::test]
async fn a_recovery_code_opens_no_window() {
    let app = TestApp::spawn();
    let mut root = app.root().await;
    let codes = recovery_codes(&app, &root).await;
    recover(&app, &mut root, &codes[0]).await;

    let fields = [("name", "own"), ("document", HARMLESS)];
    let asked = root.browser.submit("/policies/new", "/policies/new", &fields).await;

    assert!(is_question(&asked));
    assert!(root.browser.get("/users").await.text(".chip").is_none());
}

#[actix_web::test]
async fn who_has_no_authenticator_is_led_to_enrolment_and_back() {
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let fields = [("name", "own"), ("document", HARMLESS)];

    let enrol = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let then = enrol.strip_prefix("/me/mfa/totp/new?then=").expect("enrolment").to_owned();
    root.enrol(&app).await;
    let next = root.pass(&app, &format!("/verify?c={then}")).await.redirect();

    assert!(root.browser.get(&next).await.text("h1").is_some_and(|title| title.contains("own")), "{next}");
}

#[actix_web::test]
async fn programs_are_not_asked() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    app.wait(601);

    let added = client.call("cam", "AddUser", json!({ "Name": "robot", "ConsoleLogin": 1 })).await;
    let wish = json!({ "AttachUin": added["Uin"], "PolicyId": 1 });
    let attached = client.call("cam", "AttachUserPolicy", wish).await;

    assert!(attached["Error"].is_null(), "{attached}");
}

#[actix_web::test]
async fn two_harmless_halves_sent_at_once_do_not_add_up_to_a_gift() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    for round in 0..5 {
        let crew = group(&root, &format!("crew{round}")).await;
        let csrf = root.browser.get("/users").await.csrf();
        let (attach, add) =
            (format!("/groups/{crew}/permissions/attach"), format!("/groups/{crew}/members/add"));
        let (policy, member) = ([("policy", "AdministratorAccess")], [("member", alice.uin.as_str())]);

        let (one, other) = futures_util::future::join(
            root.browser.post(&attach, &csrf, &policy),
            root.browser.post(&add, &csrf, &member),
        )
        .await;

        assert!(is_question(&one) || is_question(&other), "{round}");
    }
}

/// Makes new recovery codes and gives them.
pub async fn recovery_codes(app: &TestApp, person: &Person) -> Vec<String> {
    let question = person.browser.submit("/me/security", "/me/mfa/recovery", &[]).await.redirect();
    let page = person.pass(app, &question).await.redirect();
    person.browser.get(&page).await.texts("#recovery-codes li")
}

/// Signs in with a recovery code in place of the app.
pub async fn recover(app: &TestApp, person: &mut Person, code: &str) {
    person.browser = app.browser();
    let (account, name) = (person.owner.clone(), person.name.clone());
    let fields = [("account", account.as_str()), ("user_name", &name), ("password", PASSWORD)];
    person.browser.submit("/login", "/login", &fields).await.redirect();
    let fields = [("recovery_code", code)];
    person.browser.submit("/login/recovery", "/login/recovery", &fields).await.redirect();
}
