//! PostgreSQL as it stands in real places: up later, several hosts, another isolation level, poolers, encodings, locks.
//!
//! All of it needs the PostgreSQL of `TEST_DATABASE_URL`; without it nothing is tried.

use crate::support::process::{at_a_port, await_ready, camlock, free_port, signal, stop, text};
use crate::support::{TestApp, code};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::json;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A database of its own, dropped with the test.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn make(options: &str) -> Option<Self> {
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        let name = format!("places_{}", uuid::Uuid::new_v4().simple());
        let mut conn = PgConnection::establish(&server).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {name} {options}")).unwrap();
        Some(Self { server, name })
    }

    fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).unwrap();
        url.set_path(&self.name);
        url.to_string()
    }

    fn port(&self) -> u16 {
        url::Url::parse(&self.server).unwrap().port().unwrap_or(5432)
    }

    /// The same with another host and port before, or in place of, the right one.
    fn at(&self, hosts: &str) -> String {
        format!("postgres://camlock@{hosts}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(&self.server) {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// What the program says that does not start, and how long it took.
fn refusal(url: &str) -> (String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let output = camlock(folder.path(), &["serve"]).env("CAMLOCK_DATABASE__URL", url).output().unwrap();
    assert!(!output.status.success());
    (text(&output.stderr), begun.elapsed())
}

#[test]
fn several_hosts_may_be_named_and_the_one_that_answers_serves() {
    let Some(database) = Database::make("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", free_port(), database.port());
    let (mut command, address) = at_a_port(folder.path());
    command.env("CAMLOCK_DATABASE__URL", format!("{}?target_session_attrs=read-write", database.at(&hosts)));

    let child = command.spawn().unwrap();
    await_ready(&address);

    let ended = stop(child);
    assert!(ended.status.success() && text(&ended.stderr).contains(&hosts), "{}", text(&ended.stderr));
}

#[test]
fn a_database_that_comes_up_later_is_waited_for_and_told_once() {
    let Some(database) = Database::make("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let (mut command, address) = at_a_port(folder.path());
    command.env("CAMLOCK_DATABASE__URL", database.at(&format!("127.0.0.1:{port}")));

    let child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let behind = database.port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(|client| pass_on(client, behind)));
    await_ready(&address);

    let said = text(&stop(child).stderr);
    assert_eq!(said.matches("is not there yet").count(), 1, "{said}");
}

/// Hands bytes both ways.
fn pass_on(client: TcpStream, port: u16) {
    let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
    for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

#[test]
fn a_start_that_waits_ends_when_it_is_told_to_and_what_cannot_mend_itself_is_not_waited_for() {
    let Some(database) = Database::make("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut command = camlock(folder.path(), &["serve"]);
    command.env("CAMLOCK_DATABASE__URL", database.at(&format!("127.0.0.1:{}", free_port())));
    let mut child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let told = Instant::now();
    signal(&child, "TERM");
    while child.try_wait().unwrap().is_none() {
        assert!(told.elapsed() < Duration::from_secs(10), "it goes on waiting");
        std::thread::sleep(Duration::from_millis(50));
    }

    let missing = database.url().replace(&database.name, "no_such_database");
    let (said, took) = refusal(&missing);
    assert!(said.contains("no_such_database") && said.contains("does not exist"), "{said}");
    assert!(took < Duration::from_secs(30));
}

#[actix_web::test]
async fn a_database_that_is_serializable_by_default_takes_many_changes_at_once() {
    let Some(database) = Database::make("") else { return };
    let mut conn = PgConnection::establish(&database.server).unwrap();
    let level = "SET default_transaction_isolation = 'serializable'";
    conn.batch_execute(&format!("ALTER DATABASE {} {level}", database.name)).unwrap();
    let app = TestApp::spawn_with(&[("CAMLOCK_DATABASE__URL", &database.url())]);
    let client = app.key_of(&app.bare_root("root").await).await;

    let calls = (0..24).map(|number| {
        let client = client.clone();
        async move { client.call("cam", "AddUser", json!({ "Name": format!("user-{number}") })).await }
    });
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(code(&answer), "", "{answer}");
    }
}

#[test]
fn a_database_in_another_encoding_is_refused_with_what_helps() {
    let options = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
    let Some(database) = Database::make(options) else { return };
    let (said, took) = refusal(&database.url());
    assert!(said.contains("LATIN1") && said.contains("ENCODING 'UTF8'"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(took < Duration::from_secs(30));
}

#[test]
fn a_lock_that_somebody_holds_does_not_end_a_start_that_makes_nothing() {
    let Some(database) = Database::make("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    command.env("CAMLOCK_DATABASE__URL", database.url());
    let child = command.spawn().unwrap();
    await_ready(&address);
    stop(child);
    for lock in [7311_i64, 7312] {
        let mut holder = PgConnection::establish(&database.url()).unwrap();
        let sql = format!("SELECT pg_advisory_lock({lock})");
        diesel::sql_query(sql).execute(&mut holder).unwrap();

        let child = command.spawn().unwrap();
        await_ready(&address);
        assert!(stop(child).status.success(), "lock {lock}");
    }
}

/// A pooler of that mode, until it is dropped.
struct Pooler {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        signal(&self.process, "INT");
        let _ = self.process.wait();
    }
}

fn pooler(database: &Database, mode: &str) -> Option<(Pooler, u16)> {
    let is_here = Command::new("pgbouncer").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_here {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: apt install pgbouncer");
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: pgbouncer is missing, install with: apt install pgbouncer");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let (port, place) = (free_port(), folder.path().display().to_string());
    std::fs::write(folder.path().join("users"), "\"camlock\" \"\"\n").unwrap();
    let file = format!(
        "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
         auth_type = any\nauth_file = {place}/users\npool_mode = {mode}\ndefault_pool_size = 20\n",
        database.port()
    );
    // Any user is that one: the server of the tests trusts its own.
    let file = file.replace("* = host", &format!("{} = user=camlock host", database.name));
    std::fs::write(folder.path().join("ini"), file).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "pgbouncer"]);
    command.arg(folder.path().join("ini")).stderr(Stdio::null()).stdout(Stdio::null());
    let pooler = Pooler { process: command.spawn().unwrap(), _folder: folder };
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some((pooler, port));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("pgbouncer does not listen");
}

#[test]
fn a_pooler_that_shares_sessions_is_refused_and_one_that_does_not_is_fine() {
    let Some(database) = Database::make("") else { return };
    let Some((_kept, port)) = pooler(&database, "transaction") else { return };
    let (said, took) = refusal(&database.at(&format!("127.0.0.1:{port}")));
    assert!(said.contains("pooler in transaction mode") && said.contains("pool_mode = session"), "{said}");
    assert!(took < Duration::from_secs(30));

    let Some((_kept, port)) = pooler(&database, "session") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let url = database.at(&format!("127.0.0.1:{port}"));
    let child = command.env("CAMLOCK_DATABASE__URL", url).spawn().unwrap();
    await_ready(&address);
    assert!(stop(child).status.success());
}
