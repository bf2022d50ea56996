//! What an event says beside who, whom, when and from where.

use crate::domain::audit::Event;
use serde_json::{Map, Value};

/// The plain facts of an event for people to read.
#[derive(Default)]
pub struct Facts {
    pub changes: Vec<Change>,
    /// Whether it was noted that nothing changed.
    pub is_unchanged: bool,
    /// Of events that change nothing that was there before.
    pub others: Vec<(String, String)>,
}

/// One thing that was another before.
pub struct Change {
    pub field: String,
    pub name: String,
    pub before: String,
    pub after: String,
}

impl Facts {
    pub fn of(event: &Event) -> Self {
        let Ok(mut facts) = serde_json::from_str::<Map<String, Value>>(&event.detail) else {
            return Self { others: vec![("Detail".to_owned(), event.detail.clone())], ..Self::default() };
        };
        if let Some(Value::Object(changed)) = facts.remove("changed") {
            let changes: Vec<Change> =
                changed.into_iter().filter_map(|(field, pair)| change(field, &pair)).collect();
            return Self { is_unchanged: changes.is_empty(), changes, others: Vec::new() };
        }
        Self { others: told(facts, &event.target), ..Self::default() }
    }
}

fn change(field: String, pair: &Value) -> Option<Change> {
    let (before, after) = (pair.get("before")?, pair.get("after")?);
    Some(Change {
        name: in_words(&field),
        before: value_in_words(before),
        after: value_in_words(after),
        field,
    })
}

/// Facts of events from before there were befores and afters: without what says that something stayed as it was.
fn told(facts: Map<String, Value>, target: &str) -> Vec<(String, String)> {
    let stayed = |name: &str, value: &Value| match (name, value) {
        ("name_before", Value::String(text)) => text == target,
        ("document_changed", value) => *value == Value::Bool(false),
        _ => false,
    };
    let facts = facts.into_iter().filter(|(name, value)| !stayed(name, value));
    facts.map(|(name, value)| (in_words(&name), value_in_words(&value))).collect()
}

/// `step_up_window_minutes` as "Step up window minutes".
fn in_words(name: &str) -> String {
    let words: Vec<&str> = name.split('_').map(spelled).collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn spelled(word: &str) -> &str {
    match word {
        "api" => "API",
        "ip" => "IP",
        "mfa" => "MFA",
        "uin" => "UIN",
        other => other,
    }
}

fn value_in_words(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
