//! The conditions of a statement in words.

use serde_json::Value;

/// All of a statement's conditions, as the end of its sentence: `, only from 10.0.0.0/8`. What cannot be read is counted.
pub fn in_words(condition: Option<&Value>, count: usize) -> String {
    let phrases: Vec<String> = condition
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(operator, keys)| Some((operator.trim(), keys.as_object()?)))
        .flat_map(|(operator, keys)| {
            keys.iter().map(move |(key, values)| phrase(operator, key.trim(), values))
        })
        .collect();
    match (phrases.as_slice(), count) {
        ([], 0) => String::new(),
        ([], 1) => ", if its condition holds".to_owned(),
        ([], many) => format!(", if all {many} conditions hold"),
        (phrases, _) => format!(", {}", phrases.join(" and ")),
    }
}

fn phrase(operator: &str, key: &str, values: &Value) -> String {
    let (which, base) = match operator.split_once(':') {
        Some(("for_any_value", base)) => ("any value of ", base),
        Some(("for_all_value", base)) => ("every value of ", base),
        _ => ("", operator),
    };
    let (base, or_absent) = match base.strip_suffix("_if_exist") {
        Some(base) => (base, true),
        None => (base, false),
    };
    let list = listed(values);
    let mut said = match (which, plain(base, key, &list)) {
        ("", Some(said)) => said,
        _ => format!("only if {which}{key} {}", compared(base, &list)),
    };
    if or_absent {
        said.push_str(" (or where the request does not tell)");
    }
    said
}

/// What people would say of the keys that they know.
fn plain(base: &str, key: &str, list: &str) -> Option<String> {
    let bare = key.to_ascii_lowercase();
    let said = match (bare.strip_prefix("qcs:").unwrap_or(&bare), base) {
        ("ip", "ip_equal") => format!("only from {list}"),
        ("ip", "ip_not_equal") => format!("not from {list}"),
        ("current_time", "date_less_than" | "date_less_than_equal") => format!("only until {list}"),
        ("current_time", "date_greater_than" | "date_greater_than_equal") => format!("only from {list} on"),
        ("mfa", "string_equal" | "bool_equal" | "numeric_equal") if list == "1" || list == "true" => {
            "only after a second-factor check".to_owned()
        }
        _ => return None,
    };
    Some(said)
}

fn compared(base: &str, list: &str) -> String {
    let is_absent = list == "true" || list == "1";
    let verb = match base {
        "null_equal" if is_absent => return "is absent".to_owned(),
        "null_equal" => return "is there".to_owned(),
        "string_like" => "is like",
        "string_not_like" => "is not like",
        "string_equal_ignore_case" => "is, in any case,",
        "string_not_equal_ignore_case" => "is not, in any case,",
        "ip_equal" => "is in",
        "ip_not_equal" => "is not in",
        "date_greater_than" => "is after",
        "date_less_than" => "is before",
        "date_greater_than_equal" => "is not before",
        "date_less_than_equal" => "is not after",
        "numeric_greater_than" => "is more than",
        "numeric_less_than" => "is less than",
        "numeric_greater_than_equal" => "is at least",
        "numeric_less_than_equal" => "is at most",
        other if other.contains("_not_") => "is not",
        _ => "is",
    };
    format!("{verb} {list}")
}

/// The values, joined as a sentence joins them.
fn listed(values: &Value) -> String {
    let texts: Vec<String> = items(Some(values))
        .into_iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned()))
        .collect();
    match texts.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        [only] => only.clone(),
        _ => String::new(),
    }
}

/// A list, or the one value that stands for a list of one.
pub fn items(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(only) => vec![only],
    }
}
