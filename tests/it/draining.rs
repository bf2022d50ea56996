//! How a server stops: balancers notice first, then the port closes, then what is open ends.

use crate::support::process::{ask, at_a_port, await_ready, signal, text};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How a program ends, which must be soon.
fn end(child: &mut Child, most: Duration) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(begun.elapsed() < most, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_that_is_told_to_stop_is_not_ready_first_and_answers_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let mut child = command.env("CAMLOCK_SERVER__DRAIN_SECONDS", "3").spawn().unwrap();
    await_ready(&address);
    assert!(!kept_alive(&address, "/login").contains("connection: close"));

    signal(&child, "TERM");
    let told = Instant::now();
    while !ask(&address, "/readyz").unwrap().starts_with("HTTP/1.1 503") {
        assert!(told.elapsed() < Duration::from_secs(2), "it stays ready");
        std::thread::sleep(Duration::from_millis(10));
    }
    for path in ["/login", "/healthz", "/robots.txt", "/nowhere"] {
        let answer = kept_alive(&address, path);
        assert!(
            !answer.starts_with("http/1.1 503") && answer.contains("connection: close"),
            "{path}: {answer}"
        );
    }
    assert!(end(&mut child, Duration::from_secs(20)).success());
    assert!(told.elapsed() > Duration::from_secs(2), "it went on for its three seconds");
    assert!(ask(&address, "/healthz").is_none());
}

/// The head of an answer to a client that would go on, in lower case.
fn kept_alive(address: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
        head.push(byte[0]);
    }
    text(&head).to_lowercase()
}

#[test]
fn a_second_word_ends_it_at_once_and_a_person_does_not_wait() {
    for (first, second) in [("TERM", Some("TERM")), ("TERM", Some("INT")), ("INT", None), ("QUIT", None)] {
        let folder = tempfile::tempdir().unwrap();
        let (mut command, address) = at_a_port(folder.path());
        let mut child = command.env("CAMLOCK_SERVER__DRAIN_SECONDS", "15").spawn().unwrap();
        await_ready(&address);

        signal(&child, first);
        if let Some(second) = second {
            std::thread::sleep(Duration::from_millis(300));
            signal(&child, second);
        }

        assert!(end(&mut child, Duration::from_secs(8)).success(), "{first} {second:?}");
    }
}

#[test]
fn other_signals_do_not_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let mut child = command.spawn().unwrap();
    await_ready(&address);

    for name in ["HUP", "USR1", "USR2", "ALRM", "PIPE", "WINCH", "CHLD", "CONT"] {
        signal(&child, name);
        std::thread::sleep(Duration::from_millis(50));
        assert!(ask(&address, "/readyz").unwrap().starts_with("HTTP/1.1 200"), "after SIG{name}");
        assert!(child.try_wait().unwrap().is_none(), "after SIG{name}");
    }

    signal(&child, "TERM");
    assert!(end(&mut child, Duration::from_secs(20)).success());
}

#[test]
fn a_stop_does_not_wait_for_connections_that_say_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut command, address) = at_a_port(folder.path());
    let mut child = command.spawn().unwrap();
    await_ready(&address);
    let silent: Vec<_> = (0..4).map(|_| std::net::TcpStream::connect(&address).unwrap()).collect();
    std::thread::sleep(Duration::from_millis(200));

    signal(&child, "TERM");

    end(&mut child, Duration::from_secs(21));
    drop(silent);
}
