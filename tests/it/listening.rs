//! What a server says about where it listens.

use crate::support::process::{camlock, started, stop, text};

#[test]
fn a_server_that_listens_to_a_network_in_plain_http_says_so_and_prints_an_address_that_opens() {
    let folder = tempfile::tempdir().unwrap();
    let plain = |listen: &str, url: Option<&str>| {
        let mut command = camlock(folder.path(), &["serve"]);
        command.env_remove("CAMLOCK_PUBLIC_URL").env("CAMLOCK_LISTEN", listen);
        if let Some(url) = url {
            command.env("CAMLOCK_PUBLIC_URL", url);
        }
        let (child, line) = started(&mut command);
        (line, text(&stop(child).stderr))
    };
    let warns =
        |log: &str| log.lines().any(|line| line.contains("WARN") && line.contains("plain HTTP on a network"));

    let (line, log) = plain("0.0.0.0:0", None);
    assert!(line.starts_with("http://127.0.0.1:0/setup?token="), "{line}");
    assert!(warns(&log), "{log}");
    let (line, log) = plain("0.0.0.0:0", Some("http://0.0.0.0:8080"));
    assert!(line.starts_with("http://127.0.0.1:8080/setup?token=") && warns(&log), "{line} {log}");
    assert!(!warns(&plain("127.0.0.1:0", None).1));
    assert!(!warns(&plain("0.0.0.0:0", Some("https://camlock.example.com")).1));

    let doctor = camlock(folder.path(), &["doctor"]).env("CAMLOCK_LISTEN", "0.0.0.0:8080").output().unwrap();
    let said = text(&doctor.stdout);
    assert!(
        said.lines().any(|line| line.starts_with("fix") && line.contains("plain HTTP on a network")),
        "{said}"
    );
}
