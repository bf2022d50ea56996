//! The demonstration that the README leads to.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_demonstration_shows_a_request_that_passes_and_two_that_do_not_and_leaves_nothing_behind() {
    if Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: apt install nginx curl");
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: nginx is missing, install with: apt install nginx curl");
        return;
    }
    let (root, folder) = (Path::new(env!("CARGO_MANIFEST_DIR")), tempfile::tempdir().unwrap());

    let output = Command::new(root.join("deploy/gate/demo"))
        .env("DEMO_BINARY", env!("CARGO_BIN_EXE_camlock"))
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();

    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{wrong}");
    let after = |step: &str| said.split(step).nth(1).unwrap_or_default().to_owned();
    assert!(after("4. ").contains("by root (orders:GetOrder)\n    200\n"), "{said}\n{wrong}");
    assert!(after("5. ").contains("\n    401\n"), "{said}\n{wrong}");
    assert!(after("6. ").trim_end().ends_with("\n    401"), "{said}\n{wrong}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it cleans up");
}
