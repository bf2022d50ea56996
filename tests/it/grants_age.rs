//! Others' secrets are shown only by an app and on grants that are a day old, or that a code stood behind.

use crate::support::api::Client;
use crate::support::people::{PASSWORD, Person};
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

pub const DAY: i64 = 86_400;
pub const ADMIN: i64 = 1;
pub const DENY: &str = r#"{"version":"2.0","statement":[{"effect":"deny","action":"account:QueryKeyBySecretId","resource":"*"}]}"#;

/// A root with a user whose key is worth seeing, and a key of root's that leaked.
pub struct Scene {
    pub app: TestApp,
    pub root: Person,
    keys: String,
    id: String,
    leaked: Client,
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::spawn();
        let root = app.root().await;
        let keys = format!("/users/{}/keys", app.sub_user(&root, "victim", &[]).await.uin);
        let id = root.create_key(&keys).await;
        let leaked = app.key_of(&root).await;
        Self { app, root, keys, id, leaked }
    }

    pub async fn call(&self, action: &str, body: Value) -> Value {
        let answer = self.leaked.call("cam", action, body).await;
        assert!(answer["Error"].is_null(), "{action}: {answer}");
        answer
    }

    /// A user with an app that is a year old, and no rights; signed in a moment ago.
    async fn accomplice(&self, policies: &[&str]) -> Person {
        let accomplice = self.app.enrolled(&self.root, "accomplice", policies).await;
        self.app.wait(365 * DAY);
        self.back(accomplice).await
    }

    /// The same person, signed in again.
    pub async fn back(&self, mut person: Person) -> Person {
        person.browser = self.app.browser();
        person.sign_in(&self.app).await;
        person
    }

    /// Presses *Show* and gives every code that is asked for.
    async fn show(&self, person: &Person) -> Answer {
        show(&self.app, person, (&self.keys, &self.id)).await
    }

    pub async fn assert_hidden(&self, person: &Person, why: &str) {
        let shown = self.show(person).await;
        assert!(shown.text("#secret-key").is_none(), "{why}: shown");
        assert_eq!(shown.status, StatusCode::FORBIDDEN, "{why}");
        assert!(shown.body.contains(" UTC on: "), "{why} does not say until when: {}", shown.body);
    }

    pub async fn assert_shown(&self, person: &Person, why: &str) {
        let shown = self.show(person).await;
        assert!(shown.text("#secret-key").is_some(), "{why}: {} {}", shown.status, shown.body);
    }

    /// Hidden now and 23 hours later, shown after a day.
    pub async fn assert_waits(&self, person: Person, why: &str) {
        self.assert_hidden(&person, why).await;
        self.app.wait(DAY - 7_200);
        let person = self.back(person).await;
        self.assert_hidden(&person, why).await;
        self.app.wait(7_200);
        let person = self.back(person).await;
        self.assert_shown(&person, why).await;
    }
}

async fn show(app: &TestApp, person: &Person, (keys, id): (&str, &str)) -> Answer {
    let mut answer = person.browser.submit("/me/security", &format!("{keys}/{id}/reveal"), &[]).await;
    for _ in 0..3 {
        let Some(next) = answer.location() else { break };
        answer = if next.starts_with("/verify?") {
            person.pass(app, &next).await
        } else {
            person.browser.get(&next).await
        };
    }
    answer
}

#[actix_web::test]
async fn a_stolen_session_makes_no_administrator_in_its_window_or_after() {
    let scene = Scene::new().await;
    let thief = scene.root.browser.clone();
    let accomplice = scene.app.sub_user(&scene.root, "accomplice", &[]).await;
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "mallory"),
        ("console_login", "1"),
        ("password", PASSWORD),
        ("policy", "AdministratorAccess"),
    ];
    let attach = format!("/users/{}/permissions/attach", accomplice.uin);

    for wait in [0, 601] {
        scene.app.wait(wait);
        let made = thief.submit("/users/new", "/users/new", &fields).await.redirect();
        let given = thief.submit("/users", &attach, &[("policy", "1")]).await.redirect();
        assert!(made.starts_with("/verify?c="), "{made}");
        assert!(given.starts_with("/verify?c="), "{given}");
    }

    assert!(!thief.get("/users").await.body.contains("mallory"));
    accomplice.sign_in(&scene.app).await;
    assert_eq!(accomplice.browser.get("/users").await.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn an_administrator_made_by_a_leaked_key_waits_a_day() {
    let scene = Scene::new().await;
    let user = json!({ "Name": "mallory", "ConsoleLogin": 1, "Password": PASSWORD, "NeedResetPassword": 0 });
    let uin = scene.call("AddUser", user).await["Uin"].clone();
    scene.call("AttachUserPolicy", json!({ "AttachUin": uin, "PolicyId": ADMIN })).await;
    let mut mallory = Person::named(&scene.app, &scene.root, (&uin.to_string(), "mallory"));
    mallory.sign_in(&scene.app).await;
    mallory.enrol(&scene.app).await;

    let page = mallory.browser.get(&scene.keys).await;
    let wait = page.text("#wait").expect("a note until when");
    assert!(wait.contains("24 Nov 2026, 12:"), "{wait}");
    scene.assert_waits(mallory, "made by a key").await;
}

#[actix_web::test]
async fn a_grant_under_a_code_of_an_old_app_shows_at_once() {
    let scene = Scene::new().await;
    let accomplice = scene.accomplice(&[]).await;
    let root = scene.back(scene.root.clone()).await;
    let attach = format!("/users/{}/permissions/attach", accomplice.uin);

    root.grant(&scene.app, "/users", &attach, &[("policy", "1")]).await.redirect();

    scene.assert_shown(&accomplice, "granted under a code").await;
}

#[actix_web::test]
async fn a_new_app_waits_a_day_even_on_old_rights() {
    let scene = Scene::new().await;
    let mut admin = scene.app.signed_in(&scene.root, "admin", &["AdministratorAccess"]).await;
    scene.app.wait(20 * DAY);
    admin = scene.back(admin).await;
    admin.enrol(&scene.app).await;

    scene.assert_waits(admin, "a new app").await;
}

#[actix_web::test]
async fn a_second_app_waits_while_the_first_still_serves() {
    let scene = Scene::new().await;
    let first = scene.accomplice(&["AdministratorAccess"]).await;
    let mut second = first.clone();
    second.enrol_as(&scene.app, "Tablet").await;

    scene.assert_hidden(&second, "the code of the new app").await;
    scene.assert_shown(&first, "the code of the old app").await;
}

#[actix_web::test]
async fn an_administrator_made_by_a_key_passes_no_right_on_before_its_day() {
    let scene = Scene::new().await;
    let accomplice = scene.accomplice(&[]).await;
    let user = json!({ "Name": "mallory", "ConsoleLogin": 1, "Password": PASSWORD, "NeedResetPassword": 0 });
    let uin = scene.call("AddUser", user).await["Uin"].clone();
    scene.call("AttachUserPolicy", json!({ "AttachUin": uin, "PolicyId": ADMIN })).await;
    let mut mallory = Person::named(&scene.app, &scene.root, (&uin.to_string(), "mallory"));
    mallory.sign_in(&scene.app).await;
    mallory.enrol(&scene.app).await;

    let attach = format!("/users/{}/permissions/attach", accomplice.uin);
    mallory.grant(&scene.app, "/users", &attach, &[("policy", "1")]).await.redirect();
    let shorter = [("step_up_window", "0"), ("password_min_length", "12"), ("grant_age_hours", "0")];
    let shorter = [&shorter[..], &[("secret_reveal", "step_up")]].concat();
    let settings = "/settings/security";
    let next = mallory.grant(&scene.app, settings, settings, &shorter).await.redirect();
    let said = mallory.browser.get(&next).await;

    scene.assert_hidden(&accomplice, "passed on").await;
    scene.assert_hidden(&mallory, "after shortening the wait").await;
    assert!(said.body.contains("cannot be made shorter"), "{}", said.body);
    let kept = scene.root.browser.get("/settings/security").await;
    let kept = if kept.status == StatusCode::OK {
        kept
    } else {
        scene.back(scene.root.clone()).await.browser.get("/settings/security").await
    };
    assert_eq!(kept.attribute("input[name=grant_age_hours]", "value").as_deref(), Some("24"));
}

#[actix_web::test]
async fn root_and_the_first_set_up_are_not_hindered() {
    let scene = Scene::new().await;

    scene.assert_shown(&scene.root, "root, just enrolled").await;
    assert!(scene.root.browser.get(&scene.keys).await.text("#wait").is_none());
}

#[actix_web::test]
async fn ones_own_keys_are_shown_right_after_enrolment() {
    let scene = Scene::new().await;
    for policy in ["QcloudCollApiKeyManageAccess", "AdministratorAccess"] {
        let name = format!("own-{policy}").replace("Access", "");
        let person = scene.app.enrolled(&scene.root, &name, &[policy]).await;
        let id = person.create_key("/keys").await;

        let shown = show(&scene.app, &person, ("/keys", &id)).await;

        assert!(shown.text("#secret-key").is_some(), "{policy}: {} {}", shown.status, shown.body);
    }
    let user = json!({ "Name": "robot", "ConsoleLogin": 1, "Password": PASSWORD, "NeedResetPassword": 0 });
    let uin = scene.call("AddUser", user).await["Uin"].clone();
    scene.call("AttachUserPolicy", json!({ "AttachUin": uin, "PolicyId": ADMIN })).await;
    let mut robot = Person::named(&scene.app, &scene.root, (&uin.to_string(), "robot"));
    robot.sign_in(&scene.app).await;
    robot.enrol(&scene.app).await;
    let id = robot.create_key("/keys").await;
    for keys in ["/keys".to_owned(), format!("/users/{uin}/keys")] {
        let shown = show(&scene.app, &robot, (&keys, &id)).await;
        assert!(shown.text("#secret-key").is_some(), "{keys}: {} {}", shown.status, shown.body);
    }
}

#[actix_web::test]
async fn a_collaborator_with_an_app_of_its_own_is_not_hindered() {
    let scene = Scene::new().await;
    let partner = scene.app.root_named("partner").await;
    scene.app.wait(2 * DAY);
    let root = scene.back(scene.root.clone()).await;
    let fields = [
        ("kind", "collaborator"),
        ("user_name", "bo"),
        ("uin", partner.uin.as_str()),
        ("policy", "AdministratorAccess"),
    ];
    root.grant(&scene.app, "/users/new", "/users/new", &fields).await.redirect();
    let partner = scene.back(partner).await;
    partner.browser.submit("/identity", "/identity", &[("owner_uin", &root.uin)]).await.redirect();

    scene.assert_shown(&partner, "a collaborator").await;
}

#[actix_web::test]
async fn a_wait_of_no_hours_hinders_nobody() {
    let scene = Scene::new().await;
    crate::settings::change(&scene.app, &scene.root, &[("grant_age_hours", "0")]).await;
    let admin = scene.app.enrolled(&scene.root, "admin", &["AdministratorAccess"]).await;

    scene.assert_shown(&admin, "no wait").await;
}

#[actix_web::test]
async fn what_a_policy_gives_apart_from_the_new_one_is_not_hindered() {
    let scene = Scene::new().await;
    let accomplice = scene.accomplice(&["AdministratorAccess"]).await;
    let uin: i64 = accomplice.uin.parse().unwrap();
    scene.call("AttachUserPolicy", json!({ "AttachUin": uin, "PolicyId": 2 })).await;

    scene.assert_shown(&accomplice, "an old right beside a new one").await;
}

#[actix_web::test]
async fn a_new_deny_counts_from_the_first_moment() {
    let scene = Scene::new().await;
    let accomplice = scene.accomplice(&["AdministratorAccess"]).await;
    let uin: i64 = accomplice.uin.parse().unwrap();
    let body = json!({ "PolicyName": "deny", "PolicyDocument": DENY });
    let deny = scene.call("CreatePolicy", body).await["PolicyId"].clone();
    scene.call("AttachUserPolicy", json!({ "AttachUin": uin, "PolicyId": deny })).await;

    let shown = scene.show(&accomplice).await;

    assert_eq!(shown.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_look_at_ones_own_secret_with_a_new_app_serves_no_look_at_others() {
    let scene = Scene::new().await;
    crate::settings::change(&scene.app, &scene.root, &[("step_up_window", "15")]).await;
    let first = scene.accomplice(&["AdministratorAccess"]).await;
    let mut second = first.clone();
    second.enrol_as(&scene.app, "Tablet").await;
    let own = second.create_key("/keys").await;
    let shown = show(&scene.app, &second, ("/keys", &own)).await;
    assert!(shown.text("#secret-key").is_some(), "{}", shown.body);

    let reveal = format!("{}/{}/reveal", scene.keys, scene.id);
    let asked = second.browser.submit("/me/security", &reveal, &[]).await.redirect();

    assert!(asked.starts_with("/verify?c="), "{asked}");
    scene.assert_hidden(&second, "the new app").await;
}

#[actix_web::test]
async fn the_window_for_grants_reveals_nothing() {
    let scene = Scene::new().await;
    let reveal = format!("{}/{}/reveal", scene.keys, scene.id);

    assert!(scene.root.browser.get("/users").await.text(".chip").is_some());
    let asked = scene.root.browser.submit(&scene.keys, &reveal, &[]).await.redirect();

    assert!(asked.starts_with("/verify?c="), "{asked}");
}

#[actix_web::test]
async fn a_secret_kept_back_from_a_right_code_is_written_down() {
    let scene = Scene::new().await;
    let first = scene.accomplice(&["AdministratorAccess"]).await;
    let mut second = first.clone();
    second.enrol_as(&scene.app, "Tablet").await;

    scene.assert_hidden(&second, "the new app").await;

    let log = first.browser.get("/audit?event=ShowSecretKey&result=refused").await;
    assert!(log.count("tr[data-seq]") >= 1, "{}", log.body);
}
