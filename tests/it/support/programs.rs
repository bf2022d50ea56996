//! Official clients as child processes. They are installed, not committed: `tests/clients/fetch.sh`.

use super::{Client, TestApp};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Whether the clients are here; says loudly when they are not, and fails where nothing may be left out.
pub fn are_here() -> bool {
    is_here("installed")
}

/// The same for one of the files among them.
pub fn is_here(file: &str) -> bool {
    let is_here = folder().join(file).exists();
    if !is_here {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: tests/clients/fetch.sh");
        let test = std::thread::current().name().unwrap_or("a test of the official clients").to_owned();
        let missing = "the official clients are missing, install with: tests/clients/fetch.sh";
        let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: {missing}");
    }
    is_here
}

/// Where the clients are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/clients")
}

/// A script of `tests/clients`, run by its own interpreter.
pub fn script(name: &str) -> Command {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name);
    let is_node = path.extension().is_some_and(|extension| extension == "js");
    let interpreter = if is_node { "node".into() } else { folder().join("python/bin/python") };
    let mut command = Command::new(interpreter);
    command.arg(path);
    command
}

impl TestApp {
    /// Runs a program that holds a key; gives what it printed, unless it failed.
    pub async fn run(&self, command: Command, key: &Client) -> String {
        self.run_at(self.host(), command, key).await
    }

    /// The same for a server that is reached at another address.
    pub async fn run_at(&self, endpoint: &str, mut command: Command, key: &Client) -> String {
        let clients = folder();
        let path = std::env::var("PATH").unwrap_or_default();
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command
            .env("PATH", format!("{}:{path}", clients.join("python/bin").display()))
            .env("NODE_PATH", clients.join("node_modules"))
            .env("PYTHONPYCACHEPREFIX", clients.join("bytecode"))
            .env("HOME", self.folder.path())
            .env("CAMLOCK_ENDPOINT", endpoint)
            .env("TENCENTCLOUD_SECRET_ID", &key.secret_id)
            .env("TENCENTCLOUD_SECRET_KEY", &key.secret_key)
            .stdin(Stdio::null());
        let ended = actix_web::rt::task::spawn_blocking(move || command.output()).await;
        let Output { status, stdout, stderr } = ended.expect("a thread").expect("a started program");
        let (said, wrong) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success(), "{status}\n{said}\n{wrong}");
        said.into_owned()
    }
}
