//! `camlock copy-database`: the same rows in another database, or nothing.

mod every_table;

use crate::support::app::keep_key;
use crate::support::database::TestDatabase;
use crate::support::process::{camlock, refusal, text};
use crate::support::upgraded::fixture;
use crate::support::{TestApp, Upgraded, code};
use camlock::app::operator::nodes::report_running;
use camlock::config::DatabaseUrl;
use camlock::store::bulk::{self, Digest, Value};
use camlock::store::copy::Source;
use camlock::store::{Store, StoreError, sequences};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use every_table::fill_every_table;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// A command with that data directory; the database of its settings is not the one that is copied.
fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = camlock(data.parent().unwrap(), arguments);
    command.env("CAMLOCK_DATA_DIR", data);
    command
}

fn copying(data: &Path, from: &str, to: &str) -> Command {
    command(data, &["copy-database", "--from", from, "--to", to])
}

fn copy(data: &Path, from: &str, to: &str) -> String {
    let output = copying(data, from, to).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// The old database beside a data directory, as it was left.
fn old_file(data: &Path) -> String {
    let path = data.with_file_name("source.db");
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    conn.batch_execute(&fixture("dump.sql")).unwrap();
    format!("sqlite://{}", path.display())
}

/// The same, in the schema of today and with rows in every table.
fn source(data: &Path) -> String {
    let url = old_file(data);
    let mut started = command(data, &["setup-url"]);
    started.env("CAMLOCK_DATABASE__URL", &url).output().unwrap();
    fill_every_table(data, &url);
    url
}

/// What each table holds; the number of `authority` moves on with each copy, and its log begins anew.
fn contents(url: &str) -> Vec<(String, Digest)> {
    let mut conn = bulk::open(&DatabaseUrl::parse(url).unwrap()).unwrap();
    let mut tables = bulk::tables(&mut conn).unwrap();
    tables.retain(|table| table.name != "authority_log");
    let digest = |table| {
        let mut digest = Digest::default();
        bulk::each_row(&mut conn, table, |row| {
            if row.first() != Some(&Value::from("authority")) {
                digest.add(&row);
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
        (table.name.clone(), digest)
    };
    tables.iter().map(digest).collect()
}

fn authority(url: &str) -> i64 {
    let store = Store::open(&DatabaseUrl::parse(url).unwrap(), 1).unwrap();
    store.read_now(sequences::standing).unwrap().authority
}

#[test]
fn all_rows_of_all_tables_come_there_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    keep_key(&data, &fixture("master.key"));
    let source = source(&data);
    let middle = TestDatabase::new(folder.path());
    let back = format!("sqlite://{}", folder.path().join("back.db").display());

    let told = copy(&data, &source, &middle.url);
    copy(&data, &middle.url, &back);

    let wanted = contents(&source);
    for (table, digest) in &wanted {
        assert!(digest.rows > 0, "{table} has no row to copy: add one in every_table.rs");
    }
    assert_eq!(contents(&middle.url), wanted);
    assert_eq!(contents(&back), wanted);
    assert!(authority(&source) < authority(&middle.url) && authority(&middle.url) < authority(&back));
    for line in ["All tables have the same rows on both sides.", "none missing.", "1. Set database.url to "] {
        assert!(told.contains(line), "{told}");
    }
}

#[actix_web::test]
async fn keys_sign_and_sessions_stay_on_the_copy_and_the_log_is_in_order() {
    let copied = Upgraded::copied(|data, database| {
        copy(data, &source(data), &database.url);
    });

    for (name, key) in copied["/keys"].as_object().unwrap() {
        let answer = copied.key(name).call("cam", "GetUserAppId", json!({})).await;
        let expected = if key["status"] == "enabled" { "" } else { "AuthFailure.SecretIdNotFound" };
        assert_eq!(code(&answer), expected, "{name}: {answer}");
    }
    let root = copied.root().await;
    let keys = format!("/users/{}/keys", copied.text("/users/alice/uin"));
    copied.app.wait(300);
    let shown = root.reveal(&copied.app, &keys, copied.text("/keys/alice_enabled/secret_id")).await;
    assert_eq!(shown.text("#secret-key").as_deref(), Some(copied.text("/keys/alice_enabled/secret_key")));
    let numbers = root.browser.get("/audit").await.attributes("tr[data-seq]", "data-seq");
    let numbers: Vec<i64> = numbers.iter().map(|number| number.parse().unwrap()).collect();
    assert!(numbers.len() > 10 && numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
    // Ids go on where they were.
    let program = copied.key("root");
    let added = program.call("cam", "AddUser", json!({ "Name": "after-the-copy" })).await;
    assert_eq!(code(&added), "", "{added}");
    let disabled = copied.text("/keys/ci_bot/secret_id");
    let change = json!({ "AccessKeyId": disabled, "TargetUin": copied.text("/keys/ci_bot/uin").parse::<i64>().unwrap(), "Status": "Inactive" });
    assert_eq!(code(&program.call("cam", "UpdateAccessKey", change).await), "");
    let after = copied.key("ci_bot").call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(code(&after), "AuthFailure.SecretIdNotFound", "triggers of the copy tell of changes");
}

#[actix_web::test]
async fn a_database_that_a_server_uses_is_not_copied() {
    let app = TestApp::spawn_behind(0, &[]);
    report_running(&app.app, ([127, 0, 0, 1], 8080).into()).await.unwrap();
    let data = app.folder.path().join("data");
    let target = format!("sqlite://{}", app.folder.path().join("target.db").display());

    let told = refusal(&mut copying(&data, &app.database.url, &target));
    app.execute("UPDATE nodes SET seen_at = seen_at - 60");
    let late = refusal(&mut copying(&data, &app.database.url, &target));

    for said in [told, late] {
        assert!(said.contains("Stop every server that uses it"), "whatever clocks say: {said}");
    }
    assert!(!app.folder.path().join("target.db").exists());
}

#[test]
fn what_holds_anything_is_not_copied_over() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    keep_key(&data, &fixture("master.key"));
    let source = source(&data);
    let target = TestDatabase::new(folder.path());
    copy(&data, &source, &target.url);
    let before = contents(&target.url);

    let said = refusal(&mut copying(&data, &source, &target.url));

    assert!(said.contains("holds something already"), "{said}");
    assert_eq!(contents(&target.url), before);
}

#[test]
fn another_master_key_and_another_version_are_told_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    keep_key(&data, &fixture("master.key"));
    let target = TestDatabase::new(folder.path());
    let old = old_file(&data);

    let early = refusal(&mut copying(&data, &old, &target.url));
    let none = refusal(&mut copying(&data, &old.replace("source.db", "none.db"), &target.url));
    command(&data, &["setup-url"]).env("CAMLOCK_DATABASE__URL", &old).output().unwrap();
    let other = data.with_file_name("other");
    keep_key(&other, "1:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\n");
    let wrong = refusal(&mut copying(&other, &old, &target.url));

    assert!(early.contains("Start this version on it once"), "{early}");
    assert!(none.contains("There is no database at"), "{none}");
    assert!(wrong.contains("does not match this database"), "{wrong}");
    assert!(copy(&data, &old, &target.url).contains("sealed values open"), "nothing was in the way");
}

#[test]
fn a_copy_that_fails_leaves_nothing_and_one_that_was_killed_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    keep_key(&data, &fixture("master.key"));
    let source = source(&data);
    let target = TestDatabase::new(folder.path());
    let path = source.trim_start_matches("sqlite://");
    let damage = "UPDATE api_keys SET secret = zeroblob(62) WHERE slot = 1";
    std::fs::copy(path, folder.path().join("damaged.db")).unwrap();
    let mut conn = SqliteConnection::establish(folder.path().join("damaged.db").to_str().unwrap()).unwrap();
    conn.batch_execute(damage).unwrap();
    drop(conn);

    let said = refusal(&mut copying(&data, &source.replace("source.db", "damaged.db"), &target.url));

    assert!(said.contains("A sealed value in api_keys does not open"), "{said}");
    if target.is_sqlite() {
        assert!(!folder.path().join("camlock.db").exists());
        std::fs::write(folder.path().join("camlock.db.copy"), "half a database").unwrap();
    }
    let serve = refusal(command(&data, &["serve"]).env("CAMLOCK_DATABASE__URL", &target.url));
    assert!(serve.contains("serve --new-database"), "{serve}");
    copy(&data, &source, &target.url);
    assert!(!folder.path().join("camlock.db.copy").exists());
}

#[test]
fn nobody_writes_while_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    keep_key(&data, &fixture("master.key"));
    let database = TestDatabase::new(folder.path());
    copy(&data, &source(&data), &database.url);
    let url = DatabaseUrl::parse(&database.url).unwrap();
    let source = Source::open(&url, 4_000_000_000).unwrap();
    let rename = "UPDATE accounts SET name = 'Other'";
    let write = || match &url {
        DatabaseUrl::Sqlite(path) => {
            SqliteConnection::establish(path.to_str().unwrap()).unwrap().batch_execute(rename)
        }
        DatabaseUrl::Postgres(_) => {
            bulk::open(&url).unwrap().batch_execute(&format!("SET lock_timeout = '200ms'; {rename}"))
        }
    };

    write().unwrap_err();
    drop(source);
    write().unwrap();
}
