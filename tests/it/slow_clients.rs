//! Clients that do not read, do not send, do not stop, or come in crowds are let go.

use crate::support::TestApp;
use crate::support::wire::{PATIENCE, status};
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection that can take next to nothing before its owner reads.
fn narrow(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(2048).unwrap();
    socket.connect(&address.into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    stream
}

/// Whether the server has ended the connection; a byte that it may ignore is sent to find out.
fn has_ended(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let sent = stream.write(b"z");
    sent.is_err_and(|error| error.kind() != ErrorKind::WouldBlock)
}

/// Waits until that is so.
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[actix_web::test]
async fn clients_that_never_read_are_let_go() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__WRITE_TIMEOUT_SECONDS", "1")]);
    app.root().await;
    let style = app.browser().get("/login").await.attribute("link[rel=stylesheet]", "href").unwrap();
    let request = format!("GET {style} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(60);
    let address: SocketAddr = app.host().parse().unwrap();

    let mut clients: Vec<TcpStream> = (0..100).map(|_| narrow(address)).collect();
    for client in &mut clients {
        // The server may stop reading before all of it is sent.
        let _ = client.write_all(request.as_bytes());
    }

    eventually("all of them are gone", || clients.iter().all(has_ended));
    assert_eq!(app.browser().get("/healthz").await.status, 200);
}

#[actix_web::test]
async fn a_client_that_reads_slowly_gets_everything() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__WRITE_TIMEOUT_SECONDS", "1")]);
    app.root().await;
    let style = app.browser().get("/login").await.attribute("link[rel=stylesheet]", "href").unwrap();
    let request = format!("GET {style} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(15)
        + &format!("GET {style} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let whole = app.exchange(&request);

    let mut client = narrow(app.host().parse().unwrap());
    client.write_all(request.as_bytes()).unwrap();
    let (mut taken, mut piece) = (0, vec![0; whole.len() / 12]);
    while taken < whole.len() {
        taken += client.read(&mut piece).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }

    assert_eq!(taken, whole.len());
}

/// Sends chunks for as long as somebody takes them; gives the answer's beginning and how many bytes were taken.
fn endless(app: &TestApp, head: &str) -> (String, usize) {
    let mut stream = app.connect();
    stream.write_all(format!("{head}\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(length @ 1..) = reader.read(&mut piece) {
            answer.extend_from_slice(&piece[..length]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    });
    let chunk = [&b"4000\r\n"[..], &[b'a'; 0x4000], b"\r\n"].concat();
    let (mut sent, end) = (0, Instant::now() + PATIENCE);
    while stream.write_all(&chunk).is_ok() {
        sent += chunk.len();
        assert!(Instant::now() < end, "{head}: {sent} bytes were taken, and no end");
    }
    (reading.join().unwrap(), sent)
}

#[actix_web::test]
async fn a_body_without_end_is_cut_after_the_answer_wherever_it_goes() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__BODY_LIMIT_KIB", "64")]);
    app.root().await;
    let form = "Content-Type: application/x-www-form-urlencoded";

    for (head, expected) in [
        (format!("POST /login HTTP/1.1\r\nHost: x\r\n{form}"), 413),
        (format!("POST /nowhere HTTP/1.1\r\nHost: x\r\n{form}"), 413),
        ("PUT /users HTTP/1.1\r\nHost: x".to_owned(), 405),
        ("DELETE /nowhere HTTP/1.1\r\nHost: x".to_owned(), 404),
        ("GET /login HTTP/1.1\r\nHost: x".to_owned(), 200),
        ("GET /healthz HTTP/1.1\r\nHost: x".to_owned(), 200),
        ("POST /healthz HTTP/1.1\r\nHost: x".to_owned(), 413),
        ("HEAD /healthz HTTP/1.1\r\nHost: x".to_owned(), 200),
        ("GET /static/none HTTP/1.1\r\nHost: x".to_owned(), 404),
        ("GET /users HTTP/1.1\r\nHost: x".to_owned(), 303),
        ("POST / HTTP/1.1\r\nHost: x\r\nX-TC-Action: ListUsers".to_owned(), 200),
        ("POST / HTTP/1.1\r\nHost: x\r\nX-TC-Action: ListUsers\r\nContent-Encoding: gzip".to_owned(), 200),
        (format!("POST / HTTP/1.1\r\nHost: x\r\n{form}"), 200),
    ] {
        let (answer, _) = endless(&app, &head);
        assert!(!answer.is_empty(), "{head}: an answer");
        assert_eq!(status(&answer), expected, "{head}");
    }
}

#[actix_web::test]
async fn a_connection_is_used_again_after_a_chunked_body_that_ends() {
    let app = TestApp::spawn();
    app.root().await;
    let mut stream = app.connect();
    let request =
        "POST / HTTP/1.1\r\nHost: x\r\nX-TC-Action: ListUsers\r\nTransfer-Encoding: chunked\r\n\r\n";

    for _ in 0..3 {
        stream.write_all(request.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        stream.write_all(b"2\r\n{}\r\n0\r\n\r\n").unwrap();
        let mut piece = [0; 8192];
        let length = stream.read(&mut piece).unwrap();
        assert_eq!(status(&String::from_utf8_lossy(&piece[..length])), 200);
    }
}

#[actix_web::test]
async fn a_tunnel_is_refused_at_once() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__BODY_TIMEOUT_SECONDS", "600")]);
    app.root().await;

    for target in ["/any", "/users", "/", "/healthz", "example.com:443"] {
        for more in ["", "X-TC-Action: ListUsers\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"]
        {
            let answer = app.exchange(format!("CONNECT {target} HTTP/1.1\r\nHost: x\r\n{more}\r\n"));
            assert_eq!(status(&answer), 405, "{target} {more}");
            assert!(answer.to_lowercase().contains("\r\nallow: get, head, post\r\n"), "{answer}");
        }
    }
}

#[actix_web::test]
async fn methods_without_a_form_do_not_wait_for_one() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__BODY_TIMEOUT_SECONDS", "600")]);
    app.root().await;

    for method in ["PUT", "PATCH", "DELETE", "FOO"] {
        let answer =
            app.exchange(format!("{method} /users HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"));
        assert_eq!(status(&answer), 405, "{method}");
    }
}

#[actix_web::test]
async fn the_head_of_a_later_request_has_to_come_in_time_too() {
    let app = TestApp::spawn();
    app.root().await;
    let mut stream = app.connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut piece = [0; 4096];
    assert!(stream.read(&mut piece).unwrap() > 0);

    stream.write_all(b"GET /heal").unwrap();
    eventually("it is let go", || has_ended(&stream));
}

/// Whether the server still answers on that connection.
fn is_served(stream: &mut TcpStream) -> bool {
    let mut piece = [0; 4096];
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").is_ok()
        && stream.read(&mut piece).is_ok_and(|length| length > 0)
}

#[actix_web::test]
async fn an_address_holds_so_many_connections_at_once() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__CONNECTIONS_PER_ADDRESS", "3")]);
    let mut held: Vec<TcpStream> = (0..3).map(|_| app.connect()).collect();
    assert!(held.iter_mut().all(is_served));

    assert!(!is_served(&mut app.connect()), "a fourth one is closed");

    held.pop().unwrap().shutdown(Shutdown::Both).unwrap();
    eventually("its place is free again", || is_served(&mut app.connect()));
}

#[actix_web::test]
async fn a_trusted_proxy_holds_as_many_connections_as_it_needs() {
    let app = TestApp::spawn_with(&[
        ("CAMLOCK_SERVER__CONNECTIONS_PER_ADDRESS", "1"),
        ("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
    ]);

    let mut held: Vec<TcpStream> = (0..8).map(|_| app.connect()).collect();

    assert!(held.iter_mut().all(is_served));
}
