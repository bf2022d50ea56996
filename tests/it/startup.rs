//! The program itself: what it says and refuses at start.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn camlock(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_camlock"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("CAMLOCK_LISTEN", "127.0.0.1:0")
        .env("CAMLOCK_SERVER__DRAIN_SECONDS", "0")
        .env("CAMLOCK_PUBLIC_URL", "http://127.0.0.1:8080")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    camlock(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A started server and the first line that it printed.
fn serve(folder: &Path) -> (Child, String) {
    let mut child = camlock(folder, &["serve"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

fn stop(child: Child) -> Output {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_first_start_makes_a_key_prints_the_address_and_stops_gracefully() {
    let folder = tempfile::tempdir().unwrap();

    let (child, line) = serve(folder.path());
    let ended = stop(child);

    assert!(line.starts_with("http://127.0.0.1:8080/setup?token="), "{line}");
    let token = line.trim().split("token=").nth(1).unwrap();
    assert!(!text(&ended.stderr).contains(token), "the log holds the token");
    assert!(ended.status.success(), "{}", text(&ended.stderr));
    for file in ["master.key", "camlock.db"] {
        let kept = fs::metadata(folder.path().join("camlock-data").join(file)).unwrap();
        assert_eq!(kept.permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_missing_wrong_or_readable_key_is_one_clear_line_and_no_new_key() {
    let folder = tempfile::tempdir().unwrap();
    stop(serve(folder.path()).0);
    let key = folder.path().join("camlock-data/master.key");
    let kept = fs::read_to_string(&key).unwrap();
    let said = || {
        let output = run(folder.path(), &["serve"]);
        assert!(!output.status.success());
        let line = text(&output.stderr);
        assert_eq!(line.trim().lines().count(), 1, "{line}");
        line
    };

    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(said().contains("chmod 600"));
    fs::remove_file(&key).unwrap();
    assert!(said().contains("missing"));
    assert!(!key.exists());
    fs::write(&key, "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(said().contains("does not match"));
    fs::write(&key, kept).unwrap();
    stop(serve(folder.path()).0);
}

#[test]
fn an_existing_folder_without_a_key_never_gets_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("camlock-data")).unwrap();
    fs::write(folder.path().join("camlock-data/notes.txt"), "mine").unwrap();

    let output = run(folder.path(), &["serve"]);

    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("not empty"), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(folder.path().join("camlock-data")).unwrap().count(), 1);
}

#[test]
fn the_operator_makes_roots_and_lets_people_in_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("password"), "mulberry tram ninety violins\n").unwrap();
    fs::write(folder.path().join("weak"), "password1234\n").unwrap();
    let create = |file| {
        run(
            folder.path(),
            &[
                "admin",
                "create-root",
                "--account-name",
                "Acme",
                "--user-name",
                "root",
                "--password-file",
                file,
            ],
        )
    };

    let made = create("password");
    let root: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(root["uin"], 100_000_000_001_i64);
    assert_eq!(root["app_id"], 1_250_000_001);
    assert!(root["uid"].is_i64());
    assert!(!create("weak").status.success());
    for action in ["reset-mfa", "unlock"] {
        assert!(run(folder.path(), &["admin", action, "--uin", "100000000001"]).status.success());
        assert!(!run(folder.path(), &["admin", action, "--uin", "100000000009"]).status.success());
    }
    let reset = ["admin", "reset-password", "--uin", "100000000001", "--password-file", "password"];
    assert!(run(folder.path(), &reset).status.success());
    assert!(!run(folder.path(), &["setup-url"]).status.success());
}

#[test]
fn settings_are_checked_and_shown_without_passwords() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["config", "check"]).status.success());
    fs::write(folder.path().join("camlock.toml"), "listn = \"127.0.0.1:1\"\n").unwrap();
    let output = run(folder.path(), &["config", "check"]);
    assert!(text(&output.stderr).contains("listn") && !output.status.success());
    fs::write(folder.path().join("camlock.toml"), "[database]\nurl = \"postgres://me:hunter2@db/camlock\"\n")
        .unwrap();
    let output = run(folder.path(), &["config", "show"]);
    assert!(output.status.success() && !text(&output.stdout).contains("hunter2"));
}

#[test]
fn health_fails_where_nothing_listens() {
    let folder = tempfile::tempdir().unwrap();
    let output = camlock(folder.path(), &["health"]).env("CAMLOCK_LISTEN", "127.0.0.1:1").output().unwrap();

    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("127.0.0.1:1"));
}

#[test]
fn doctor_says_what_to_do_on_an_empty_installation() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["doctor"]);

    assert!(!output.status.success());
    let said = text(&output.stdout);
    assert!(said.contains("There is no database at") && said.contains("camlock serve"), "{said}");

    assert!(run(folder.path(), &["setup-url"]).status.success());
    assert!(text(&run(folder.path(), &["doctor"]).stdout).contains("setup-url"));
}
