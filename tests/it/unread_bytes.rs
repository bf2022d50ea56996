//! Bytes that nobody signed: they cost little, and set off no alarm.

use crate::support::process::{camlock, started, stop, text};
use crate::support::wire::PATIENCE;
use crate::support::{TestApp, code};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A server of its own process, and its address.
fn process(folder: &std::path::Path, settings: &[(&str, &str)]) -> (std::process::Child, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut command = camlock(folder, &["serve"]);
    command.env("CAMLOCK_LISTEN", &address).envs(settings.iter().copied());
    // What is taken is counted to the page; huge ones would round it up by as much as the machine has of them.
    command.env("MIMALLOC_ALLOW_THP", "0");
    (started(&mut command).0, address)
}

fn exchange(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn bytes_that_are_no_request_set_off_no_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let (child, address) = process(folder.path(), &[]);

    for garbage in [
        b"GARBAGE\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        [b"GET / HTTP/1.1\r\nX: ".to_vec(), vec![b'a'; 200_000], b"\r\n\r\n".to_vec()].concat(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_vec(),
        b"\0\0\0\0\r\n\r\n".to_vec(),
    ] {
        exchange(&address, &garbage);
    }
    let log = text(&stop(child).stderr);

    assert!(!log.contains("ERROR"), "{log}");
    assert!(log.contains("camlock is listening"), "{log}");
}

#[test]
fn the_operator_can_have_the_frameworks_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let (child, address) = process(folder.path(), &[("CAMLOCK_LOG__LEVEL", "info,actix_http::h1=debug")]);

    exchange(&address, b"GARBAGE\r\n\r\n");

    assert!(text(&stop(child).stderr).contains("actix_http::h1"));
}

/// The most memory that a process has had, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn an_unsigned_body_takes_little_more_memory_than_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (child, address) = process(folder.path(), &[]);
    let before = peak(child.id());
    let repeated = |piece: &str| piece.repeat(10_000_000 / piece.len());

    for (head, body) in [
        ("Content-Type: application/x-www-form-urlencoded", repeated("a&")),
        ("Content-Type: application/x-www-form-urlencoded", repeated("%41=%42&")),
        ("X-TC-Action: ListUsers\r\nContent-Type: text/plain", repeated("a&")),
        ("X-TC-Action: ListUsers\r\nContent-Type: application/json", format!("[{}0]", repeated("0,"))),
        ("X-TC-Action: ListUsers\r\nContent-Type: multipart/form-data; boundary=x", repeated("\r\n--x\r\n")),
    ] {
        let length = body.len();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let answer = exchange(&address, request.as_bytes());
        assert!(answer.contains("\"Error\""), "{head}: {answer}");
    }
    let after = peak(child.id());
    stop(child);

    assert!(after < before + 80 * 1024, "{before} KiB before, {after} KiB after");
}

#[actix_web::test]
async fn a_signed_body_of_millions_of_values_is_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    for body in [
        format!("{{\"a\":[{}0]}}", "0,".repeat(200_000)),
        format!("{{\"a\":\"\"{}}}", ",\"b\":[]".repeat(150_000)),
    ] {
        let mut signed = client.sign_text("ListUsers", &body);
        signed.body = body.into_bytes();
        assert_eq!(code(&client.response(&signed).await), "InvalidRequest");
    }
    let part = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    let parts = client.sign_multipart("ListUsers", "x", &format!("{}--x--\r\n", part.repeat(50_000)));
    assert_eq!(code(&client.response(&parts).await), "InvalidRequest");
}

#[actix_web::test]
async fn the_language_of_an_unsigned_form_is_found_at_its_beginning() {
    let app = TestApp::spawn();
    app.bare_root("root").await;
    let text = |form: &str| {
        let length = form.len();
        let answer = app.exchange(format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n\r\n{form}"
        ));
        let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        body["Response"]["Error"]["Message"].as_str().unwrap().to_owned()
    };
    let is_chinese = |text: String| !text.is_ascii();

    assert!(is_chinese(text("Action=ListUsers&Language=zh-CN")));
    assert!(!is_chinese(text("Action=ListUsers&Language=en-US")));
    assert!(!is_chinese(text("Action=ListUsers&XLanguage=zh-CN")));
    assert!(!is_chinese(text(&format!("Action={}&Language=zh-CN", "a".repeat(3000)))));
}
