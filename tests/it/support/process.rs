//! The program itself, in a folder of its own.

use super::TestApp;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A command in that folder, with nothing set but an address of its own.
pub fn camlock(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_camlock"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("CAMLOCK_LISTEN", "127.0.0.1:0")
        .env("CAMLOCK_SERVER__DRAIN_SECONDS", "0")
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

/// A command that serves at a port of its own, and its address.
pub fn at_a_port(folder: &Path) -> (Command, String) {
    let address = format!("127.0.0.1:{}", free_port());
    let mut command = camlock(folder, &["serve"]);
    command.env("CAMLOCK_LISTEN", &address).env("CAMLOCK_PUBLIC_URL", format!("http://{address}"));
    (command, address)
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port()
}

/// Asks for a page over a connection of its own; nothing where there is no answer within ten seconds.
pub fn ask(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer).filter(|answer| !answer.is_empty())
}

/// Waits until a server answers that it is ready.
pub fn await_ready(address: &str) {
    for _ in 0..400 {
        if ask(address, "/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing is ready at {address}");
}

/// Sends a signal by its name.
pub fn signal(child: &Child, name: &str) {
    Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().expect("kill");
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

/// Runs the program beside a server of a test, as its operator.
pub fn operate(app: &TestApp, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_camlock"))
        .args(arguments)
        .current_dir(app.folder.path())
        .env_clear()
        .env("CAMLOCK_DATA_DIR", app.folder.path().join("data"))
        .env("CAMLOCK_DATABASE__URL", &app.database.url)
        .output()
        .unwrap()
}
