//! The program itself, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A command in that folder, with nothing set but an address of its own.
pub fn camlock(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_camlock"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("CAMLOCK_LISTEN", "127.0.0.1:0")
        .env("CAMLOCK_PUBLIC_URL", "http://127.0.0.1:8080")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A started server, once it has printed its setup address.
pub fn started(command: &mut Command) -> (Child, String) {
    greeted(command.spawn().expect("a program"))
}

/// The same for one that is starting.
pub fn greeted(mut child: Child) -> (Child, String) {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line).expect("a line");
    if line.is_empty() {
        let ended = child.wait_with_output().expect("its end");
        panic!("it did not start: {}", text(&ended.stderr));
    }
    (child, line)
}

/// Ends a server as an operator does.
pub fn stop(child: Child) -> Output {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    child.wait_with_output().expect("its end")
}

/// What a program said.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The one line with which a command refuses.
pub fn refusal(command: &mut Command) -> String {
    let output = command.output().expect("a program");
    let said = text(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    said
}
