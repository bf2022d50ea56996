//! A copy put over a SQLite file: what the former file had not taken in yet is never laid over it.

use crate::support::process::{camlock, refusal, text};
use crate::support::{Client, code};
use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use serde_json::json;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ID: &str = "AKIDrestore0000000000000000000000000";
const FILES: [&str; 4] = ["", "-wal", "-shm", "-stamp"];
const KEY: &str = "restoreSecretKey0000000000000000";

/// A server that runs on its own, and a program that holds a key of its root.
struct Running {
    child: Child,
    client: Client,
}

fn database(folder: &Path) -> PathBuf {
    folder.join("camlock-data/camlock.db")
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    folder.join(format!("camlock-data/camlock.db{ending}"))
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A folder with a root account that has a key.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("password"), "mulberry tram ninety violins\n").unwrap();
    fs::write(folder.path().join("secret"), KEY).unwrap();
    succeed(&mut camlock(folder.path(), &["setup-url"]));
    let root =
        ["admin", "create-root", "--account-name", "A", "--user-name", "root", "--password-file", "password"];
    let made: serde_json::Value = serde_json::from_str(&succeed(&mut camlock(folder.path(), &root))).unwrap();
    let uin = made["uin"].to_string().replace('"', "");
    let import = ["key", "import", "--uin", &uin, "--secret-id", ID, "--secret-key-file", "secret"];
    succeed(&mut camlock(folder.path(), &import));
    folder
}

impl Running {
    async fn start(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = camlock(folder, &["serve"]);
        command.env("CAMLOCK_LISTEN", format!("127.0.0.1:{port}"));
        command.env("CAMLOCK_API__CHANGES_PER_SECOND", "100000");
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        let client = Client::of_program(&format!("127.0.0.1:{port}"), ID, KEY);
        let running = Self { child, client };
        let end = Instant::now() + Duration::from_secs(30);
        while reqwest::get(format!("{}/readyz", running.client.address)).await.is_err() {
            assert!(Instant::now() < end, "it does not start");
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
        running
    }

    /// Makes users, until one is not made; gives the last that was.
    async fn make(&self, names: impl Iterator<Item = String>) -> Option<String> {
        let mut last = None;
        for name in names {
            let outcome = sent(self.client.sign("cam", "AddUser", &json!({ "Name": name })), &self.client);
            match outcome.await {
                Some(()) => last = Some(name),
                None => break,
            }
        }
        last
    }

    async fn has(&self, name: &str) -> bool {
        code(&self.client.call("cam", "GetUser", json!({ "Name": name })).await).is_empty()
    }

    fn end(mut self, signal: &str) {
        Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap();
    }
}

async fn sent(signed: crate::support::api::Signed, client: &Client) -> Option<()> {
    let mut request = reqwest::Client::new().post(format!("{}/", client.address)).body(signed.body);
    for (name, value) in signed.headers {
        request = request.header(name, value);
    }
    let answer = request.send().await.ok()?.text().await.ok()?;
    (!answer.contains("\"Error\"")).then_some(())
}

fn vacuum(folder: &Path, to: &Path) {
    let mut conn = SqliteConnection::establish(&database(folder).to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 0;").unwrap();
    conn.batch_execute(&format!("VACUUM INTO '{}'", to.display())).unwrap();
}

fn names(prefix: &str, count: usize) -> impl Iterator<Item = String> {
    let prefix = prefix.to_owned();
    (0..count).map(move |at| format!("{prefix}-{at}"))
}

/// Takes the copy as README says, and finds a sound database in it.
fn take(folder: &Path, copy: &Path) {
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(beside(folder, ending));
    }
    fs::copy(copy, database(folder)).unwrap();
    succeed(&mut camlock(folder, &["key", "disable", "--secret-id", ID]));
}

#[actix_web::test]
async fn a_copy_over_the_file_of_a_killed_server_is_not_ruined() {
    let folder = installed();
    let copy = |name: &str| folder.path().join(name);
    fs::copy(database(folder.path()), copy("stopped")).unwrap();
    let running = Running::start(folder.path()).await;
    running.make(names("early", 5)).await.unwrap();
    vacuum(folder.path(), &copy("early"));
    fs::copy(database(folder.path()), copy("raw")).unwrap();
    running.make(names("later", 70)).await.unwrap();
    vacuum(folder.path(), &copy("later"));
    running.make(names("last", 10)).await.unwrap();
    vacuum(folder.path(), &copy("last"));
    running.end("-KILL");
    for file in FILES {
        fs::copy(beside(folder.path(), file), copy(&format!("killed{file}"))).unwrap();
    }
    assert!(fs::metadata(copy("killed-wal")).unwrap().len() > 0);

    for name in ["stopped", "early", "raw", "later", "last"] {
        for is_renamed in [false, true] {
            for file in FILES {
                fs::copy(copy(&format!("killed{file}")), beside(folder.path(), file)).unwrap();
            }
            fs::copy(copy(name), copy("put")).unwrap();
            if is_renamed {
                fs::rename(copy("put"), database(folder.path())).unwrap();
            } else {
                fs::copy(copy("put"), database(folder.path())).unwrap();
            }

            for command in [vec!["serve"], vec!["key", "disable", "--secret-id", ID]] {
                let said = refusal(&mut camlock(folder.path(), &command));
                assert!(said.contains("remove") && said.contains("camlock.db-wal"), "{name}: {said}");
            }
            assert_eq!(fs::read(copy(name)).unwrap(), fs::read(database(folder.path())).unwrap(), "{name}");
            take(folder.path(), &copy(name));
        }
    }
}

#[actix_web::test]
async fn a_copy_moved_over_the_file_of_a_running_server_survives_its_restart() {
    let folder = installed();
    let running = Running::start(folder.path()).await;
    running.make(names("early", 5)).await.unwrap();
    let copy = folder.path().join("copy");
    vacuum(folder.path(), &copy);
    running.make(names("later", 5)).await.unwrap();
    fs::copy(&copy, folder.path().join("put")).unwrap();
    fs::rename(folder.path().join("put"), database(folder.path())).unwrap();
    assert_eq!(running.make(names("lost", 1)).await, None);
    let said = refusal(&mut camlock(folder.path(), &["key", "disable", "--secret-id", ID]));
    assert!(said.contains("camlock.db-wal"), "{said}");

    running.end("-TERM");

    assert_eq!(fs::read(&copy).unwrap(), fs::read(database(folder.path())).unwrap());
    let running = Running::start(folder.path()).await;
    assert!(running.has("early-4").await && !running.has("later-4").await);
    running.end("-TERM");
}

#[actix_web::test]
async fn a_copy_moved_over_the_file_of_a_running_server_survives_its_kill() {
    let folder = installed();
    let running = Running::start(folder.path()).await;
    running.make(names("early", 5)).await.unwrap();
    let copy = folder.path().join("copy");
    vacuum(folder.path(), &copy);
    fs::copy(&copy, folder.path().join("put")).unwrap();
    fs::rename(folder.path().join("put"), database(folder.path())).unwrap();

    running.end("-KILL");

    let said = refusal(&mut camlock(folder.path(), &["serve"]));
    assert!(said.contains("camlock.db-wal"), "{said}");
    take(folder.path(), &copy);
}

#[actix_web::test]
async fn a_stopped_server_leaves_a_file_that_is_whole_by_itself() {
    let folder = installed();
    let running = Running::start(folder.path()).await;
    let last = running.make(names("early", 5)).await.unwrap();
    running.end("-TERM");
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("camlock-data")).unwrap();
    fs::copy(database(folder.path()), database(other.path())).unwrap();
    let key = "camlock-data/master.key";
    fs::copy(folder.path().join(key), other.path().join(key)).unwrap();

    let running = Running::start(other.path()).await;

    assert!(running.has(&last).await);
    running.end("-TERM");
}

#[actix_web::test]
async fn what_a_killed_server_had_acknowledged_is_taken_every_time() {
    let folder = installed();
    let mut kept: Vec<String> = Vec::new();
    for round in 0..20_u64 {
        let running = Running::start(folder.path()).await;
        for name in kept.iter().rev().take(2) {
            assert!(running.has(name).await, "round {round}: {name}");
        }
        let pid = running.child.id().to_string();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150 + round * 37));
            Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        });
        kept.extend(running.make(names(&format!("round-{round}"), 100_000)).await);
        killer.join().unwrap();
        running.end("-KILL");
    }
    assert!(kept.len() > 10, "{kept:?}");
}

#[actix_web::test]
async fn a_log_from_before_there_were_stamps_is_taken_when_the_whole_is_sound() {
    let folder = installed();
    let running = Running::start(folder.path()).await;
    let last = running.make(names("early", 5)).await.unwrap();
    running.end("-KILL");
    fs::remove_file(beside(folder.path(), "-stamp")).unwrap();

    let running = Running::start(folder.path()).await;
    assert!(running.has(&last).await);
    running.end("-TERM");
}

/// A checkpoint that a power cut or a full disk ended: some pages of the file are new, others as they were; as many as
/// leave a file that is not whole without its log.
fn cut_a_checkpoint_short(folder: &Path) {
    let log = fs::read(beside(folder, "-wal")).unwrap();
    let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
    let salts = &log[16..24];
    let frames = log[32..].chunks_exact(24 + page);
    let of_now = frames.take_while(|frame| &frame[8..16] == salts);
    let mut pages: Vec<(usize, &[u8])> = of_now
        .map(|frame| (u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize, &frame[24..]))
        .collect();
    pages.sort_by_key(|(number, _)| *number);
    let before = fs::read(database(folder)).unwrap();
    for taken in 1..pages.len() {
        let mut file = before.clone();
        for (number, content) in &pages[..taken] {
            let start = (number - 1) * page;
            if file.len() < start + page {
                file.resize(start + page, 0);
            }
            file[start..start + page].copy_from_slice(content);
        }
        fs::write(database(folder), file).unwrap();
        if !is_sound_alone(&database(folder)) {
            return;
        }
    }
    panic!("no cut leaves a file that needs its log");
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

/// Whether a file is whole without its log.
fn is_sound_alone(path: &Path) -> bool {
    let address = format!("file:{}?mode=ro&immutable=1", path.display());
    let mut conn = SqliteConnection::establish(&address).unwrap();
    let found = diesel::sql_query("PRAGMA integrity_check").load::<Found>(&mut conn);
    found.is_ok_and(|found| found.iter().all(|line| line.integrity_check == "ok"))
}

#[actix_web::test]
async fn a_checkpoint_that_was_cut_short_is_made_good_from_the_log() {
    let folder = installed();
    let running = Running::start(folder.path()).await;
    running.make(names("before", 1)).await.unwrap();
    for number in 0..30 {
        let resources: Vec<String> = (0..100).map(|at| format!("qcs::cos::uin/1:{number}-{at}")).collect();
        let statement = json!([{ "effect": "allow", "action": "cos:GetObject", "resource": resources }]);
        let document = json!({ "version": "2.0", "statement": statement }).to_string();
        let body = json!({ "PolicyName": format!("grows-{number}"), "PolicyDocument": document });
        assert_eq!(code(&running.client.call("cam", "CreatePolicy", body).await), "");
    }
    let last = running.make(names("user", 5)).await.unwrap();
    running.end("-KILL");
    cut_a_checkpoint_short(folder.path());

    let running = Running::start(folder.path()).await;

    assert!(running.has(&last).await);
    running.end("-TERM");
}
