//! What the servers of the tests ask their databases, written down once each where [`FILE`] says.

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{LazyLock, Mutex, Once, PoisonError};

/// The environment variable that names the file.
pub const FILE: &str = "STATEMENTS_TO";

static TOLD: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Has every connection from now on tell what it is asked, if anybody wants to know.
pub fn trace() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if std::env::var_os(FILE).is_some() {
            set_default_instrumentation(teller).expect("the first to ask");
        }
    });
}

#[expect(clippy::unnecessary_wraps, reason = "this is what Diesel asks for")]
fn teller() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            tell(&query.to_string());
        }
    }))
}

fn tell(query: &str) {
    let text = query.split(" -- binds:").next().unwrap_or_default().split_whitespace();
    let text = text.collect::<Vec<_>>().join(" ");
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.insert(shape(&text)) {
        let path = std::env::var_os(FILE).expect("a path");
        let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file");
        writeln!(file, "{text}").expect("a line");
    }
}

/// A statement without its numbers and without how many values a list has.
fn shape(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !found.ends_with('0') {
            found.push(c);
        }
        for list in ["?, ?", "$0, $0", "0, 0"] {
            if found.ends_with(list) {
                found.truncate(found.len() - list.len() / 2 - 1);
            }
        }
    }
    found
}
