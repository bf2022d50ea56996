//! What is allowed in a document and perhaps not meant: names of no action, and grants of everything.

use super::json::{self, Json, Member, Node};
use super::vocabulary::ServiceWords;
use super::{action_spelling, without_mark};
use crate::domain::permission::known::{KNOWN, SERVICES};
use crate::domain::policy::Pattern;
use std::fmt;

/// Letters that may differ where one name is offered for another.
const MOST_SLIPS: usize = 3;

/// A remark on a line of a document that can be saved all the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Advice {
    /// Counted from 1.
    pub line: usize,
    /// Whether the line has no effect as it stands, as opposed to a wide one.
    pub is_void: bool,
    pub text: String,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// Everything worth a second look, in the order of the lines. In an account without services, nothing is known of others.
#[must_use]
pub fn of(document: &str, services: &[ServiceWords]) -> Vec<Advice> {
    let Ok(Node { value: Json::Object(members), .. }) = json::read(without_mark(document)) else {
        return Vec::new();
    };
    let statements = find(&members, "statement").map(items).unwrap_or_default();
    let mut found: Vec<Advice> =
        statements.iter().flat_map(|statement| on_statement(statement, services)).collect();
    found.sort_by_key(|advice| advice.line);
    found
}

/// What is wrong with the name of an action that somebody asks about.
#[must_use]
pub fn on_question(action: &str, services: &[ServiceWords]) -> Option<String> {
    let spelled = action_spelling(action);
    let lower = spelled.to_ascii_lowercase();
    let (service, name) = lower.split_once(':')?;
    if services.is_empty() || SERVICES.contains(&service) {
        return None;
    }
    let Some(own) = services.iter().find(|own| own.name == service) else {
        return Some(format!("This account has no service `{service}`."));
    };
    let is_known = own.names().any(|known| known.eq_ignore_ascii_case(name));
    (!is_known).then(|| format!("`{spelled}` is neither a route of {service} nor an HTTP method."))
}

fn on_statement(node: &Node, services: &[ServiceWords]) -> Vec<Advice> {
    let Json::Object(members) = &node.value else { return Vec::new() };
    let resources = find(members, "resource").map(items).unwrap_or_default();
    let circumstances = Circumstances {
        allows: find(members, "effect").is_some_and(|node| is_text(node, "allow")),
        is_bound: find(members, "condition").is_some(),
        on_all: resources.iter().any(|node| is_text(node, "*")),
    };
    let actions = find(members, "action").map(items).unwrap_or_default();
    let on_actions = actions.iter().filter_map(|node| on_action(node, circumstances, services));
    let denied = resources.iter().filter(|_| !circumstances.allows);
    on_actions.chain(denied.filter_map(on_denied)).collect()
}

/// What stands around an action.
#[derive(Clone, Copy)]
struct Circumstances {
    allows: bool,
    on_all: bool,
    is_bound: bool,
}

fn on_action(node: &Node, around: Circumstances, services: &[ServiceWords]) -> Option<Advice> {
    let Json::Text(written) = &node.value else { return None };
    let spelled = action_spelling(written);
    let is_void = !is_everything(&spelled);
    let text = if is_void {
        unknown(&spelled, around.allows).or_else(|| unknown_at_services(&spelled, around.allows, services))?
    } else {
        around.allows.then(|| everything(&spelled, around.on_all, around.is_bound))?
    };
    Some(Advice { line: node.line, is_void, text })
}

/// A resource covers what lies beneath it; written with a slash at the end, it does not cover what is named without.
fn on_denied(node: &Node) -> Option<Advice> {
    let Json::Text(written) = &node.value else { return None };
    let tail = written.trim().splitn(6, ':').nth(5)?;
    let bare = tail.strip_suffix('/').filter(|bare| bare.starts_with('/') && !bare.ends_with('/'))?;
    let text = format!(
        "`{tail}` denies what lies beneath it, and not `{bare}` itself. Without the slash at the end it denies both."
    );
    Some(Advice { line: node.line, is_void: false, text })
}

/// Whether it covers all actions there are, or all that manage keys and users.
fn is_everything(action: &str) -> bool {
    matches!(action, "*" | "*:*" | "cam:*" | "account:*")
}

fn everything(action: &str, on_all: bool, is_bound: bool) -> String {
    let what = match action {
        "cam:*" => "every action on users, keys, groups and policies",
        "account:*" => "every action of account, so also to show the SecretKeys of others",
        _ => "every action of every service, those to come too",
    };
    let where_to = if on_all { " on every resource" } else { "" };
    let under = if is_bound { ", under its condition" } else { "" };
    format!("`{action}` allows {what}{where_to}{under}. Name the actions that are needed.")
}

/// What is said of a name that fits no action of a service whose actions are known.
fn unknown(action: &str, allows: bool) -> Option<String> {
    let lower = action.to_ascii_lowercase();
    let (service, name) = lower.split_once(':')?;
    if !SERVICES.contains(&service) {
        return None;
    }
    let pattern = Pattern::new(name);
    let own = KNOWN.iter().filter_map(|known| known.split_once(':')).filter(|(of, _)| *of == service);
    if own.clone().any(|(_, known)| pattern.matches(&known.to_ascii_lowercase())) {
        return None;
    }
    let outcome = if allows { "it allows nothing" } else { "it denies nothing" };
    if !pattern.is_plain() {
        return Some(format!("`{action}` fits no action that Camlock knows, so {outcome}."));
    }
    let hint = match nearest(&lower) {
        Some(known) => format!(" Did you mean `{known}`?"),
        None => String::new(),
    };
    Some(format!("Camlock knows no action `{action}`, so {outcome} here.{hint}"))
}

/// What is said of a name that fits no action of the account's services, or names none of them.
fn unknown_at_services(action: &str, allows: bool, services: &[ServiceWords]) -> Option<String> {
    let lower = action.to_ascii_lowercase();
    let (service, name) = lower.split_once(':')?;
    let outcome = if allows { "it allows nothing" } else { "it denies nothing" };
    if services.is_empty() || SERVICES.contains(&service) || service.contains('*') {
        return None;
    }
    let Some(own) = services.iter().find(|own| own.name == service) else {
        let near = like(service, services.iter().map(|own| own.name.as_str()));
        let hint = near.map(|own| format!(" Did you mean `{own}`?")).unwrap_or_default();
        return Some(format!("This account has no service `{service}`, so {outcome} here.{hint}"));
    };
    let pattern = Pattern::new(name);
    if own.names().any(|known| pattern.matches(&known.to_ascii_lowercase())) {
        return None;
    }
    let hint = like(name, own.names())
        .map(|known| format!(" Did you mean `{service}:{known}`?"))
        .unwrap_or_default();
    Some(format!(
        "`{action}` is neither a route of {service} nor an HTTP method; only requests that name it in X-TC-Action ask for \
         it.{hint}"
    ))
}

/// The name that is written most like another.
fn like<'a>(lower: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(lower, &name.to_ascii_lowercase());
    let found = names.map(|name| (distance(name), name)).min()?;
    let most = MOST_SLIPS.min(lower.len() / 3).max(1);
    Some(found).filter(|(slips, _)| *slips <= most).map(|(_, name)| name)
}

/// The known action that is written most like it, or has the same name in another service.
fn nearest(lower: &str) -> Option<&'static str> {
    let name = lower.split_once(':').map_or(lower, |(_, name)| name);
    let distance = |known: &&'static str| {
        let known = known.to_ascii_lowercase();
        let other = known.split_once(':').map_or("", |(_, name)| name);
        if other == name { 1 } else { strsim::damerau_levenshtein(lower, &known) }
    };
    let found = KNOWN.iter().copied().map(|known| (distance(&known), known)).min()?;
    let most = MOST_SLIPS.min(name.len() / 3).max(1);
    Some(found).filter(|(slips, _)| *slips <= most).map(|(_, known)| known)
}

fn is_text(node: &Node, wanted: &str) -> bool {
    matches!(&node.value, Json::Text(text) if text.trim() == wanted)
}

fn find<'a>(members: &'a [Member], name: &str) -> Option<&'a Node> {
    members.iter().find(|member| member.name == name).map(|member| &member.node)
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Json::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}
