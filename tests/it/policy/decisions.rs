//! Several policies, groups and boundaries together, and how the decision is explained.

use camlock::domain::policy::{Attached, Context, Effect, Grants, Policy, Reason};

use super::{USER, document, request, sound};

fn allow(actions: &str) -> Policy {
    sound(&document(&format!(r#""effect":"allow","action":{actions},"resource":"*""#)))
}

fn deny(actions: &str) -> Policy {
    sound(&document(&format!(r#""effect":"deny","action":{actions},"resource":"*""#)))
}

fn named<'a>(label: &'a str, policy: &'a Policy) -> Attached<'a> {
    Attached { label, policy }
}

#[test]
fn nothing_attached_allows_nothing() {
    let context = Context::new();

    let decision = Grants::default().decide(&request("cam:GetUser", USER, &context));

    assert!(!decision.allowed);
    assert_eq!(decision.reason, Reason::NotAllowed);
    assert_eq!(decision.by, None);
}

#[test]
fn the_policies_of_a_group_add_to_ones_own() {
    let (own, group) = (allow(r#""cam:Get*""#), allow(r#""cos:*""#));
    let attached = [named("own", &own), named("group ops: cos", &group)];
    let grants = Grants { attached: &attached, boundaries: &[] };
    let context = Context::new();

    assert!(grants.decide(&request("cam:GetUser", USER, &context)).allowed);
    assert!(grants.decide(&request("cos:GetObject", USER, &context)).allowed);
    assert!(!grants.decide(&request("cam:DeleteUser", USER, &context)).allowed);
}

#[test]
fn the_allowing_statement_is_named() {
    let first = sound(
        "{\"version\":\"2.0\",\n\"statement\":[\n{\"effect\":\"deny\",\"action\":\"cos:*\",\"resource\":\"*\"},\n{\"effect\":\"allow\",\"action\":\"cam:*\",\"resource\":\"*\"}]}",
    );
    let attached = [named("first", &first)];

    let decision = Grants { attached: &attached, boundaries: &[] }.decide(&request(
        "cam:GetUser",
        USER,
        &Context::new(),
    ));

    let by = decision.by.expect("a deciding statement");
    assert_eq!((by.label.as_str(), by.statement, by.line, by.effect), ("first", 1, 4, Effect::Allow));
}

#[test]
fn the_denying_statement_is_named_wherever_it_is() {
    let (all, no) = (allow(r#""*""#), deny(r#""cam:GetUser""#));
    for attached in [[named("all", &all), named("no", &no)], [named("no", &no), named("all", &all)]] {
        let decision = Grants { attached: &attached, boundaries: &[] }.decide(&request(
            "cam:GetUser",
            USER,
            &Context::new(),
        ));

        assert_eq!(decision.reason, Reason::Denied);
        let by = decision.by.expect("a deciding statement");
        assert_eq!((by.label.as_str(), by.effect), ("no", Effect::Deny));
    }
}

#[test]
fn a_boundary_narrows_and_is_named() {
    let (all, cos) = (allow(r#""*""#), allow(r#""cos:*""#));
    let (attached, boundaries) = ([named("all", &all)], [named("edge", &cos)]);
    let grants = Grants { attached: &attached, boundaries: &boundaries };
    let context = Context::new();

    assert!(grants.decide(&request("cos:GetObject", USER, &context)).allowed);
    let decision = grants.decide(&request("cam:GetUser", USER, &context));
    assert_eq!(decision.reason, Reason::OutsideBoundary("edge".to_owned()));
}

#[test]
fn a_boundary_grants_nothing_itself() {
    let all = allow(r#""*""#);
    let boundaries = [named("edge", &all)];

    let decision = Grants { attached: &[], boundaries: &boundaries }.decide(&request(
        "cam:GetUser",
        USER,
        &Context::new(),
    ));

    assert_eq!(decision.reason, Reason::NotAllowed);
}

#[test]
fn a_deny_in_a_boundary_denies() {
    let (all, mixed) = (allow(r#""*""#), deny(r#""cam:*""#));
    let (attached, boundaries) = ([named("all", &all)], [named("open", &all), named("edge", &mixed)]);

    let decision = Grants { attached: &attached, boundaries: &boundaries }.decide(&request(
        "cam:GetUser",
        USER,
        &Context::new(),
    ));

    assert_eq!(decision.reason, Reason::Denied);
    assert_eq!(decision.by.expect("a deciding statement").label, "edge");
}

#[test]
fn every_boundary_must_allow() {
    let (all, cam, cos) = (allow(r#""*""#), allow(r#""cam:*""#), allow(r#""cos:*""#));
    let (attached, boundaries) = ([named("all", &all)], [named("edge", &cam), named("session", &cos)]);
    let grants = Grants { attached: &attached, boundaries: &boundaries };

    for action in ["cam:GetUser", "cos:GetObject", "cvm:RunInstances"] {
        assert!(!grants.decide(&request(action, USER, &Context::new())).allowed);
    }
}

#[test]
fn an_unreadable_boundary_denies() {
    let (all, garbage) = (allow(r#""*""#), Policy::stored("garbage"));
    let (attached, boundaries) = ([named("all", &all)], [named("edge", &garbage)]);

    let decision = Grants { attached: &attached, boundaries: &boundaries }.decide(&request(
        "cam:GetUser",
        USER,
        &Context::new(),
    ));

    assert_eq!(decision.reason, Reason::Denied);
}

#[test]
fn an_outline_counts_what_a_statement_holds() {
    let text = r#""effect":"deny","action":["cam:*","cos:*"],"resource":"*","condition":{"bool_equal":{"cos:a":true,"cos:b":true}}"#;

    let outlines: Vec<_> = sound(&document(text)).outlines().collect();

    assert_eq!(outlines.len(), 1);
    assert_eq!(
        outlines.first().map(|it| (it.effect, it.actions, it.resources, it.conditions)),
        Some((Effect::Deny, 2, 1, 2))
    );
}
