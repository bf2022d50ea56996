//! Policy documents for people: lines to point at, sentences to read, differences to see.

use crate::domain::permission::is_operation_level;
use crate::domain::policy::{Effect, Outline, Policy, action_spelling};
use crate::web::{pages::policies::conditions, pages::policies::conditions::items};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// Entries of a list that a sentence names before it only counts.
const NAMED: usize = 3;

/// A line of a document.
pub struct Line {
    /// Counted from 1; also its anchor.
    pub number: usize,
    pub text: String,
    /// Whether something is wrong on it.
    pub is_marked: bool,
}

/// What one statement says, in words.
pub struct Sentence {
    pub is_deny: bool,
    pub text: String,
    /// The line that the statement starts on.
    pub line: usize,
}

/// A line of a comparison: `same`, `added` or `removed`.
pub struct DiffLine {
    pub kind: &'static str,
    pub text: String,
}

/// The lines of a document, some of them marked.
pub fn lines(document: &str, marked: &[usize]) -> Vec<Line> {
    let numbered = document.lines().enumerate().map(|(at, text)| (at + 1, text));
    numbered
        .map(|(number, text)| Line { number, text: text.to_owned(), is_marked: marked.contains(&number) })
        .collect()
}

/// A sentence for each statement, as the engine reads it.
pub fn sentences(document: &str) -> Vec<Sentence> {
    let written: Value = serde_json::from_str(document.trim_start_matches('\u{feff}')).unwrap_or_default();
    let statements = items(written.get("statement"));
    let policy = Policy::stored(document);
    policy
        .outlines()
        .enumerate()
        .map(|(at, outline)| {
            let statement = statements.get(at).copied().unwrap_or(&Value::Null);
            Sentence {
                is_deny: outline.effect == Effect::Deny,
                line: outline.line,
                text: sentence(&outline, statement),
            }
        })
        .collect()
}

/// What changes from one document to another, line by line.
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let compared = TextDiff::from_lines(before, after);
    let line = |tag, text: &str| {
        let kind = match tag {
            ChangeTag::Equal => "same",
            ChangeTag::Delete => "removed",
            ChangeTag::Insert => "added",
        };
        DiffLine { kind, text: text.trim_end_matches(['\r', '\n']).to_owned() }
    };
    compared.iter_all_changes().map(|change| line(change.tag(), change.value())).collect()
}

fn sentence(outline: &Outline, statement: &Value) -> String {
    let verb = if outline.effect == Effect::Deny { "Denies" } else { "Allows" };
    let actions = texts(statement.get("action"));
    let spelled: Vec<String> = actions.iter().map(|action| action_spelling(action)).collect();
    let what = if spelled.iter().any(|action| matches!(action.as_str(), "*" | "*:*")) {
        "every action".to_owned()
    } else {
        named(&actions, outline.actions, "action")
    };
    let resources = texts(statement.get("resource"));
    let on_what = if resources.contains(&"*") {
        "every resource".to_owned()
    } else {
        named(&resources, outline.resources, "resource")
    };
    let condition = conditions::in_words(statement.get("condition"), outline.conditions);
    let note = if resources.contains(&"*") { String::new() } else { only_all(outline.effect, &spelled) };
    let beneath = if resources.iter().any(|resource| is_path(resource)) {
        " A resource covers what lies beneath it."
    } else {
        ""
    };
    format!("{verb} {what} on {on_what}{condition}.{beneath}{note}{}", untold(outline))
}

/// Whether a resource is a path of a service.
fn is_path(resource: &str) -> bool {
    resource.splitn(6, ':').nth(5).is_some_and(|tail| tail.trim().starts_with('/'))
}

/// What a statement without `*` does to actions that accept no other resource.
fn only_all(effect: Effect, actions: &[String]) -> String {
    let bare = actions.iter().map(String::as_str);
    let named: Vec<&str> = bare.filter(|action| is_operation_level(action)).collect();
    let outcome = match effect {
        Effect::Deny => "as the resource cannot be told, this statement denies it wherever it is used",
        Effect::Allow => "this statement does not allow it",
    };
    match named.as_slice() {
        [] => String::new(),
        _ => format!(" Only `*` is accepted for {}: {outcome}.", named.join(", ")),
    }
}

/// What becomes of a statement whose conditions ask for something that this server does not know.
fn untold(outline: &Outline) -> String {
    let outcome = match outline.effect {
        Effect::Deny => "counts as met, so the statement denies whatever the rest of it covers",
        Effect::Allow => "counts as not met, so the statement allows nothing",
    };
    match outline.untold.as_slice() {
        [] => String::new(),
        keys => format!(" This server does not know {}: the condition {outcome}.", keys.join(", ")),
    }
}

/// A few entries by name, many by number.
fn named(entries: &[&str], count: usize, noun: &str) -> String {
    match entries {
        [] => format!("{count} {noun}{}", if count == 1 { "" } else { "s" }),
        [only] => (*only).to_owned(),
        [first @ .., last] if entries.len() <= NAMED => format!("{} and {last}", first.join(", ")),
        [first, second, ..] => format!("{} {noun}s, such as {first} and {second},", entries.len()),
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    items(value).into_iter().filter_map(Value::as_str).map(str::trim).collect()
}
