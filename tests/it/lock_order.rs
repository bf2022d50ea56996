//! Nobody waits for each other in a circle: what all write into is taken last, and who lost is made again.

use crate::support::people::PASSWORD;
use crate::support::{Client, TestApp, code};
use camlock::app::keys::usage::flush_usage;
use camlock::domain::user::Uin;
use camlock::store::StoreError;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl};
use futures_util::future::{join_all, join4};
use serde_json::{Value, json};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How often the database server ended a circle; zero on SQLite, which has none.
fn circles(app: &TestApp) -> i64 {
    if app.database.is_sqlite() {
        return 0;
    }
    // The server tells with a delay.
    std::thread::sleep(Duration::from_secs(2));
    let asked = app.other_connection().read_now(|conn| {
        let sql = "SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()";
        Ok::<_, StoreError>(diesel::sql_query(sql).get_result::<Count>(conn)?)
    });
    asked.unwrap().count
}

#[derive(Debug, QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    _told: String,
}

/// Who has worked longest, and who waits for whom, as PostgreSQL sees it.
fn waiting(app: &TestApp) -> Vec<Waiting> {
    let asked = app.other_connection().read_now(|conn| {
        let sql = "SELECT concat_ws(' ', pid, pg_blocking_pids(pid), state, wait_event_type, wait_event, now() - xact_start, \
             left(query, 200)) AS _told FROM pg_stat_activity WHERE datname = current_database() ORDER BY xact_start";
        Ok::<_, StoreError>(diesel::sql_query(sql).load::<Waiting>(conn)?)
    });
    asked.unwrap()
}

/// Makes keys, uses them and deletes them, half of them while they are enabled.
async fn makes_and_deletes(app: &TestApp, root: &Client, uin: &Value, is_over: &Cell<bool>) {
    let mut is_disabled = false;
    while !is_over.get() {
        let made = root.done("CreateAccessKey", json!({"TargetUin": uin})).await;
        let key = &made["AccessKey"];
        let user = app.client(key["AccessKeyId"].as_str().unwrap(), key["SecretAccessKey"].as_str().unwrap());
        join_all((0..3).map(|_| user.call("sts", "GetCallerIdentity", json!({})))).await;
        let named = json!({"TargetUin": uin, "AccessKeyId": key["AccessKeyId"]});
        if is_disabled {
            let mut body = named.clone();
            body["Status"] = json!("Inactive");
            root.done("UpdateAccessKey", body).await;
        }
        root.done("DeleteAccessKey", named).await;
        is_disabled = !is_disabled;
    }
}

#[actix_web::test]
async fn mixed_deletions_of_keys_in_use_never_meet_in_a_circle() {
    let app = TestApp::spawn();
    let node = app.second_node();
    let root = app.key_of(&app.bare_root("root").await).await;
    let mut uins = Vec::new();
    for name in ["one", "two", "three", "four"] {
        uins.push(root.done("AddUser", json!({"Name": name})).await["Uin"].clone());
    }
    let before = circles(&app);
    let is_over = Cell::new(false);
    let other = root.on(&node.address);
    let writers =
        join_all(uins.iter().enumerate().map(|(at, uin)| {
            makes_and_deletes(&app, if at % 2 == 0 { &root } else { &other }, uin, &is_over)
        }));
    let flush = async {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            flush_usage(&app.app).await.unwrap();
            flush_usage(&node.app).await.unwrap();
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
        }
        is_over.set(true);
    };

    futures_util::future::join(writers, flush).await;

    assert_eq!(circles(&app), before);
}

#[actix_web::test]
async fn signing_in_at_once_and_losing_the_console_meanwhile_is_never_a_fault() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let person = app.sub_user(&root, "dev-alice", &[]).await;
    let admin = app.key_for(Uin::parse(&root.uin).unwrap(), Uin::parse(&root.uin).unwrap()).await;
    let before = circles(&app);

    for round in 0..12 {
        app.wait(3600);
        let sign_in = async || {
            let browser = app.browser();
            let csrf = browser.get("/login").await.csrf();
            let fields =
                [("account", person.owner.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];
            browser.post("/login", &csrf, &fields).await.status
        };
        let console = async |on: u8| {
            admin.call("cam", "UpdateUser", json!({"Name": "dev-alice", "ConsoleLogin": on})).await
        };
        let together = join4(sign_in(), sign_in(), join_all([sign_in(), sign_in()]), async {
            let off = console(0).await;
            (off, console(1).await)
        });
        let (one, two, more, (off, on)) = together.await;

        for status in [one, two].iter().chain(&more) {
            assert!(!status.is_server_error() || status.as_u16() == 503, "round {round}: {status}");
        }
        assert_eq!((code(&off), code(&on)), ("", ""), "round {round}: {off} {on}");
    }

    assert_eq!(circles(&app), before);
}

#[actix_web::test]
async fn what_lost_against_others_is_made_again_three_times_and_then_refused() {
    let app = TestApp::spawn();
    let tries = Arc::new(AtomicU8::new(0));
    let made = async |losses: u8| {
        let counted = Arc::clone(&tries);
        counted.store(0, Ordering::SeqCst);
        let change = move |_: &mut camlock::store::Conn| {
            if counted.fetch_add(1, Ordering::SeqCst) < losses {
                return Err(StoreError::Conflict("deadlock detected".to_owned()));
            }
            Ok(())
        };
        (app.app.store.write_again(change).await.is_ok(), tries.load(Ordering::SeqCst))
    };

    assert_eq!(made(0).await, (true, 1));
    assert_eq!(made(3).await, (true, 4));
    assert_eq!(made(9).await, (false, 4));
}

/// Reading a key for its usage holds its row against deletion; whoever waits for that must hold nothing that others need.
#[actix_web::test]
async fn a_deletion_that_waits_for_a_row_keeps_nobody_else_waiting() {
    let app = TestApp::spawn();
    if app.database.is_sqlite() {
        return;
    }
    let root = app.key_of(&app.bare_root("root").await).await;
    let uin = root.done("AddUser", json!({"Name": "one"})).await["Uin"].clone();
    let made = root.done("CreateAccessKey", json!({"TargetUin": uin})).await;
    let id = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let (held, is_held) = std::sync::mpsc::channel();
    let (free, is_freed) = std::sync::mpsc::channel::<()>();
    let other = app.other_connection();
    let row = id.clone();
    let holder = std::thread::spawn(move || {
        let hold = |conn: &mut camlock::store::Conn| {
            let sql =
                format!("SELECT 1::BIGINT AS count FROM api_keys WHERE secret_id = '{row}' FOR KEY SHARE");
            diesel::sql_query(sql).get_result::<Count>(conn)?;
            held.send(()).unwrap();
            is_freed.recv().unwrap();
            Ok::<_, StoreError>(())
        };
        other.write_now(hold).unwrap();
    });
    is_held.recv().unwrap();

    let deletion = root.call("cam", "DeleteAccessKey", json!({"TargetUin": uin, "AccessKeyId": id}));
    let meanwhile = async {
        actix_web::rt::time::sleep(Duration::from_millis(500)).await;
        let added = root.done("AddUser", json!({"Name": "two"}));
        let is_added = actix_web::rt::time::timeout(Duration::from_secs(3), added).await.is_ok();
        let waiting = if is_added { Vec::new() } else { waiting(&app) };
        free.send(()).unwrap();
        (is_added, waiting)
    };
    let (deleted, (is_added, waiting)) = futures_util::future::join(deletion, meanwhile).await;

    holder.join().unwrap();
    assert!(is_added, "another change waited for the deletion: {waiting:?}");
    assert_eq!(code(&deleted), "", "{deleted}");
}
