//! A log that cannot be written stops no answer.

use crate::support::process::{ask, at_a_port, await_ready, camlock, signal, text};
use std::fs::OpenOptions;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whether a server answers, says that it is ready, and ends well when it is asked to.
fn serves_and_ends(mut child: Child, address: &str) {
    await_ready(address);
    for path in ["/login", "/nowhere", "/healthz", "/readyz", "/static/none.css", "/login"] {
        let answer = ask(address, path).unwrap_or_else(|| panic!("no answer to {path}"));
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    }
    signal(&child, "TERM");
    let end = Instant::now() + Duration::from_secs(15);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(0));
}

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_reader_of_the_log_who_goes_away_stops_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let mut child = command.spawn().unwrap();
    await_ready(&address);

    drop(child.stderr.take());
    drop(child.stdout.take());

    serves_and_ends(child, &address);
}

#[test]
fn a_reader_of_the_log_who_was_never_there_stops_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["text", "json"] {
        let (mut command, address) = at_a_port(folder.path());
        let mut child = command.env("CAMLOCK_LOG__FORMAT", format).spawn().unwrap();
        drop(child.stderr.take());
        drop(child.stdout.take());
        serves_and_ends(child, &address);
    }
}

#[test]
fn a_disk_that_is_full_stops_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let child = command.env("CAMLOCK_LOG__LEVEL", "debug").stderr(full()).stdout(full()).spawn().unwrap();

    serves_and_ends(child, &address);
}

#[test]
fn standard_error_may_be_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (given, address) = at_a_port(folder.path());
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "exec \"$0\" serve >&- 2>&-"]).arg(env!("CARGO_BIN_EXE_camlock"));
    command.current_dir(folder.path()).env_clear().stdin(Stdio::null());
    for (name, value) in given.get_envs() {
        command.env(name, value.unwrap());
    }

    serves_and_ends(command.spawn().unwrap(), &address);
}

#[test]
fn a_reader_of_the_log_who_does_not_read_stops_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let child = command.env("CAMLOCK_LOG__LEVEL", "debug").spawn().unwrap();
    await_ready(&address);

    for call in 0..1500 {
        assert!(ask(&address, "/healthz").is_some(), "no answer to call {call}");
    }

    serves_and_ends(child, &address);
}

#[test]
fn lines_that_were_lost_are_counted_in_the_log_and_panic_is_no_word_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let mut child = command.spawn().unwrap();
    await_ready(&address);
    for _ in 0..6000 {
        ask(&address, "/healthz").unwrap();
    }

    let log = child.stderr.take().unwrap();
    let reading = std::thread::spawn(move || std::io::read_to_string(log).unwrap());
    std::thread::sleep(Duration::from_millis(1500));
    serves_and_ends(child, &address);

    let said = reading.join().unwrap();
    assert!(said.contains("lines of the log could not be written"), "{} bytes", said.len());
    assert!(said.contains("camlock has stopped") && !said.contains("panicked"));
}

#[test]
fn a_command_whose_output_nobody_takes_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [["setup-url", ""], ["config", "show"], ["config", "check"], ["doctor", ""], ["--help", ""]]
    {
        let arguments: Vec<&str> = arguments.into_iter().filter(|argument| !argument.is_empty()).collect();
        let output = camlock(folder.path(), &arguments).stdout(full()).output().unwrap();
        let said = text(&output.stderr);
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        assert_ne!(output.status.code(), Some(101), "{arguments:?}");
        let silent = camlock(folder.path(), &arguments).stdout(full()).stderr(full()).status().unwrap();
        assert!(silent.code().is_some_and(|code| code < 3), "{arguments:?}: {silent}");
    }
}

#[test]
fn the_log_holds_no_words_of_the_framework() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let child = command.spawn().unwrap();
    await_ready(&address);
    signal(&child, "TERM");
    let said = text(&child.wait_with_output().unwrap().stderr);

    assert!(said.contains("camlock is listening"), "{said}");
    assert!(!said.contains("actix"), "{said}");
    for line in said.lines().filter(|line| line.starts_with("Made ")) {
        assert!(line.starts_with("Made /"), "{line}");
    }
}
