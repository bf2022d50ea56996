//! Every condition operator, in every form, on every kind of request.

use camlock::domain::policy::Context;

use super::conditions::{outcome, outcome_of};

/// One operator with values for it: two that satisfy it and two that do not.
struct Row {
    base: &'static str,
    values: &'static str,
    satisfying: [&'static str; 2],
    failing: [&'static str; 2],
}

const fn row(
    base: &'static str,
    values: &'static str,
    fit: [&'static str; 2],
    fail: [&'static str; 2],
) -> Row {
    Row { base, values, satisfying: fit, failing: fail }
}

const DAY: &str = r#""2026-01-31T08:00:00Z""#;

const TABLE: [Row; 25] = [
    row("string_equal", r#"["a","b"]"#, ["a", "b"], ["A", "c"]),
    row("string_not_equal", r#"["a","b"]"#, ["A", "c"], ["a", "b"]),
    row("string_equal_ignore_case", r#"["Aa","bÉ"]"#, ["aA", "Bé"], ["a", "c"]),
    row("string_not_equal_ignore_case", r#"["Aa","bÉ"]"#, ["a", "c"], ["aA", "Bé"]),
    row("string_like", r#"["a*","*b"]"#, ["ax", "xb"], ["xa", "bx"]),
    row("string_not_like", r#"["a*","*b"]"#, ["xa", "bx"], ["ax", "xb"]),
    row("binary_equal", r#"["QUI=","QQ=="]"#, ["QUI=", "QQ=="], ["qui=", "QUI"]),
    row(
        "date_equal",
        DAY,
        ["2026-01-31T08:00:00Z", "2026-01-31T16:00:00+08:00"],
        ["2026-01-31T08:00:01Z", "2026-01-31"],
    ),
    row(
        "date_not_equal",
        DAY,
        ["2026-01-31T08:00:01Z", "2026-01-31"],
        ["2026-01-31T08:00:00Z", "2026-01-31T16:00:00+08:00"],
    ),
    row(
        "date_greater_than",
        DAY,
        ["2026-01-31T08:00:01Z", "2026-02-01"],
        ["2026-01-31T08:00:00Z", "2025-12-31"],
    ),
    row(
        "date_greater_than_equal",
        DAY,
        ["2026-01-31T08:00:00Z", "2026-02-01"],
        ["2026-01-31T07:59:59Z", "2025-12-31"],
    ),
    row(
        "date_less_than",
        DAY,
        ["2026-01-31T07:59:59Z", "2025-12-31"],
        ["2026-01-31T08:00:00Z", "2026-02-01"],
    ),
    row(
        "date_less_than_equal",
        DAY,
        ["2026-01-31T08:00:00Z", "2025-12-31"],
        ["2026-01-31T08:00:01Z", "2026-02-01"],
    ),
    row(
        "ip_equal",
        r#"["10.217.182.3/24","2001:db8::/32"]"#,
        ["10.217.182.250", "2001:db8::1"],
        ["10.217.183.1", "2001:db9::1"],
    ),
    row(
        "ip_not_equal",
        r#"["10.217.182.3/24","2001:db8::/32"]"#,
        ["10.217.183.1", "2001:db9::1"],
        ["10.217.182.250", "2001:db8::1"],
    ),
    row("numeric_equal", r#"[10,"2.5"]"#, ["10.0", "2.50"], ["10.000000001", "2"]),
    row("numeric_not_equal", r#"[10,"2.5"]"#, ["10.000000001", "2"], ["10.0", "2.50"]),
    row(
        "numeric_greater_than",
        "9007199254740992",
        ["9007199254740993", "9007199254740992.5"],
        ["9007199254740992", "-1"],
    ),
    row("numeric_greater_than_equal", "-1.5", ["-1.5", "0"], ["-1.500000001", "-2"]),
    row("numeric_less_than", "0.1", ["0.099999999", "-3"], ["0.1", "0.10"]),
    row("numeric_less_than_equal", "0.1", ["0.1", "0.09"], ["0.100000001", "1"]),
    row("bool_equal", "true", ["true", "1"], ["false", "0"]),
    row("bool_equal", r#""false""#, ["FALSE", "0"], ["True", "1"]),
    row(
        "string_equal",
        r#""u-${uin}-${owner_uin}-${app_id}""#,
        ["u-200-100-1250", "u-200-100-1250"],
        ["u-${uin}", "u-200-100-125"],
    ),
    row("numeric_not_equal", r#""${uin}""#, ["201", "20"], ["200", "200.0"]),
];

/// What a request says about the key.
#[derive(Clone, Copy, Debug)]
enum Held {
    Missing,
    OneFits,
    OneFails,
    AllFit,
    AllFail,
    Overlapping,
}

const HELD: [Held; 6] =
    [Held::Missing, Held::OneFits, Held::OneFails, Held::AllFit, Held::AllFail, Held::Overlapping];

impl Held {
    fn values(self, row: &Row) -> Vec<&'static str> {
        let ([fit, fit_too], [fail, fail_too]) = (row.satisfying, row.failing);
        match self {
            Self::Missing => vec![],
            Self::OneFits => vec![fit_too],
            Self::OneFails => vec![fail_too],
            Self::AllFit => vec![fit, fit_too],
            Self::AllFail => vec![fail, fail_too],
            Self::Overlapping => vec![fail, fit],
        }
    }
}

/// What must come out; `None` where it cannot be told.
fn expected(prefix: &str, suffix: &str, held: Held, several: bool) -> Option<bool> {
    match (prefix, held) {
        (_, Held::Missing) => Some(suffix == "_if_exist"),
        (_, Held::OneFits) => Some(true),
        (_, Held::OneFails) => Some(false),
        ("", _) if several => None,
        (_, Held::AllFit) => Some(true),
        (_, Held::AllFail) => Some(false),
        (_, Held::Overlapping) => Some(prefix == "for_any_value:"),
    }
}

#[test]
fn every_operator_does_what_it_says_in_every_form() {
    let mut cases = 0;
    for row in &TABLE {
        for prefix in ["", "for_any_value:", "for_all_value:"] {
            for suffix in ["", "_if_exist"] {
                for held in HELD {
                    let values = held.values(row);
                    let name = format!("{prefix}{}{suffix}", row.base);
                    let condition = format!(r#"{{"{name}":{{"cos:key":{}}}}}"#, row.values);
                    let several = values.len() > 1 && values.first() != values.get(1);
                    let context = Context::new().with_all("cos:key", values);

                    let truth = expected(prefix, suffix, held, several);
                    assert_eq!(outcome(&condition, &context), outcome_of(truth), "{condition} {held:?}");
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 25 * 3 * 2 * 6);
}
