//! The first start, a start that was killed, and a start that finds its database lost.

use crate::support::database::TestDatabase;
use crate::support::process::{camlock, greeted, refusal, started, stop, text};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

fn data(folder: &Path, file: &str) -> PathBuf {
    folder.join("camlock-data").join(file)
}

fn serve(folder: &Path) -> Command {
    camlock(folder, &["serve"])
}

/// A folder whose server was started and stopped, and its key.
fn installed() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    stop(started(&mut serve(folder.path())).0);
    let key = fs::read_to_string(data(folder.path(), "master.key")).unwrap();
    (folder, key)
}

/// Leaves one file, with everything in it.
fn settle(database: &Path) {
    let mut conn = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;").unwrap();
}

fn lose(folder: &Path) {
    for file in ["camlock.db", "camlock.db-wal", "camlock.db-shm"] {
        let _ = fs::remove_file(data(folder, file));
    }
}

fn create_root(folder: &Path, url: Option<&str>) -> std::process::Output {
    fs::write(folder.join("password"), "mulberry tram ninety violins\n").unwrap();
    let arguments = [
        "admin",
        "create-root",
        "--account-name",
        "Acme",
        "--user-name",
        "root",
        "--password-file",
        "password",
    ];
    let mut command = camlock(folder, &arguments);
    if let Some(url) = url {
        command.env("CAMLOCK_DATABASE__URL", url);
    }
    command.output().unwrap()
}

#[test]
fn the_first_start_says_what_it_made_with_whole_paths() {
    let folder = tempfile::tempdir().unwrap();

    let first = text(&stop(started(&mut serve(folder.path())).0).stderr);
    let second = text(&stop(started(&mut serve(folder.path())).0).stderr);

    let root = folder.path().canonicalize().unwrap().join("camlock-data");
    for file in ["", "/camlock.db", "/master.key"] {
        let line = format!("Made {}{file}", root.display());
        assert!(first.lines().any(|said| said == line), "{line} in {first}");
    }
    assert!(!second.contains("Made "), "{second}");
    for file in ["camlock.db", "master.key"] {
        let mode = fs::metadata(data(folder.path(), file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let left: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".new")), "{left:?}");
}

#[test]
fn a_lost_database_is_not_replaced_unless_the_operator_says_so() {
    let (folder, key) = installed();
    lose(folder.path());

    for command in ["serve", "setup-url", "doctor"] {
        let output = camlock(folder.path(), &[command]).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success() && said.contains("serve --new-database"), "{command}: {said}");
    }
    assert!(!data(folder.path(), "camlock.db").exists());

    let (child, line) = started(&mut camlock(folder.path(), &["serve", "--new-database"]));
    let said = text(&stop(child).stderr);
    assert!(line.contains("/setup?token=") && said.contains("new installation"), "{line} {said}");
    assert_eq!(fs::read_to_string(data(folder.path(), "master.key")).unwrap(), key);
    stop(started(&mut serve(folder.path())).0);
}

#[test]
fn a_database_of_no_bytes_is_a_lost_one_with_or_without_a_key() {
    for keeps_key in [true, false] {
        let (folder, _) = installed();
        lose(folder.path());
        fs::write(data(folder.path(), "camlock.db"), "").unwrap();
        if !keeps_key {
            fs::remove_file(data(folder.path(), "master.key")).unwrap();
        }

        let said = refusal(&mut serve(folder.path()));

        assert!(said.contains("0 bytes") && said.contains("serve --new-database"), "{said}");
        assert_eq!(fs::metadata(data(folder.path(), "camlock.db")).unwrap().len(), 0);
        stop(started(&mut camlock(folder.path(), &["serve", "--new-database"])).0);
        stop(started(&mut serve(folder.path())).0);
    }
}

#[test]
fn a_new_database_never_takes_the_place_of_one_that_holds_anything() {
    let (folder, _) = installed();
    assert!(create_root(folder.path(), None).status.success());

    let child = camlock(folder.path(), &["serve", "--new-database"]).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    stop(child);

    let output = camlock(folder.path(), &["setup-url"]).output().unwrap();
    assert!(!output.status.success(), "the account is still there");
}

#[test]
fn a_file_without_tables_is_refused_whatever_key_is_there() {
    let (folder, _) = installed();
    lose(folder.path());
    let mut conn = SqliteConnection::establish(&data(folder.path(), "camlock.db").to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA user_version = 1;").unwrap();
    drop(conn);

    assert!(refusal(&mut serve(folder.path())).contains("has no tables"));
    assert!(refusal(&mut camlock(folder.path(), &["serve", "--new-database"])).contains("has no tables"));
    fs::remove_file(data(folder.path(), "master.key")).unwrap();
    assert!(refusal(&mut serve(folder.path())).contains("has no tables"));
    assert!(!data(folder.path(), "master.key").exists());
}

#[test]
fn what_a_lost_database_left_is_not_read_into_a_new_one() {
    let (folder, _) = installed();
    lose(folder.path());
    fs::write(data(folder.path(), "camlock.db-wal"), "changes").unwrap();

    let said = refusal(&mut camlock(folder.path(), &["serve", "--new-database"]));

    assert!(said.contains("camlock.db-wal"), "{said}");
    assert!(!data(folder.path(), "camlock.db").exists());
}

#[test]
fn a_key_that_the_operator_names_may_meet_an_empty_database_with_a_warning() {
    let (_kept, key) = installed();
    for is_credential in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("camlock-master-key");
        fs::write(&file, &key).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let mut command = serve(folder.path());
        if is_credential {
            command.env("CREDENTIALS_DIRECTORY", folder.path());
        } else {
            command.env("CAMLOCK_VAULT__KEY_FILE", &file);
        }

        let first = text(&stop(started(&mut command).0).stderr);
        let second = text(&stop(started(&mut command).0).stderr);

        assert!(
            first.lines().any(|line| line.contains("WARN") && line.contains("new installation")),
            "{first}"
        );
        assert!(!second.contains("new installation"), "{second}");
        assert!(!data(folder.path(), "master.key").exists());
    }
}

/// Every state in which a start can be killed, as it lies on the disk.
fn killed_states(folder: &Path) -> Vec<Vec<(&'static str, Vec<u8>)>> {
    let whole = |file| fs::read(data(folder, file)).unwrap();
    let (key, database) = (whole("master.key"), whole("camlock.db"));
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    vec![
        vec![],
        vec![("master.key.new", half(&key))],
        vec![("master.key.new", key.clone())],
        vec![("master.key.new", key.clone()), ("camlock.db.new", Vec::new())],
        vec![
            ("master.key.new", key.clone()),
            ("camlock.db.new", half(&database)),
            ("camlock.db.new-journal", vec![0; 512]),
        ],
        vec![("master.key.new", key.clone()), ("camlock.db.new", database.clone())],
        vec![("master.key", key.clone()), ("camlock.db.new", database.clone())],
        vec![("master.key", key), ("camlock.db", database)],
    ]
}

#[test]
fn a_start_that_was_killed_at_any_step_is_finished_by_the_next() {
    let (model, key) = installed();
    settle(&data(model.path(), "camlock.db"));

    for (at, state) in killed_states(model.path()).into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("camlock-data")).unwrap();
        let has_key = state.iter().any(|(file, _)| *file == "master.key");
        for (file, bytes) in state {
            fs::write(data(folder.path(), file), bytes).unwrap();
            fs::set_permissions(data(folder.path(), file), fs::Permissions::from_mode(0o600)).unwrap();
        }

        let (child, line) = started(&mut serve(folder.path()));
        stop(child);

        assert!(line.contains("/setup?token="), "step {at}: {line}");
        let kept = fs::read_to_string(data(folder.path(), "master.key")).unwrap();
        assert_eq!(kept == key, has_key, "step {at}");
        for file in ["master.key.new", "camlock.db.new", "camlock.db.new-journal"] {
            assert!(!data(folder.path(), file).exists(), "step {at}: {file}");
        }
    }
}

#[test]
fn a_database_that_waits_for_another_key_is_no_reason_to_begin_anew() {
    let (model, _) = installed();
    settle(&data(model.path(), "camlock.db"));
    let (folder, _) = installed();
    lose(folder.path());
    fs::copy(data(model.path(), "camlock.db"), data(folder.path(), "camlock.db.new")).unwrap();

    assert!(refusal(&mut serve(folder.path())).contains("serve --new-database"));
    assert!(data(folder.path(), "camlock.db.new").exists());
}

#[test]
fn a_database_with_accounts_is_never_thrown_away() {
    let (folder, _) = installed();
    assert!(create_root(folder.path(), None).status.success());
    settle(&data(folder.path(), "camlock.db"));
    fs::rename(data(folder.path(), "camlock.db"), data(folder.path(), "camlock.db.new")).unwrap();
    fs::remove_file(data(folder.path(), "master.key")).unwrap();
    lose(folder.path());

    assert!(refusal(&mut serve(folder.path())).contains("camlock.db.new"));
    assert!(data(folder.path(), "camlock.db.new").exists());
}

#[test]
fn a_start_killed_in_its_first_moments_is_finished_by_the_next_on_either_database() {
    for round in 0..10_u64 {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(folder.path());
        let with =
            |command: &mut Command| command.env("CAMLOCK_DATABASE__URL", &database.url).spawn().unwrap();

        let mut child = with(&mut serve(folder.path()));
        std::thread::sleep(Duration::from_millis(4 + round * 14));
        child.kill().unwrap();
        child.wait().unwrap();
        let next = with(&mut camlock(folder.path(), &["setup-url"])).wait_with_output().unwrap();

        assert!(next.status.success(), "round {round}: {}", text(&next.stderr));
    }
}

#[test]
fn nodes_that_start_at_once_on_an_empty_database_all_live() {
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(folder.path());
        let start = || -> Child {
            let mut command = serve(folder.path());
            command.env("CAMLOCK_DATABASE__URL", &database.url).spawn().unwrap()
        };

        let nodes: Vec<Child> = (0..6).map(|_| start()).collect();

        for node in nodes {
            let (node, line) = greeted(node);
            assert!(line.contains("/setup?token="), "{line}");
            let ended = stop(node);
            assert!(ended.status.success(), "{}: {}", ended.status, text(&ended.stderr));
        }
    }
}
