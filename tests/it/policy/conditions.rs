//! How conditions combine, and what their keys and values may look like.

use camlock::domain::policy::Context;

use super::{USER, decide, document, request, sound};

/// Whether a condition lets an allow through and whether it lets a deny strike.
pub fn outcome(condition: &str, context: &Context) -> (bool, bool) {
    let statement = |effect: &str| {
        let text = format!(r#""effect":"{effect}","action":"*","resource":"*","condition":{condition}"#);
        sound(&document(&text))
    };
    let everything = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let request = request("cam:GetUser", USER, context);
    let allows = decide(&[&statement("allow")], &request).allowed;
    let denies = !decide(&[&everything, &statement("deny")], &request).allowed;
    (allows, denies)
}

/// The outcome when the condition is true, false, or cannot be told.
pub fn outcome_of(truth: Option<bool>) -> (bool, bool) {
    (truth == Some(true), truth != Some(false))
}

#[test]
fn null_equal_tests_presence() {
    let present = Context::new().with_all("cos:key", ["", "x"]);
    let absent = Context::new();
    for (value, when_present, when_absent) in [
        ("true", false, true),
        ("false", true, false),
        (r#""true""#, false, true),
        ("[true,false]", true, true),
    ] {
        let condition = format!(r#"{{"null_equal":{{"cos:key":{value}}}}}"#);
        assert_eq!(outcome(&condition, &present), outcome_of(Some(when_present)), "{condition}");
        assert_eq!(outcome(&condition, &absent), outcome_of(Some(when_absent)), "{condition}");
    }
}

#[test]
fn an_empty_value_is_not_an_absent_key() {
    let empty = Context::new().with("cos:key", "");

    assert_eq!(outcome(r#"{"string_not_equal":{"cos:key":"a"}}"#, &empty), outcome_of(Some(true)));
    assert_eq!(outcome(r#"{"string_equal_if_exist":{"cos:key":"a"}}"#, &empty), outcome_of(Some(false)));
}

#[test]
fn all_keys_and_all_operators_must_hold() {
    let condition = r#"{"string_equal":{"cos:a":"1","cos:b":"2"},"numeric_equal":{"cos:c":3}}"#;
    let context =
        |a: &str, b: &str, c: &str| Context::new().with("cos:a", a).with("cos:b", b).with("cos:c", c);

    assert_eq!(outcome(condition, &context("1", "2", "3")), outcome_of(Some(true)));
    for (a, b, c) in [("x", "2", "3"), ("1", "x", "3"), ("1", "2", "4")] {
        assert_eq!(outcome(condition, &context(a, b, c)), outcome_of(Some(false)));
    }
}

#[test]
fn a_false_part_settles_what_an_unknown_part_leaves_open() {
    let condition = r#"{"numeric_equal":{"cos:a":1},"string_equal":{"cos:b":"x"}}"#;

    let failing = Context::new().with("cos:a", "garbage").with("cos:b", "y");
    assert_eq!(outcome(condition, &failing), outcome_of(Some(false)));
    let holding = Context::new().with("cos:a", "garbage").with("cos:b", "x");
    assert_eq!(outcome(condition, &holding), outcome_of(None));
}

#[test]
fn a_request_value_of_the_wrong_kind_is_unknown_negated_or_not() {
    for (name, value) in [
        ("numeric_equal", "1"),
        ("numeric_not_equal", "1"),
        ("numeric_less_than", "1"),
        ("date_equal", r#""2026-01-31""#),
        ("date_not_equal", r#""2026-01-31""#),
        ("ip_equal", r#""10.0.0.1""#),
        ("ip_not_equal", r#""10.0.0.1""#),
        ("bool_equal", "true"),
    ] {
        let condition = format!(r#"{{"{name}":{{"cos:key":{value}}}}}"#);
        for garbage in
            ["", "garbage", "1e5", "0x10", "NaN", "10.0.0.1:80", "10.0.0.0/8", "2026-13-01", "yes", "-", "1."]
        {
            let context = Context::new().with("cos:key", garbage);
            assert_eq!(outcome(&condition, &context), outcome_of(None), "{condition} {garbage:?}");
        }
    }
}

#[test]
fn what_was_unknown_is_named() {
    let text =
        r#""effect":"deny","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.1"}}"#;
    let policy = sound(&document(text));

    let decision = decide(&[&policy], &request("cam:GetUser", USER, &Context::new().with("qcs:ip", "?")));

    let said = decision.unevaluable.join("\n");
    assert!(said.contains("attached, statement 1") && said.contains("ip_equal qcs:ip"), "{said}");
}

#[test]
fn keys_are_found_in_any_spelling() {
    for written in ["qcs:ip", " qcs:ip ", "QCS:IP", "Qcs:Ip"] {
        let condition = format!(r#"{{" ip_equal ":{{"{written}":"10.0.0.0/8"}}}}"#);
        for held in ["qcs:ip", "ip", "IP", " qcs:IP"] {
            assert_eq!(outcome(&condition, &Context::new().with(held, "10.1.1.1")), outcome_of(Some(true)));
        }
    }
}

#[test]
fn addresses_compare_as_addresses() {
    for (range, inside, outside) in [
        ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
        ("10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"),
        ("::ffff:10.0.0.0/104", "10.1.1.1", "11.1.1.1"),
        ("0.0.0.0/0", "1.1.1.1", "::1"),
        ("::/0", "::1", "1.1.1.1"),
        ("2001:db8::1", "2001:0db8:0:0::1", "2001:db8::2"),
        ("127.0.0.1/32", "127.0.0.1", "127.0.0.2"),
    ] {
        let condition = format!(r#"{{"ip_equal":{{"qcs:ip":"{range}"}}}}"#);
        assert_eq!(
            outcome(&condition, &Context::new().with("qcs:ip", inside)),
            outcome_of(Some(true)),
            "{range} {inside}"
        );
        assert_eq!(
            outcome(&condition, &Context::new().with("qcs:ip", outside)),
            outcome_of(Some(false)),
            "{range} {outside}"
        );
    }
}
