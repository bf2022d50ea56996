//! Proxies with the recipes that we ship, in front of a small service; clients that sign by themselves.

mod caddy;
mod cases;
mod envoy;
mod haproxy;
mod negatives;
mod nginx;
mod njs;
mod outages;
mod traefik;
mod upstream;
mod way;

use super::Scene;
use crate::support::gate::{HOST, Request};
use crate::support::process::{free_port, signal};
use crate::support::programs;
use crate::support::wire::{PATIENCE, status};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use upstream::Echo;
use way::Way;

/// A proxy that has a recipe.
struct Recipe {
    name: &'static str,
    program: &'static str,
    /// How to come by it.
    install: &'static str,
    /// Options of its gate token.
    options: &'static [&'static str],
    /// Whether the gate learns what the body is.
    shows_body: bool,
    /// What is answered to a body that is too long.
    too_long: u16,
    /// Writes its files; gives its arguments.
    prepare: fn(&Place<'_>) -> Vec<String>,
}

const RECIPES: [&Recipe; 6] =
    [&nginx::RECIPE, &njs::RECIPE, &caddy::RECIPE, &haproxy::RECIPE, &traefik::RECIPE, &envoy::RECIPE];

/// Where a proxy runs, and between whom.
struct Place<'a> {
    folder: &'a Path,
    port: u16,
    /// For proxies that need one more.
    inner: u16,
    gate: &'a str,
    service: &'a str,
    token: &'a str,
}

impl Place<'_> {
    /// A shipped file with other addresses, and nothing else changed.
    fn fill(file: &str, changes: &[(&str, String)]) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/gate").join(file);
        let mut text = fs::read_to_string(path).expect("the recipe");
        for (shipped, here) in changes {
            assert!(text.contains(shipped), "{shipped} is in {file}");
            text = text.replace(shipped, here);
        }
        text
    }

    fn write(&self, file: &str, text: &str) -> String {
        let path = self.folder.join(file);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

/// A running proxy, until it is dropped.
struct Proxy {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        signal(&self.child, "KILL");
        let _ = self.child.wait();
    }
}

impl Recipe {
    /// Whether the proxy is here; fails where nothing may be left out.
    fn is_here(&self) -> bool {
        let path = self.path();
        let has = Command::new(&path).arg("--help").stdin(Stdio::null()).output().is_ok();
        if !has {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: {}", self.install);
            let (name, install) = (self.name, self.install);
            let _ = writeln!(std::io::stderr(), "SKIPPED: {name} is missing, install with: {install}");
        }
        has
    }

    fn path(&self) -> PathBuf {
        let fetched = programs::folder().join("python/bin").join(self.program);
        if fetched.exists() { fetched } else { self.program.into() }
    }

    fn start(&self, scene: &Scene, gate: &str, service: &str) -> Proxy {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let token = scene.gateway.token.as_str();
        let place = Place { folder: folder.path(), port, inner: free_port(), gate, service, token };
        let arguments = (self.prepare)(&place);
        let log = folder.path().join("log");
        let file = fs::File::create(&log).unwrap();
        let mut command = Command::new(self.path());
        command
            .args(arguments)
            .env("CAMLOCK_GATE_TOKEN", token)
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        let child = command.spawn().expect(self.name);
        let proxy = Proxy { child, port, _folder: folder };
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let told = fs::read_to_string(&log).unwrap_or_default();
            assert!(Instant::now() < end, "{} does not listen: {told}", self.name);
            std::thread::sleep(Duration::from_millis(50));
        }
        proxy
    }
}

/// A service behind a proxy that asks the gate.
struct Protected {
    recipe: &'static Recipe,
    scene: Scene,
    service: Echo,
    way: Way,
    proxy: Proxy,
}

impl Protected {
    async fn by(recipe: &'static Recipe) -> Self {
        Self::of(recipe, Scene::of_the_present(recipe.options).await)
    }

    fn of(recipe: &'static Recipe, scene: Scene) -> Self {
        let (service, way) = (Echo::start(), Way::to(scene.app.host()));
        let proxy = recipe.start(&scene, &way.address, &service.address);
        let protected = Self { recipe, scene, service, way, proxy };
        // Some listen before they know their routes.
        let end = Instant::now() + PATIENCE;
        while protected.send(&protected.scene.get("/v1/orders?ready")).0 != 200 {
            assert!(Instant::now() < end, "{} is not ready", recipe.name);
            std::thread::sleep(Duration::from_millis(100));
        }
        protected
    }

    /// Sends a request as it is; the status and all that came back.
    fn send(&self, request: &Request) -> (u16, String) {
        let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for (name, value) in &request.headers {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        let is_chunked = request.headers.iter().any(|(name, _)| name == "transfer-encoding");
        if request.method == "POST" && !is_chunked {
            write!(text, "content-length: {}\r\n", request.body.len()).unwrap();
        }
        text.push_str("connection: close\r\n\r\n");
        let mut stream = TcpStream::connect(("127.0.0.1", self.proxy.port)).expect("a proxy");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        // Who is refused early need not take all of it.
        let _ = stream.write_all(&request.body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (status(&answer), answer.to_lowercase())
    }

    /// What curl gets, signing by itself.
    fn curl(&self, target: &str, more: &[&str]) -> (u16, String) {
        let (key, port) = (&self.scene.key, self.proxy.port);
        let output = Command::new("curl")
            .args(["--silent", "--noproxy", "*", "--path-as-is", "--max-time", "10"])
            .args(["--write-out", "\n%{http_code}"])
            .args(["--resolve", &format!("{HOST}:{port}:127.0.0.1")])
            .args(["--aws-sigv4", "aws:amz:eu-central-1:execute-api"])
            .args(["--user", &format!("{}:{}", key.secret_id, key.secret_key)])
            .args(more)
            .arg(format!("http://{HOST}:{port}{target}"))
            .output()
            .expect("curl");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').expect("a status");
        (status.parse().unwrap(), body.to_lowercase())
    }
}
