//! What holds for every set of policies, tried on random ones.

use camlock::domain::policy::{Context, Policy, Request};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::model::{self, Condition, Question, Statement};
use super::{decide, decide_within, request, sound};

const ACTIONS: [&str; 10] = [
    "*",
    "*:*",
    "cam:*",
    "cam:Get*",
    "cam:*User",
    "cos:GetObject",
    "name/cam:GetUser",
    "cam:DELETEUSER",
    "*:*e*",
    "c*:*t",
];

const RESOURCES: [&str; 15] = [
    "*",
    "*",
    "qcs::cam:::*",
    "qcs::cam:::uin/*",
    "qcs::cam::uin/100:uin/${uin}",
    "qcs::cos:gz:uid/1250:b/*",
    "qcs::::uin/101:*",
    "qcs::cam::uin/100:uin/3",
    "qcs::cos:::b/a",
    "qcs::cos:g*:uin/100:b/*c",
    "qcs:::::*",
    "qcs::cos:::b/${uin}",
    "qcs::cos:::b/${uin}/*",
    "qcs::cam::uin/100:uin/${uin}/*",
    "qcs::*::uin/100:*/*",
];

const ASKED_ACTIONS: [&str; 4] = ["cam:GetUser", "cam:DeleteUser", "cos:GetObject", "cos:putobject"];

const ASKED_RESOURCES: [&str; 10] = [
    "*",
    "qcs::cam::uin/100:uin/200",
    "qcs::cam:::uin/3",
    "qcs::cam::uin/101:uin/3",
    "qcs::cos:gz:uid/1250:b/a",
    "qcs::cos:gz:uin/100:b/a/c",
    "qcs::cos:bj:uin/101:b/200",
    "qcs::cos:bj::b/200/x",
    "qcs::cos::uid/9:b/2001",
    "qcs::cam::uin/100:uin/2001",
];

const KEYS: [&str; 4] = ["cos:k", "qcs:ip", "qcs:vpc", "cvm_disk_size"];

const VALUES: [&str; 7] = ["a", "ab", "AB", "7", "10", "200", "10.0.0.9"];

fn statement(conditions: usize) -> impl Strategy<Value = Statement> {
    (
        prop::bool::weighted(0.7),
        subsequence(ACTIONS.to_vec(), 1..3),
        subsequence(RESOURCES.to_vec(), 1..3),
        prop::collection::vec(condition(), 0..=conditions),
    )
        .prop_map(|(allow, actions, resources, conditions)| Statement {
            allow,
            actions,
            resources,
            conditions: distinct(conditions),
        })
}

/// No operator and key twice, which a document cannot hold.
fn distinct(conditions: Vec<Condition>) -> Vec<Condition> {
    let mut kept: Vec<Condition> = Vec::new();
    for condition in conditions {
        let name = |it: &Condition| (it.prefix, it.base, it.suffix, it.key);
        if kept.iter().all(|earlier| name(earlier) != name(&condition)) {
            kept.push(condition);
        }
    }
    kept
}

fn condition() -> impl Strategy<Value = Condition> {
    let text =
        ["string_equal", "string_not_equal", "string_equal_ignore_case", "string_like", "string_not_like"];
    let texts = (select(text.to_vec()), subsequence(vec!["a", "AB", "a*", "*b", "${uin}", "7"], 1..3));
    let number = ["numeric_equal", "numeric_not_equal", "numeric_less_than", "numeric_greater_than_equal"];
    let numbers = (select(number.to_vec()), subsequence(vec!["7", "9", "200", "${uin}"], 1..3));
    let ranges = (
        select(vec!["ip_equal", "ip_not_equal"]),
        subsequence(vec!["10.0.0.1/24", "11.0.0.0/8", "10.0.0.9"], 1..3),
    );
    let nulls = (select(vec!["null_equal"]), subsequence(vec!["true", "false"], 1));
    let prefixes = select(vec!["", "", "for_any_value:", "for_all_value:"]);
    let form = (prefixes, select(vec!["", "_if_exist"]), select(KEYS.to_vec()));
    (prop_oneof![3 => texts, 2 => numbers, 2 => ranges, 1 => nulls], form).prop_map(
        |((base, values), (prefix, suffix, key))| {
            let (prefix, suffix) = if base == "null_equal" { ("", "") } else { (prefix, suffix) };
            Condition { prefix, base, suffix, key, values }
        },
    )
}

fn policy(conditions: usize) -> impl Strategy<Value = Vec<Statement>> {
    prop::collection::vec(statement(conditions), 1..4)
}

fn policies(conditions: usize) -> impl Strategy<Value = Vec<Vec<Statement>>> {
    prop::collection::vec(policy(conditions), 0..4)
}

fn question() -> impl Strategy<Value = Question> {
    let values = || subsequence(VALUES.to_vec(), 0..3);
    (
        select(ASKED_ACTIONS.to_vec()),
        select(ASKED_RESOURCES.to_vec()),
        prop::bool::weighted(0.15),
        prop::collection::vec(values(), KEYS.len()),
    )
        .prop_map(|(action, resource, operation_level, held)| {
            let context = KEYS.into_iter().zip(held).collect();
            Question { action, resource, operation_level, context }
        })
}

fn compiled(policies: &[Vec<Statement>]) -> Vec<Policy> {
    policies.iter().map(|policy| sound(&model::render(policy))).collect()
}

fn allowed(policies: &[Vec<Statement>], boundaries: &[Vec<Statement>], question: &Question) -> bool {
    let context = question
        .context
        .iter()
        .fold(Context::new(), |context, (key, values)| context.with_all(key, values.clone()));
    let request = Request {
        operation_level: question.operation_level,
        ..request(question.action, question.resource, &context)
    };
    let (policies, boundaries) = (compiled(policies), compiled(boundaries));
    let (policies, boundaries): (Vec<_>, Vec<_>) = (policies.iter().collect(), boundaries.iter().collect());
    decide_within(&policies, &boundaries, &request).allowed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_evaluator_agrees_with_the_model(
        policies in policies(2), boundaries in prop::collection::vec(policy(1), 0..2), question in question(),
    ) {
        prop_assert_eq!(allowed(&policies, &boundaries, &question), model::allows(&policies, &boundaries, &question));
    }

    #[test]
    fn one_statement_agrees_with_the_model_whatever_its_effect(statement in statement(2), question in question()) {
        let truth = model::speaks(&statement, &question);
        let everything = Statement { allow: true, actions: vec!["*"], resources: vec!["*"], conditions: vec![] };
        let allow = Statement { allow: true, ..statement.clone() };
        let deny = Statement { allow: false, ..statement };

        prop_assert_eq!(allowed(&[vec![allow]], &[], &question), truth == Some(true));
        prop_assert_eq!(allowed(&[vec![everything, deny]], &[], &question), truth == Some(false));
    }

    #[test]
    fn adding_an_allow_never_removes_a_permission(
        policies in policies(0), more in statement(0), question in question(),
    ) {
        let mut grown = policies.clone();
        grown.push(vec![Statement { allow: true, ..more }]);

        prop_assert!(!allowed(&policies, &[], &question) || allowed(&grown, &[], &question));
    }

    #[test]
    fn a_matching_deny_wins_wherever_it_stands(
        policies in policies(2), deny in statement(2), place in 0_usize..4, question in question(),
    ) {
        let deny = Statement { allow: false, ..deny };
        let speaks = model::speaks(&deny, &question) != Some(false);
        let before = allowed(&policies, &[], &question);
        let mut grown = policies;
        grown.insert(place.min(grown.len()), vec![deny]);

        prop_assert_eq!(allowed(&grown, &[], &question), before && !speaks);
    }

    #[test]
    fn a_boundary_only_narrows(policies in policies(2), boundary in policy(2), question in question()) {
        let free = allowed(&policies, &[], &question);
        let bound = allowed(&policies, std::slice::from_ref(&boundary), &question);
        let alone = allowed(std::slice::from_ref(&boundary), &[], &question);

        prop_assert_eq!(bound, free && alone);
    }

    #[test]
    fn the_order_of_policies_does_not_matter(policies in policies(2), question in question()) {
        let mut reversed = policies.clone();
        reversed.reverse();

        prop_assert_eq!(allowed(&policies, &[], &question), allowed(&reversed, &[], &question));
    }

    #[test]
    fn a_sound_document_means_the_same_once_stored(policy in policy(2), question in question()) {
        let text = model::render(&policy);
        let context = question.context.iter().fold(Context::new(), |context, (key, values)| context.with_all(key, values.clone()));
        let request = request(question.action, question.resource, &context);

        prop_assert_eq!(decide(&[&sound(&text)], &request), decide(&[&Policy::stored(&text)], &request));
    }
}
