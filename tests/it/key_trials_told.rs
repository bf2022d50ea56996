//! A trial is told wherever its key is shown, and nothing ends it unsaid.

use crate::key_trials::Scene;
use crate::support::code;
use crate::support::process::operate;
use camlock::clock;
use reqwest::StatusCode;
use serde_json::json;

const MINUTES: i64 = 10;

/// What the newest event of that name says.
async fn event(scene: &Scene, name: &str) -> String {
    let log = scene.root.browser.get(&format!("/audit?event={name}")).await;
    let event = log.attribute("tr[data-seq] a[href^='/audit/']", "href").unwrap();
    scene.root.browser.get(&event).await.text("main").unwrap()
}

#[actix_web::test]
async fn who_says_what_a_key_is_for_does_not_end_its_trial_by_whatever_door() {
    for door in ["console", "api", "shell"] {
        let scene = Scene::new().await;
        scene.try_off().await;
        let id = scene.client.secret_id.as_str();
        match door {
            "console" => {
                let page = scene.key("limits");
                let words = [("purpose", "nightly"), ("owner", "li.na"), ("review_at", "2027-01-31")];
                let saved = scene.root.browser.submit(&page, &page, &words).await;
                assert_eq!(saved.redirect(), scene.list);
            }
            "api" => {
                let uin: u64 = scene.list.split('/').nth(2).unwrap().parse().unwrap();
                let words = json!({"AccessKeyId": id, "TargetUin": uin, "Purpose": "nightly"});
                assert_eq!(code(&scene.admin.call("camlock", "UpdateKeyLimits", words).await), "");
            }
            _ => {
                let arguments = ["key", "limit", "--secret-id", id, "--purpose", "nightly"];
                assert!(operate(&scene.app, &arguments).status.success());
            }
        }

        assert!(event(&scene, "UpdateKeyLimits").await.contains("nightly"), "{door}");
        assert!(!event(&scene, "UpdateKeyLimits").await.contains("tried off"), "{door}");
        assert_eq!(scene.wait_and_end().await, 1, "{door}");
        assert!(scene.is_accepted().await, "{door}");
    }
}

#[actix_web::test]
async fn a_limit_that_ends_a_trial_is_told_before_it_is_saved_and_in_the_log() {
    let scene = Scene::new().await;
    let page = scene.key("limits");
    assert_eq!(scene.root.browser.get(&page).await.count("#trial"), 0);
    scene.try_off().await;

    let shown = scene.root.browser.get(&page).await;
    let told = shown.text("#trial").unwrap_or_else(|| panic!("{}", shown.body));
    assert!(told.contains("Tried off by") && told.contains("leaves the key disabled"), "{told}");
    let words = scene.root.browser.submit(&page, &page, &[("purpose", "nightly"), ("check", "1")]).await;
    assert_eq!((words.status, words.count("#ends-trial")), (StatusCode::OK, 0), "{}", words.body);
    let checked = scene.root.browser.submit(&page, &page, &[("idle_days", "30"), ("check", "1")]).await;
    assert_eq!((checked.status, checked.count("#ends-trial")), (StatusCode::OK, 1), "{}", checked.body);
    let saved = scene.root.browser.submit(&page, &page, &[("idle_days", "30")]).await.redirect();
    let after = scene.root.browser.get(&saved).await;

    assert!(after.body.contains("That ends the trial: the key stays disabled."), "{}", after.body);
    let told = event(&scene, "UpdateKeyLimits").await;
    assert!(told.contains("tried off") && told.contains("disabled") && told.contains("30"), "{told}");
    let history = scene.root.browser.get(&scene.key("history")).await;
    assert!(history.body.contains("tried off"), "the page of the key has it too");
    assert_eq!(scene.wait_and_end().await, 0);
    assert_eq!(scene.status().await.as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn the_operator_ends_a_trial_by_a_limit_and_the_log_says_so() {
    let scene = Scene::new().await;
    scene.try_off().await;
    let arguments = ["key", "limit", "--secret-id", &scene.client.secret_id, "--idle-days", "30"];

    assert!(operate(&scene.app, &arguments).status.success());

    assert!(event(&scene, "UpdateKeyLimits").await.contains("tried off"));
    assert_eq!(scene.wait_and_end().await, 0);
}

#[actix_web::test]
async fn every_page_about_a_key_that_is_tried_off_says_so() {
    let scene = Scene::new().await;
    let user = scene.list.trim_end_matches("/keys").to_owned();
    let uin: u64 = user.rsplit('/').next().unwrap().parse().unwrap();
    let row = format!("tr[data-uin='{uin}'] .tried-off");
    let asked = json!({"AccessKeyId": scene.client.secret_id, "TargetUin": uin});
    let security = format!("{user}/security");
    let finding = &format!(".attn a[href='{}']", scene.list);
    assert_eq!(scene.root.browser.get("/users").await.count(&row), 0);
    assert_eq!(scene.root.browser.get("/").await.count(finding), 0);
    assert_eq!(scene.root.browser.get(&security).await.count(".tried-off"), 0);

    scene.try_off().await;

    let until = clock::iso(scene.app.now() + MINUTES * 60);
    for page in ["limits", "records", "replace", "history"] {
        let shown = scene.root.browser.get(&scene.key(page)).await;
        assert!(shown.body.contains("Tried off by") && shown.body.contains(&until), "{page}: {}", shown.body);
    }
    let list = scene.root.browser.get("/users").await;
    assert_eq!(list.text(&row).as_deref(), Some("1 tried off"), "{}", list.body);
    assert_eq!(scene.root.browser.get(&security).await.count(".tried-off"), 1);
    let overview = scene.root.browser.get("/").await;
    assert_eq!(overview.count(finding), 1, "{}", overview.body);
    let told = overview.text(".attn").unwrap();
    assert!(told.contains("1 key is tried off") && told.contains("dev-alice"), "{told}");
    let limits = scene.admin.call("camlock", "QueryKeyLimits", asked.clone()).await;
    assert_eq!(limits["KeyLimits"]["TriedOffUntil"], until.as_str(), "{limits}");
    let reader = scene.app.signed_in(&scene.root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    assert_eq!(reader.browser.get("/users").await.count(&row), 1);

    assert_eq!(scene.wait_and_end().await, 1);

    let limits = scene.admin.call("camlock", "QueryKeyLimits", asked).await;
    assert!(limits["KeyLimits"]["TriedOffUntil"].is_null(), "{limits}");
    assert_eq!(scene.root.browser.get("/users").await.count(&row), 0);
    assert_eq!(scene.root.browser.get("/").await.count(finding), 0);
}

#[actix_web::test]
async fn nobody_learns_of_the_trial_of_another_accounts_key() {
    let scene = Scene::new().await;
    let other = scene.app.bare_root("other").await;
    scene.try_off().await;

    assert!(scene.root.browser.get("/").await.body.contains("is tried off"));
    assert!(!other.browser.get("/").await.body.contains("tried off"));
}
