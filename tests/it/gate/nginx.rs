//! nginx with the recipe that we ship, in front of a small service, and clients that sign by themselves.

use super::Scene;
use crate::support::gate::HOST;
use crate::support::process::free_port;
use crate::support::wire::PATIENCE;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A service that answers with the head of each request, and keeps them.
struct Echo {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heads);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(&stream, &kept));
            }
        });
        Self { address, heads }
    }

    fn seen(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, kept: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
        if head.trim().is_empty() {
            return;
        }
        let length = head
            .to_lowercase()
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ").map(str::to_owned));
        let mut body = vec![0; length.map_or(0, |text| text.trim().parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        kept.lock().unwrap().push(head.clone());
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{head}", head.len());
        let mut writer = stream;
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// A running nginx, until it is dropped.
struct Proxy {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

fn has_nginx() -> bool {
    let has = Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_ok();
    if !has {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: apt install nginx curl");
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: nginx is missing, install with: apt install nginx curl");
    }
    has
}

/// The shipped recipe with other addresses, and nothing else changed.
fn recipe(folder: &Path, gate: &str, service: &str, port: u16) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/gate/nginx.conf");
    let mut file = fs::read_to_string(file).expect("the recipe");
    for (shipped, here) in [
        ("listen 80;", format!("listen 127.0.0.1:{port};")),
        ("server 127.0.0.1:8080;", format!("server {gate};")),
        ("server 127.0.0.1:9000;", format!("server {service};")),
        ("/etc/nginx/camlock-gate-token.conf", format!("{}/token.conf", folder.display())),
    ] {
        assert!(file.contains(shipped), "{shipped} is in the recipe");
        file = file.replace(shipped, &here);
    }
    file
}

fn start(scene: &Scene, gate: &str, service: &str) -> Proxy {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let place = folder.path().display();
    let token = format!("proxy_set_header X-Camlock-Gate {};\n", scene.gateway.token);
    fs::write(folder.path().join("token.conf"), token).unwrap();
    fs::write(folder.path().join("gate.conf"), recipe(folder.path(), gate, service, port)).unwrap();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {place}/{kind};\n"))
        .concat();
    let main = format!(
        "daemon off;\nmaster_process off;\npid {place}/nginx.pid;\nerror_log {place}/error.log;\nevents {{}}\n\
         http {{\n{temporary}    access_log off;\n    include {place}/gate.conf;\n}}\n"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, main).unwrap();
    let arguments = ["-p", &place.to_string(), "-c", &file.display().to_string()];
    let child = Command::new("nginx").args(arguments).stderr(Stdio::null()).spawn().expect("nginx");
    let proxy = Proxy { child, port, folder };
    let end = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = fs::read_to_string(proxy.folder.path().join("error.log")).unwrap_or_default();
        assert!(Instant::now() < end, "nginx does not listen: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
    proxy
}

/// What curl gets, signing by itself: the status and the body.
fn curl(scene: &Scene, port: u16, target: &str, more: &[&str]) -> (u16, String) {
    let address = format!("http://{HOST}:{port}{target}");
    let output = Command::new("curl")
        .args([
            "--silent",
            "--noproxy",
            "*",
            "--path-as-is",
            "--max-time",
            "10",
            "--write-out",
            "\n%{http_code}",
        ])
        .args(["--resolve", &format!("{HOST}:{port}:127.0.0.1")])
        .args(["--aws-sigv4", "aws:amz:eu-central-1:execute-api"])
        .args(["--user", &format!("{}:{}", scene.key.secret_id, scene.key.secret_key)])
        .args(more)
        .arg(address)
        .output()
        .expect("curl");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = text.rsplit_once('\n').expect("a status");
    (status.parse().unwrap(), body.to_owned())
}

/// A client that signs, and says besides who it would like to be.
async fn forging(scene: &Scene, port: u16) -> (u16, String) {
    let signed = scene.get("/v1/orders");
    let mut request = reqwest::Client::new().get(format!("http://127.0.0.1:{port}{}", signed.target));
    for (name, value) in &signed.headers {
        request = request.header(name, value);
    }
    let answer = request.header("X-Camlock-User", "root").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap().to_lowercase())
}

#[actix_web::test]
async fn curl_reaches_a_service_behind_the_shipped_recipe_and_the_service_learns_who_it_is() {
    if !has_nginx() {
        return;
    }
    let scene = Scene::of_the_present().await;
    let service = Echo::start();
    let proxy = start(&scene, scene.app.host(), &service.address);
    let curl = |target: &'static str, more: Vec<&'static str>| curl(&scene, proxy.port, target, &more);

    let (status, head) = curl("/v1/orders?a=1&b=2", vec![]);
    assert_eq!(status, 200, "{head}");
    let lower = head.to_lowercase();
    assert!(head.contains("GET /v1/orders?a=1&b=2 HTTP/1.1"), "{head}");
    for line in [
        format!("x-camlock-uin: {}", scene.uin),
        "x-camlock-user: reader".to_owned(),
        "x-camlock-action: orders:listorders".to_owned(),
    ] {
        assert!(lower.contains(&line), "{line} in {head}");
    }
    assert!(!lower.contains(&scene.gateway.token.to_lowercase()), "the service never sees the gate token");

    let (status, head) = forging(&scene, proxy.port).await;
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("x-camlock-user: reader") && !head.contains("root"), "{head}");

    for (target, status) in
        [("/v1/orders/secret", 403), ("/v2/orders", 403), ("/v1//orders", 403), ("/v1/x/../orders", 403)]
    {
        assert_eq!(curl(target, vec![]).0, status, "{target}");
    }
    let post = vec!["--request", "POST", "--data", "{}"];
    assert_eq!(curl("/v1/orders", post).0, 403, "a body that nobody hashed");
    assert_eq!(curl("/v1/orders", vec!["--user", "AKID00000000000000000000000000000000:x"]).0, 401);
    assert_eq!(curl("/v1/orders", vec!["--header", "Authorization: Bearer x"]).0, 401);
    assert_eq!(service.seen().len(), 2, "what is refused never arrives");
}

#[actix_web::test]
async fn without_the_gate_nothing_passes_and_the_client_hears_503() {
    if !has_nginx() {
        return;
    }
    let scene = Scene::of_the_present().await;
    let service = Echo::start();
    let alive = start(&scene, scene.app.host(), &service.address);
    assert_eq!(curl(&scene, alive.port, "/v1/orders", &[]).0, 200);

    let dead = start(&scene, &format!("127.0.0.1:{}", free_port()), &service.address);
    let (status, text) = curl(&scene, dead.port, "/v1/orders", &[]);

    assert_eq!(status, 503, "{text}");
    assert_eq!(service.seen().len(), 1);
}
