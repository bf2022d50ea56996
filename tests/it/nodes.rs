//! Servers on one database know of each other.

use crate::support::process::refusal;
use crate::support::process::{camlock, started, stop, text};
use crate::support::{Browser, TestApp, code};
use camlock::app::operator::nodes::{report_running, report_stopped, running_nodes};
use camlock::app::operator::timed::is_ours;
use camlock::store::{StoreError, migrations};
use diesel::connection::SimpleConnection;
use reqwest::StatusCode;
use serde_json::json;
use std::time::Duration;

#[actix_web::test]
async fn a_server_tells_that_it_runs_until_it_has_stopped() {
    let app = TestApp::spawn();
    let node = app.second_node();
    assert!(running_nodes(&app.app).unwrap().is_empty());

    for _ in 0..2 {
        report_running(&app.app, ([10, 0, 0, 1], 8080).into()).await.unwrap();
        report_running(&node.app, ([10, 0, 0, 2], 8080).into()).await.unwrap();
    }
    let running = running_nodes(&app.app).unwrap();
    assert_eq!(running.len(), 2);
    assert_eq!(running[0].version, env!("CARGO_PKG_VERSION"));
    assert_eq!(running[0].schema_version, Some(migrations::newest()));
    let address = running[0].address.clone().unwrap();
    assert!(address.ends_with(" 10.0.0.1:8080") && address.len() > 15, "{address} names the machine");
    assert!(running[0].lag_ms.unwrap() < 10_000);

    report_stopped(&node.app).await.unwrap();
    assert_eq!(running_nodes(&app.app).unwrap().len(), 1);
    app.wait(31);
    assert!(running_nodes(&app.app).unwrap().is_empty(), "a server that was killed counts for half a minute");
}

#[actix_web::test]
async fn the_page_of_the_system_lists_the_nodes_and_tells_which_are_of_another_version() {
    let app = TestApp::spawn();
    let root = app.root().await;
    report_running(&app.app, ([10, 0, 0, 1], 8080).into()).await.unwrap();
    change(
        &app,
        &format!(
            "INSERT INTO nodes (id, version, started_at, seen_at) VALUES ('old', '0.0.9', {0}, {0} - 7), ('gone', '0.0.9', {0}, {0} - 31)",
            app.now()
        ),
    );

    let page = root.browser.get("/settings/system").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.count("tr[data-node]"), 2, "{}", page.body);
    assert_eq!(page.attributes("tr[data-differs]", "data-node"), ["old"]);
    let database = if app.database.is_sqlite() { "SQLite" } else { "PostgreSQL" };
    assert_eq!(page.text("#system-database").as_deref(), Some(database));
    assert_eq!(page.text("#system-schema"), Some(migrations::newest().to_string()));
    assert!(
        page.body.contains(" 10.0.0.1:8080") && page.body.contains("paced by each node"),
        "{}",
        page.body
    );
    assert!(root.browser.get("/settings/security").await.body.contains("href=\"/settings/system\""));
}

#[test]
fn doctor_tells_when_two_nodes_meet_plain_http() {
    let folder = tempfile::tempdir().unwrap();
    let (one, _) = started(&mut camlock(folder.path(), &["serve"]));
    let (two, _) = started(&mut camlock(folder.path(), &["serve"]));
    let copied = || {
        let said = text(&camlock(folder.path(), &["doctor"]).output().unwrap().stdout);
        said.lines().find(|line| line.contains("copied requests")).unwrap_or_default().to_owned()
    };
    let told = |wanted: &str| {
        for _ in 0..100 {
            if copied().contains(wanted) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("not {wanted}: {}", copied());
    };

    told("2 nodes run and public_url is plain HTTP");
    stop(two);
    told("one node");
    stop(one);
}

/// Changes the database as a newer version would.
fn change(app: &TestApp, statements: &str) {
    app.app.store.write_now(|conn| Ok::<_, StoreError>(conn.batch_execute(statements)?)).unwrap();
}

#[actix_web::test]
async fn a_node_lives_with_a_schema_that_a_newer_version_has_added_to() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let program = app.key_of(&root).await;
    change(
        &app,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001'); \
         ALTER TABLE users ADD COLUMN later TEXT; CREATE TABLE later (id BIGINT NOT NULL PRIMARY KEY); \
         UPDATE policies SET description = 'As of later' WHERE id = 1;",
    );

    let node = app.second_node();

    assert_eq!(Browser::new(&node.address).get("/readyz").await.status, StatusCode::OK);
    assert_eq!(app.browser().get("/readyz").await.status, StatusCode::OK, "the one that ran goes on");
    let through = program.on(&node.address);
    let added = through.call("cam", "AddUser", json!({ "Name": "while-both-run" })).await;
    assert_eq!(code(&added), "", "{added}");
    let preset = through.call("cam", "GetPolicy", json!({ "PolicyId": 1 })).await;
    assert_eq!(preset["Description"], "As of later", "{preset}");
}

#[test]
fn a_node_refuses_a_schema_in_which_more_than_additions_were_made() {
    let app = TestApp::spawn();
    change(&app, "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')");
    let set = |version: &str| {
        let value = if app.database.is_sqlite() {
            format!("CAST('{version}' AS BLOB)")
        } else {
            format!("convert_to('{version}', 'UTF8')")
        };
        change(&app, &format!("UPDATE meta SET value = {value} WHERE name = 'oldest_reader'"));
    };
    set("20990101000001");

    let mut start = camlock(app.folder.path(), &["serve"]);
    start
        .env("CAMLOCK_DATA_DIR", app.folder.path().join("data"))
        .env("CAMLOCK_DATABASE__URL", &app.database.url);
    let said = refusal(&mut start);

    assert!(said.contains("written by a newer Camlock (migration 20990101000001)"), "{said}");
}

#[actix_web::test]
async fn work_at_set_times_is_one_nodes_and_goes_to_the_other_when_that_one_is_gone() {
    let app = TestApp::spawn();
    let node = app.second_node();

    assert!(is_ours(&app.app).await.unwrap());
    assert!(!is_ours(&node.app).await.unwrap());
    app.wait(59);
    assert!(is_ours(&app.app).await.unwrap(), "it is kept while the node takes it again");
    app.wait(59);
    assert!(!is_ours(&node.app).await.unwrap());
    app.wait(2);
    assert!(is_ours(&node.app).await.unwrap(), "a node that was killed has it for a minute");
    assert!(!is_ours(&app.app).await.unwrap());
    report_stopped(&node.app).await.unwrap();
    assert!(is_ours(&app.app).await.unwrap(), "a node that stops leaves it to others at once");
    app.wait(30 * 86_400);
    assert!(is_ours(&node.app).await.unwrap());
    app.wait(-30 * 86_400);
    assert!(is_ours(&app.app).await.unwrap(), "what a clock that was ahead wrote holds nobody up");
}
