//! `/readyz` tells the truth about writing.

use crate::support::TestApp;
use crate::support::database::TestDatabase;
use crate::support::process::{camlock, greeted, stop};
use camlock::store::StoreError;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use reqwest::StatusCode;
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

async fn readyz(address: &str) -> StatusCode {
    reqwest::get(format!("{address}/readyz")).await.unwrap().status()
}

/// Whether that is the answer within some seconds.
async fn comes_to(address: &str, wanted: StatusCode) -> bool {
    let end = Instant::now() + Duration::from_secs(15);
    while readyz(address).await != wanted {
        if Instant::now() > end {
            return false;
        }
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    }
    true
}

#[actix_web::test]
async fn a_file_that_takes_no_more_is_not_ready_until_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::new(folder.path());
    if !database.is_sqlite() {
        return;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("http://127.0.0.1:{port}");
    // The signal for files that grow too long is ignored, so that writing fails as on a full disk.
    let mut shell = Command::new("sh");
    let serve = camlock(folder.path(), &["serve"]);
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" serve"]).arg(serve.get_program());
    shell.current_dir(folder.path()).env_clear().env("CAMLOCK_LISTEN", format!("127.0.0.1:{port}"));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let (child, _) = greeted(shell.spawn().unwrap());
    let limit = |bytes: &str| {
        let (pid, size) = (child.id().to_string(), format!("--fsize={bytes}"));
        assert!(Command::new("prlimit").args(["--pid", &pid, &size]).status().unwrap().success());
    };
    assert!(comes_to(&address, StatusCode::OK).await);

    limit("4096:unlimited");
    let is_refused = comes_to(&address, StatusCode::SERVICE_UNAVAILABLE).await;
    limit("unlimited");
    let is_back = comes_to(&address, StatusCode::OK).await;
    stop(child);

    assert!(is_refused && is_back, "{is_refused} {is_back}");
}

#[actix_web::test]
async fn a_database_that_only_reads_is_not_ready_and_changes_are_refused_until_it_writes_again() {
    let app = TestApp::spawn();
    if app.database.is_sqlite() {
        return;
    }
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let keys = format!("/users/{}/keys", root.uin);
    let csrf = root.browser.get(&keys).await.csrf();
    // What a failover leaves behind, for a connection that is there.
    let set = app.app.store.read_now(|conn| {
        diesel::sql_query("SET default_transaction_read_only = on").execute(conn)?;
        Ok::<_, StoreError>(())
    });
    set.unwrap();

    let page = root.browser.post(&keys, &csrf, &[]).await;
    let call = client.call("cam", "CreateAccessKey", serde_json::json!({})).await;

    assert_ne!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_ne!(crate::support::code(&call), "InternalError", "{call}");
    assert!(comes_to(&app.address, StatusCode::OK).await, "the next connection writes");
    assert_eq!(root.browser.get(&keys).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn being_ready_needs_no_right_to_make_tables() {
    let app = TestApp::spawn();
    if app.database.is_sqlite() {
        return;
    }
    let role = format!("plain_{}", uuid::Uuid::new_v4().simple());
    let mut owner = PgConnection::establish(&app.database.url).unwrap();
    owner
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN; DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO {role}', current_schema()); \
             EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {role}', current_schema()); \
             END $$"
        ))
        .unwrap();
    let mut url = reqwest::Url::parse(&app.database.url).unwrap();
    url.set_username(&role).unwrap();
    let node = app.node_at(url.as_str());
    let status = readyz(&node.address).await;
    let made = readyz(&node.address).await;
    drop(node);
    let _ = owner.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));

    assert_eq!((status, made), (StatusCode::OK, StatusCode::OK));
}
