//! The program in its places: a root that cannot be written, another user, proxies in front, restarts one by one.

use crate::support::process::{ask, at_a_port, await_ready, free_port, signal, stop, text};
use crate::support::{Client, code};
use camlock::config::Config;
use serde_json::json;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Whether a program is here; fails where nothing may be left out.
fn has(program: &str) -> bool {
    let found =
        Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    if found.unwrap().success() {
        return true;
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: apt install {program}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is missing, install with: apt install {program}");
    false
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        signal(&self.0, "TERM");
        let _ = self.0.wait();
    }
}

fn shipped(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file)).unwrap()
}

/// What a file of `deploy` sets, as `CAMLOCK_X: value` or `{ name: CAMLOCK_X, value: "…" }`.
fn settings_of(file: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let rest = line.get(line.find("CAMLOCK_")?..)?;
        let (name, value) = rest.split_once(": ")?;
        let name = name.trim_end_matches(", value").to_owned();
        let is_name =
            name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        let value = value.trim().trim_end_matches('}').trim().trim_matches('"').to_owned();
        is_name.then_some((name, value))
    };
    shipped(file).lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(line).collect()
}

#[test]
fn what_the_files_set_are_settings_of_camlock() {
    for file in ["compose.yaml", "kubernetes.yaml"] {
        let settings = settings_of(file);
        assert!(settings.len() >= 3, "{file}: {settings:?}");
        let config =
            Config::load(None, settings.into_iter()).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(config.is_https() && !config.server.trusted_proxies.is_empty(), "{file}");
    }
}

#[test]
fn the_files_leave_a_node_nothing_that_it_does_not_need() {
    let wanted: [(&str, &[&str]); 4] = [
        (
            "camlock.service",
            &[
                "Type=notify",
                "WatchdogSec=",
                "DynamicUser=yes",
                "ProtectSystem=strict",
                "NoNewPrivileges=yes",
                "CapabilityBoundingSet=\n",
                "MemoryDenyWriteExecute=yes",
            ],
        ),
        (
            "Dockerfile",
            &["FROM gcr.io/distroless/cc-debian12:nonroot", "USER 65532:65532", "HEALTHCHECK", "--locked"],
        ),
        (
            "compose.yaml",
            &[
                "read_only: true",
                "cap_drop: [ALL]",
                "no-new-privileges:true",
                "node-one: *node",
                "node-two: *node",
                "postgres:",
                "nginx:",
            ],
        ),
        (
            "kubernetes.yaml",
            &[
                "enableServiceLinks: false",
                "readOnlyRootFilesystem: true",
                "runAsNonRoot: true",
                "allowPrivilegeEscalation: false",
                "kind: PodDisruptionBudget",
                "path: /readyz",
                "path: /healthz",
                "terminationGracePeriodSeconds: 30",
                "maxUnavailable: 0",
            ],
        ),
    ];
    for (file, lines) in wanted {
        let text = shipped(file);
        for line in lines {
            assert!(text.contains(line), "{line} is in deploy/{file}");
        }
    }
    let nginx = "server 127.0.0.1:8080 fail_timeout=1s;";
    assert!(
        shipped("nginx.conf").contains(nginx) && shipped("compose.yaml").contains(nginx),
        "compose puts two there"
    );
}

#[test]
fn two_nodes_behind_nginx_lose_no_call_while_one_is_killed_and_both_restart() {
    if !has("nginx") || !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/try-two-nodes");

    let output = Command::new(script)
        .env("TRY_BINARY", env!("CARGO_BIN_EXE_camlock"))
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();

    let (said, wrong) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}\n{wrong}");
    assert_eq!(said.matches(" calls, 0 refused\n").count(), 2, "{said}\n{wrong}");
    // The one that was killed counts for half a minute.
    assert!(said.matches("(version ").count() >= 2, "doctor names both nodes: {said}\n{wrong}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it cleans up");
}

/// Runs a command in a file system where only `data` can be written, as a user who owns nothing else.
fn confined(folder: &Path, program: &Path, arguments: &str) -> Command {
    let data = folder.join("data");
    let script = format!(
        "set -e; mount --bind {data} {data}; mount -o remount,bind,ro /; \
         for place in /tmp /var/tmp /dev/shm /run; do mount -o remount,bind,ro $place 2>/dev/null || true; done; \
         cd /; exec setpriv --reuid 4000 --regid 4000 --clear-groups --no-new-privs {program} {arguments}",
        data = data.display(),
        program = program.display(),
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("CAMLOCK_DATA_DIR", &data);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A folder with the program and a data directory of that user.
fn place() -> Option<(tempfile::TempDir, std::path::PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("camlock");
    fs::copy(env!("CARGO_BIN_EXE_camlock"), &program).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("words"), "mulberry tram ninety violins\n").unwrap();
    fs::set_permissions(folder.path().join("words"), Permissions::from_mode(0o644)).unwrap();
    let is_root = std::os::unix::fs::chown(folder.path().join("data"), Some(4000), Some(4000)).is_ok();
    let can = is_root && has("unshare") && has("setpriv");
    let tried = can && confined(folder.path(), &program, "--version").status().unwrap().success();
    if tried {
        return Some((folder, program));
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the tests run as root there");
    let _ = writeln!(std::io::stderr(), "SKIPPED: a read-only root needs root and unshare");
    None
}

/// A key pair that the operator takes in.
const PAIR: (&str, &str) = ("AKIDabcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345");

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[actix_web::test]
async fn a_root_that_cannot_be_written_and_another_user_are_enough() {
    let Some((folder, program)) = place() else { return };
    let words = folder.path().join("words");
    let create =
        format!("admin create-root --account-name Acme --user-name root --password-file {}", words.display());
    let made: serde_json::Value =
        serde_json::from_str(&said(&mut confined(folder.path(), &program, &create))).unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, PAIR.1).unwrap();
    let import = format!(
        "key import --uin {} --secret-id {} --secret-key-file {}",
        made["uin"],
        PAIR.0,
        secret.display()
    );
    said(&mut confined(folder.path(), &program, &import));

    let address = format!("127.0.0.1:{}", free_port());
    let mut command = confined(folder.path(), &program, "serve");
    command.env("CAMLOCK_LISTEN", &address).env("CAMLOCK_SERVER__DRAIN_SECONDS", "0");
    let child = command.spawn().unwrap();
    await_ready(&address);
    let client = Client::of_program(&address, PAIR.0, PAIR.1);
    let mut uins = Vec::new();
    for number in 0..40 {
        let body = json!({ "Name": format!("user-{number}"), "UseApi": 1 });
        let user = client.call("cam", "AddUser", body).await;
        assert_eq!(code(&user), "", "{user}");
        uins.push(user["Uin"].clone());
    }
    for (number, uin) in uins.iter().enumerate() {
        let body = json!({ "Name": format!("user-{number}"), "Force": 1 });
        let gone = client.call("cam", "DeleteUser", body).await;
        assert_eq!(code(&gone), "", "{uin}: {gone}");
    }
    let ended = stop(child);
    assert!(ended.status.success(), "{}", text(&ended.stderr));
    assert!(!text(&ended.stderr).contains("ERROR"), "{}", text(&ended.stderr));
}

/// One request over a connection of its own; the status of its answer.
fn status(address: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1).map(str::to_owned)
}

/// Two nodes, and what they are started with.
struct Nodes {
    nodes: Vec<(Command, String, Child)>,
}

impl Nodes {
    fn start(folder: &Path) -> Self {
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let (mut command, address) = at_a_port(folder);
            command
                .env("CAMLOCK_SERVER__DRAIN_SECONDS", "3")
                .env("CAMLOCK_PUBLIC_URL", "http://camlock.test");
            command
                .env("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1")
                .stderr(Stdio::null())
                .stdout(Stdio::null());
            let child = command.spawn().unwrap();
            await_ready(&address);
            nodes.push((command, address, child));
        }
        Self { nodes }
    }

    fn address(&self, node: usize) -> &str {
        &self.nodes[node].1
    }

    fn restart(&mut self, node: usize) {
        let (command, address, child) = &mut self.nodes[node];
        signal(child, "TERM");
        assert!(child.wait().unwrap().success());
        *child = command.spawn().unwrap();
        await_ready(address);
        // Balancers look once a second.
        std::thread::sleep(Duration::from_millis(2500));
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for (_, _, child) in &mut self.nodes {
            signal(child, "TERM");
            signal(child, "TERM");
            let _ = child.wait();
        }
    }
}

/// Restarts the nodes in turn while clients read and write; every request has to be answered by a node.
fn restarts_lose_nothing(nodes: &mut Nodes, balancer: &str, rounds: usize) {
    let (is_over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let post =
        "POST /login HTTP/1.1\r\nHost: camlock.test\r\nConnection: close\r\nContent-Length: 3\r\n\r\na=b";
    let get = "GET /login HTTP/1.1\r\nHost: camlock.test\r\nConnection: close\r\n\r\n";
    let clients: Vec<_> = [(get, "303"), (post, "403"), (get, "303"), (post, "403")]
        .into_iter()
        .map(|(request, wanted)| {
            let (is_over, answered, balancer) = (is_over.clone(), answered.clone(), balancer.to_owned());
            std::thread::spawn(move || {
                while !is_over.load(Ordering::SeqCst) {
                    let got = status(&balancer, request);
                    assert_eq!(got.as_deref(), Some(wanted), "after {answered:?} answers");
                    answered.fetch_add(1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                }
            })
        })
        .collect();
    for round in 0..rounds {
        nodes.restart(round % 2);
    }
    is_over.store(true, Ordering::SeqCst);
    for client in clients {
        client.join().expect("every request is answered");
    }
    assert!(answered.load(Ordering::SeqCst) > 100);
}

#[test]
fn no_request_is_lost_behind_nginx_while_nodes_restart() {
    if !has("nginx") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = Nodes::start(folder.path());
    let port = free_port();
    let shipped = shipped("nginx.conf");
    let upstream = shipped.split("upstream camlock {").nth(1).unwrap().split("\n}").next().unwrap();
    let servers = format!(
        "server {} fail_timeout=1s;\n server {} fail_timeout=1s;",
        nodes.address(0),
        nodes.address(1)
    );
    let place = folder.path().display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
        .concat();
    let file = format!(
        "daemon off; master_process off; pid {place}/pid; error_log {place}/error.log; events {{}}\nhttp {{ {temporary} access_log off;\n\
         upstream camlock {{ {} }}\nserver {{ listen 127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_connect_timeout 3s; proxy_next_upstream error non_idempotent;\n\
         location / {{ proxy_pass http://camlock; }} }} }}\n",
        upstream.replace("server 127.0.0.1:8080 fail_timeout=1s;", &servers)
    );
    fs::write(folder.path().join("nginx.conf"), file).unwrap();
    let mut nginx = Command::new("nginx");
    nginx.args(["-p", &place.to_string(), "-c", &format!("{place}/nginx.conf")]).stderr(Stdio::null());
    let _nginx = Running(nginx.spawn().unwrap());
    let balancer = format!("127.0.0.1:{port}");
    await_ready(&balancer);

    restarts_lose_nothing(&mut nodes, &balancer, 4);
}

#[test]
fn no_request_is_lost_behind_haproxy_with_the_shipped_file_while_nodes_restart() {
    if !has("haproxy") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut nodes = Nodes::start(folder.path());
    let port = free_port();
    let mut file = shipped("haproxy.cfg");
    for (shipped, here) in [
        ("bind :443 ssl crt /etc/ssl/camlock/haproxy.pem alpn h2,http/1.1", format!("bind 127.0.0.1:{port}")),
        ("server one 127.0.0.1:8080", format!("server one {}", nodes.address(0))),
        ("server two 127.0.0.1:8081", format!("server two {}", nodes.address(1))),
    ] {
        assert!(file.contains(shipped), "{shipped} is in deploy/haproxy.cfg");
        file = file.replace(shipped, &here);
    }
    let path = folder.path().join("haproxy.cfg");
    fs::write(&path, file).unwrap();
    let child = Command::new("haproxy")
        .arg("-db")
        .arg("-f")
        .arg(&path)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn();
    let _haproxy = Running(child.unwrap());
    let balancer = format!("127.0.0.1:{port}");
    for _ in 0..200 {
        if ask(&balancer, "/login").is_some_and(|answer| answer.starts_with("HTTP/1.1 303")) {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(ask(&balancer, "/readyz").unwrap().starts_with("HTTP/1.1 404"), "watchdogs ask the nodes");

    restarts_lose_nothing(&mut nodes, &balancer, 4);
}
