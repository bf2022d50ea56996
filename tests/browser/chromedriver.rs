//! The programs that the tests need: chromedriver, shared by the tests that run at one time, and Chromium.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A running chromedriver; ends with the last test that holds it.
pub struct Chromedriver {
    pub address: String,
    pub chromium: PathBuf,
    process: Child,
    _output: BufReader<ChildStdout>,
}

static RUNNING: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());

impl Chromedriver {
    /// The one that runs, or a new one; `None` where it or Chromium is not installed.
    pub fn shared() -> Option<Arc<Self>> {
        let programs =
            program(&["chromedriver"]).zip(program(&["chromium", "chromium-browser", "google-chrome"]));
        let Some((program, chromium)) = programs else {
            skip(
                "chromium or chromedriver",
                "apt-get install --no-install-recommends chromium chromium-driver",
            );
            return None;
        };
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = running.upgrade() {
            return Some(driver);
        }
        let driver = Arc::new(Self::start(program, chromium));
        *running = Arc::downgrade(&driver);
        Some(driver)
    }

    fn start(program: PathBuf, chromium: PathBuf) -> Self {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a chromedriver that starts");
        let mut output = BufReader::new(process.stdout.take().expect("the output of chromedriver"));
        let mut line = String::new();
        while !line.contains("successfully on port ") {
            line.clear();
            assert_ne!(
                output.read_line(&mut line).expect("a readable line"),
                0,
                "chromedriver tells its port"
            );
        }
        let port: String = line
            .split("successfully on port ")
            .skip(1)
            .flat_map(str::chars)
            .take_while(char::is_ascii_digit)
            .collect();
        Self { address: format!("http://127.0.0.1:{port}"), chromium, process, _output: output }
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// Says what is missing past the test runner, which would swallow `eprintln!`; fails where nothing may be skipped.
pub fn skip(missing: &str, remedy: &str) {
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{missing} is missing; install with: {remedy}");
    let test = std::thread::current().name().unwrap_or("a browser test").to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: {missing} is missing, install with: {remedy}");
}
