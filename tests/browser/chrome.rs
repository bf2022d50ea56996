//! A Chromium of its own for each visitor, and what the tests set in it.

use crate::chromedriver::Chromedriver;
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
    "--host-resolver-rules=MAP camlock.test 127.0.0.1",
];

/// Colours, as the operating system asks for them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Colours {
    Light,
    Dark,
    Forced,
}

/// A Chromium with a fresh profile. The fields end in this order.
pub struct Chrome {
    pub driver: WebDriver,
    pub origin: String,
    profile: TempDir,
    _chromedriver: Arc<Chromedriver>,
}

impl Chrome {
    /// Lends a Chromium at a server to a visit and ends it, however the visit goes. Skips where there is none.
    pub async fn lend(origin: &str, visit: impl AsyncFnOnce(&Self)) {
        let Some(chromedriver) = Chromedriver::shared() else { return };
        let chrome = Self::start(origin, chromedriver).await;
        let ending = AssertUnwindSafe(visit(&chrome)).catch_unwind().await;
        if ending.is_err() {
            chrome.describe_failure().await;
        }
        chrome.driver.quit().await.expect("a clean end");
        if let Err(panic) = ending {
            resume_unwind(panic);
        }
    }

    async fn start(origin: &str, chromedriver: Arc<Chromedriver>) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&chromedriver.chromium.display().to_string()).unwrap();
        for flag in FLAGS {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::new(&chromedriver.address, wanted).await.expect("a Chromium that starts");
        driver.set_script_timeout(Duration::from_secs(60)).await.unwrap();
        Self { driver, origin: origin.to_owned(), profile, _chromedriver: chromedriver }
    }

    /// Says where a visit failed, and keeps a picture of it.
    async fn describe_failure(&self) {
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let picture = self.save_picture(&format!("failed-{name}")).await;
        let text = self.run("return document.body.innerText").await;
        let text = text.as_str().unwrap_or_default();
        eprintln!("Failed at {} (picture: {}):\n{text}", self.path().await, picture.display());
    }

    /// A command of Chromium’s own protocol for developers.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// From the next page on, pages run no scripts.
    pub async fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    pub async fn colours(&self, colours: Colours) {
        let scheme = if colours == Colours::Dark { "dark" } else { "light" };
        let forced = if colours == Colours::Forced { "active" } else { "none" };
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
        self.run("document.getAnimations().forEach(change => change.finish())").await;
    }

    /// A window of this width; narrow ones are phones.
    pub async fn width(&self, width: u32) {
        self.size(width, 900).await;
    }

    pub async fn size(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 720 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Runs a script in the page, past its security policy, as a person at the developer tools would.
    pub async fn run(&self, script: &str) -> Value {
        let answer = self.driver.execute(script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The same for a script that gives a promise.
    pub async fn run_promise(&self, script: &str) -> Value {
        let waiting = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(done, error => done('failed: ' + error));"
        );
        let answer = self.driver.execute_async(waiting, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// What a person gets who pastes elsewhere; the console's own pages may not read the clipboard.
    pub async fn clipboard(&self) -> String {
        let file = self.profile.path().join("elsewhere.html");
        std::fs::write(&file, "<!doctype html><title>Elsewhere</title><textarea></textarea>").unwrap();
        let paste = async || {
            self.driver.goto(format!("file://{}", file.display())).await?;
            let field = self.driver.find(By::Css("textarea")).await?;
            field.send_keys(Key::Control + "v").await?;
            field.prop("value").await
        };
        self.driver.in_new_tab(paste).await.expect("a paste").unwrap_or_default()
    }

    /// Errors and warnings in the console since the last look, without the plain fact that a page has an error status.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.expect("the console");
        entries
            .into_iter()
            .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
            .map(|entry| entry.message)
            .filter(|message| {
                message.contains("/static/") || !message.contains("the server responded with a status of 4")
            })
            .collect()
    }

    pub async fn ensure_quiet_console(&self) {
        let complaints = self.complaints().await;
        assert!(
            complaints.is_empty(),
            "the console of {}: {complaints:#?}",
            self.driver.current_url().await.unwrap()
        );
    }

    /// Keeps a picture of the whole page when `CAMLOCK_SCREENSHOTS=1`. Judge the page first: taking it hides the scroll bar.
    pub async fn picture(&self, name: &str) {
        if std::env::var("CAMLOCK_SCREENSHOTS").as_deref() == Ok("1") {
            self.save_picture(name).await;
        }
    }

    pub async fn save_picture(&self, name: &str) -> PathBuf {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        let options = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.devtools("Page.captureScreenshot", options).await;
        let bytes = data_encoding::BASE64.decode(picture["data"].as_str().unwrap().as_bytes()).unwrap();
        std::fs::write(&file, bytes).unwrap();
        file
    }
}

/// The build folder.
pub fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target")
}
