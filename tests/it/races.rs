//! What is done to many users at once against what is done to one of them, and what is done by itself against people, at the
//! same moment and on two nodes.

use crate::key_rotations::Scene;
use crate::selection::{address, choosing, fates, form_of, pairs};
use crate::support::people::Person;
use crate::support::{Answer, Client, TestApp, code};
use camlock::app::keys::limits::idle;
use camlock::app::keys::rotations::do_due_steps;
use camlock::app::keys::trials::end_trials;
use camlock::domain::audit::{Event, EventCursor, EventFilter};
use camlock::domain::paging::Slice;
use camlock::domain::user::Uin;
use camlock::store::audit;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const POLICY: &str = "QcloudCollApiKeyReadOnlyAccess";
const BY_ITSELF: &[(&str, &str)] = &[("silent_hours", "6"), ("delete_after_days", "2"), ("finishes", "1")];
const GONE: &str = "AuthFailure.SecretIdNotFound";

/// The log of an account, the oldest event first.
fn log(app: &TestApp, owner: &str) -> Vec<Event> {
    let owner = Uin::parse(owner).unwrap();
    let all = Slice { cursor: EventCursor::Newer(0), size: 10_000 };
    app.app.store.read_now(|conn| audit::page(conn, owner, &EventFilter::default(), all)).unwrap()
}

/// Says that a key is to work, or not.
async fn set(admin: &Client, id: &str, uin: &str, status: &str) -> String {
    let uin: i64 = uin.parse().unwrap();
    let body = json!({ "AccessKeyId": id, "TargetUin": uin, "Status": status });
    code(&admin.call("cam", "UpdateAccessKey", body).await).to_owned()
}

async fn status(person: &Person, uin: &str, id: &str) -> Option<String> {
    let page = person.browser.get(&format!("/users/{uin}/keys")).await;
    page.attribute(&format!("tr[data-secret-id={id}]"), "data-status")
}

/// Sends the form of a page.
async fn sent(person: &Person, page: &Answer) -> Answer {
    person.browser.send_form(page, &form_of(page), &[]).await
}

fn are_done(answers: &[&Answer]) {
    for answer in answers {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
}

#[actix_web::test]
async fn two_demands_of_mfa_for_the_same_users_and_one_of_a_program_at_once_change_each_user_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let admin = app.key_of(&root).await.on(&node.address);
    for round in 0..3 {
        let (one, two) = (format!("alice-{round}"), format!("bob-{round}"));
        let (alice, bob) = (root.add_bare(&one, "").await, root.add_bare(&two, "").await);
        let first = root.browser.get(&address("require-mfa", &[&alice, &bob])).await;
        let second = root.browser.get(&address("require-mfa", &[&bob, &alice])).await;
        let flag = json!({ "OpUin": alice.parse::<i64>().unwrap(), "LoginFlag": { "Stoken": 1 } });
        let before = root.events("SetMfaFlag").await;

        let (together, again, single) =
            tokio::join!(sent(&root, &first), sent(&root, &second), admin.call("cam", "SetMfaFlag", flag),);

        are_done(&[&together, &again]);
        assert_eq!(code(&single), "", "{single}");
        let now = fates(&root.browser.get(&address("require-mfa", &[&alice, &bob])).await);
        assert_eq!(now, pairs(&[(&one, "already"), (&two, "already")]));
        let events = root.events("SetMfaFlag").await - before;
        // A program that asks for what is so already is told in the log, as it always was.
        assert!((2..=3).contains(&events), "{events} events");
    }
}

#[actix_web::test]
async fn a_check_that_a_program_sets_meanwhile_stays_beside_the_one_that_is_required_of_many() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let admin = app.key_of(&root).await.on(&node.address);
    for round in 0..4 {
        let alice = root.add_bare(&format!("alice-{round}"), "").await;
        let bob = root.add_bare(&format!("bob-{round}"), "").await;
        let asked = root.browser.get(&address("require-mfa", &[&alice, &bob])).await;
        let uin: i64 = alice.parse().unwrap();

        let (together, single) = tokio::join!(
            sent(&root, &asked),
            admin.call("cam", "SetMfaFlag", json!({ "OpUin": uin, "ActionFlag": { "Stoken": 1 } })),
        );

        are_done(&[&together]);
        assert_eq!(code(&single), "", "{single}");
        let flags = admin.call("cam", "DescribeSafeAuthFlagColl", json!({ "SubUin": uin })).await;
        assert_eq!(
            [&flags["LoginFlag"]["Stoken"], &flags["ActionFlag"]["Stoken"]],
            [&json!(1), &json!(1)],
            "round {round}: {flags}"
        );
    }
}

#[actix_web::test]
async fn a_policy_that_is_given_to_many_and_taken_from_one_at_once_is_as_the_log_ends() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let admin = app.key_of(&root).await.on(&node.address);
    let (alice, bob) = (root.add_bare("alice", "").await, root.add_bare("bob", "").await);
    let uin: i64 = alice.parse().unwrap();
    let page = choosing(&root, &address("attach", &[&alice, &bob]), "policy", POLICY).await;
    let policy: i64 = page.rsplit('=').next().unwrap().parse().unwrap();
    // A code was given lately, so that nobody is asked.
    let other = root.add_bare("carol", "").await;
    let single = format!("/users/{other}/permissions/attach");
    root.grant(&app, &single, &single, &[("policy", POLICY)]).await.redirect();

    for round in 0..4 {
        let asked = root.browser.get(&page).await;
        let one = json!({ "AttachUin": uin, "PolicyId": policy });
        let none = json!({ "DetachUin": uin, "PolicyId": policy });
        let (together, attached, detached) = tokio::join!(
            sent(&root, &asked),
            admin.call("cam", "AttachUserPolicy", one),
            admin.call("cam", "DetachUserPolicy", none),
        );

        are_done(&[&together]);
        // What is not attached at that moment is not detached either.
        assert_eq!(code(&attached), "", "{attached}");
        assert!(!code(&detached).starts_with("InternalError"), "{detached}");
        let events = log(&app, &root.uin);
        let last = events.iter().rev().find(|event| event.target_uin == Uin(uin)).unwrap();
        let held = fates(&root.browser.get(&page).await);
        let expected = if last.event == "DetachUserPolicy" { "due" } else { "already" };
        assert_eq!(held, pairs(&[("alice", expected), ("bob", "already")]), "round {round}");
        for user in [uin, bob.parse().unwrap()] {
            admin.call("cam", "DetachUserPolicy", json!({ "DetachUin": user, "PolicyId": policy })).await;
        }
    }
}

#[actix_web::test]
async fn stale_keys_of_many_are_disabled_and_one_of_them_enabled_at_once_and_the_log_tells_who_was_last() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let admin = app.key_of(&root).await.on(&node.address);
    let (alice, bob) = (root.add_bare("alice", "").await, root.add_bare("bob", "").await);
    let id = root.create_key(&format!("/users/{alice}/keys")).await;
    root.create_key(&format!("/users/{bob}/keys")).await;
    app.wait(91 * DAY);
    root.sign_in(&app).await;

    for round in 0..4 {
        let asked = root.browser.get(&address("disable-keys", &[&alice, &bob])).await;
        let (together, enabled) = tokio::join!(sent(&root, &asked), set(&admin, &id, &alice, "Active"),);

        are_done(&[&together]);
        assert_eq!(enabled, "");
        let about = format!("alice / {id}");
        let events = log(&app, &root.uin);
        let last = events.iter().rev().find(|event| event.target == about).unwrap();
        let is_off = last.event == "DisableApiKey";
        let expected = if is_off { "disabled" } else { "enabled" };
        assert_eq!(status(&root, &alice, &id).await.as_deref(), Some(expected), "round {round}");
        if is_off {
            assert_eq!(set(&admin, &id, &alice, "Active").await, "");
        }
        app.wait(91 * DAY);
        root.sign_in(&app).await;
    }
}

#[actix_web::test]
async fn whoever_enables_the_old_key_of_a_rotation_at_the_moment_of_its_end_keeps_it() {
    for _ in 0..4 {
        let scene = Scene::new().await;
        let node = scene.app.second_node();
        let admin = scene.app.key_of(&scene.root).await.on(&node.address);
        let uin = scene.list.split('/').nth(2).unwrap().to_owned();
        scene.begun(BY_ITSELF).await;
        scene.wait(6 * HOUR + 60).await;

        let (here, there, enabled) = tokio::join!(
            do_due_steps(&scene.app.app),
            do_due_steps(&node.app),
            set(&admin, &scene.client.secret_id, &uin, "Active"),
        );

        here.and(there).unwrap();
        assert_eq!(enabled, "");
        scene.due().await;
        assert_eq!(scene.old_status().await.as_deref(), Some("enabled"), "somebody wants it");
        assert_eq!(scene.stands().await, ("watch".to_owned(), false));
    }
}

#[actix_web::test]
async fn an_enabled_old_key_that_somebody_enables_has_its_silence_counted_anew() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    let uin = scene.list.split('/').nth(2).unwrap().to_owned();
    scene.begun(BY_ITSELF).await;
    scene.wait(6 * HOUR + 60).await;

    assert_eq!(set(&admin, &scene.client.secret_id, &uin, "Active").await, "");
    scene.due().await;

    assert_eq!(scene.old_status().await.as_deref(), Some("enabled"));
    scene.wait(6 * HOUR + 60).await;
    scene.due().await;
    assert_eq!(scene.old_status().await.as_deref(), Some("disabled"));
}

#[actix_web::test]
async fn the_end_of_a_trial_and_somebody_who_enables_the_key_leave_it_enabled_and_no_trial_behind() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let admin = app.key_of(&root).await.on(&node.address);
    let alice = root.add_bare("alice", "").await;
    let keys = format!("/users/{alice}/keys");
    let id = root.create_key(&keys).await;
    for round in 1..=4 {
        root.browser.submit(&keys, &format!("{keys}/{id}/try-off"), &[]).await.redirect();
        app.wait(600);

        let (here, there, enabled) =
            tokio::join!(end_trials(&app.app), end_trials(&node.app), set(&admin, &id, &alice, "Active"));

        assert!(here.unwrap() + there.unwrap() <= 1);
        assert_eq!(enabled, "");
        assert_eq!(status(&root, &alice, &id).await.as_deref(), Some("enabled"));
        assert_eq!(set(&admin, &id, &alice, "Inactive").await, "");
        assert_eq!(end_trials(&app.app).await.unwrap(), 0, "what is disabled afterwards stays so");
        assert_eq!(status(&root, &alice, &id).await.as_deref(), Some("disabled"));
        assert_eq!(set(&admin, &id, &alice, "Active").await, "");
        assert_eq!(root.events("StartKeyTrial").await, round);
    }
}

#[actix_web::test]
async fn two_nodes_that_look_for_silent_keys_and_somebody_who_enables_one_disable_it_at_most_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let admin = app.key_of(&root).await.on(&node.address);
    let alice = root.add_bare("alice", "").await;
    let id = root.create_key(&format!("/users/{alice}/keys")).await;
    let limits = json!({ "AccessKeyId": id, "TargetUin": alice.parse::<i64>().unwrap(), "IdleDays": 1 });
    assert_eq!(code(&admin.call("camlock", "UpdateKeyLimits", limits).await), "");
    let sweep = async |app| {
        for _ in 0..3 {
            idle::sweep(app).await.unwrap();
        }
    };
    for round in 0..4 {
        app.wait(2 * DAY);
        let ((), (), enabled) =
            tokio::join!(sweep(&app.app), sweep(&node.app), set(&admin, &id, &alice, "Active"));

        assert_eq!(enabled, "");
        sweep(&app.app).await;
        let listed =
            admin.call("cam", "ListAccessKeys", json!({ "TargetUin": alice.parse::<i64>().unwrap() })).await;
        assert_eq!(listed["AccessKeys"][0]["Status"], "Active", "round {round}: {listed}");
    }
    let off = log(&app, &root.uin).into_iter().filter(|event| event.event == "DisableApiKey");
    assert!(off.count() <= 4);
}

#[actix_web::test]
async fn calls_at_the_second_at_which_a_key_ends_are_refused_on_all_nodes_also_those_of_warm_keys() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let here = app.key_of(&root).await;
    let (there, admin) = (here.on(&node.address), app.key_of(&root).await);
    let end = app.now() + 100;
    let limits = json!({ "AccessKeyId": here.secret_id, "ExpiresAt": camlock::clock::iso(end) });
    assert_eq!(code(&admin.call("camlock", "UpdateKeyLimits", limits).await), "");
    app.wait(99);
    let many = || join_all((0..6).map(|number| if number % 2 == 0 { here.who() } else { there.who() }));
    assert!(many().await.iter().all(String::is_empty), "the last second");

    let crossing = async { app.wait(1) };
    let (under_way, ()) = tokio::join!(many(), crossing);
    let after = many().await;

    assert!(under_way.iter().all(|told| ["", GONE].contains(&told.as_str())), "{under_way:?}");
    assert!(after.iter().all(|told| told == GONE), "{after:?}");
}

#[actix_web::test]
async fn of_rotations_of_one_user_that_begin_at_once_on_two_nodes_there_is_one_whichever_key_they_name() {
    for has_two in [false, true] {
        let scene = Scene::new().await;
        let here = scene.app.key_of(&scene.root).await;
        let node = scene.app.second_node();
        let there = here.on(&node.address);
        let uin: i64 = scene.list.split('/').nth(2).unwrap().parse().unwrap();
        let mut named = vec![scene.client.secret_id.clone()];
        if has_two {
            named.push(scene.root.create_key(&scene.list).await);
        }

        let told = join_all((0..8).map(|number| {
            let (client, id) = ([&here, &there][number % 2], &named[number / 2 % named.len()]);
            client.call("camlock", "RotateKey", json!({ "AccessKeyId": id, "TargetUin": uin }))
        }))
        .await;

        let ids: BTreeSet<Option<&str>> =
            told.iter().map(|told| told["KeyRotation"]["RotationId"].as_str()).collect();
        assert!(ids.len() == 1 && !ids.contains(&None), "{told:?}");
        assert_eq!(scene.root.secret_ids(&scene.list).await.len(), 2);
        assert_eq!(scene.events("StartKeyRotation").await, 1);
        let page = scene.root.browser.get("/rotations").await;
        assert_eq!(page.count("tr[data-rotation]"), 1, "{}", Value::from(has_two));
    }
}
