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
    /// Of API calls the resource is not kept, so all that is allowed is drafted.
    pub has_unknown_resources: bool,
    /// It was too long with its resources, so it names all that is allowed.
    pub is_widened: bool,
    /// It was too long even so, and allows all actions of these services.
    pub has_all_actions: bool,
}

/// A kind of call, as a policy would have to allow it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Needed {
    /// As policies name it.
    pub action: String,
    pub resources: BTreeSet<String>,
    /// What is allowed of it now, which stands for the resources where there is no room for those.
    pub allowed: BTreeSet<String>,
    /// Whether the resources are those that were called.
    pub is_known: bool,
}

impl Needed {
    /// Calls whose resource was kept: a statement on a path covers what lies beneath it as well.
    #[must_use]
    pub fn on_its_resource(used: &Used, allowed: BTreeSet<String>) -> Self {
        let is_whole = used.resource.chars().count() < MOST_OF_RESOURCE;
        // A path that was cut off is none.
        let resources = if is_whole { BTreeSet::from([used.resource.clone()]) } else { allowed.clone() };
        Self { action: used.name(), resources, allowed, is_known: true }
    }

    /// Calls whose resource was not kept: on all that is allowed under that name.
    #[must_use]
    pub fn on_all_allowed(action: &str, allowed: BTreeSet<String>) -> Self {
        Self { action: action.to_owned(), resources: allowed.clone(), allowed, is_known: false }
    }
}

/// Actions by their resources.
type Called = BTreeMap<String, BTreeSet<String>>;

/// All that a policy would have to allow.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    called: Called,
    /// What is allowed of each action now.
    allowed: Called,
    has_unknown_resources: bool,
}

impl Needs {
    /// Counts in a kind of call.
    pub fn add(&mut self, needed: Needed) {
        self.has_unknown_resources |= !needed.is_known;
        self.called.entry(needed.action.clone()).or_default().extend(needed.resources);
        self.allowed.entry(needed.action).or_default().extend(needed.allowed);
    }

    /// The names of the actions.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.called.keys().map(String::as_str)
    }

    /// Drafts it; nothing where nothing was called.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        if self.called.is_empty() {
            return None;
        }
        let exact = Draft {
            document: written(&self.called),
            has_unknown_resources: self.has_unknown_resources,
            is_widened: false,
            has_all_actions: false,
        };
        if fits(&exact) {
            return Some(exact);
        }
        let wide = Draft { document: written(&self.allowed), is_widened: true, ..exact };
        if fits(&wide) {
            return Some(wide);
        }
        let service = |name: &str| name.split_once(':').map(|(service, _)| format!("{service}:*"));
        let everywhere = || BTreeSet::from(["*".to_owned()]);
        let services: Called = self.actions().filter_map(service).map(|name| (name, everywhere())).collect();
        Some(Draft { document: written(&services), has_all_actions: true, ..wide })
    }
}

/// A statement that allows: which actions, and on which resources, as they are written there.
pub struct Allowance {
    actions: Vec<ActionPattern>,
    resources: BTreeSet<String>,
}

impl Allowance {
    /// The statements of a document that allow.
    #[must_use]
    pub fn all_of(document: &str) -> Vec<Self> {
        let read: Value = serde_json::from_str(without_mark(document)).unwrap_or_default();
        let of_statement = |statement: &Value| {
            let texts = |name| listed(statement, name).into_iter().filter_map(Value::as_str);
            let actions = texts("action").filter_map(|text| ActionPattern::parse(text).ok()).collect();
            Self { actions, resources: texts("resource").map(str::to_owned).collect() }
        };
        let statements = listed(&read, "statement").into_iter().filter(|statement| allows(statement));
        statements.map(of_statement).collect()
    }
}

/// The resources on which an action is allowed, as they are written.
#[must_use]
pub fn resources_allowing(allowances: &[Allowance], action: &str) -> BTreeSet<String> {
    let Some(action) = Action::parse(action) else { return BTreeSet::new() };
    let is_meant = |one: &&Allowance| one.actions.iter().any(|pattern| pattern.covers(&action) == Truth::Yes);
    allowances.iter().filter(is_meant).flat_map(|one| one.resources.iter().cloned()).collect()
}

/// Whether a document has denials or conditions, which a draft has not.
#[must_use]
pub fn has_exceptions(document: &str) -> bool {
    let read: Value = serde_json::from_str(without_mark(document)).unwrap_or_default();
    listed(&read, "statement")
        .into_iter()
        .any(|statement| !allows(statement) || statement.get("condition").is_some())
}

fn allows(statement: &Value) -> bool {
    let effect = statement.get("effect").and_then(Value::as_str);
    effect.is_some_and(|effect| effect.eq_ignore_ascii_case("allow"))
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

    fn draft(all: &[Used]) -> Option<Draft> {
        let everywhere = || BTreeSet::from(["*".to_owned()]);
        let need = |used: &Used| match used.resource.as_str() {
            "" => Needed::on_all_allowed(&used.name(), everywhere()),
            _ => Needed::on_its_resource(used, everywhere()),
        };
        let mut needs = Needs::default();
        all.iter().map(need).for_each(|needed| needs.add(needed));
        needs.draft()
    }

    fn is_allowed(document: &str, action: &str, resource: &str) -> bool {
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
            assert!(is_allowed(&drafted.document, &one.name(), resource), "{one:?} by {}", drafted.document);
        }
        let place = |path: &str| format!("qcs::orders::uin/{}:{path}", OWNER.owner_uin);
        assert!(
            !is_allowed(&drafted.document, "orders:POST", &place("/v1/carts")),
            "only where it was called"
        );
        assert!(!is_allowed(&drafted.document, "orders:DELETE", &place("/v1/orders")));
        assert!(!is_allowed(&drafted.document, "cam:DeleteUser", "qcs::cam::uin/100000000001:uin/7"));
    }

    #[test]
    fn a_draft_that_is_too_long_names_services_and_is_still_sound() {
        let paths: Vec<Used> =
            (0..300).map(|number| used("GET", &format!("/v1/a-rather-long-path-{number}"))).collect();
        let wide = draft(&paths).unwrap();
        assert!(wide.is_widened && !wide.has_all_actions);
        assert!(is_allowed(&wide.document, "orders:GET", "qcs::orders::uin/100000000001:/x"));
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
    fn what_is_allowed_is_told_as_it_is_written() {
        let document = r#"{"version":"2.0","statement":[
            {"effect":"allow","action":["cam:Query*"],"resource":"qcs::cam:::uin/${uin}"},
            {"effect":"deny","action":"cam:*","resource":"qcs::cam:::uin/7"},
            {"effect":"allow","action":"orders:GET","resource":["qcs::orders:::/a","qcs::orders:::/b"]}]}"#;
        let found =
            |action| resources_allowing(&Allowance::all_of(document), action).into_iter().collect::<Vec<_>>();
        assert_eq!(found("cam:QueryCollApiKey"), ["qcs::cam:::uin/${uin}"]);
        assert_eq!(found("orders:GET"), ["qcs::orders:::/a", "qcs::orders:::/b"]);
        assert!(found("cam:ListUsers").is_empty());
        assert!(has_exceptions(document));
    }

    #[test]
    fn nothing_called_is_no_draft() {
        assert_eq!(draft(&[]), None);
    }
}
