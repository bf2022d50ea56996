//! Looks at one page after the other in every width and colour, and remembers what is wrong.

use crate::axe;
use crate::chrome::{Chrome, Colours};

/// A walk over pages; `end` fails the test with everything that was found.
pub struct Sweep<'a> {
    pub chrome: &'a Chrome,
    has_axe: bool,
    faults: Vec<String>,
    seen: usize,
}

/// What every page has: one heading, a title that tells an error, focus on the error summary, a language.
const FRAME_FAULTS: &str = r"
    const faults = [], count = selector => document.querySelectorAll(selector).length;
    if (count('h1') !== 1) faults.push(count('h1') + ' h1');
    if (!/ · Camlock$/.test(document.title)) faults.push('title “' + document.title + '”');
    if (/^Error: /.test(document.title) !== count('.error-summary') > 0) faults.push('title and error summary disagree: “' + document.title + '”');
    if (count('.error-summary') && !document.activeElement.matches('.error-summary')) faults.push('the error summary has no focus');
    for (const link of document.querySelectorAll('.error-summary a'))
        if (!document.querySelector(link.getAttribute('href'))) faults.push('dead link in the error summary: ' + link.hash);
    if (!document.documentElement.lang) faults.push('no language');
    return faults;";

impl<'a> Sweep<'a> {
    pub fn new(chrome: &'a Chrome) -> Self {
        Self { chrome, has_axe: axe::is_here(), faults: Vec::new(), seen: 0 }
    }

    /// Opens a page and looks at it.
    pub async fn visit(&mut self, path: &str, name: &str) {
        self.chrome.open(path).await;
        self.look(name).await;
    }

    /// Looks at the page that is open, once loaded: it may be one that is shown only once.
    pub async fn look(&mut self, name: &str) {
        self.seen += 1;
        let frame = self.chrome.run(FRAME_FAULTS).await;
        self.note(name, serde_json::from_value(frame).unwrap());
        if self.has_axe {
            self.chrome.inject_axe().await;
        }
        for width in [1280, 360] {
            for colours in [Colours::Light, Colours::Dark] {
                self.chrome.width(width).await;
                self.chrome.colours(colours).await;
                let state = format!("{name}-{width}-{colours:?}").to_lowercase();
                self.chrome.picture(&state).await;
                if self.has_axe {
                    let violations = self.chrome.violations().await;
                    self.note(&state, violations);
                }
            }
        }
        self.look_at_layout(name).await;
        let complaints = self.chrome.complaints().await;
        self.note(&format!("{name}, console"), complaints);
    }

    async fn look_at_layout(&mut self, name: &str) {
        self.chrome.colours(Colours::Light).await;
        for width in [320, 720, 1280] {
            let faults = self.chrome.layout_faults(width).await;
            self.chrome.picture(&format!("{name}-{width}")).await;
            self.note(&format!("{name}-{width}"), faults);
        }
        let faults = self.chrome.spaced_out_faults(320).await;
        self.note(&format!("{name}-320, spaced out"), faults);
        self.chrome.width(1280).await;
    }

    fn note(&mut self, place: &str, faults: Vec<String>) {
        self.faults.extend(faults.into_iter().map(|fault| format!("{place}: {fault}")));
    }

    pub fn end(self, least: usize) {
        assert!(
            self.faults.is_empty(),
            "{} faults on {} pages:\n{}",
            self.faults.len(),
            self.seen,
            self.faults.join("\n")
        );
        assert!(self.seen >= least, "only {} pages seen", self.seen);
    }
}
