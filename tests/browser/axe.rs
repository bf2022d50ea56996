//! What axe-core says of a page. It is fetched, not committed: `tests/browser/fetch-axe.sh`.

use crate::chrome::{Chrome, target};
use crate::chromedriver::skip;
use std::sync::OnceLock;

const RUN: &str = "
    document.getAnimations().forEach(change => change.finish());
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    const isUnderMenu = node => document.querySelector('.menu[open]') && /partially obscured/.test(node.failureSummary);
    return found.violations.flatMap(rule => rule.nodes.filter(node => !isUnderMenu(node)).slice(0, 5).map(node =>
        `axe ${rule.id} (${rule.impact}) at ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`));";

/// Whether axe-core is here; says loudly when it is not.
pub fn is_here() -> bool {
    let is_here = source().is_some();
    if !is_here {
        skip("target/axe/axe.min.js", "tests/browser/fetch-axe.sh");
    }
    is_here
}

fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    SOURCE.get_or_init(|| std::fs::read_to_string(target().join("axe/axe.min.js")).ok()).as_deref()
}

impl Chrome {
    /// Puts axe-core into the page; past the security policy, as no script tag could.
    pub async fn inject_axe(&self) {
        self.run(source().expect("axe-core")).await;
    }

    /// The violations in the page as it looks now.
    pub async fn violations(&self) -> Vec<String> {
        self.run_for_list(RUN).await
    }

    /// Runs a script that gives a promise of texts.
    pub async fn run_for_list(&self, script: &str) -> Vec<String> {
        let found = self.run_promise(script).await;
        serde_json::from_value(found.clone()).unwrap_or_else(|_| panic!("a list of texts, not {found}"))
    }
}

#[actix_web::test]
async fn axe_finds_what_is_wrong_with_a_bad_page() {
    if !is_here() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = "<!doctype html><title></title><img src=x><p style='color:#bbb;background:#ccc'>Pale</p>
        <input><a href=/><svg></svg></a><button></button>";
    std::fs::write(folder.path().join("bad.html"), page).unwrap();

    Chrome::lend(&format!("file://{}", folder.path().display()), async |chrome| {
        chrome.open("/bad.html").await;
        chrome.inject_axe().await;

        let found = chrome.violations().await;

        for rule in ["image-alt", "color-contrast", "label", "link-name", "button-name", "document-title"] {
            assert!(
                found.iter().any(|text| text.starts_with(&format!("axe {rule} "))),
                "{rule} in {found:#?}"
            );
        }
    })
    .await;
}
