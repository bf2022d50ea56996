//! What else the overview shows, to whom, and the lists behind it; and what an older database has to be filled with.

use crate::overview::{DAY, Scene, number, row, rows, wrong_lines};
use crate::support::people::Person;
use crate::support::{TestApp, Upgraded};
use camlock::app::keys::usage::flush_usage;
use camlock::app::operator::fill_in::fill_in;
use reqwest::StatusCode;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[actix_web::test]
async fn the_figures_are_those_of_real_calls_and_keys() {
    let scene = Scene::new().await;
    let bob = scene.app.sub_user(&scene.root, "bob", &[]).await;
    let other = scene.app.key_of(&bob).await;
    scene.app.key_of(&bob).await;
    scene.call(3).await;
    scene.client.call("cam", "Dance", json!({})).await;
    other.call("cam", "GetUserAppId", json!({})).await;
    scene.app.wait(3_600);
    scene.root.sign_in(&scene.app).await;
    other.call("cam", "GetUserAppId", json!({})).await;
    scene.send("disable", &[]).await;
    scene.call(2).await;

    let page = scene.root.browser.get("/").await;

    let figure = |id: &str| page.text(id).unwrap();
    assert_eq!(figure("#accepted-today"), "5");
    assert_eq!(figure("#refused-today"), "3");
    assert!(figure("#enabled-keys").starts_with('2') && figure("#enabled-keys").contains("1 disabled"));
    assert!(figure("#all-users").starts_with('3'), "{}", figure("#all-users"));
    assert_eq!(page.texts(".twin tbody td"), ["5", "3"]);
    scene.wait_days(1).await;
    scene.send("enable", &[]).await;
    let page = scene.root.browser.get("/").await;
    assert_eq!(page.text("#accepted-today").unwrap(), "0");
    assert_eq!(page.texts(".twin tbody td"), ["5", "3"], "yesterday stays");
    assert!(page.text("#enabled-keys").unwrap().starts_with('3'));
    assert!(page.body.contains("Counted since 23 Nov 2026"));
}

#[actix_web::test]
async fn calls_of_two_servers_add_up_and_what_cannot_be_written_is_kept() {
    let scene = Scene::new().await;
    let second = scene.app.second_node();
    let mut there = scene.client.clone();
    there.address.clone_from(&second.address);
    scene.call(2).await;
    there.call("cam", "GetUserAppId", json!({})).await;
    flush_usage(&second.app).await.unwrap();
    scene.app.execute("ALTER TABLE account_hours RENAME TO away");
    scene.client.call("cam", "GetUserAppId", json!({})).await;
    flush_usage(&scene.app.app).await.unwrap_err();
    scene.app.execute("ALTER TABLE away RENAME TO account_hours");
    scene.call(1).await;

    let page = scene.root.browser.get("/").await;

    assert_eq!(page.text("#accepted-today").unwrap(), "5");
}

#[actix_web::test]
async fn what_is_in_another_account_is_not_told_here() {
    let scene = Scene::new().await;
    let other = scene.app.root_named("other").await;
    scene.app.sub_user(&scene.root, "bob", &["AdministratorAccess"]).await;
    scene.app.key_of(&scene.root).await;
    scene.call(4).await;
    scene.app.wait(100 * DAY);
    scene.root.sign_in(&scene.app).await;
    other.sign_in(&scene.app).await;
    scene.client.call("cam", "Dance", json!({})).await;

    let here: Vec<String> = rows(&scene.root.browser).await.into_iter().map(|row| row.href).collect();
    // PostgreSQL has a clock of its own, which does not go with the test's.
    let there: Vec<String> = rows(&other.browser).await.into_iter().map(|row| row.href).collect();
    let there: Vec<&str> =
        there.iter().map(String::as_str).filter(|href| *href != "/settings/system").collect();
    let page = other.browser.get("/").await;

    for href in ["administrators", "old", "unused", "root-keys", "users"] {
        assert!(here.contains(&format!("/attention/{href}")), "{href}: {here:?}");
        let list = other.browser.get(&format!("/attention/{href}")).await;
        assert_eq!(list.count("tbody tr"), 0, "{href}: {}", list.body);
    }
    assert_eq!(there, ["/#guide"], "only that it is not set up");
    for (id, told) in [("#accepted-today", "0"), ("#refused-today", "0"), ("#all-users", "1")] {
        assert!(page.text(id).unwrap().starts_with(told), "{id}");
    }
    assert!(page.text("#enabled-keys").unwrap().starts_with('0'));
    assert!(page.texts(".two-lines li").iter().all(|line| !line.contains("alice")));
}

#[actix_web::test]
async fn each_way_on_opens_and_no_list_that_is_not_one() {
    let scene = Scene::new().await;
    scene.app.sub_user(&scene.root, "bob", &["AdministratorAccess"]).await;
    scene.app.key_of(&scene.root).await;
    scene.wait_days(100).await;
    scene.app.execute("INSERT INTO nodes (id, version, started_at, seen_at, lag_ms) VALUES ('slow', '0.0.1', 1, 9999999999, 2500)",
    );

    let found = rows(&scene.root.browser).await;

    assert!(found.len() >= 8, "{found:?}");
    for row in &found {
        let page = scene.root.browser.get(row.href.split('#').next().unwrap()).await;
        assert_eq!(page.status, StatusCode::OK, "{row:?}");
        assert!(row.evidence.chars().any(|letter| letter.is_ascii_digit()), "{row:?}");
        if row.href.starts_with("/attention") {
            assert!(page.count("tbody tr") > 0, "{row:?}");
        }
    }
    let slow = found.iter().find(|row| row.title.contains("answers slowly")).unwrap();
    assert!(slow.level == "bad" && slow.evidence.contains("2,500 ms"), "{slow:?}");
    assert!(found.iter().any(|row| row.title.contains("different versions")), "{found:?}");
    for nowhere in ["/attention/", "/attention/nothing", "/attention/old?after=x"] {
        assert_eq!(scene.root.browser.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
    let key = scene.root.browser.get("/attention/never-used").await.attribute("tbody th a", "href").unwrap();
    assert_eq!(scene.root.browser.get(&key).await.status, StatusCode::OK, "{key}");
}

#[actix_web::test]
async fn setting_up_ticks_itself_and_goes_when_it_is_done() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let done = async || root.browser.get("/").await.count(".guide .done");
    assert_eq!(done().await, 0);
    let alice = app.sub_user(&root, "alice", &[]).await;
    assert_eq!(done().await, 1);
    let client = app.key_of(&alice).await;
    assert_eq!(done().await, 2);
    client.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(done().await, 3);
    let row = row(&root.browser, "/#guide").await.unwrap();
    assert!(row.evidence.starts_with("3 of 4"), "{row:?}");

    let settings = "/settings/security";
    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("mfa_required", "1"),
    ];
    root.grant(&app, settings, settings, &fields).await.redirect();
    let page = root.browser.get("/").await;

    assert_eq!((page.count(".guide"), page.count("a[href='/#guide']")), (0, 0));
}

#[actix_web::test]
async fn who_may_not_see_the_overview_begins_where_it_did_and_a_key_finds_the_api_there() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let own = app.signed_in(&root, "own", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cam:ListUsers","cam:GetUser"],"resource":"*"}]}"#;
    root.browser
        .submit("/policies/new", "/policies/new", &[("name", "lists"), ("document", document)])
        .await
        .redirect();
    let lister = app.signed_in(&root, "lister", &["lists"]).await;

    let page = reader.browser.get("/").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.attributes(".side a", "href").first().map(String::as_str), Some("/"), "first of all");
    assert!(page.count("#server-h") == 1 && page.count("#operations-h") == 1, "{}", page.body);
    for (person, start) in [(&own, "/keys"), (&lister, "/users")] {
        assert_eq!(person.browser.get("/").await.redirect(), start);
        assert_eq!(person.browser.get("/attention/old").await.status, StatusCode::FORBIDDEN);
        assert!(!person.browser.get(start).await.attributes(".side a", "href").contains(&"/".to_owned()));
    }
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:GetOverview","resource":"*"}]}"#;
    root.browser
        .submit("/policies/new", "/policies/new", &[("name", "sees"), ("document", document)])
        .await
        .redirect();
    let seer = app.signed_in(&root, "seer", &["sees"]).await;
    let page = seer.browser.get("/").await;
    assert_eq!(
        [page.count("#server-h"), page.count("#operations-h"), page.count("a[href='/users/new']")],
        [0; 3]
    );
    let answer = app.key_of(&seer).await.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(answer["Uin"], seer.uin, "{answer}");
}

#[actix_web::test]
async fn the_last_sensitive_operations_are_shown_the_newest_first() {
    let scene = Scene::new().await;
    scene.send("disable", &[]).await;
    for _ in 0..6 {
        scene.send("enable", &[]).await;
        scene.send("disable", &[]).await;
    }

    let page = scene.root.browser.get("/").await;

    let lines = page.texts(".two-lines li");
    assert_eq!(lines.len(), 10, "{lines:?}");
    assert!(lines[0].contains("Disabled a key") && lines[0].contains("alice"), "{lines:?}");
    assert!(lines[1].contains("Enabled a key"), "{lines:?}");
    let first = page.attribute(".two-lines a", "href").unwrap();
    assert_eq!(scene.root.browser.get(&first).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn what_gives_a_right_takes_a_guard_away_or_carries_data_out_is_among_the_sensitive_operations() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let client = app.key_of(&root).await;
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cos:*","resource":"*"}]}"#;
    let made = json!({ "PolicyName": "own", "PolicyDocument": document });
    let policy = client.done("CreatePolicy", made).await["PolicyId"].clone();
    let group = client.done("CreateGroup", json!({ "GroupName": "team" })).await["GroupId"].clone();
    let (uin, uid) = (
        alice.uin.parse::<i64>().unwrap(),
        number(&app, &format!("SELECT uid AS number FROM users WHERE uin = {}", alice.uin)),
    );
    let version = json!({ "PolicyId": policy, "PolicyDocument": document, "SetAsDefault": false });
    let boundary = json!({ "TargetUin": uin, "PolicyId": policy });
    let member = json!({ "Info": [{ "Uid": uid, "GroupId": group }] });
    let attached = json!({ "PolicyId": policy, "AttachGroupId": group });
    let detached = json!({ "PolicyId": policy, "DetachGroupId": group });
    for (name, body) in [
        ("CreatePolicyVersion", version),
        ("UpdatePolicy", json!({ "PolicyId": policy, "Description": "x" })),
        ("PutUserPermissionsBoundary", boundary),
        ("AddUserToGroup", member.clone()),
        ("AttachGroupPolicy", attached),
        ("DetachGroupPolicy", detached),
        ("RemoveUserFromGroup", member),
        ("DeleteGroup", json!({ "GroupId": group })),
    ] {
        client.done(name, body).await;
    }
    root.browser.submit("/users", "/users/export", &[("format", "csv"), ("filter", "")]).await;

    let answer = client.call("camlock", "GetOverview", json!({})).await;

    let told: Vec<&str> = answer["Overview"]["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| operation["Event"].as_str().unwrap())
        .collect();
    let wanted = [
        "ExportUsers",
        "DeleteGroup",
        "RemoveUserFromGroup",
        "DetachGroupPolicy",
        "AttachGroupPolicy",
        "AddUserToGroup",
        "PutUserPermissionsBoundary",
        "UpdatePolicy",
        "CreatePolicyVersion",
        "CreatePolicy",
    ];
    assert_eq!(told, wanted);
}

#[actix_web::test]
async fn a_master_key_file_that_others_can_touch_or_that_is_gone_is_told_to_who_may_read_the_settings() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let sees =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:GetOverview","resource":"*"}]}"#;
    client.done("CreatePolicy", json!({ "PolicyName": "looker", "PolicyDocument": sees })).await;
    let looker = app.signed_in(&root, "looker", &["looker"]).await;
    let file = app.folder.path().join("data/master.key");
    let mode = |mode: u32| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    let told = async |person: &Person| {
        let rows = rows(&person.browser).await.into_iter();
        rows.filter(|row| row.title.contains("master key")).collect::<Vec<_>>()
    };

    assert_eq!(told(&root).await.len(), 0);
    mode(0o644);
    let exposed = told(&root).await;
    assert_eq!((exposed[0].level.as_str(), exposed[0].href.as_str()), ("bad", "/settings/system"));
    assert!(exposed[0].evidence.contains("0644"), "{exposed:?}");
    assert_eq!(told(&looker).await.len(), 0, "what runs here is for who may read the settings");
    let answer = client.call("camlock", "GetOverview", json!({})).await;
    let lines = answer["Overview"]["Attention"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["What"] == "master-key"), "{answer}");
    mode(0o600);
    assert_eq!(told(&root).await.len(), 0);
    fs::rename(&file, file.with_extension("away")).unwrap();
    assert!(told(&root).await[0].title.contains("missing"));
}

#[actix_web::test]
async fn a_long_list_is_read_in_pages_that_leave_nothing_out() {
    let scene = Scene::new().await;
    let owner = &scene.root.uin;
    for at in 0..60 {
        let (uin, uid, time) =
            (200_000_000_000_i64 + at, 200_000_000 + at, scene.app.now() - (500 + at / 4) * DAY);
        scene.app.execute(&format!("INSERT INTO identities (uin) VALUES ({uin})"));
        scene.app.execute(&format!(
                "INSERT INTO users (uid, owner_uin, uin, kind, name, name_key, console_login, created_at, created_by) \
             VALUES ({uid}, {owner}, {uin}, 'sub_user', 'u{at}', 'u{at}', TRUE, {time}, 1)"
            ),
        );
        for slot in [1, 2] {
            scene.app.execute(&format!(
                    "INSERT INTO api_keys (secret_id, uid, owner_uin, uin, slot, secret, status, created_at, created_by, changed_at, \
                 changed_by) SELECT 'AKID{slot}{at:0>31}', {uid}, {owner}, {uin}, {slot}, secret, 'enabled', {time}, 'root', \
                 {time}, 'root' FROM api_keys WHERE secret_id = '{}'",
                    scene.client.secret_id
                ),
            );
        }
    }

    for (list, rows) in [("/attention/old", 120), ("/attention/never-used", 120), ("/attention/users", 60)] {
        let (mut address, mut seen) = (Some(list.to_owned()), Vec::new());
        while let Some(next) = address {
            let page = scene.root.browser.get(&next).await;
            let found = page
                .attributes("tbody tr", if list.ends_with("users") { "data-uin" } else { "data-secret-id" });
            assert!(!found.is_empty() && found.len() <= 50, "{next}: {}", found.len());
            seen.extend(found);
            address = page.attribute("a[rel=next]", "href");
        }
        assert_eq!(seen.len(), rows, "{list}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), rows, "{list}: none twice");
    }
    assert_eq!(wrong_lines(&scene.app), 0);
}

#[actix_web::test]
async fn keys_and_users_of_an_older_database_are_counted_after_the_start() {
    let old = Upgraded::open();
    let root = old.root().await;
    let before = root.browser.get("/").await;
    assert_eq!(before.count("#still-counting"), 1, "{}", before.body);

    while fill_in(&old.app.app).await.unwrap() {}

    let page = root.browser.get("/").await;
    assert_eq!(page.count("#still-counting"), 0);
    let counted = number(
        &old.app,
        &format!(
            "SELECT COUNT(*) AS number FROM api_keys WHERE status = 'enabled' AND owner_uin = {}",
            root.owner
        ),
    );
    assert!(counted > 0);
    assert!(page.text("#enabled-keys").unwrap().starts_with(&counted.to_string()), "{counted}");
    assert_eq!(wrong_lines(&old.app), 0);
    let inactive = "SELECT COUNT(*) AS number FROM user_lines l JOIN users u ON u.uid = l.uid \
                    WHERE l.active_at < u.created_at OR l.active_at < COALESCE(u.last_activity_at, 0) - 43200";
    assert_eq!(number(&old.app, inactive), 0);
    let sums = "SELECT (SELECT COALESCE(SUM(held), 0) FROM key_counts) + (SELECT COALESCE(SUM(held), 0) \
                FROM key_count_changes) - (SELECT COUNT(*) FROM api_keys) AS number";
    assert_eq!(number(&old.app, sums), 0);
}
