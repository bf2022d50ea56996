//! The strict check of the text itself: JSON, length, depth, and the lines of problems.

use camlock::domain::policy::{MAX_CHARACTERS, counted_characters};

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
        "\u{feff}{}",
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
        document(r#""effect":"allow","action":"*","resource":"*","condition":{"string_equals":{"mfa":"1"}}"#);

    let said: Vec<_> = problems(&text).iter().map(ToString::to_string).collect();

    assert_eq!(said, ["line 1: There is no operator `string_equals`."]);
}
