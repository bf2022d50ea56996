//! The strict check of the text itself: JSON, length, depth, and the lines of problems.

use camlock::domain::policies::Document;
use camlock::domain::policy::{MAX_CHARACTERS, counted_characters};
use camlock::domain::sentence::Worded;

use super::check::{NONE, codes, problems};
use super::document;

#[test]
fn text_that_is_no_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "{]",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":1,}",
        "[1,]",
        "01",
        "+1",
        "nul",
        "\"\\x\"",
        "\"\\ud800\"",
        "{} {}",
        "'a'",
        "\"a\nb\"",
        "[1 2]",
        "NaN",
        "\u{feff}\u{feff}{}",
        "{}\u{feff}",
    ] {
        assert_eq!(codes(text), ["PolicyDocumentError"], "{text:?}");
    }
    for text in ["null", "[]", "7", "\"{}\""] {
        assert_eq!(codes(text), ["PolicyDocumentError"], "{text:?}");
    }
}

#[test]
fn the_length_limit_counts_no_white_space() {
    let document_of = |length: usize, space: &str| {
        let frame = document(r#""effect":"allow","action":"cam:","resource":"*""#);
        let name = "a".repeat(length - counted_characters(&frame));
        frame.replace("\"cam:", &format!("{space}\"cam:{name}"))
    };

    assert_eq!(codes(&document_of(MAX_CHARACTERS, &" \n\t".repeat(9_999))), NONE);
    assert_eq!(codes(&document_of(MAX_CHARACTERS + 1, "")), ["PolicyDocumentLengthOverLimit"]);
}

#[test]
fn the_length_limit_counts_characters_not_bytes() {
    assert_eq!(counted_characters("é\u{3000}密 \n钥"), 3);
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));

    assert_eq!(codes(&deep), ["PolicyDocumentError"]);
    assert_eq!(
        codes(&document(&format!(r#""effect":"allow","action":{deep},"resource":"*""#))),
        ["PolicyDocumentError"]
    );
}

#[test]
fn every_problem_is_reported_on_its_own_line() {
    let text = "{\r\n  \"version\": \"1.0\",\r\n  \"statement\": [\r\n    {\r\n      \"effect\": \"Allow\",\r\n      \"action\": [\r\n        \"cam:GetUser\",\r\n        \"cam\"\r\n      ],\r\n      \"resource\":\r\n        \"qcs:cam\",\r\n      \"condition\": {\r\n        \"string_equals_\": {\"qcs:mfa\": \"1\"},\r\n        \"ip_equal\": {\r\n          \"qcs:place\": \"1\",\r\n          \"qcs:ip\": [\r\n            \"10.0.0.1\",\r\n            \"x\"\r\n          ]\r\n        }\r\n      },\r\n      \"extra\": 1\r\n    },\r\n    {\r\n      \"effect\": \"allow\"\r\n    }\r\n  ]\r\n}";

    let found: Vec<_> = problems(text)
        .iter()
        .map(|problem| (problem.line, problem.code.trim_start_matches("InvalidParameter.")))
        .collect();

    let expected = [
        (2, "VersionError"),
        (5, "EffectError"),
        (8, "ActionError"),
        (11, "ResourceError"),
        (13, "ConditionTypeError"),
        (15, "ConditionContentError"),
        (18, "ConditionContentError"),
        (22, "StatementError"),
        (24, "ActionMiss"),
        (24, "ResourceError"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_syntax_error_is_reported_on_its_line() {
    for (text, line) in [
        ("{\n\n\"a\": nope}", 3),
        ("{\n\"a\": 1\n\"b\": 2}", 3),
        ("{}\n\n\nx", 4),
        ("{\n\"a\": \"x\n\"}", 2),
        ("[\n1,\n", 3),
    ] {
        assert_eq!(problems(text).iter().map(|problem| problem.line).collect::<Vec<_>>(), [line], "{text}");
    }
}

#[test]
fn a_problem_reads_as_a_sentence_with_its_line() {
    let text =
        document(r#""effect":"allow","action":"*","resource":"*","condition":{"string_equals":{"mfa":"1"}}"#)
            .replace("\"condition\"", "\n\"condition\"");

    assert_eq!(said(&text), ["line 2: There is no operator `string_equals`."]);
}

#[test]
fn a_problem_of_a_document_in_one_line_names_the_statement() {
    let sound = r#"{"effect":"allow","action":"*","resource":"*"}"#;
    let text = format!(r#"{{"version":"3","statement":[{sound},{},7]}}"#, sound.replace("allow", "permit"));

    let expected = [
        "The version of a policy is \"2.0\".",
        "statement 2: \"effect\" is \"allow\" or \"deny\".",
        "statement 3: A statement is an object with effect, action and resource.",
    ];
    assert_eq!(said(&text), expected);
    assert_eq!(said(&format!("{text}\n")), expected, "an end of line makes no second line");
    let chinese = problems(&text).iter().map(|problem| problem.zh().into_owned()).collect::<Vec<_>>();
    assert!(chinese[1].starts_with("第 2 条语句："), "{chinese:?}");
    assert!(!chinese[0].contains('第'), "{chinese:?}");
}

#[test]
fn a_syntax_error_of_a_document_in_one_line_names_the_character() {
    assert_eq!(said(r#"{"é": nope}"#), ["Not valid JSON, at character 7: expected a value."]);
    assert_eq!(said("{\n\"a\": nope}"), ["line 2: Not valid JSON: expected a value."]);
}

#[test]
fn a_byte_order_mark_in_front_is_not_part_of_the_document() {
    let text = document(r#""effect":"allow","action":"*","resource":"*""#);
    let marked = format!("\u{feff}{text}");

    assert_eq!(codes(&marked), NONE);
    assert_eq!(Document::check(&marked).unwrap().as_str(), text);
}

#[test]
fn a_name_in_capitals_is_told_to_be_written_small() {
    let text = document(r#""Effect":"allow","effect":"allow","action":"*","resource":"*""#);

    assert_eq!(
        said(&text),
        ["statement 1: There is no element \"Effect\"; write \"effect\", in lower case."]
    );
}

fn said(text: &str) -> Vec<String> {
    problems(text).iter().map(ToString::to_string).collect()
}
