//! The snapshots of a scene: taken while it plays, compared at its end.

use super::settled::Settled;
use crate::support::people::Person;
use crate::support::{Answer, Browser, TestApp};
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Where the snapshots are, a folder for each scene.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots")
}

/// The names of the snapshots in the folder of a scene.
pub fn stored(scene: &str) -> BTreeSet<String> {
    let Ok(files) = fs::read_dir(folder().join(scene)) else { return BTreeSet::new() };
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("a readable name"));
    names.filter_map(|name| name.strip_suffix(".snap").map(str::to_owned)).collect()
}

pub struct Album {
    scene: &'static str,
    settled: Settled,
    pages: Vec<(&'static str, String)>,
}

impl Album {
    pub fn of(scene: &'static str, app: &TestApp) -> Self {
        Self { scene, settled: Settled::new(app.host()), pages: Vec::new() }
    }

    /// Keeps an answer under that name.
    pub fn keep(&mut self, name: &'static str, answer: &Answer) {
        let text = self.settled.answer(answer);
        self.add(name, text);
    }

    /// Keeps a text that is no page.
    pub fn keep_text(&mut self, name: &'static str, text: &str) {
        let text = self.settled.text(text);
        self.add(name, text);
    }

    fn add(&mut self, name: &'static str, text: String) {
        assert!(!self.pages.iter().any(|(known, _)| *known == name), "{name} is there twice");
        self.pages.push((name, text));
    }

    /// Opens a page and keeps it.
    pub async fn open(&mut self, name: &'static str, browser: &Browser, path: &str) -> Answer {
        let answer = browser.get(path).await;
        self.keep(name, &answer);
        answer
    }

    /// Sends a form from the page at its address and keeps the answer.
    pub async fn send(
        &mut self,
        name: &'static str,
        who: &Person,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let answer = who.browser.submit(path, path, fields).await;
        self.keep(name, &answer);
        answer
    }

    /// Compares all of them, and fails as well where a snapshot has no page any more.
    pub fn close(self) {
        assert!(std::env::var_os("INSTA_FORCE_PASS").is_none(), "a difference has to fail");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(self.scene);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let mut different = Vec::new();
        for (name, text) in &self.pages {
            let compare = || settings.bind(|| insta::assert_snapshot!(*name, text));
            if catch_unwind(AssertUnwindSafe(compare)).is_err() {
                different.push(*name);
            }
        }
        assert!(different.is_empty(), "{}: not as they were: {different:?}", self.scene);
        let taken: BTreeSet<String> = self.pages.iter().map(|(name, _)| (*name).to_owned()).collect();
        let left: Vec<String> = stored(self.scene).difference(&taken).cloned().collect();
        assert!(left.is_empty(), "{}: snapshots that no page belongs to: {left:?}", self.scene);
    }
}
