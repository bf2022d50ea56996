//! Which resources a statement covers.

use camlock::domain::policy::{Context, Reason, Request};

use super::{decide, document, request, sound};

fn covers(pattern: &str, resource: &str) -> bool {
    let policy = sound(&document(&format!(r#""effect":"allow","action":"*","resource":"{pattern}""#)));
    decide(&[&policy], &request("cam:GetUser", resource, &Context::new())).allowed
}

#[test]
fn a_written_resource_covers_itself() {
    for pattern in ["*", "qcs::cam::uin/100:uin/300", "qcs::cam::uin/100:uin/*", "qcs::cam::uin/100:*"] {
        assert!(covers(pattern, "qcs::cam::uin/100:uin/300"), "{pattern}");
    }
    for pattern in ["qcs::cam::uin/100:uin/301", "qcs::cam::uin/100:groupid/*", "qcs::cos::uin/100:*"] {
        assert!(!covers(pattern, "qcs::cam::uin/100:uin/300"), "{pattern}");
    }
}

#[test]
fn an_empty_service_means_all() {
    assert!(covers("qcs:::ap-guangzhou:uin/100:vpc/1", "qcs::vpc:ap-guangzhou:uin/100:vpc/1"));
    assert!(covers("qcs::*::uin/100:vpc/1", "qcs::vpc:ap-guangzhou:uin/100:vpc/1"));
    assert!(!covers("qcs::cvm::uin/100:vpc/1", "qcs::vpc:ap-guangzhou:uin/100:vpc/1"));
}

#[test]
fn an_empty_region_means_all() {
    assert!(covers("qcs::vpc::uin/100:vpc/1", "qcs::vpc:ap-guangzhou:uin/100:vpc/1"));
    assert!(covers("qcs::vpc:ap-*:uin/100:vpc/1", "qcs::vpc:ap-guangzhou:uin/100:vpc/1"));
    assert!(!covers("qcs::vpc:ap-beijing:uin/100:vpc/1", "qcs::vpc:ap-guangzhou:uin/100:vpc/1"));
    assert!(!covers("qcs::vpc:ap-beijing:uin/100:vpc/1", "qcs::vpc::uin/100:vpc/1"));
}

#[test]
fn an_empty_account_means_only_the_own_account() {
    assert!(covers("qcs::cam:::uin/*", "qcs::cam::uin/100:uin/300"));
    assert!(covers("qcs::cam:::uin/*", "qcs::cam:::uin/300"));
    assert!(!covers("qcs::cam:::uin/*", "qcs::cam::uin/101:uin/300"));
    assert!(!covers("qcs::cam:::uin/*", "qcs::cam::uin/200:uin/300"));
}

#[test]
fn both_numbers_of_the_own_account_are_one() {
    let own = ["uin/100", "uid/1250", ""];
    for written in own {
        for asked in own {
            let (pattern, resource) = (format!("qcs::cos::{written}:b/*"), format!("qcs::cos::{asked}:b/x"));
            assert!(covers(&pattern, &resource), "{pattern} {resource}");
        }
    }
    assert!(!covers("qcs::cos::uid/100:b/*", "qcs::cos::uin/100:b/x"));
    assert!(!covers("qcs::cos::uin/1250:b/*", "qcs::cos::uid/1250:b/x"));
    assert!(covers("qcs::cos::uid/77:b/*", "qcs::cos::uid/77:b/x"));
}

#[test]
fn an_account_may_be_a_wildcard() {
    assert!(covers("qcs::cos::uin/*:b/*", "qcs::cos::uin/999:b/x"));
    assert!(covers("qcs::cos::*:b/*", "qcs::cos::uid/999:b/x"));
    assert!(covers("qcs::cos::uid/*:b/*", "qcs::cos::uin/100:b/x"));
    assert!(!covers("qcs::cos::uid/*:b/*", "qcs::cos::uin/999:b/x"));
}

#[test]
fn a_path_covers_what_lies_beneath_and_no_longer_name() {
    assert!(covers("qcs::cos:::bucket/a", "qcs::cos:::bucket/a/b/c"));
    assert!(covers("qcs::cos:::bucket/a/", "qcs::cos:::bucket/a/b"));
    assert!(!covers("qcs::cos:::bucket/a", "qcs::cos:::bucket/ab"));
    assert!(!covers("qcs::cos:::bucket/a/b", "qcs::cos:::bucket/a"));
    assert!(!covers("qcs::cam:::uin/30", "qcs::cam:::uin/300"));
}

#[test]
fn variables_stand_for_the_caller() {
    assert!(covers("qcs::cam:::uin/${uin}", "qcs::cam:::uin/200"));
    assert!(covers("qcs::cam:::uin/${owner_uin}", "qcs::cam:::uin/100"));
    assert!(covers("qcs::cos:::b-${app_id}/${uin}/*", "qcs::cos:::b-1250/200/x"));
    assert!(covers("qcs::cos:::b/${uin}", "qcs::cos:::b/200/x"));
    assert!(!covers("qcs::cam:::uin/${uin}", "qcs::cam:::uin/2001"));
    assert!(!covers("qcs::cam:::uin/${uin}", "qcs::cam:::uin/300"));
    assert!(!covers("qcs::cam:::uin/${uin}", "qcs::cam:::uin/${uin}"));
}

#[test]
fn the_root_user_has_two_names_in_cam_only() {
    let (root, number) = ("qcs::cam::uin/100:root", "qcs::cam::uin/100:uin/100");
    for pattern in [root, number] {
        assert!(covers(pattern, root) && covers(pattern, number), "{pattern}");
    }
    assert!(!covers(root, "qcs::cam::uin/100:uin/200"));
    assert!(!covers("qcs::cos:::root", "qcs::cos::uin/100:uin/100"));
    assert!(covers("qcs::cos:::root", "qcs::cos:::root"));
}

#[test]
fn the_last_segment_may_hold_colons() {
    assert!(covers("qcs::cam:::a:b/*", "qcs::cam:::a:b/c"));
    assert!(!covers("qcs::cam:::a", "qcs::cam:::a:b"));
}

#[test]
fn an_operation_level_action_is_covered_by_a_star_alone() {
    let decide_operation = |pattern: &str, operation_level: bool| {
        let policy = sound(&document(&format!(r#""effect":"allow","action":"*","resource":{pattern}"#)));
        let context = Context::new();
        let resource = if operation_level { "qcs::cam::uin/100:uin/200" } else { "*" };
        decide(&[&policy], &Request { operation_level, ..request("cam:ListUsers", resource, &context) })
            .allowed
    };

    for operation_level in [true, false] {
        assert!(decide_operation(r#""*""#, operation_level));
        assert!(decide_operation(r#"["qcs::cam:::uin/1","*"]"#, operation_level));
        assert!(!decide_operation(r#""qcs::cam:::*""#, operation_level));
        assert!(!decide_operation(r#""qcs::::*:*""#, operation_level));
        assert!(!decide_operation(r#""qcs::cam::uin/100:uin/200""#, operation_level));
    }
}

#[test]
fn a_deny_that_names_a_resource_stops_an_operation_level_action_where_it_may_mean_it() {
    let everything = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let context = Context::new();
    let is_denied = |action: &str, resource: &str| {
        let deny = document(&format!(r#""effect":"deny","action":"{action}","resource":"{resource}""#));
        let asked = Request { operation_level: true, ..request("cam:AddUser", "*", &context) };
        let decision = decide(&[&everything, &sound(&deny)], &asked);
        assert_eq!(decision.allowed, decision.unevaluable.is_empty());
        !decision.allowed
    };

    assert!(is_denied("cam:AddUser", "qcs::cam::uin/100:uin/300"), "the action is written out");
    assert!(is_denied("cam:*", "qcs::cam::uin/100:*"), "the account is among what is named");
    assert!(is_denied("*", "qcs::cam:::root"));
    assert!(!is_denied("cam:*", "qcs::cam::uin/100:uin/300"), "it is about a user");
    assert!(!is_denied("cam:GetUser", "qcs::cam::uin/100:*"), "it is about another action");
}

#[test]
fn a_malformed_resource_is_refused_even_to_an_administrator() {
    let policy = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let malformed = [
        "",
        "uin/300",
        "qcs::cam::uin/100",
        "qcs::cam::uin/100:",
        "qcs:1:cam::uin/100:uin/3",
        "abc::cam::uin/100:uin/3",
        "qcs::::uin/100:uin/3",
        "qcs::cam::100:uin/3",
        "qcs::cam::uin/x:uin/3",
        "qcs::cam::uin/+1:uin/3",
        "qcs::cam::uin/*:uin/3",
    ];

    for resource in malformed {
        let decision = decide(&[&policy], &request("cam:GetUser", resource, &Context::new()));
        assert_eq!(decision.reason, Reason::Malformed, "{resource}");
        assert!(!decision.allowed);
    }
}
