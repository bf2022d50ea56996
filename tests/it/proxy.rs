//! nginx with the file that we ship, in front of a real server, for a program that signs and for a browser.

use crate::support::TestApp;
use crate::support::api::Signed;
use crate::support::programs::{are_here, script};
use crate::support::wire::PATIENCE;
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn shipped() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nginx.conf");
    fs::read_to_string(file).expect("the shipped file")
}

/// A running nginx, until it is dropped.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// Whether nginx is here; fails where nothing may be left out.
fn has_nginx() -> bool {
    let has_nginx = Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_ok();
    if !has_nginx {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: apt install nginx openssl");
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: nginx is missing, install with: apt install nginx openssl");
    }
    has_nginx
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The shipped file with other ports and paths, and nothing else changed.
fn adapted(folder: &Path, upstream: &str, (http, https): (u16, u16)) -> String {
    let place = folder.display().to_string();
    let mut file = shipped();
    for (shipped, here) in [
        ("listen 80;", format!("listen 127.0.0.1:{http};")),
        ("listen [::]:80;", String::new()),
        ("listen 443 ssl http2;", format!("listen 127.0.0.1:{https} ssl http2;")),
        ("listen [::]:443 ssl http2;", String::new()),
        ("server 127.0.0.1:8080 fail_timeout=1s;", format!("server {upstream};")),
        ("/etc/ssl/camlock", place.clone()),
        ("/var/log/nginx", place),
    ] {
        assert!(file.contains(shipped), "{shipped} is in deploy/nginx.conf");
        file = file.replace(shipped, &here);
    }
    file
}

fn certify(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost,DNS:camlock.example.com"])
        .args(["-keyout", "privkey.pem", "-out", "fullchain.pem"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl").success());
}

impl Proxy {
    fn start(folder: &Path, app: &TestApp) -> (Self, u16) {
        let ports = (free_port(), free_port());
        certify(folder);
        fs::write(folder.join("camlock.conf"), adapted(folder, app.host(), ports)).unwrap();
        let place = folder.display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("    {kind}_temp_path {place}/{kind};\n"))
            .concat();
        let main = format!(
            "daemon off;\nmaster_process off;\npid {place}/nginx.pid;\nerror_log {place}/error.log;\nevents {{}}\n\
             http {{\n{temporary}    include {place}/camlock.conf;\n}}\n"
        );
        fs::write(folder.join("nginx.conf"), main).unwrap();
        let child = Command::new("nginx")
            .args(["-p", &place.to_string(), "-c", &folder.join("nginx.conf").display().to_string()])
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx");
        let proxy = Self(child);
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", ports.1)).is_err() {
            let log = fs::read_to_string(folder.join("error.log")).unwrap_or_default();
            assert!(Instant::now() < end, "nginx does not listen: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        (proxy, ports.1)
    }
}

#[actix_web::test]
async fn a_program_works_through_the_shipped_proxy_at_full_speed() {
    if !has_nginx() || !are_here() {
        return;
    }
    let app = TestApp::spawn_behind(0, &[("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1")]);
    let key = app.key_of(&app.bare_root("root").await).await;
    let (_proxy, port) = Proxy::start(app.folder.path(), &app);

    let mut command = script("behind_proxy.py");
    command.env("CAMLOCK_CA", app.folder.path().join("fullchain.pem"));
    let said = app.run_at(&format!("localhost:{port}"), command, &key).await;

    assert!(said.contains("called 120") && said.contains("large "), "{said}");
}

/// Sends a signed call by curl, in that version of HTTP.
fn curl(app: &TestApp, port: u16, version: &str, signed: &Signed) -> String {
    let folder = app.folder.path();
    fs::write(folder.join("body"), &signed.body).unwrap();
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", version, "--max-time", "30", "--cacert", "fullchain.pem"]);
    for (name, value) in &signed.headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    command.args(["--data-binary", "@body", "--noproxy", "*", &format!("https://localhost:{port}/")]);
    let output = command.current_dir(folder).output().expect("curl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[actix_web::test]
async fn a_signed_call_comes_through_the_shipped_proxy_as_it_was_sent() {
    if !has_nginx() {
        return;
    }
    let app = TestApp::spawn_behind(0, &[("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1")]);
    let client = app.key_of(&app.bare_root("root").await).await;
    let (_proxy, port) = Proxy::start(app.folder.path(), &app);
    let large = format!("{{\"Name\":\"nobody\",\"Remark\":\"{}\"}}", "x".repeat(200 * 1024));

    for host in [format!("localhost:{port}"), format!("LocalHost:{port}")] {
        for version in ["--http1.1", "--http2"] {
            for (action, body) in [("GetUserAppId", "{}"), ("UpdateUser", large.as_str())] {
                let signed = client.on(&format!("http://{host}")).sign_text(action, body);
                let said = curl(&app, port, version, &signed);
                assert!(
                    said.contains("\"RequestId\"") && !said.contains("AuthFailure"),
                    "{host} {version}: {said}"
                );
            }
        }
    }
    for call in 0..120 {
        let signed = client.on(&format!("http://localhost:{port}")).sign_text("GetUserAppId", "{}");
        let said = curl(&app, port, "--http1.1", &signed);
        assert!(said.contains("\"AppId\""), "call {call}: {said}");
    }
}

#[test]
fn the_shipped_proxy_slows_down_pages_and_not_the_api() {
    let shipped = shipped();
    assert!(shipped.contains("limit_req zone="), "pages keep their limit");
    let api = shipped.split("location = / {").nth(1).unwrap().split("\n    }").next().unwrap();
    assert!(!api.contains("limit_req") && !api.contains("limit_conn"), "{api}");
}
