//! A slow evaluator, written apart from the real one and plain enough to be believed.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A statement before it becomes JSON.
#[derive(Clone, Debug)]
pub struct Statement {
    pub allow: bool,
    pub actions: Vec<&'static str>,
    pub resources: Vec<&'static str>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
pub struct Condition {
    pub prefix: &'static str,
    pub base: &'static str,
    pub suffix: &'static str,
    pub key: &'static str,
    pub values: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Question {
    pub action: &'static str,
    pub resource: &'static str,
    pub operation_level: bool,
    pub context: Vec<(&'static str, Vec<&'static str>)>,
}

/// `Some` when it can be told.
type Truth = Option<bool>;

/// Whether the policies, within each of the boundaries, let the question through.
pub fn allows(policies: &[Vec<Statement>], boundaries: &[Vec<Statement>], question: &Question) -> bool {
    let within = boundaries.iter().all(|boundary| grants(std::slice::from_ref(boundary), question));
    within && grants(policies, question)
}

fn grants(policies: &[Vec<Statement>], question: &Question) -> bool {
    let truths: Vec<_> =
        policies.iter().flatten().map(|statement| (statement.allow, speaks(statement, question))).collect();
    let is_denied = truths.iter().any(|(allow, truth)| !allow && *truth != Some(false));
    !is_denied && truths.contains(&(true, Some(true)))
}

/// Whether the statement speaks about the question.
pub fn speaks(statement: &Statement, question: &Question) -> Truth {
    let action = statement.actions.iter().any(|pattern| covers_action(pattern, question.action));
    let is_named = statement
        .actions
        .iter()
        .any(|pattern| !pattern.contains('*') && covers_action(pattern, question.action));
    let resources: Vec<_> =
        statement.resources.iter().map(|pattern| covers_resource(pattern, question, is_named)).collect();
    let mut truths = vec![Some(action), some(&resources)];
    truths.extend(statement.conditions.iter().map(|condition| holds(condition, question)));
    every(&truths)
}

fn every(truths: &[Truth]) -> Truth {
    if truths.contains(&Some(false)) {
        Some(false)
    } else {
        truths.iter().all(|truth| *truth == Some(true)).then_some(true)
    }
}

fn some(truths: &[Truth]) -> Truth {
    let negated: Vec<_> = truths.iter().map(|truth| truth.map(|holds| !holds)).collect();
    every(&negated).map(|holds| !holds)
}

/// Tries every length for every star.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut signs = pattern.chars();
    match signs.next() {
        None => text.is_empty(),
        Some('*') => {
            let mut rests = text.char_indices().filter_map(|(index, _)| text.get(index..)).chain([""]);
            rests.any(|rest| glob(signs.as_str(), rest))
        }
        Some(sign) => text.strip_prefix(sign).is_some_and(|rest| glob(signs.as_str(), rest)),
    }
}

fn covers_action(pattern: &str, action: &str) -> bool {
    let pattern = pattern.trim_start_matches("name/").to_lowercase();
    glob(&pattern, &action.to_lowercase())
}

/// What a resource says about an operation-level action cannot be told, unless it is `*` or speaks of something else.
fn covers_resource(pattern: &str, question: &Question, is_named: bool) -> Truth {
    if pattern == "*" {
        return Some(true);
    }
    if question.operation_level {
        let is_meant = is_named || covers_segments(pattern, "qcs::cam::uin/100:uin/100");
        return if is_meant { None } else { Some(false) };
    }
    Some(question.resource != "*" && covers_segments(pattern, question.resource))
}

fn covers_segments(pattern: &str, resource: &str) -> bool {
    let filled = pattern.replace("${uin}", "200").replace("${owner_uin}", "100").replace("${app_id}", "1250");
    let segments: Vec<_> = filled.split(':').zip(resource.split(':')).skip(2).collect();
    let [service, region, (account, own_account), (tail, own_tail)] = segments.as_slice() else {
        panic!("{pattern} or {resource} has not six segments");
    };
    let is_open = |(written, asked): &(&str, &str)| written.is_empty() || glob(written, asked);
    let uin = |text: &str| {
        if text.is_empty() || text == "uid/1250" { "uin/100".to_owned() } else { text.to_owned() }
    };
    let is_own_parent = pattern.ends_with("}/*") && glob(tail.trim_end_matches("/*"), own_tail);
    let is_beneath = is_own_parent || glob(tail, own_tail) || glob(&format!("{tail}/*"), own_tail);
    is_open(service) && is_open(region) && uin(account) == uin(own_account) && is_beneath
}

fn holds(condition: &Condition, question: &Question) -> Truth {
    let held = question.context.iter().find(|(key, _)| *key == condition.key);
    let values = held.map(|(_, values)| values.clone()).unwrap_or_default();
    if values.is_empty() && ["qcs:vpc", "cvm_disk_size"].contains(&condition.key) {
        return None;
    }
    if condition.base == "null_equal" {
        return Some(condition.values.iter().any(|value| (*value == "true") == values.is_empty()));
    }
    if values.is_empty() {
        return Some(condition.suffix == "_if_exist");
    }
    let passes: Vec<_> = values.iter().map(|value| passes(condition, value)).collect();
    match condition.prefix {
        "for_all_value:" => every(&passes),
        "" if values.len() > 1 => None,
        _ => some(&passes),
    }
}

/// Whether one value of the request passes.
fn passes(condition: &Condition, value: &str) -> Truth {
    let positive = condition.base.replace("_not_", "_");
    let fits: Vec<_> = condition
        .values
        .iter()
        .map(|wanted| fits(&positive, &wanted.replace("${uin}", "200"), value))
        .collect();
    let truth = some(&fits);
    if positive == condition.base { truth } else { truth.map(|holds| !holds) }
}

fn fits(base: &str, wanted: &str, value: &str) -> Truth {
    let number = |text: &str| text.parse::<i64>().ok();
    match base {
        "string_equal" => Some(wanted == value),
        "string_equal_ignore_case" => Some(wanted.to_lowercase() == value.to_lowercase()),
        "string_like" => Some(glob(wanted, value)),
        "numeric_equal" => Some(number(wanted)? == number(value)?),
        "numeric_less_than" => Some(number(value)? < number(wanted)?),
        "numeric_greater_than_equal" => Some(number(value)? >= number(wanted)?),
        "ip_equal" => in_range(wanted, value),
        _ => panic!("the model does not know {base}"),
    }
}

fn in_range(range: &str, address: &str) -> Truth {
    let (base, length) = range.split_once('/').unwrap_or((range, "32"));
    let length: u32 = length.parse().ok()?;
    let bits = |text: &str| text.parse::<Ipv4Addr>().ok().map(u32::from);
    let differing = bits(base)? ^ bits(address)?;
    Some(length == 0 || differing >> (32 - length) == 0)
}

/// The document that says the same.
pub fn render(statements: &[Statement]) -> String {
    let statements: Vec<_> = statements.iter().map(render_statement).collect();
    serde_json::json!({"version": "2.0", "statement": statements}).to_string()
}

fn render_statement(statement: &Statement) -> serde_json::Value {
    let mut condition: BTreeMap<String, BTreeMap<&str, &[&str]>> = BTreeMap::new();
    for Condition { prefix, base, suffix, key, values } in &statement.conditions {
        condition.entry(format!("{prefix}{base}{suffix}")).or_default().insert(key, values);
    }
    serde_json::json!({
        "effect": if statement.allow { "allow" } else { "deny" },
        "action": statement.actions,
        "resource": statement.resources,
        "condition": condition,
    })
}
