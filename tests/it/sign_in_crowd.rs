//! Many at the door at once: known people first, networks in turn, and nobody refused for somebody else's guesses.

use crate::support::TestApp;
use crate::support::people::PASSWORD;
use crate::support::visitors::{BEHIND_PROXY, Visitor};
use camlock::passwords::{Guest, Turn};
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use std::time::Duration;

const WRONG: &str = "wrong password 123";

/// Takes every turn that strangers may have.
async fn hold_turns(app: &TestApp) -> Vec<Turn> {
    let mut held = Vec::new();
    let guest = Guest::Stranger("test".to_owned());
    while let Ok(turn) =
        tokio::time::timeout(Duration::from_millis(200), app.app.passwords.turn(&guest)).await
    {
        held.push(turn.expect("a turn"));
    }
    held
}

#[actix_web::test]
async fn a_known_browser_signs_in_while_strangers_have_every_turn_they_may() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    let csrf = alice.browser.get("/keys").await.csrf();
    alice.browser.post("/logout", &csrf, &[]).await.redirect();
    let fields = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];

    let held = hold_turns(&app).await;
    let stranger = app.browser().submit("/login", "/login", &fields).await;
    let known = alice.browser.submit("/login", "/login", &fields).await;

    assert_eq!(stranger.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(stranger.headers.contains_key("retry-after"));
    assert!(stranger.body.contains("Too many people are signing in right now."));
    assert_eq!(known.status, StatusCode::SEE_OTHER);
    drop(held);
    assert_eq!(app.browser().submit("/login", "/login", &fields).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn one_network_in_the_queue_keeps_no_other_waiting_behind_all_of_it() {
    let app = TestApp::spawn();
    let passwords = app.app.passwords.clone();
    let held = hold_turns(&app).await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    for (position, network) in ["a", "a", "a", "a", "b"].into_iter().enumerate() {
        let (passwords, tell) = (passwords.clone(), tell.clone());
        tokio::spawn(async move {
            let _turn = passwords.turn(&Guest::Stranger(network.to_owned())).await.expect("a turn");
            tell.send((position, network)).expect("a waiting test");
            tokio::time::sleep(Duration::from_millis(20)).await;
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // One turn is left, so that they come one after the other.
    let mut held = held.into_iter();
    let first = held.next();

    drop(first);
    let mut order = Vec::new();
    for _ in 0..5 {
        order.push(told.recv().await.expect("somebody").1);
    }

    assert_eq!(order, ["a", "b", "a", "a", "a"]);
}

#[actix_web::test]
async fn one_known_person_does_not_come_twice_before_a_stranger() {
    let passwords = TestApp::spawn().app.passwords.clone();
    let known = Guest::Known("100000000001".to_owned());
    let mut held = Vec::new();
    while let Ok(turn) = tokio::time::timeout(Duration::from_millis(200), passwords.turn(&known)).await {
        held.push(turn.expect("a turn"));
    }
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    for (name, guest) in
        [("known", &known), ("known", &known), ("stranger", &Guest::Stranger("203.0.113".to_owned()))]
    {
        let (passwords, tell, guest) = (passwords.clone(), tell.clone(), guest.clone());
        tokio::spawn(async move {
            let _turn = passwords.turn(&guest).await.expect("a turn");
            tell.send(name).expect("a waiting test");
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    held.pop();

    let order = [told.recv().await, told.recv().await, told.recv().await];
    assert_eq!(order, [Some("stranger"), Some("known"), Some("known")]);
}

#[actix_web::test]
async fn who_is_turned_away_costs_the_network_something_and_the_name_nothing() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;
    let alice = (root.uin.as_str(), "dev-alice");
    let crowd = app.visitor("203.0.113.7");
    let csrf = crowd.token().await;
    let fields = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", WRONG)];

    let held = hold_turns(&app).await;
    let answers = join_all((0..205).map(|_| crowd.post("/login", &csrf, &fields))).await;
    drop(held);
    let same_network = app.visitor("203.0.113.200").sign_in((&root.uin, "nobody"), WRONG).await;
    let elsewhere = app.visitor("198.51.100.1").sign_in(alice, PASSWORD).await;

    assert!(answers.iter().filter(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).count() >= 200);
    assert_eq!(same_network.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(elsewhere.status, StatusCode::SEE_OTHER);
    app.wait(61);
    assert_eq!(app.visitor("203.0.113.200").sign_in(alice, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn guesses_from_every_corner_of_an_ipv6_site_count_together() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    app.root().await;
    let browser = app.browser();
    let csrf = browser.get("/login").await.csrf();

    let mut last = StatusCode::OK;
    for n in 0..201 {
        let visitor = Visitor::new(browser.clone(), &format!("2001:db8:1:{n:x}00::1"));
        let name = format!("nobody{n}");
        last = visitor.post("/login", &csrf, &[("user_name", &name), ("password", WRONG)]).await.status;
    }
    let other_site = app.visitor("2001:db8:2::1").sign_in(("", "nobody"), WRONG).await;

    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(other_site.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn every_spelling_of_a_person_counts_as_one() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uin = root.uin.as_str();
    let spellings = [("", "root"), (uin, "ROOT"), ("", uin), (uin, uin), (uin, " root "), ("", "root")];

    let mut statuses = Vec::new();
    for (account, name) in spellings {
        let fields = [("account", account), ("user_name", name), ("password", WRONG)];
        statuses.push(app.browser().submit("/login", "/login", &fields).await.status.as_u16());
    }

    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

#[actix_web::test]
async fn twelve_right_passwords_of_one_person_at_once_are_all_right() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;
    let fields = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];

    for _ in 0..3 {
        let mut doors = Vec::new();
        for _ in 0..12 {
            let browser = app.browser();
            let csrf = browser.get("/login").await.csrf();
            doors.push((browser, csrf));
        }
        let answers =
            join_all(doors.iter().map(|(browser, csrf)| browser.post("/login", csrf, &fields))).await;
        for answer in answers {
            // On a slow machine the last may find no turn in time; a wrong guess or a deadlock it is not.
            let is_busy = answer.body.contains("Too many people are signing in");
            assert!(answer.status == StatusCode::SEE_OTHER || is_busy, "{} {}", answer.status, answer.body);
        }
    }
}

#[actix_web::test]
async fn keeping_somebody_out_who_signs_in_at_that_moment_always_works() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let client = app.key_of(&root).await;
    let security = format!("/users/{}/security", alice.uin);
    let csrf = root.browser.get(&security).await.csrf();
    let console = format!("{security}/console");
    let fields = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];
    let browser = app.browser();
    let door = browser.get("/login").await.csrf();

    for _ in 0..15 {
        root.browser.post(&console, &csrf, &[("on", "1")]).await.redirect();
        let off = [("on", "0")];
        let over_api = json!({ "Name": "dev-alice", "ConsoleLogin": 0 });
        let (page, api, one, two) = tokio::join!(
            root.browser.post(&console, &csrf, &off),
            client.call("cam", "UpdateUser", over_api),
            browser.post("/login", &door, &fields),
            browser.post("/login", &door, &fields),
        );
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        assert_eq!(crate::support::code(&api), "", "{api}");
        for door in [one, two] {
            assert!([303, 401, 429].contains(&door.status.as_u16()), "{}", door.body);
        }
        app.wait(901);
    }
}

#[actix_web::test]
async fn a_retry_limit_answers_for_root_as_for_anybody() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;
    let client = app.key_of(&root).await;
    client.call("cam", "UpdatePasswordRules", json!({ "Rules": { "RetryPasswordLimit": 3 } })).await;

    let mut seen = Vec::new();
    for name in ["root", "dev-alice", "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..5 {
            let fields = [("account", root.uin.as_str()), ("user_name", name), ("password", WRONG)];
            let answer = app.browser().submit("/login", "/login", &fields).await;
            answers.push((answer.status.as_u16(), answer.headers.get("retry-after").cloned()));
        }
        seen.push(answers);
    }
    let fields = [("account", root.uin.as_str()), ("user_name", "root"), ("password", PASSWORD)];
    let csrf = root.browser.get("/users").await.csrf();
    root.browser.post("/logout", &csrf, &[]).await.redirect();

    assert_eq!(seen[0].iter().map(|answer| answer.0).collect::<Vec<_>>(), [401, 401, 401, 429, 429]);
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    assert_eq!(root.browser.submit("/login", "/login", &fields).await.status, StatusCode::SEE_OTHER);
}
