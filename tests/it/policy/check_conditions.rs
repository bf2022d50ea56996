//! The strict check of conditions.

use super::check::{NONE, statement_codes};

/// The codes for an otherwise sound statement with this condition.
pub fn condition_codes(condition: &str) -> Vec<&'static str> {
    statement_codes(&format!(r#""effect":"allow","action":"*","resource":"*","condition":{condition}"#))
}

#[test]
fn every_global_key_and_product_keys_pass() {
    for key in [
        "qcs:current_time",
        "qcs:ip",
        "qcs:uin",
        "qcs:owner_uin",
        "qcs:mfa",
        "mfa",
        "qcs:tag/dept",
        "qcs:tag",
        "qcs:resource_tag",
        "qcs:request_tag",
        "qcs:resource_tag/k8s:app",
        "qcs:create_uin",
        "QCS:IP",
        " qcs:ip",
        "cos:prefix",
        "cos:x-cos-acl",
        "vpc:region",
        "cam:a_b.c/d",
        "qcs:vpc",
        "qcs:read_only_action",
        "cvm_system_disk_size",
        "some_key",
    ] {
        assert_eq!(condition_codes(&format!(r#"{{"string_equal":{{"{key}":"x"}}}}"#)), NONE, "{key}");
    }
}

#[test]
fn other_keys_are_refused() {
    for key in [
        "qcs:place",
        "ip",
        "uin",
        "",
        "qcs:",
        "qcs:cos:prefix",
        ":x",
        "cos:",
        "cos:a b",
        "cos",
        "qcs:tag/",
        "qcs:tagx",
        "a:b:c",
        "current_time",
        "read_only_action",
        "vpc",
        "_size",
        "cvm_",
        "cvm__size",
        "cvm_disk size",
        "7_a",
        "qcs:cvm_system_disk_size",
    ] {
        assert_eq!(
            condition_codes(&format!(r#"{{"string_equal":{{"{key}":"x"}}}}"#)),
            ["ConditionContentError"],
            "{key}"
        );
    }
}

#[test]
fn other_operators_are_refused() {
    for name in [
        "string_equals",
        "StringEqual",
        "string_equal_",
        "",
        "null_equal_if_exist",
        "null_not_equal",
        "for_any_value:null_equal",
        "bool_not_equal",
        "binary_not_equal",
        "for_some_value:string_equal",
        "for_any_value:for_all_value:string_equal",
        "string_greater_than",
        "date_",
        "numeric_like",
        "string_equal_if_exist_if_exist",
        "_if_exist",
        "ip_like",
        "string_like_ignore_case",
    ] {
        assert_eq!(
            condition_codes(&format!(r#"{{"{name}":{{"qcs:mfa":"1"}}}}"#)),
            ["ConditionTypeError"],
            "{name}"
        );
    }
}

#[test]
fn conditions_of_a_wrong_shape_are_refused() {
    for condition in ["[7]", "[{}]", "[[]]", "null", "7"] {
        assert_eq!(condition_codes(condition), ["ConditionError"], "{condition}");
    }
    assert_eq!(condition_codes("\"x\""), ["ConditionError"]);
    for operand in [
        "[]",
        "{}",
        "\"x\"",
        r#"{"qcs:ip":[]}"#,
        r#"{"qcs:ip":null}"#,
        r#"{"qcs:ip":{}}"#,
        r#"{"qcs:ip":[["10.0.0.1"]]}"#,
    ] {
        assert_eq!(
            condition_codes(&format!(r#"{{"string_equal":{operand}}}"#)),
            ["ConditionContentError"],
            "{operand}"
        );
    }
}

#[test]
fn condition_values_of_a_wrong_kind_are_refused() {
    for (name, value) in [
        ("ip_equal", "\"10.0.0\""),
        ("ip_equal", "\"10.0.0.0/33\""),
        ("ip_equal", "\"::ffff:0:0/90\""),
        ("numeric_equal", "\"ten\""),
        ("numeric_equal", "1e5"),
        ("numeric_equal", "0.0000000001"),
        ("date_equal", "\"yesterday\""),
        ("date_equal", "\"2026-02-30\""),
        ("bool_equal", "\"maybe\""),
        ("null_equal", "\"\""),
        ("string_equal", "\"${who}\""),
        ("string_equal", "\"${uin\""),
    ] {
        assert_eq!(
            condition_codes(&format!(r#"{{"{name}":{{"cos:key":{value}}}}}"#)),
            ["ConditionContentError"],
            "{name} {value}"
        );
    }
}

#[test]
fn each_bad_value_is_reported() {
    assert_eq!(condition_codes(r#"{"ip_equal":{"qcs:ip":["x","10.0.0.1","y"]}}"#).len(), 2);
}
