//! A key replaced by another: watched, disabled when it is silent, deleted days later, by a person or by itself.

use crate::support::people::Person;
use crate::support::{Answer, Client, TestApp, code};
use camlock::app::keys::rotations::do_due_steps;
use camlock::app::operator::timed::do_what_is_due;
use reqwest::StatusCode;
use serde_json::{Value, json};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Until every server has written down what it was called with.
const WRITTEN: i64 = 60;

/// A user with a key, and the root who manages it.
pub struct Scene {
    pub app: TestApp,
    pub root: Person,
    pub client: Client,
    pub list: String,
}

impl Scene {
    pub async fn new() -> Self {
        Self::on(TestApp::spawn()).await
    }

    pub async fn on(app: TestApp) -> Self {
        let root = app.root().await;
        let alice = app.sub_user(&root, "dev-alice", &["QcloudCamReadOnlyAccess"]).await;
        let client = app.key_of(&alice).await;
        let list = format!("/users/{}/keys", alice.uin);
        Self { app, root, client, list }
    }

    /// Lets time pass; after long the manager signs in again.
    pub async fn wait(&self, seconds: i64) {
        let until = self.app.now() + seconds;
        if seconds >= HOUR {
            // Signing in takes its part of the time.
            self.app.wait(seconds - 60);
            self.root.sign_in(&self.app).await;
        }
        self.app.wait(until - self.app.now());
    }

    /// Sets limits of the old key.
    async fn limit(&self, limits: Value) {
        let admin = self.app.key_of(&self.root).await;
        let uin: u64 = self.list.split('/').nth(2).unwrap().parse().unwrap();
        let mut body = json!({"AccessKeyId": self.client.secret_id, "TargetUin": uin});
        body.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        assert_eq!(code(&admin.call("camlock", "UpdateKeyLimits", body).await), "");
    }

    pub fn page(&self) -> String {
        format!("{}/{}/replace", self.list, self.client.secret_id)
    }

    pub async fn begin(&self, fields: &[(&str, &str)]) -> Answer {
        self.root.browser.submit(&self.page(), &self.page(), fields).await
    }

    /// Begins, and gives the new key's id.
    pub async fn begun(&self, fields: &[(&str, &str)]) -> String {
        let answer = self.begin(fields).await;
        assert_eq!(answer.location().as_deref(), Some(self.page().as_str()), "{}", answer.body);
        let ids = self.root.secret_ids(&self.list).await;
        ids.into_iter().find(|id| *id != self.client.secret_id).expect("a second key")
    }

    pub async fn status(&self, id: &str) -> Option<String> {
        let row = format!("tr[data-secret-id={id}]");
        self.root.browser.get(&self.list).await.attribute(&row, "data-status")
    }

    pub async fn old_status(&self) -> Option<String> {
        self.status(&self.client.secret_id).await
    }

    pub async fn call(&self) -> String {
        code(&self.client.call("cam", "GetUserAppId", json!({})).await).to_owned()
    }

    pub async fn events(&self, name: &str) -> usize {
        self.root.browser.get(&format!("/audit?event={name}")).await.count("tr[data-seq]")
    }

    /// The step that the page is at, and whether the next one may be done.
    pub async fn stands(&self) -> (String, bool) {
        let page = self.root.browser.get(&self.page()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let step = page.attribute("[data-step]", "data-step").unwrap_or_default();
        (step, page.count("[data-ready]") == 1)
    }

    pub async fn due(&self) {
        do_due_steps(&self.app.app).await.unwrap();
    }

    pub async fn post(&self, what: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.root.browser.get(&self.list).await.csrf();
        self.root
            .browser
            .post(&format!("{}/{}/{what}", self.list, self.client.secret_id), &csrf, fields)
            .await
    }
}

const BY_ITSELF: &[(&str, &str)] = &[("silent_hours", "6"), ("delete_after_days", "2"), ("finishes", "1")];
const BY_HAND: &[(&str, &str)] = &[("silent_hours", "6"), ("delete_after_days", "2")];

#[actix_web::test]
async fn a_key_is_replaced_by_itself_from_the_second_key_to_the_deletion_of_the_first() {
    let scene = Scene::new().await;
    assert_eq!(scene.call().await, "");

    let new = scene.begun(BY_ITSELF).await;

    assert_eq!(scene.call().await, "", "the old key works on");
    assert_eq!(scene.stands().await, ("watch".to_owned(), false));
    let began = scene.app.now();
    scene.wait(6 * HOUR + WRITTEN - 1).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    scene.wait(1).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
    assert_ne!(scene.call().await, "");
    assert_eq!(scene.stands().await, ("wait".to_owned(), false));
    // The refused call of a moment ago holds the deletion no longer than it would wait anyway.
    scene.wait(2 * DAY - 1).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
    scene.wait(1).await;
    scene.due().await;

    assert_eq!((scene.old_status().await, scene.status(&new).await.as_deref()), (None, Some("enabled")));
    assert!(scene.app.now() - began > 2 * DAY + 6 * HOUR);
    for (event, times) in [
        ("StartKeyRotation", 1),
        ("StepKeyRotation", 1),
        ("FinishKeyRotation", 1),
        ("DisableApiKey", 1),
        ("DeleteApiKey", 1),
        ("StopKeyRotation", 0),
    ] {
        assert_eq!(scene.events(event).await, times, "{event}");
    }
    assert!(scene.root.browser.get("/audit?event=FinishKeyRotation").await.body.contains(">camlock<"));
    for (id, told) in [(&scene.client.secret_id, "Replacement finished by"), (&new, "Replaced key …")] {
        let page = scene.root.browser.get(&format!("{}/{id}/history", scene.list)).await;
        assert!(page.body.contains(told), "{id}: {}", page.body);
    }
}

#[actix_web::test]
async fn a_used_old_key_is_watched_anew_also_when_its_use_is_not_written_down_yet() {
    let scene = Scene::new().await;
    scene.begun(BY_ITSELF).await;
    scene.wait(6 * HOUR + WRITTEN).await;

    assert_eq!(scene.call().await, "");
    scene.due().await;

    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    assert_eq!(scene.stands().await, ("watch".to_owned(), false));
    scene.wait(6 * HOUR + WRITTEN).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn unless_it_is_to_finish_by_itself_it_says_that_a_step_is_due_and_a_person_does_it() {
    let scene = Scene::new().await;
    let new = scene.begun(BY_HAND).await;

    scene.wait(30 * DAY).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    assert_eq!(scene.stands().await, ("watch".to_owned(), true));
    assert_eq!(scene.call().await, "");
    assert_eq!(scene.stands().await, ("watch".to_owned(), false), "a call takes the readiness back");
    scene.post("disable", &[]).await.redirect();
    scene.due().await;
    assert_eq!(scene.stands().await, ("wait".to_owned(), false));
    scene.wait(3 * DAY).await;
    assert_eq!(scene.stands().await, ("wait".to_owned(), true));
    let tail = scene.client.secret_id[32..].to_owned();
    scene.post("delete", &[("confirm", &tail)]).await.redirect();
    scene.due().await;

    assert_eq!(scene.events("FinishKeyRotation").await, 1);
    assert_eq!(scene.root.browser.get("/rotations").await.count("tr[data-rotation]"), 0);
    assert_eq!(scene.status(&new).await.as_deref(), Some("enabled"));
}

#[actix_web::test]
async fn refused_calls_with_the_disabled_key_are_shown_and_hold_its_deletion() {
    let scene = Scene::new().await;
    scene.begun(BY_ITSELF).await;
    scene.wait(6 * HOUR + WRITTEN).await;
    scene.due().await;
    scene.wait(2 * DAY - HOUR).await;

    assert_ne!(scene.call().await, "");
    scene.wait(HOUR).await;
    scene.due().await;

    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"), "called an hour ago");
    let page = scene.root.browser.get(&scene.page()).await;
    assert_eq!(page.count("tr[data-still]"), 1);
    assert!(page.text("#standing").unwrap().contains("still calls"));
    scene.wait(5 * HOUR + WRITTEN).await;
    scene.due().await;
    assert_eq!(scene.old_status().await, None);
}

#[actix_web::test]
async fn whoever_enables_the_old_key_again_has_it_watched_again() {
    let scene = Scene::new().await;
    scene.begun(BY_ITSELF).await;
    scene.wait(6 * HOUR + WRITTEN).await;
    scene.due().await;

    scene.post("enable", &[]).await.redirect();
    assert_eq!(scene.stands().await, ("watch".to_owned(), false));
    scene.wait(5 * HOUR).await;
    scene.due().await;

    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    assert_eq!(scene.events("StepKeyRotation").await, 2);
    scene.wait(HOUR + WRITTEN).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn a_disabled_or_expired_new_key_holds_everything_and_a_deleted_one_stops_it() {
    let scene = Scene::new().await;
    let end = camlock::clock::iso(scene.app.now() + 3 * HOUR);
    let mut fields = BY_ITSELF.to_vec();
    fields.push(("expires_at", &end));
    let new = scene.begun(&fields).await;

    scene.wait(7 * HOUR).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"), "the new key has expired");
    let page = scene.root.browser.get(&scene.page()).await;
    assert!(page.text("#standing").unwrap().contains("has expired"), "{}", page.body);
    let csrf = page.csrf();
    let at = |what: &str| format!("{}/{new}/{what}", scene.list);
    scene.root.browser.post(&at("disable"), &csrf, &[]).await.redirect();
    scene.due().await;
    let page = scene.root.browser.get(&scene.page()).await;
    assert!(page.text("#standing").unwrap().contains("is disabled"), "{}", page.body);
    scene.root.browser.post(&at("delete"), &csrf, &[("confirm", &new[32..])]).await.redirect();
    scene.due().await;

    assert_eq!(scene.events("StopKeyRotation").await, 1);
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    assert_eq!(scene.root.browser.get(&scene.page()).await.count("[data-step]"), 0, "a new one can begin");
}

#[actix_web::test]
async fn the_second_key_has_the_limits_of_the_first_and_works_within_them_from_the_start() {
    let scene = Scene::new().await;
    let limits = json!({
        "IdleDays": 90, "Networks": ["10.0.4.0/24"], "Purpose": "nightly", "Owner": "ops", "ReviewAt": "2031-01-01",
    });
    scene.limit(limits).await;

    let new = scene.begun(BY_HAND).await;

    let page = scene.root.browser.get(&format!("{}/{new}/limits", scene.list)).await;
    let field = |name: &str| page.attribute(&format!("input[name={name}]"), "value").unwrap_or_default();
    assert_eq!(
        (field("idle_days").as_str(), field("purpose").as_str(), field("owner").as_str()),
        ("90", "nightly", "ops")
    );
    assert_eq!((field("expires_at"), field("review_at")), (String::new(), String::new()));
    assert!(page.text("textarea[name=networks]").unwrap().contains("10.0.4.0/24"));
}

#[actix_web::test]
async fn with_two_keys_the_other_one_takes_over_and_a_third_is_never_made() {
    let scene = Scene::new().await;
    let other = scene.root.create_key(&scene.list).await;

    let blind = scene.begin(BY_HAND).await;
    assert_eq!(blind.status, StatusCode::CONFLICT, "the form was one for a new key");
    let mut fields = BY_HAND.to_vec();
    fields.push(("into", &other));
    assert_eq!(scene.begun(&fields).await, other);

    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
    let back = format!("{}/{other}/replace", scene.list);
    let csrf = scene.root.browser.get(&scene.list).await.csrf();
    let fields = [("into", scene.client.secret_id.as_str())];
    let again = scene.root.browser.post(&back, &csrf, &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("is being replaced already"));
    let list = scene.root.browser.get(&scene.list).await;
    assert_eq!(list.count(".rotation"), 2, "both keys say so");
    // Once cancelled, both keys are there and another may begin.
    scene.post("replace/cancel", &[]).await.redirect();
    assert_eq!(scene.events("CancelKeyRotation").await, 1);
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
}

#[actix_web::test]
async fn where_the_other_key_is_disabled_the_way_is_to_delete_it_first() {
    let scene = Scene::new().await;
    let other = scene.root.create_key(&scene.list).await;
    let csrf = scene.root.browser.get(&scene.list).await.csrf();
    scene.root.browser.post(&format!("{}/{other}/disable", scene.list), &csrf, &[]).await.redirect();

    let page = scene.root.browser.get(&scene.page()).await;
    assert_eq!(page.count(&format!("a[href='{}/{other}/delete']", scene.list)), 1);
    let answer = scene.post("replace", &[("into", &other)]).await;

    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(scene.events("StartKeyRotation").await, 0);
}

#[actix_web::test]
async fn numbers_out_of_bounds_come_back_as_they_were_typed() {
    let scene = Scene::new().await;
    for (field, text) in [
        ("silent_hours", "0"),
        ("silent_hours", "721"),
        ("delete_after_days", "366"),
        ("delete_after_days", "soon"),
        ("expires_at", "yesterday"),
    ] {
        let answer = scene.begin(&[(field, text)]).await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {text}");
        assert_eq!(answer.attribute(&format!("#field-{field}"), "value").as_deref(), Some(text));
    }
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 1);
    scene.begun(BY_HAND).await;
    let wrong = scene.post("replace/plan", &[("silent_hours", "9999")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    scene.post("replace/plan", &[("silent_hours", "2"), ("finishes", "1")]).await.redirect();
    assert_eq!(scene.events("UpdateKeyRotation").await, 1);
    scene.wait(2 * HOUR + WRITTEN).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn a_trial_of_the_old_key_is_no_silence_and_moves_the_step_on() {
    let scene = Scene::new().await;
    scene.begun(BY_ITSELF).await;
    scene.wait(6 * HOUR).await;

    scene.post("try-off", &[]).await.redirect();
    scene.due().await;
    let page = scene.root.browser.get(&scene.page()).await;
    assert!(page.text("#standing").unwrap().contains("tried off"));
    scene.wait(600).await;
    do_what_is_due(&scene.app.app).await.unwrap();
    assert_eq!(
        scene.old_status().await.as_deref(),
        Some("enabled"),
        "silence counts from the end of the trial"
    );

    scene.wait(6 * HOUR + WRITTEN).await;
    do_what_is_due(&scene.app.app).await.unwrap();
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
    assert_eq!(scene.events("EndKeyTrial").await, 1);
}

#[actix_web::test]
async fn an_idle_old_key_that_is_disabled_waits_for_its_deletion() {
    let scene = Scene::new().await;
    scene.limit(json!({"IdleDays": 1})).await;
    let long = [("silent_hours", "720"), ("delete_after_days", "2"), ("finishes", "1")];
    scene.begun(&long).await;

    scene.wait(DAY).await;
    do_what_is_due(&scene.app.app).await.unwrap();

    assert_eq!(scene.stands().await.0, "wait");
    let page = scene.root.browser.get(&scene.page()).await;
    assert!(
        page.text("#standing").unwrap().contains("new key is disabled"),
        "it is as idle, and holds the deletion"
    );
    scene.wait(30 * DAY).await;
    do_what_is_due(&scene.app.app).await.unwrap();
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
}
