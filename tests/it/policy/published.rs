//! Documents in the shapes that are published for CAM: what is accepted, and what it means.

use camlock::domain::policy::{Context, Policy, Reason, Request};
use proptest::prelude::*;
use proptest::sample::select;

use super::check::{NONE, codes, statement_codes};
use super::{USER, decide, document, request, sound};

const ASKED: &str = "cam:GetUser";

/// Whether a statement of this effect with this condition speaks, beside another that allows everything if it denies.
fn allowed(effect: &str, condition: &str, context: &Context) -> bool {
    let statement = format!(r#""effect":"{effect}","action":"*","resource":"*","condition":{condition}"#);
    let everything = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let policy = sound(&document(&statement));
    let all = if effect == "deny" { vec![&everything, &policy] } else { vec![&policy] };
    decide(&all, &request(ASKED, USER, context)).allowed
}

fn covers(pattern: &str, resource: &str) -> bool {
    let policy = sound(&document(&format!(r#""effect":"allow","action":"*","resource":"{pattern}""#)));
    decide(&[&policy], &request(ASKED, resource, &Context::new())).allowed
}

#[test]
fn an_empty_list_is_no_condition() {
    for (effect, expected) in [("allow", true), ("deny", false)] {
        assert_eq!(allowed(effect, "[]", &Context::new()), expected, "{effect}");
        assert_eq!(allowed(effect, " [ ] ", &Context::new()), expected, "{effect}");
    }
}

#[test]
fn every_row_of_the_operator_table_is_accepted() {
    for condition in [
        r#"{"string_equal":{"qcs:tag/name":"value"}}"#,
        r#"{" date_greater_than ":{"qcs:current_time":"2016-06-01T00:01:00Z"}}"#,
        r#"{" date_less_than ":{"qcs:current_time":"2016-06-01T 00:01:00Z"}}"#,
        r#"{"ip_equal":{"qcs:ip ":"10.121.2.10/24"}}"#,
        r#"{" numeric_not_equal":{"mfa":1}}"#,
        r#"{"numeric_greater_than ":{"cvm_system_disk_size":10}}"#,
        r#"{"numeric_less_than_equal ":{"cvm_system_disk_size":10}}"#,
        r#"{"numeric_greater_than ":{"some_key":11}}"#,
        r#"{"string_equal":{"qcs:vpc":"vpc-1"}}"#,
        r#"{"numeric_equal":{"qcs:read_only_action":1}}"#,
    ] {
        let statement = format!(r#""effect":"allow","action":"*","resource":"*","condition":{condition}"#);
        assert_eq!(statement_codes(&statement), NONE, "{condition}");
    }
}

#[test]
fn a_date_with_a_blank_in_it_is_that_date() {
    let condition = r#"{"date_less_than":{"qcs:current_time":"2026-01-01T 00:00:00Z"}}"#;
    let at = |time: &str| Context::new().with("qcs:current_time", time);

    assert!(allowed("allow", condition, &at("2025-12-31T23:59:59Z")));
    assert!(!allowed("allow", condition, &at("2026-01-01T00:00:00Z")));
}

#[test]
fn what_cannot_be_told_allows_nothing_and_denies() {
    let keys = ["qcs:vpc", "qcs:read_only_action", "cvm_system_disk_size", "QCS:VPC", " qcs:vpc "];
    for key in keys {
        for operator in [
            "string_equal",
            "string_not_equal",
            "string_equal_if_exist",
            "string_not_equal_if_exist",
            "for_any_value:string_equal",
            "for_all_value:string_not_equal_if_exist",
        ] {
            let condition = format!(r#"{{"{operator}":{{"{key}":"x"}}}}"#);
            for effect in ["allow", "deny"] {
                assert!(!allowed(effect, &condition, &Context::new()), "{effect} {condition}");
            }
        }
        for absent in [true, false] {
            let condition = format!(r#"{{"null_equal":{{"{key}":{absent}}}}}"#);
            assert!(!allowed("allow", &condition, &Context::new()), "{condition}");
            assert!(!allowed("deny", &condition, &Context::new()), "{condition}");
        }
    }
}

#[test]
fn what_the_asker_tells_is_compared() {
    let condition = r#"{"string_equal":{"qcs:vpc":"vpc-1"}}"#;
    let from = |vpc: &str| Context::new().with("qcs:vpc", vpc);

    assert!(allowed("allow", condition, &from("vpc-1")) && !allowed("allow", condition, &from("vpc-2")));
    assert!(!allowed("deny", condition, &from("vpc-1")) && allowed("deny", condition, &from("vpc-2")));
    let condition = r#"{"numeric_greater_than":{"cvm_system_disk_size":10}}"#;
    let size = |size: &str| Context::new().with("cvm_system_disk_size", size);
    assert!(allowed("allow", condition, &size("11")) && !allowed("allow", condition, &size("10")));
}

#[test]
fn a_condition_that_cannot_be_told_is_named() {
    let statement =
        r#""effect":"deny","action":"*","resource":"*","condition":{"string_equal":{"qcs:vpc":"v"}}"#;
    let decision = decide(&[&sound(&document(statement))], &request(ASKED, USER, &Context::new()));

    assert_eq!(decision.reason, Reason::Denied);
    assert!(decision.unevaluable.iter().any(|said| said.contains("string_equal qcs:vpc")), "{decision:?}");
    let outlines: Vec<_> = sound(&document(statement)).outlines().collect();
    assert_eq!(outlines[0].untold, ["qcs:vpc"]);
}

#[test]
fn a_condition_that_does_not_hold_decides_beside_one_that_cannot_be_told() {
    let condition = r#"{"string_equal":{"qcs:vpc":"v"},"ip_equal":{"qcs:ip":"10.0.0.0/8"}}"#;
    let from = |ip: &str| Context::new().with("qcs:ip", ip);

    assert!(allowed("deny", condition, &from("192.0.2.1")), "the address alone spares it");
    assert!(!allowed("deny", condition, &from("10.1.1.1")));
}

#[test]
fn blanks_around_the_parts_of_an_action_do_not_matter() {
    for action in
        ["cam: GetUser", " cam:GetUser ", "cam :GetUser", "name/cam: GetUser", "name/ cam:\tGet*", "cam: *"]
    {
        let action = action.replace('\t', "\\t");
        let policy = sound(&document(&format!(r#""effect":"allow","action":"{action}","resource":"*""#)));
        assert!(decide(&[&policy], &request(ASKED, USER, &Context::new())).allowed, "{action}");
        assert!(!decide(&[&policy], &request("cos:GetObject", USER, &Context::new())).allowed, "{action}");
    }
    for action in ["cam: Get User", "cam: ", " : GetUser", "c am:GetUser"] {
        let statement = format!(r#""effect":"allow","action":"{action}","resource":"*""#);
        assert_ne!(statement_codes(&statement), NONE, "{action}");
    }
}

#[test]
fn blanks_around_the_parts_of_a_resource_do_not_matter() {
    for pattern in [
        " * ",
        " qcs::cam::uin/100:uin/300 ",
        "qcs:: cam ::uin/100:uin/300",
        "qcs: :cam: :uin/100: uin/300",
        "qcs::cam:: uin/ 100 :uin/*",
        "qcs::cam::uin/100:uin / 300",
    ] {
        assert!(covers(pattern, USER), "{pattern}");
    }
    assert!(!covers("qcs::cam:: uin/100: uin/30", USER));
    assert!(!covers("qcs::cam:: uin/101: uin/300", USER));
}

#[test]
fn an_operation_level_action_with_blanks_is_named_all_the_same() {
    let statement = r#""effect":"deny","action":"cam: AddUser","resource":"qcs::cos:::x/*""#;
    let everything = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let context = Context::new();
    let asked = Request { operation_level: true, ..request("cam:AddUser", "*", &context) };

    assert!(!decide(&[&everything, &sound(&document(statement))], &asked).allowed);
}

#[test]
fn what_lies_beneath_a_variable_includes_the_variable_itself() {
    let own = "qcs::cmqqueue::uin/100:queueName/uin/${uin}/*";

    assert!(covers(own, "qcs::cmqqueue:gz:uin/100:queueName/uin/200"));
    assert!(covers(own, "qcs::cmqqueue:gz:uin/100:queueName/uin/200/a"));
    for other in ["2001", "20", "300", "201/a"] {
        assert!(!covers(own, &format!("qcs::cmqqueue::uin/100:queueName/uin/{other}")), "{other}");
    }
    assert!(!covers("qcs::cos:::bucket/a/*", "qcs::cos:::bucket/a"), "only after a variable");
    assert!(!covers("qcs::cos:::b/${uin}/docs/*", "qcs::cos:::b/200/docs"), "only right after it");
    assert!(!covers("qcs::cos:::b/${uin}/*/x", "qcs::cos:::b/200"));
}

#[test]
fn what_is_beneath_a_variable_is_denied_with_it() {
    let everything = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let own = sound(&document(r#""effect":"deny","action":"*","resource":"qcs::cos:::home/${uin}/*""#));
    let asked = |resource| decide(&[&everything, &own], &request(ASKED, resource, &Context::new())).allowed;

    assert!(!asked("qcs::cos:::home/200") && !asked("qcs::cos:::home/200/x") && asked("qcs::cos:::home/300"));
}

#[test]
fn what_is_no_policy_stays_refused() {
    for text in [
        r#"{"Version":"2.0","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*","principal":"*"}]}"#,
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cos:*","resource":"qcs::cos::$account:*"}]}"#,
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cos:*",}]}"#,
    ] {
        assert_ne!(codes(text), NONE, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blanks_never_change_what_a_document_means(
        service in select(vec!["cam", "c*", "*", "cos"]), name in select(vec!["GetUser", "*", "Get*", "PutObject"]),
        tail in select(vec!["*", "uin/300", "uin/${uin}", "uin/${uin}/*", "uin/30"]),
        blank in select(vec![" ", "  ", "\\t", "\u{3000}", "\u{a0}"]), deny in any::<bool>(),
    ) {
        let effect = if deny { "deny" } else { "allow" };
        let spelled = |blank: &str| document(&format!(
            r#""effect":"{effect}","action":"{blank}{service}{blank}:{blank}{name}{blank}","resource":"qcs{blank}:{blank}:cam{blank}::{blank}uin/100{blank}:{blank}{tail}{blank}""#
        ));
        let everything = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
        let (plain, spaced) = (sound(&spelled("")), sound(&spelled(blank)));

        for resource in [USER, "qcs::cam::uin/100:uin/200", "qcs::cam::uin/100:uin/200/x", "*"] {
            let context = Context::new();
            let asked = request(ASKED, resource, &context);
            let outcome = |policy: &Policy| decide(&[&everything, policy], &asked).allowed;
            prop_assert_eq!(outcome(&plain), outcome(&spaced), "{}", resource);
        }
    }

    #[test]
    fn a_document_with_what_cannot_be_told_never_allows_more_than_without_it(
        operator in select(vec!["string_equal", "string_not_equal", "string_like", "numeric_less_than", "bool_equal", "null_equal"]),
        prefix in select(vec!["", "for_any_value:", "for_all_value:"]), suffix in select(vec!["", "_if_exist"]),
        key in select(vec!["qcs:vpc", "qcs:read_only_action", "a_b", "cvm_disk_0"]), deny in any::<bool>(),
    ) {
        let (prefix, suffix) = if operator == "null_equal" { ("", "") } else { (prefix, suffix) };
        let condition = format!(r#"{{"{prefix}{operator}{suffix}":{{"{key}":"1"}}}}"#);

        let effect = if deny { "deny" } else { "allow" };

        prop_assert!(!allowed(effect, &condition, &Context::new()));
    }
}
