//! The smallest policy that would have allowed what was called.

use super::action::{Action, ActionPattern};
use super::truth::Truth;
use super::{MAX_CHARACTERS, VERSION, counted_characters, without_mark};
use crate::domain::impact::Used;
use crate::domain::key_hours::MOST_OF_RESOURCE;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A drafted document, and what had to be wider than what was called.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Draft {
    pub document: String,
    /// Of API calls the resource is not kept, so all resources are drafted.
    pub has_unknown_resources: bool,
    /// It was too long with its resources, so it names whole services.
    pub is_widened: bool,
    /// It was too long even so, and allows all actions of these services.
    pub has_all_actions: bool,
}

/// Actions by the resources that they were called on.
type Called = BTreeMap<String, BTreeSet<String>>;

/// Drafts it; nothing where nothing was called.
#[must_use]
pub fn draft(used: &[Used]) -> Option<Draft> {
    let known = || used.iter().filter(|used| !used.is_other());
    let mut called = Called::new();
    for used in known() {
        called.entry(used.name()).or_default().insert(resource_of(used));
    }
    if called.is_empty() {
        return None;
    }
    let has_unknown_resources = known().any(|used| used.resource.is_empty());
    let exact = Draft {
        document: written(&called),
        has_unknown_resources,
        is_widened: false,
        has_all_actions: false,
    };
    if fits(&exact) {
        return Some(exact);
    }
    let everywhere = || BTreeSet::from(["*".to_owned()]);
    let widened: Called = called.into_keys().map(|name| (name, everywhere())).collect();
    let wide = Draft { document: written(&widened), is_widened: true, ..exact };
    if fits(&wide) {
        return Some(wide);
    }
    let services: Called = known().map(|used| (format!("{}:*", used.service), everywhere())).collect();
    Some(Draft { document: written(&services), has_all_actions: true, ..wide })
}

/// A statement on a path covers what lies beneath it as well. A path that was cut off is none.
fn resource_of(used: &Used) -> String {
    let is_known = !used.resource.is_empty() && used.resource.chars().count() < MOST_OF_RESOURCE;
    if is_known { used.resource.clone() } else { "*".to_owned() }
}

/// The actions in a document's statements that allow, of which none was called: each statement's number from 1, with them.
#[must_use]
pub fn idle(document: &str, called: &[String]) -> Vec<(usize, Vec<String>)> {
    let called: Vec<Action> = called.iter().filter_map(|name| Action::parse(name)).collect();
    let is_idle = |text: &&str| {
        let pattern = ActionPattern::parse(text);
        pattern.is_ok_and(|pattern| !called.iter().any(|action| pattern.covers(action) == Truth::Yes))
    };
    let read: Value = serde_json::from_str(without_mark(document)).unwrap_or_default();
    let statements = listed(&read, "statement");
    let allows = |statement: &Value| {
        let effect = statement.get("effect").and_then(Value::as_str);
        effect.is_some_and(|effect| effect.eq_ignore_ascii_case("allow"))
    };
    let numbered = statements.into_iter().enumerate().filter(|(_, statement)| allows(statement));
    numbered
        .map(|(at, statement)| {
            let actions = listed(statement, "action").into_iter().filter_map(Value::as_str);
            (at + 1, actions.filter(is_idle).map(str::to_owned).collect::<Vec<_>>())
        })
        .filter(|(_, actions)| !actions.is_empty())
        .collect()
}

/// One value or many under a name.
fn listed<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    match value.get(name) {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn fits(draft: &Draft) -> bool {
    counted_characters(&draft.document) <= MAX_CHARACTERS
}

/// One statement for all actions that were called on the same resources.
fn written(called: &Called) -> String {
    let mut alike: BTreeMap<&BTreeSet<String>, Vec<&str>> = BTreeMap::new();
    for (name, resources) in called {
        alike.entry(resources).or_default().push(name);
    }
    let statements: Vec<Value> = alike
        .into_iter()
        .map(|(resources, actions)| {
            let resource = if resources.contains("*") { json!("*") } else { json!(resources) };
            json!({"effect": "allow", "action": actions, "resource": resource})
        })
        .collect();
    serde_json::to_string_pretty(&json!({"version": VERSION, "statement": statements})).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::{Attached, Context, Grants, Policy, Principal, Request};

    const OWNER: Principal = Principal { uin: 2, owner_uin: 100_000_000_001, app_id: 5 };

    fn used(action: &str, path: &str) -> Used {
        let resource = if path.is_empty() {
            String::new()
        } else {
            format!("qcs::orders::uin/{}:{path}", OWNER.owner_uin)
        };
        let service = if path.is_empty() { "cam" } else { "orders" };
        Used { service: service.to_owned(), action: action.to_owned(), resource, calls: 1, last_at: 1 }
    }

    fn allows(document: &str, action: &str, resource: &str) -> bool {
        let policy = Policy::check(document).unwrap();
        let attached = [Attached { label: "draft", policy: &policy }];
        let context = Context::new();
        let request = Request { action, resource, context: &context, caller: &OWNER, operation_level: false };
        Grants { attached: &attached, boundaries: &[] }.decide(&request).allowed
    }

    #[test]
    fn a_draft_allows_each_call_and_no_other_action() {
        let all = [
            used("GET", "/v1/orders"),
            used("POST", "/v1/orders"),
            used("GET", "/v1/carts"),
            used("ListUsers", ""),
        ];
        let drafted = draft(&all).unwrap();
        assert!(drafted.has_unknown_resources && !drafted.is_widened);
        for one in &all {
            let resource =
                if one.resource.is_empty() { "qcs::cam::uin/100000000001:uin/7" } else { &one.resource };
            assert!(allows(&drafted.document, &one.name(), resource), "{one:?} by {}", drafted.document);
        }
        let place = |path: &str| format!("qcs::orders::uin/{}:{path}", OWNER.owner_uin);
        assert!(!allows(&drafted.document, "orders:POST", &place("/v1/carts")), "only where it was called");
        assert!(!allows(&drafted.document, "orders:DELETE", &place("/v1/orders")));
        assert!(!allows(&drafted.document, "cam:DeleteUser", "qcs::cam::uin/100000000001:uin/7"));
    }

    #[test]
    fn a_draft_that_is_too_long_names_services_and_is_still_sound() {
        let paths: Vec<Used> =
            (0..300).map(|number| used("GET", &format!("/v1/a-rather-long-path-{number}"))).collect();
        let wide = draft(&paths).unwrap();
        assert!(wide.is_widened && !wide.has_all_actions);
        assert!(allows(&wide.document, "orders:GET", "qcs::orders::uin/100000000001:/x"));
        let actions: Vec<Used> =
            (0..500).map(|number| used(&format!("ARatherLongAction{number}"), "/v1")).collect();
        let widest = draft(&actions).unwrap();
        assert!(widest.has_all_actions && Policy::check(&widest.document).is_ok());
    }

    #[test]
    fn what_is_allowed_and_never_called_is_told_by_statement() {
        let document = r#"{"version":"2.0","statement":[
            {"effect":"allow","action":["orders:get","orders:DELETE","cam:*"],"resource":"*"},
            {"effect":"deny","action":"orders:PUT","resource":"*"},{"effect":"allow","action":"*","resource":"*"}]}"#;
        let called = ["orders:GET".to_owned()];
        let actions = vec!["orders:DELETE".to_owned(), "cam:*".to_owned()];
        assert_eq!(idle(document, &called), [(1, actions)]);
    }

    #[test]
    fn nothing_called_is_no_draft() {
        assert_eq!(draft(&[]), None);
    }
}
