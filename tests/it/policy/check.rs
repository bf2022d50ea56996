//! The strict check: what it refuses, with which code, on which line.

use camlock::domain::policy::{Policy, Problem};

use super::check_conditions::condition_codes;
use super::document;

pub fn problems(text: &str) -> Vec<Problem> {
    Policy::check(text).err().unwrap_or_default()
}

/// The codes of all problems, without their common beginning.
pub fn codes(text: &str) -> Vec<&'static str> {
    problems(text).iter().map(|problem| problem.code.trim_start_matches("InvalidParameter.")).collect()
}

pub fn statement_codes(rest: &str) -> Vec<&'static str> {
    codes(&document(rest))
}

fn action_codes(action: &str) -> Vec<&'static str> {
    statement_codes(&format!(r#""effect":"allow","action":{action},"resource":"*""#))
}

fn resource_codes(resource: &str) -> Vec<&'static str> {
    statement_codes(&format!(r#""effect":"allow","action":"*","resource":{resource}"#))
}

pub const NONE: [&str; 0] = [];

#[test]
fn sound_documents_pass() {
    assert_eq!(codes(r#"{"statement":{"resource":"*","action":"*","effect":"deny"},"version":"2.0"}"#), NONE);
    assert_eq!(
        action_codes(r#"["*","*:*","cos:*","cos:GetBucketPolicy","cos:*Bucket*","name/cam:GetUser"]"#),
        NONE
    );
    assert_eq!(
        resource_codes(
            r#"["*","qcs::cam::uin/164256472:root","qcs::cos:ap-guangzhou:uid/1250000000:b-1/p/*","qcs::::uin/1:policyid/*"]"#
        ),
        NONE
    );
    assert_eq!(condition_codes("{}"), NONE);
    assert_eq!(
        condition_codes(
            r#"{"null_equal":{"qcs:mfa":false},"ip_not_equal_if_exist":{" qcs:ip ":["10.217.182.3/24","::1"]}}"#
        ),
        NONE
    );
}

#[test]
fn the_document_has_a_version_and_statements() {
    let statement = r#"{"effect":"allow","action":"*","resource":"*"}"#;
    for version in ["\"1.0\"", "2.0", "\"2\"", "null", "\"\""] {
        assert_eq!(
            codes(&format!(r#"{{"version":{version},"statement":[{statement}]}}"#)),
            ["VersionError"],
            "{version}"
        );
    }
    assert_eq!(codes(&format!(r#"{{"statement":[{statement}]}}"#)), ["VersionError"]);
    assert_eq!(codes(r#"{"version":"2.0"}"#), ["StatementError"]);
    for statements in ["[]", "[7]", "\"x\"", "[[]]", "null"] {
        assert_eq!(
            codes(&format!(r#"{{"version":"2.0","statement":{statements}}}"#)),
            ["StatementError"],
            "{statements}"
        );
    }
}

#[test]
fn a_statement_has_effect_action_and_resource() {
    assert_eq!(statement_codes(""), ["EffectError", "ActionMiss", "ResourceError"]);
    for effect in ["\"Allow\"", "\"ALLOW\"", "\"\"", "true", "[\"allow\"]"] {
        assert_eq!(
            statement_codes(&format!(r#""effect":{effect},"action":"*","resource":"*""#)),
            ["EffectError"],
            "{effect}"
        );
    }
}

#[test]
fn actions_are_checked() {
    assert_eq!(action_codes("[]"), ["ActionMiss"]);
    for action in [
        "\"\"",
        "\"GetUser\"",
        "\"cam:\"",
        "\"cam:Get User\"",
        "\"cam:Get:User\"",
        "7",
        "[[\"*\"]]",
        "null",
        "\"permid/280655\"",
        "\"**\"",
    ] {
        assert_eq!(action_codes(action), ["ActionError"], "{action}");
    }
    for action in ["\"CAM:GetUser\"", "\":GetUser\"", "\"c m:GetUser\"", "\"name/name/cam:GetUser\""] {
        assert_eq!(action_codes(action), ["ActionServiceNotExist"], "{action}");
    }
}

#[test]
fn resources_are_checked_segment_by_segment() {
    for (resource, code) in [
        ("[]", "ResourceError"),
        ("7", "ResourceError"),
        ("\"\"", "ResourceError"),
        ("\"**\"", "ResourceError"),
        ("\"qcs::cam::uin/1\"", "ResourceError"),
        ("\"arn::cam::uin/1:uin/2\"", "ResourceQcsError"),
        ("\"*::cam::uin/1:uin/2\"", "ResourceQcsError"),
        ("\"qcs:1:cam::uin/1:uin/2\"", "ResourceProjectError"),
        ("\"qcs::CAM::uin/1:uin/2\"", "ResourceServiceNotExist"),
        ("\"qcs::cam:Guangzhou:uin/1:uin/2\"", "ResourceRegionError"),
        ("\"qcs::cam::1:uin/2\"", "ResourceUinError"),
        ("\"qcs::cam::uin/x:uin/2\"", "ResourceUinError"),
        ("\"qcs::cam::uin/1*:uin/2\"", "ResourceUinError"),
        ("\"qcs::cam::uin/${uin}:uin/2\"", "ResourceUinError"),
        ("\"qcs::cam::uin/1:\"", "ResourceContentError"),
        ("\"qcs::cam::uin/1:uin/${x}\"", "ResourceContentError"),
    ] {
        assert_eq!(resource_codes(resource), [code], "{resource}");
    }
}

#[test]
fn unknown_elements_are_refused() {
    assert_eq!(
        statement_codes(r#""effect":"allow","action":"*","resource":"*","not_action":"x""#),
        ["StatementError"]
    );
    assert_eq!(
        statement_codes(r#""Effect":"allow","effect":"allow","action":"*","resource":"*""#),
        ["StatementError"]
    );
    assert_eq!(
        codes(r#"{"version":"2.0","id":"x","statement":{"effect":"allow","action":"*","resource":"*"}}"#),
        ["PolicyDocumentError"]
    );
}

#[test]
fn a_principal_is_refused_wherever_it_stands() {
    assert_eq!(
        statement_codes(r#""principal":"*","effect":"allow","action":"*","resource":"*""#),
        ["PrincipalError"]
    );
    assert_eq!(
        codes(
            r#"{"version":"2.0","principal":{"qcs":["*"]},"statement":{"effect":"allow","action":"*","resource":"*"}}"#
        ),
        ["PrincipalError"]
    );
}

#[test]
fn doubled_names_are_refused_on_every_level() {
    for text in [
        r#"{"version":"2.0","version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}"#
            .to_owned(),
        document(r#""effect":"allow","action":"*","resource":"*","resource":"*""#),
        document(r#""effect":"allow","\u0065ffect":"allow","action":"*","resource":"*""#),
        document(r#""effect":"allow","action":"*","resource":"*","condition":{},"condition":{}"#),
        document(
            r#""effect":"allow","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"::1"},"ip_equal":{"qcs:ip":"::1"}}"#,
        ),
        document(
            r#""effect":"allow","action":"*","resource":"*","condition":{"ip_equal":{"qcs:ip":"::1","qcs:ip ":"::1"}}"#,
        ),
    ] {
        assert!(problems(&text).iter().any(|problem| problem.text.en().contains("appears twice")), "{text}");
    }
}
