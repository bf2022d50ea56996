//! Conditions: operator → key → values.
//!
//! All clauses must hold; of the values a policy lists for a key, one that fits suffices.
//!
//! - *Negated operators* hold when **none** of the listed values fits. Read literally, "one value suffices" would make
//!   `string_not_equal: [a, b]` true for every text, a condition nobody means.
//!   `for_any_value:string_not_equal` therefore means: some request value is none of the listed.
//! - *An absent key* fails the clause, negated or not, unless the operator ends in `_if_exist`.
//! - *Several request values* without `for_any_value:` or `for_all_value:` cannot be evaluated: the author did not say
//!   which is meant, and each choice would open something – any in an allow, all in a deny.

use super::context::{Context, Principal};
use super::operator::{Operator, Quantifier, Test};
use super::truth::Truth;
use super::value::Operand;

/// One key of one operator.
#[derive(Clone, Debug)]
pub(super) enum Clause {
    Written {
        operator: Operator,
        key: String,
        operands: Vec<Operand>,
        spelling: String,
    },
    /// Could not be understood.
    Unknown {
        spelling: String,
    },
}

impl Clause {
    /// How the author wrote it, to name it in an explanation.
    pub fn spelling(&self) -> &str {
        match self {
            Self::Written { spelling, .. } | Self::Unknown { spelling } => spelling,
        }
    }

    /// Whether the circumstances satisfy it.
    pub fn holds(&self, context: &Context, caller: &Principal) -> Truth {
        let Self::Written { operator, key, operands, .. } = self else {
            return Truth::Unknown;
        };
        let values = context.values(key);
        if operator.test == Test::Null {
            return Truth::any(operands.iter().map(|operand| says_absent(operand, values.is_empty())));
        }
        if values.is_empty() {
            return operator.if_exist.into();
        }
        let mut passes = values.iter().map(|value| {
            let accepted = operands.iter().map(|operand| operand.accepts(operator.test, value, caller));
            Truth::any(accepted).negated_if(operator.negated)
        });
        match operator.quantifier {
            Quantifier::Single if values.len() > 1 => Truth::Unknown,
            Quantifier::Single | Quantifier::Any => Truth::any(&mut passes),
            Quantifier::All => Truth::all(&mut passes),
        }
    }
}

fn says_absent(operand: &Operand, absent: bool) -> Truth {
    match operand {
        Operand::Bool(wanted) => (*wanted == absent).into(),
        _ => Truth::Unknown,
    }
}

/// Whether a normal condition key may be written: a global key, or a product's `service:name`.
pub(super) fn is_known_key(normal: &str, written: &str) -> bool {
    const GLOBAL: [&str; 9] =
        ["current_time", "ip", "uin", "owner_uin", "mfa", "tag", "resource_tag", "request_tag", "create_uin"];
    let is_prefixed = written.trim().len() > normal.len();
    if normal == "mfa" || (is_prefixed && (GLOBAL.contains(&normal) || is_tag(normal))) {
        return true;
    }
    let product = normal.split_once(':').filter(|_| !is_prefixed);
    product.is_some_and(|(service, name)| is_word(service, b"-_") && is_word(name, b"-_./"))
}

/// `tag/name`, `resource_tag/name`, `request_tag/name`.
fn is_tag(normal: &str) -> bool {
    let kind = normal.split_once('/').filter(|(_, name)| !name.trim().is_empty());
    kind.is_some_and(|(kind, _)| matches!(kind, "tag" | "resource_tag" | "request_tag"))
}

fn is_word(text: &str, extra: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}
