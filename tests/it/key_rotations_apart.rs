//! Rotations by many at once, on two nodes, without rights, of others, and through a code.

use crate::key_rotations::Scene;
use crate::support::TestApp;
use crate::support::process::operate;
use camlock::app::keys::rotations::do_due_steps;
use camlock::app::operator::timed::do_what_is_due;
use reqwest::StatusCode;
use serde_json::Value;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const BY_ITSELF: &[(&str, &str)] = &[("silent_hours", "6"), ("delete_after_days", "2"), ("finishes", "1")];

#[actix_web::test]
async fn two_servers_do_each_step_once() {
    let scene = Scene::new().await;
    let second = scene.app.second_node();
    scene.begun(BY_ITSELF).await;

    scene.wait(6 * HOUR + 60).await;
    let (one, two) = tokio::join!(do_due_steps(&scene.app.app), do_due_steps(&second.app));
    one.unwrap();
    two.unwrap();
    scene.wait(2 * DAY).await;
    let (one, two) = tokio::join!(do_due_steps(&scene.app.app), do_due_steps(&second.app));
    one.unwrap();
    two.unwrap();
    for node in [&scene.app.app, &second.app] {
        do_what_is_due(node).await.unwrap();
    }

    for event in ["StepKeyRotation", "DisableApiKey", "DeleteApiKey", "FinishKeyRotation"] {
        assert_eq!(scene.events(event).await, 1, "{event}");
    }
}

#[actix_web::test]
async fn of_two_beginnings_at_once_one_wins_and_there_are_two_keys() {
    let scene = Scene::new().await;
    let csrf = scene.root.browser.get(&scene.list).await.csrf();
    let page = scene.page();
    let create = scene.list.clone();

    let (one, two, three) = tokio::join!(
        scene.root.browser.post(&page, &csrf, BY_ITSELF),
        scene.root.browser.post(&page, &csrf, BY_ITSELF),
        scene.root.browser.post(&create, &csrf, &[])
    );

    let statuses = [one.status, two.status, three.status];
    let won = statuses.iter().filter(|status| **status == StatusCode::SEE_OTHER).count();
    assert_eq!(won, 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [StatusCode::SEE_OTHER, StatusCode::CONFLICT].contains(status)));
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
    assert!(scene.events("StartKeyRotation").await <= 1);
}

#[actix_web::test]
async fn a_persons_enable_and_the_deletion_at_the_same_moment_leave_one_clear_state() {
    for _ in 0..4 {
        let scene = Scene::new().await;
        scene.begun(BY_ITSELF).await;
        scene.wait(6 * HOUR + 60).await;
        scene.due().await;
        scene.wait(2 * DAY).await;
        let csrf = scene.root.browser.get(&scene.list).await.csrf();
        let enable = format!("{}/{}/enable", scene.list, scene.client.secret_id);

        let (enabled, done) =
            tokio::join!(scene.root.browser.post(&enable, &csrf, &[]), do_due_steps(&scene.app.app));
        done.unwrap();

        let status = scene.old_status().await;
        if enabled.status == StatusCode::SEE_OTHER {
            assert_eq!(status.as_deref(), Some("enabled"));
            assert_eq!(scene.stands().await.0, "watch");
        } else {
            assert_eq!((enabled.status, status), (StatusCode::NOT_FOUND, None));
            assert_eq!(scene.events("FinishKeyRotation").await, 1);
        }
    }
}

#[actix_web::test]
async fn anothers_key_looks_missing_and_without_each_right_nothing_begins() {
    let scene = Scene::new().await;
    let stranger = scene.app.root_named("stranger").await;
    let theirs = stranger.browser.get(&scene.page()).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    let csrf = stranger.browser.get("/keys").await.csrf();
    assert_eq!(stranger.browser.post(&scene.page(), &csrf, BY_ITSELF).await.status, StatusCode::NOT_FOUND);

    let reader = scene.app.signed_in(&scene.root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let page = reader.browser.get(&scene.page()).await;
    assert_eq!((page.status, page.count("button.primary")), (StatusCode::OK, 0));
    let csrf = reader.browser.get(&scene.list).await.csrf();
    assert_eq!(reader.browser.post(&scene.page(), &csrf, BY_ITSELF).await.status, StatusCode::FORBIDDEN);
    let owner = scene.app.signed_in(&scene.root, "owner", &["QcloudCollApiKeyManageAccess"]).await;
    let id = owner.create_key("/keys").await;
    let own = format!("/keys/{id}/replace");
    let page = owner.browser.get(&own).await;
    assert!(page.body.contains("camlock:RotateKey"), "it says what is missing");
    let csrf = owner.browser.get("/keys").await.csrf();
    assert_eq!(owner.browser.post(&own, &csrf, BY_ITSELF).await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.browser.get("/rotations").await.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.events("StartKeyRotation").await, 0);
}

#[actix_web::test]
async fn the_list_has_what_is_under_way_in_this_account_page_by_page() {
    let scene = Scene::new().await;
    scene.begun(BY_ITSELF).await;
    let own = scene.root.create_key("/keys").await;
    let page = format!("/keys/{own}/replace");
    scene.root.browser.submit(&page, &page, &[]).await.redirect();
    let stranger = scene.app.root_named("stranger").await;

    let list = scene.root.browser.get("/rotations").await;
    assert_eq!(list.count("tr[data-rotation]"), 2);
    assert_eq!(stranger.browser.get("/rotations").await.count("tr[data-rotation]"), 0);
    let reader = scene.app.signed_in(&scene.root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let seen = reader.browser.get("/rotations").await;
    assert_eq!((seen.status, seen.count("tr[data-rotation]")), (StatusCode::OK, 1), "root's keys are root's");
    assert_eq!(scene.root.browser.get("/rotations?after=x").await.status, StatusCode::BAD_REQUEST);
    let late = format!("/rotations?after={}-z", scene.app.now());
    assert_eq!(scene.root.browser.get(&late).await.count("tr[data-rotation]"), 0);
}

#[actix_web::test]
async fn where_keys_are_protected_beginning_and_changing_ask_for_a_code() {
    let scene = Scene::new().await;
    crate::settings::change(&scene.app, &scene.root, &[("operation_protection", "1")]).await;

    let asked = scene.begin(BY_ITSELF).await.redirect();
    assert!(asked.starts_with("/verify?"), "{asked}");
    assert!(scene.root.browser.get(&asked).await.body.contains("To replace the key"));
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 1, "nothing is done before the code");
    assert_eq!(scene.root.pass(&scene.app, &asked).await.redirect(), scene.page());
    assert_eq!(scene.stands().await.0, "watch");
    scene.wait(60).await;
    let asked = scene.post("replace/plan", &[("silent_hours", "2"), ("finishes", "1")]).await.redirect();
    assert!(asked.starts_with("/verify?"), "{asked}");
    assert_eq!(scene.events("UpdateKeyRotation").await, 0);
    scene.root.pass(&scene.app, &asked).await.redirect();
    assert_eq!(scene.events("UpdateKeyRotation").await, 1);
}

#[actix_web::test]
async fn where_secrets_are_shown_once_the_second_key_is_shown_right_after_the_code_and_nowhere_else() {
    let scene = Scene::new().await;
    crate::settings::change(&scene.app, &scene.root, &[("secret_reveal", "once")]).await;

    let asked = scene.begin(BY_ITSELF).await.redirect();
    let created = scene.root.pass(&scene.app, &asked).await.redirect();
    assert!(created.contains("/created?t="), "{created}");
    let shown = scene.root.browser.get(&created).await;
    let secret = shown.text("#secret-key").unwrap();

    let new = shown.text("#secret-id").unwrap();
    assert!(!secret.is_empty());
    for page in [
        scene.page(),
        scene.list.clone(),
        "/rotations".to_owned(),
        "/audit".to_owned(),
        format!("{}/{new}/history", scene.list),
    ] {
        assert!(!scene.root.browser.get(&page).await.body.contains(&secret), "{page}");
    }
    let run = operate(&scene.app, &["key", "rotate", "--secret-id", &new]);
    assert!(run.status.success() && !String::from_utf8_lossy(&run.stdout).contains(&secret));
}

#[actix_web::test]
async fn the_command_makes_no_key_whose_secret_nobody_could_see() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    crate::settings::change(&app, &root, &[("secret_reveal", "once")]).await;

    let run = operate(&app, &["key", "rotate", "--secret-id", &client.secret_id]);

    assert!(!run.status.success());
    assert!(String::from_utf8_lossy(&run.stderr).contains("shows a SecretKey once"));
    assert_eq!(root.secret_ids("/keys").await.len(), 1);
}

#[actix_web::test]
async fn the_command_begins_a_rotation_and_run_again_goes_on_with_it() {
    let scene = Scene::on(TestApp::spawn_behind(0, &[])).await;
    let id = scene.client.secret_id.clone();
    let run = |more: &[&str]| -> Value {
        let mut arguments = vec!["key", "rotate", "--secret-id", id.as_str()];
        arguments.extend(more);
        let output = operate(&scene.app, &arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };

    let begun = run(&["--silent-hours", "6", "--delete-after-days", "2"]);
    assert_eq!((begun["state"].as_str(), begun["old"].as_str()), (Some("watch"), Some(id.as_str())));
    assert_eq!(run(&[])["new"], begun["new"], "it goes on with the same");
    assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
    assert_eq!((begun["silent_hours"].as_i64(), begun["finishes"].as_bool()), (Some(6), Some(false)));
    scene.post("replace/plan", &[("silent_hours", "6"), ("finishes", "1")]).await.redirect();

    assert_eq!(run(&["--finish"])["finishes"], true);
    let wrong = operate(&scene.app, &["key", "rotate", "--secret-id", &id, "--silent-hours", "0"]);
    assert!(!wrong.status.success());
    let missing = format!("AKID{}", "x".repeat(32));
    let missing = operate(&scene.app, &["key", "rotate", "--secret-id", &missing]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("There is no key"));
    // The command has the machine's clock; the server here has its own.
    scene.wait(6 * HOUR + 60).await;
    scene.due().await;
    assert_eq!(run(&[])["state"], "wait");
    scene.post("replace/cancel", &[]).await.redirect();
    assert_eq!(run(&[])["state"], "cancelled", "nothing begins that nobody asked for");
    scene.post("enable", &[]).await.redirect();
    let after = ["--after", begun["id"].as_str().unwrap()];
    let second = run(&after);
    assert_eq!(second["state"], "watch", "{second}");
    assert_eq!(run(&after)["id"], second["id"], "run again it is that one");
    scene.post("replace/cancel", &[]).await.redirect();
    let told = run(&after);
    assert_eq!((&told["id"], told["state"].as_str()), (&second["id"], Some("cancelled")), "{told}");
    let wrong = operate(&scene.app, &["key", "rotate", "--secret-id", &id, "--after", "of-nobody"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("no replacement of this key with that id"));
}
