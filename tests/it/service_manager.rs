//! systemd's way of hearing of a server: when it is ready, that it goes round, that it stops.

use crate::support::process::{camlock, signal, started, stop};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

/// The next word within five seconds.
fn next(socket: &UnixDatagram) -> Option<String> {
    let mut word = [0; 64];
    let length = socket.recv(&mut word).ok()?;
    Some(String::from_utf8_lossy(&word[..length]).into_owned())
}

#[test]
fn the_service_manager_hears_when_a_server_is_ready_that_it_lives_and_that_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut command = camlock(folder.path(), &["serve"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "900000");

    let (child, _) = started(&mut command);
    let first = next(&socket);
    let begun = Instant::now();
    let signs: Vec<_> = (0..4).map(|_| next(&socket)).collect();
    let took = begun.elapsed();
    signal(&child, "STOP");
    std::thread::sleep(Duration::from_secs(1));
    socket.set_nonblocking(true).unwrap();
    while next(&socket).is_some() {}
    std::thread::sleep(Duration::from_secs(1));
    let while_stuck = next(&socket);
    socket.set_nonblocking(false).unwrap();
    signal(&child, "CONT");
    assert!(stop(child).status.success());

    assert_eq!(first.as_deref(), Some("READY=1"));
    assert!(signs.iter().all(|sign| sign.as_deref() == Some("WATCHDOG=1")), "{signs:?}");
    assert!(took > Duration::from_millis(700), "three in each 0.9 s, and no more: {took:?}");
    assert_eq!(while_stuck, None);
    let mut last = Vec::new();
    while let Some(word) = next(&socket) {
        last.push(word);
    }
    assert_eq!(last.last().map(String::as_str), Some("STOPPING=1"));
}

#[test]
fn a_watchdog_that_waits_for_another_program_hears_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1_500))).unwrap();
    let mut command = camlock(folder.path(), &["serve"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "300000").env("WATCHDOG_PID", "1");

    let (child, _) = started(&mut command);

    assert_eq!(next(&socket).as_deref(), Some("READY=1"));
    assert_eq!(next(&socket), None);
    assert!(stop(child).status.success());
}
