//! Key files as Kubernetes, swarm and volumes hand them out.

use crate::support::process::{at_a_port, await_ready, camlock, refusal, stop, text};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const KEY: &str = "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";

/// A secret as Kubernetes mounts it: the name is a link into `..data`, which is a link to a folder.
fn mounted(folder: &Path, mode: u32) -> PathBuf {
    let mount = folder.join("secret");
    fs::create_dir_all(mount.join("..2026_11_28")).unwrap();
    let target = mount.join("..2026_11_28/master.key");
    fs::write(&target, KEY).unwrap();
    fs::set_permissions(&target, Permissions::from_mode(mode)).unwrap();
    symlink("..2026_11_28", mount.join("..data")).unwrap();
    symlink("..data/master.key", mount.join("master.key")).unwrap();
    mount.join("master.key")
}

fn doctor(folder: &Path, key: &Path) -> Command {
    let mut command = camlock(folder, &["setup-url"]);
    command.env("CAMLOCK_VAULT__KEY_FILE", key);
    command
}

#[test]
fn a_key_behind_links_is_taken_when_only_its_owner_and_own_groups_read_it() {
    for mode in [0o400, 0o440, 0o600, 0o640] {
        let folder = tempfile::tempdir().unwrap();
        let key = mounted(folder.path(), mode);
        let output = doctor(folder.path(), &key).output().unwrap();
        assert!(output.status.success(), "{mode:o}: {}", text(&output.stderr));
        let kept = fs::metadata(&key).unwrap().permissions().mode() & 0o777;
        assert_eq!(kept, mode, "nothing is changed where nothing is wrong");
    }
}

#[test]
fn a_key_that_everybody_reads_is_refused_also_behind_links() {
    for mode in [0o444, 0o644, 0o604, 0o666] {
        let folder = tempfile::tempdir().unwrap();
        let key = mounted(folder.path(), mode);
        let said = refusal(&mut doctor(folder.path(), &key));
        assert!(said.contains("chmod 600") && said.contains(&format!("{mode:04o}")), "{said}");
    }
}

#[test]
fn a_pipe_a_folder_and_a_link_to_nothing_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let nowhere = folder.path().join("nowhere");
    symlink("/nowhere/master.key", &nowhere).unwrap();

    for path in [&pipe, &folder.path().to_owned()] {
        assert!(refusal(&mut doctor(folder.path(), path)).contains("not a regular file"));
    }
    assert!(refusal(&mut doctor(folder.path(), &nowhere)).contains("is missing"));
}

#[test]
fn a_mode_that_a_volume_opened_to_its_group_is_mended_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let child = command.spawn().unwrap();
    await_ready(&address);
    stop(child);
    let data = folder.path().join("camlock-data");
    for file in ["master.key", "camlock.db"] {
        fs::set_permissions(data.join(file), Permissions::from_mode(0o660)).unwrap();
    }

    let child = command.spawn().unwrap();
    await_ready(&address);
    let said = text(&stop(child).stderr);

    assert_eq!(fs::metadata(data.join("master.key")).unwrap().permissions().mode() & 0o777, 0o600);
    let warned = said.lines().find(|line| line.contains("WARN") && line.contains("fsGroupChangePolicy"));
    assert!(warned.is_some_and(|line| line.contains("0660")), "{said}");
}

/// As somebody else, when the tests run as root.
#[test]
fn what_belongs_to_others_is_refused_with_what_helps_and_read_by_an_own_group() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let key = mounted(folder.path(), 0o440);
    if chown(&key, None, Some(4242)).is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the tests run as root there");
        return;
    }
    let program = folder.path().join("camlock");
    fs::copy(env!("CARGO_BIN_EXE_camlock"), &program).unwrap();
    let as_somebody = |groups: &str| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "4000", "--regid", "4000", groups]).arg(&program).arg("setup-url");
        command.current_dir(folder.path()).env("CAMLOCK_VAULT__KEY_FILE", &key).output().unwrap()
    };

    let allowed = as_somebody("--groups=4242");
    assert!(allowed.status.success(), "{}", text(&allowed.stderr));
    fs::set_permissions(&key, Permissions::from_mode(0o460)).unwrap();
    let refused = as_somebody("--groups=4242");
    let said = text(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("fsGroupChangePolicy: OnRootMismatch") && said.contains("0460"), "{said}");
}
