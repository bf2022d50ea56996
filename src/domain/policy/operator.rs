//! Condition operators and how their names are built.

use std::cmp::Ordering;

/// `[for_any_value:|for_all_value:] base [_if_exist]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Operator {
    pub quantifier: Quantifier,
    pub test: Test,
    /// A `not` operator: holds when *none* of the policy's values fits.
    pub negated: bool,
    /// Holds when the key is absent.
    pub if_exist: bool,
}

/// How many of the request's values must pass.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Quantifier {
    /// No prefix: made for keys with one value.
    Single,
    Any,
    All,
}

/// What one request value is compared for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Test {
    Text,
    TextIgnoringCase,
    Like,
    Binary,
    Date(Order),
    Number(Order),
    Ip,
    Bool,
    /// Whether the key is absent.
    Null,
}

/// How the request's value stands to the policy's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    /// `None` for a name that is no operator.
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = if let Some(rest) = name.strip_prefix("for_any_value:") {
            (Quantifier::Any, rest)
        } else if let Some(rest) = name.strip_prefix("for_all_value:") {
            (Quantifier::All, rest)
        } else {
            (Quantifier::Single, name)
        };
        let (base, if_exist) = match name.strip_suffix("_if_exist") {
            Some(base) => (base, true),
            None => (name, false),
        };
        let (test, negated) = Test::named(base)?;
        let is_plain = quantifier == Quantifier::Single && !if_exist;
        (test != Test::Null || is_plain).then_some(Self { quantifier, test, negated, if_exist })
    }
}

impl Test {
    /// The test of a base name, and whether the name negates it.
    fn named(base: &str) -> Option<(Self, bool)> {
        Some(match base {
            "string_equal" => (Self::Text, false),
            "string_not_equal" => (Self::Text, true),
            "string_equal_ignore_case" => (Self::TextIgnoringCase, false),
            "string_not_equal_ignore_case" => (Self::TextIgnoringCase, true),
            "string_like" => (Self::Like, false),
            "string_not_like" => (Self::Like, true),
            "binary_equal" => (Self::Binary, false),
            "ip_equal" => (Self::Ip, false),
            "ip_not_equal" => (Self::Ip, true),
            "bool_equal" => (Self::Bool, false),
            "null_equal" => (Self::Null, false),
            _ => return Self::ordered(base),
        })
    }

    fn ordered(base: &str) -> Option<(Self, bool)> {
        let (kind, order): (fn(Order) -> Self, &str) = if let Some(order) = base.strip_prefix("date_") {
            (Self::Date, order)
        } else {
            (Self::Number, base.strip_prefix("numeric_")?)
        };
        let (order, negated) = match order {
            "equal" => (Order::Equal, false),
            "not_equal" => (Order::Equal, true),
            "greater_than" => (Order::Greater, false),
            "greater_than_equal" => (Order::GreaterOrEqual, false),
            "less_than" => (Order::Less, false),
            "less_than_equal" => (Order::LessOrEqual, false),
            _ => return None,
        };
        Some((kind(order), negated))
    }
}

impl Order {
    pub fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
        }
    }
}
