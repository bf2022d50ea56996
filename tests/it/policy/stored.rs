//! Documents already in force: whatever they turn out to be, they never open anything.

use camlock::domain::policy::{Context, Policy, Reason};
use proptest::prelude::*;

use super::{USER, decide, document, request, sound};

/// Whether a stored text allows on its own, and whether it stops an administrator.
fn outcome(text: &str, action: &str) -> (bool, bool) {
    let administrator = sound(&document(r#""effect":"allow","action":"*","resource":"*""#));
    let context = Context::new().with("qcs:ip", "10.0.0.1");
    let request = request(action, USER, &context);
    let stored = Policy::stored(text);
    (decide(&[&stored], &request).allowed, !decide(&[&administrator, &stored], &request).allowed)
}

const DENIES: (bool, bool) = (false, true);
const SILENT: (bool, bool) = (false, false);

#[test]
fn a_text_that_is_no_policy_denies_everything() {
    for text in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        r#"{"version":"2.0"}"#,
        "\u{feff}{}",
        r#"{"version":"2.0","statement":"x"}"#,
    ] {
        assert_eq!(outcome(text, "cam:GetUser"), DENIES, "{text}");
    }
}

#[test]
fn a_doubled_statement_element_denies_everything() {
    let text =
        r#"{"version":"2.0","statement":[],"statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;

    assert_eq!(outcome(text, "cam:GetUser"), DENIES);
}

#[test]
fn an_empty_list_of_statements_says_nothing() {
    assert_eq!(outcome(r#"{"version":"2.0","statement":[]}"#, "cam:GetUser"), SILENT);
}

#[test]
fn an_allow_with_anything_unclear_never_allows() {
    for rest in UNCLEAR {
        let text = document(&format!(r#""effect":"allow",{rest}"#));
        assert!(Policy::check(&text).is_err(), "{text}");
        assert_eq!(outcome(&text, "cam:GetUser"), SILENT, "{text}");
    }
}

#[test]
fn a_deny_with_anything_unclear_denies() {
    for rest in UNCLEAR {
        let text = document(&format!(r#""effect":"deny",{rest}"#));
        assert_eq!(outcome(&text, "cam:GetUser"), DENIES, "{text}");
    }
}

const UNCLEAR: [&str; 19] = [
    r#""action":["cam:GetUser",7],"resource":"*""#,
    r#""action":"permid/280655","resource":"*""#,
    r#""action":[],"resource":"*""#,
    r#""resource":"*""#,
    r#""action":"cam:Nothing","action":"cam:*","resource":"*""#,
    r#""action":"*","resource":["*","qcs::cam"]"#,
    r#""action":"*","resource":"qcs::cam:::uin/${who}""#,
    r#""action":"*","resource":[]"#,
    r#""action":"*""#,
    r#""action":"*","resource":"*","principal":{"qcs":["*"]}"#,
    r#""action":"*","resource":"*","not_action":"cam:GetUser""#,
    r#""action":"*","resource":"*","condition":[7]"#,
    r#""action":"*","resource":"*","condition":{"string_is":{"qcs:ip":"1"}}"#,
    r#""action":"*","resource":"*","condition":{"ip_equal":{"qcs:place":"1"}}"#,
    r#""action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":[]}}"#,
    r#""action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":["11.0.0.0/8","garbage"]}}"#,
    r#""action":"*","resource":"*","condition":{"ip_not_equal":{"qcs:ip":["11.0.0.0/8","garbage"]}}"#,
    r#""action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.1","qcs:ip":"10.0.0.2"}}"#,
    r#""action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.1"}},"condition":{}"#,
];

#[test]
fn a_doubled_condition_leaves_a_deny_standing() {
    for condition in [
        r#"{"ip_equal":{"qcs:ip":"11.0.0.1"},"ip_equal":{"qcs:ip":"10.0.0.1"}}"#,
        r#"{"ip_equal":{"qcs:ip":"11.0.0.1"}," ip_equal":{"qcs:ip":"10.0.0.1"}}"#,
        r#"{"ip_equal":{"qcs:ip":"11.0.0.1","qcs:ip":"10.0.0.1"}}"#,
    ] {
        let text =
            document(&format!(r#""effect":"deny","action":"*","resource":"*","condition":{condition}"#));
        assert_eq!(outcome(&text, "cam:GetUser"), DENIES, "{text}");
    }
}

#[test]
fn an_unclear_effect_counts_as_a_deny() {
    for effect in [
        r#""effect":"Allow","#,
        r#""effect":7,"#,
        "",
        r#""effect":"allow","effect":"allow","#,
        r#""effect":["allow"],"#,
    ] {
        let text = document(&format!(r#"{effect}"action":"cam:*","resource":"*""#));
        assert_eq!(outcome(&text, "cam:GetUser"), DENIES, "{text}");
        assert_eq!(outcome(&text, "cos:GetObject"), SILENT, "{text}");
    }
}

#[test]
fn an_unknown_version_stops_every_allow_and_no_deny() {
    let with = |effect: &str| {
        document(&format!(r#""effect":"{effect}","action":"*","resource":"*""#)).replace("2.0", "3.0")
    };

    assert_eq!(outcome(&with("allow"), "cam:GetUser"), SILENT);
    assert_eq!(outcome(&with("deny"), "cam:GetUser"), DENIES);
}

#[test]
fn an_unclear_deny_keeps_to_what_it_clearly_names() {
    let text = document(r#""effect":"deny","action":"cam:DeleteUser","resource":"*","condition":{"x":{}}"#);

    assert_eq!(outcome(&text, "cam:DeleteUser"), DENIES);
    assert_eq!(outcome(&text, "cam:GetUser"), SILENT);
}

#[test]
fn a_sound_statement_works_beside_an_unclear_one() {
    let text = r#"{"version":"2.0","statement":[
        {"effect":"allow","action":"cam:*","resource":"*"},
        {"effect":"allow","action":"cos:*","resource":"*","condition":{"x":{}}}]}"#;

    assert!(outcome(text, "cam:GetUser").0);
    assert!(!outcome(text, "cos:GetObject").0);
}

#[test]
fn the_explanation_names_what_was_not_understood() {
    let stored = Policy::stored("not json");

    let decision = decide(&[&stored], &request("cam:GetUser", USER, &Context::new()));

    assert_eq!(decision.reason, Reason::Denied);
    assert!(decision.unevaluable.join("").contains("counts as a deny"));
}

#[test]
fn deep_nesting_is_refused_without_a_crash() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        assert_eq!(outcome(&open.repeat(100_000), "cam:GetUser"), DENIES);
    }
}

const WHOLE: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cam:*","cos:Get*"],
  "resource":["*","qcs::cam:::uin/${uin}"],"condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8"]}}}]}"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived_and_never_allows(text in any::<String>()) {
        prop_assert!(Policy::check(&text).is_err());
        prop_assert_eq!(outcome(&text, "cam:GetUser"), DENIES);
    }

    #[test]
    fn json_like_text_is_survived_and_never_allows(text in r#"[\[\]{}:,"\\a-c0-9 \n*.-]{0,60}"#) {
        prop_assert!(!outcome(&text, "cam:GetUser").0);
        prop_assert!(Policy::check(&text).is_err());
    }

    #[test]
    fn a_damaged_document_is_refused_or_still_sound(at in 0..WHOLE.len(), cut in 0_usize..12, put in "[ -~]{0,3}") {
        let end = (at + cut).min(WHOLE.len());
        let damaged = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);

        if Policy::check(&damaged).is_err() {
            prop_assert!(!outcome(&damaged, "cam:GetUser").0, "{}", damaged);
        }
    }

    #[test]
    fn the_reader_accepts_what_serde_json_accepts(text in r#"[\[\]{}:,"\\u0-9aeE+.\n tr-]{0,24}"#) {
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        let problems = Policy::check(&text).expect_err("no policy is that short");

        prop_assert_eq!(is_json, !problems.iter().any(|problem| problem.text.en().starts_with("Not valid JSON")));
    }
}
