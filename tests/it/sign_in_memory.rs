//! The program itself: a crowd at the door leaves its memory as it was.
#![cfg(target_os = "linux")]

use crate::support::Browser;
use crate::support::people::PASSWORD;
use futures_util::future::join_all;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that is killed with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn resident_mib(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<i64>().unwrap() / 1024
}

#[actix_web::test]
async fn five_hundred_tries_at_once_leave_at_most_60_mib_behind() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let program = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_camlock"));
        program.current_dir(folder.path()).env_clear().env("CAMLOCK_LISTEN", &address);
        program.env("CAMLOCK_LOG__LEVEL", "off").env("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1");
        program.stdout(Stdio::null()).stderr(Stdio::null());
        program
    };
    let arguments =
        ["admin", "create-root", "--account-name", "A", "--user-name", "root", "--password-file", "password"];
    assert!(program().args(arguments).status().unwrap().success());
    let server = Server(program().arg("serve").spawn().unwrap());
    while std::net::TcpStream::connect(&address).is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let browser = Browser::new(&format!("http://{address}"));
    let csrf = browser.get("/login").await.csrf();
    let guess = async |n: usize| {
        let name = format!("nobody{n}");
        let fields = [("csrf", csrf.as_str()), ("user_name", &name), ("password", "wrong password 123")];
        let ip = format!("203.0.{}.{}", n % 250, n / 250);
        let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-for", ip.as_str())];
        let body = Some(crate::support::browser::encoded(&fields));
        browser.send(reqwest::Method::POST, "/login", body, &headers).await.status.as_u16()
    };
    guess(1000).await;
    let before = resident_mib(&server);

    let statuses = join_all((0..500).map(guess)).await;
    // Threads that wait for work go after ten seconds.
    let mut after = i64::MAX;
    for _ in 0..30 {
        after = resident_mib(&server);
        if after - before <= 60 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    assert!(statuses.contains(&401) && statuses.iter().all(|status| [401, 503].contains(status)));
    assert!(after - before <= 60, "{before} MiB before, {after} MiB after");
}
