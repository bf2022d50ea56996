//! A key tried off for ten minutes: it ends by itself, unless somebody changed the key meanwhile, by whatever door.

use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use camlock::app::keys::import::operator_disable_key;
use camlock::app::keys::trials::end_trials;
use camlock::app::operator::timed::do_what_is_due;
use camlock::domain::key::SecretId;
use camlock::store::StoreError;
use diesel::RunQueryDsl;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

const MINUTES: i64 = 10;

/// A user with a key, and the root who manages it.
pub struct Scene {
    pub app: TestApp,
    pub root: Person,
    pub client: Client,
    pub admin: Client,
    pub list: String,
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::spawn();
        let root = app.root().await;
        let alice = app.sub_user(&root, "dev-alice", &["QcloudCamReadOnlyAccess"]).await;
        let client = app.key_of(&alice).await;
        let admin = app.key_of(&root).await;
        let list = format!("/users/{}/keys", alice.uin);
        Self { app, root, client, admin, list }
    }

    pub fn key(&self, what: &str) -> String {
        format!("{}/{}/{what}", self.list, self.client.secret_id)
    }

    pub async fn try_off(&self) {
        let answer = self.root.browser.submit(&self.list, &self.key("try-off"), &[]).await;
        assert_eq!(answer.redirect(), self.list);
    }

    pub async fn status(&self) -> Option<String> {
        let row = format!("tr[data-secret-id={}]", self.client.secret_id);
        self.root.browser.get(&self.list).await.attribute(&row, "data-status")
    }

    pub async fn is_accepted(&self) -> bool {
        code(&self.client.call("cam", "GetUserAppId", json!({})).await).is_empty()
    }

    pub async fn wait_and_end(&self) -> usize {
        self.app.wait(MINUTES * 60);
        end_trials(&self.app.app).await.unwrap()
    }

    pub async fn events(&self, name: &str) -> usize {
        self.root.browser.get(&format!("/audit?event={name}")).await.count("tr[data-seq]")
    }
}

#[actix_web::test]
async fn a_trial_ends_by_itself_and_the_log_has_its_beginning_and_its_end() {
    let scene = Scene::new().await;

    scene.try_off().await;
    assert!(!scene.is_accepted().await);
    assert_eq!(scene.status().await.as_deref(), Some("disabled"));
    scene.app.wait(MINUTES * 60 - 1);
    assert_eq!(end_trials(&scene.app.app).await.unwrap(), 0);
    assert!(!scene.is_accepted().await);
    scene.app.wait(1);
    assert!(!scene.is_accepted().await, "no server has ended it yet");
    assert_eq!(end_trials(&scene.app.app).await.unwrap(), 1);

    assert!(scene.is_accepted().await);
    assert_eq!(end_trials(&scene.app.app).await.unwrap(), 0);
    assert_eq!((scene.events("StartKeyTrial").await, scene.events("EndKeyTrial").await), (1, 1));
    let log = scene.root.browser.get("/audit?event=EndKeyTrial").await;
    assert!(log.body.contains(">camlock<"), "it was nobody's deed");
    let event = log.attribute("tr[data-seq] a[href^='/audit/']", "href").unwrap();
    let event = scene.root.browser.get(&event).await;
    assert!(event.text("main").unwrap().contains("by itself"));
    assert_eq!(event.count(&format!("a[href='{}']", scene.key("history"))), 1);
    assert_eq!(scene.events("DisableApiKey").await + scene.events("EnableApiKey").await, 0);
}

#[actix_web::test]
async fn a_running_server_ends_it_with_its_work_at_set_times() {
    let scene = Scene::new().await;
    let second = scene.app.second_node();
    scene.try_off().await;
    scene.app.wait(MINUTES * 60);

    for node in [&scene.app.app, &second.app] {
        do_what_is_due(node).await.unwrap();
    }

    assert!(scene.is_accepted().await);
    assert_eq!(scene.events("EndKeyTrial").await, 1);
}

#[actix_web::test]
async fn whoever_sees_the_key_sees_when_its_trial_ends() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["QcloudCollApiKeyManageAccess"]).await;
    let id = alice.create_key("/keys").await;

    alice.browser.submit("/keys", &format!("/keys/{id}/try-off"), &[]).await.redirect();

    let until = camlock::clock::iso(app.now() + MINUTES * 60);
    let theirs = format!("/users/{}/keys", alice.uin);
    for (person, page) in [
        (&alice, "/keys".to_owned()),
        (&alice, format!("/keys/{id}/history")),
        (&root, theirs.clone()),
        (&root, format!("{theirs}/{id}/history")),
    ] {
        let shown = person.browser.get(&page).await;
        assert!(shown.body.contains("Tried off by dev-alice") && shown.body.contains(&until), "{page}");
    }
    app.wait(MINUTES * 60);
    let late = root.browser.get(&theirs).await;
    assert!(late.text(".trial").unwrap().contains("The 10 minutes are over"));
}

#[actix_web::test]
async fn nothing_is_enabled_again_that_somebody_changed_meanwhile() {
    for deed in ["console", "api", "limits", "operator", "shell"] {
        let scene = Scene::new().await;
        scene.try_off().await;
        match deed {
            "console" => {
                let answer = scene.root.browser.submit(&scene.list, &scene.key("disable"), &[]).await;
                answer.redirect();
            }
            "api" => {
                let uin: u64 = scene.list.split('/').nth(2).unwrap().parse().unwrap();
                let off =
                    json!({"AccessKeyId": scene.client.secret_id, "Status": "Inactive", "TargetUin": uin});
                assert_eq!(code(&scene.admin.call("cam", "UpdateAccessKey", off).await), "");
            }
            "limits" => {
                let uin: u64 = scene.list.split('/').nth(2).unwrap().parse().unwrap();
                let limited =
                    json!({"AccessKeyId": scene.client.secret_id, "TargetUin": uin, "IdleDays": 30});
                assert_eq!(code(&scene.admin.call("camlock", "UpdateKeyLimits", limited).await), "");
            }
            "operator" => {
                let id = SecretId::parse(&scene.client.secret_id).unwrap();
                operator_disable_key(&scene.app.app, id).await.unwrap();
            }
            _ => {
                let text = format!(
                    "UPDATE api_keys SET changed_by = 'somebody' WHERE secret_id = '{}'",
                    scene.client.secret_id
                );
                let run = |conn: &mut _| Ok::<_, StoreError>(diesel::sql_query(&text).execute(conn)?);
                scene.app.other_connection().write_now(run).unwrap();
            }
        }

        assert_eq!(scene.wait_and_end().await, 0, "{deed}");
        assert_eq!(scene.status().await.as_deref(), Some("disabled"), "{deed}");
        assert!(!scene.is_accepted().await, "{deed}");
        assert_eq!(scene.events("EndKeyTrial").await, 0, "{deed}");
    }
}

#[actix_web::test]
async fn enabling_ends_a_trial_early_and_a_later_disable_stays() {
    let scene = Scene::new().await;
    scene.try_off().await;

    scene.root.browser.submit(&scene.list, &scene.key("enable"), &[]).await.redirect();
    assert!(scene.is_accepted().await);
    scene.root.browser.submit(&scene.list, &scene.key("disable"), &[]).await.redirect();

    assert_eq!(scene.wait_and_end().await, 0);
    assert_eq!(scene.status().await.as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn a_key_deleted_while_it_is_tried_off_does_not_come_back() {
    let scene = Scene::new().await;
    scene.try_off().await;
    let tail = scene.client.secret_id[32..].to_owned();
    let fields = [("confirm", tail.as_str())];
    scene.root.browser.submit(&scene.list, &scene.key("delete"), &fields).await.redirect();

    assert_eq!(scene.wait_and_end().await, 0);
    assert_eq!(scene.status().await, None);
}

#[actix_web::test]
async fn a_second_click_begins_no_second_trial_and_a_disabled_key_has_none() {
    let scene = Scene::new().await;
    scene.try_off().await;
    scene.app.wait(300);
    scene.try_off().await;
    assert_eq!(scene.events("StartKeyTrial").await, 1);
    scene.app.wait(300);
    assert_eq!(end_trials(&scene.app.app).await.unwrap(), 1, "it ends when the first said");

    scene.root.browser.submit(&scene.list, &scene.key("disable"), &[]).await.redirect();
    let answer = scene.root.browser.submit(&scene.list, &scene.key("try-off"), &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("Only an enabled key can be tried off"));
}

#[actix_web::test]
async fn two_servers_end_a_trial_once() {
    let scene = Scene::new().await;
    let second = scene.app.second_node();
    for _ in 0..5 {
        scene.try_off().await;
        scene.app.wait(MINUTES * 60);

        let (one, two) = tokio::join!(end_trials(&scene.app.app), end_trials(&second.app));

        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(scene.status().await.as_deref(), Some("enabled"));
    }
    assert_eq!(scene.events("EndKeyTrial").await, 5);
}

#[actix_web::test]
async fn the_end_of_a_trial_races_a_manual_change_and_never_undoes_it() {
    let scene = Scene::new().await;
    let second = scene.app.second_node();
    let csrf = scene.root.browser.get(&scene.list).await.csrf();
    for _ in 0..8 {
        scene.try_off().await;
        scene.app.wait(MINUTES * 60);

        let change = scene.key("disable");
        let (disabled, ended, other) = tokio::join!(
            scene.root.browser.post(&change, &csrf, &[]),
            end_trials(&scene.app.app),
            end_trials(&second.app)
        );
        disabled.redirect();

        // Whichever was first, the key is off: the person said so last, or was there before.
        assert!(ended.unwrap() + other.unwrap() <= 1);
        assert_eq!(scene.status().await.as_deref(), Some("disabled"));
        assert_eq!(end_trials(&second.app).await.unwrap(), 0);
        scene.root.browser.post(&scene.key("enable"), &csrf, &[]).await.redirect();
    }
}

#[actix_web::test]
async fn many_trials_end_together() {
    let scene = Scene::new().await;
    let csrf = scene.root.browser.get(&scene.list).await.csrf();
    let other = app_key(&scene).await;
    scene.try_off().await;
    scene.root.browser.post(&format!("{}/{other}/try-off", scene.list), &csrf, &[]).await.redirect();
    scene.app.wait(MINUTES * 60);

    let ended = join_all([end_trials(&scene.app.app), end_trials(&scene.app.app)]).await;

    assert_eq!(ended.into_iter().map(Result::unwrap).sum::<usize>(), 2);
}

async fn app_key(scene: &Scene) -> String {
    scene.root.create_key(&scene.list).await
}

#[actix_web::test]
async fn where_enabling_asks_for_a_code_a_trial_asks_for_it_when_it_begins() {
    let scene = Scene::new().await;
    crate::settings::change(&scene.app, &scene.root, &[("operation_protection", "1")]).await;

    let asked = scene.root.browser.submit(&scene.list, &scene.key("try-off"), &[]).await.redirect();
    assert!(asked.starts_with("/verify?"), "{asked}");
    assert!(scene.root.browser.get(&asked).await.body.contains("for 10 minutes"));
    assert!(scene.is_accepted().await, "nothing is done before the code");
    let done = scene.root.pass(&scene.app, &asked).await.redirect();

    assert_eq!(done, scene.list);
    assert!(!scene.is_accepted().await);
    assert_eq!(scene.wait_and_end().await, 1, "its end asks nobody");
    assert!(scene.is_accepted().await);
}
