//! Conditions: operator → key → values.
//!
//! All clauses must hold; of the values a policy lists for a key, one that fits suffices.
//!
//! - *Negated operators* hold when **none** of the listed values fits. Read literally, "one value suffices" would make
//!   `string_not_equal: [a, b]` true for every text, a condition nobody means.
//!   `for_any_value:string_not_equal` therefore means: some request value is none of the listed.
//! - *An absent key* fails the clause, negated or not, unless the operator ends in `_if_exist`.
//! - *A key whose value is not known here* ([`is_untold`]) is not absent: unless the asker gives a value, the clause
//!   cannot be evaluated, whatever its operator.
//! - *Several request values* without `for_any_value:` or `for_all_value:` cannot be evaluated: the author did not say
//!   which is meant, and each choice would open something – any in an allow, all in a deny.

use super::context::{Context, Principal};
use super::operator::{Operator, Quantifier, Test};
use super::part::Part;
use super::truth::Truth;
use super::value::Operand;

/// One key of one operator.
#[derive(Clone, Debug)]
pub(super) enum Clause {
    Written {
        operator: Operator,
        key: String,
        operands: Vec<Operand>,
        /// The values as they are written.
        values: Vec<String>,
        spelling: String,
    },
    /// Could not be understood.
    Unknown { spelling: String },
}

impl Clause {
    /// How the author wrote it, to name it in an explanation.
    pub fn spelling(&self) -> &str {
        match self {
            Self::Written { spelling, .. } | Self::Unknown { spelling } => spelling,
        }
    }

    /// The key, where no request to this server tells its value.
    pub fn untold_key(&self) -> Option<String> {
        match self {
            Self::Written { key, .. } if key == VPC => Some(format!("qcs:{key}")),
            Self::Written { key, .. } if is_unprefixed_product_key(key) => Some(key.clone()),
            _ => None,
        }
    }

    /// What it asks for, and what the circumstances are instead.
    pub fn unmet(&self, context: &Context) -> Part {
        let written = self.spelling().to_owned();
        match self {
            Self::Written { key, values, .. } => {
                Part::Condition { written, wanted: values.clone(), given: context.values(key).to_vec() }
            }
            Self::Unknown { .. } => Part::Condition { written, wanted: Vec::new(), given: Vec::new() },
        }
    }

    /// Whether the circumstances satisfy it.
    pub fn holds(&self, context: &Context, caller: &Principal) -> Truth {
        let Self::Written { operator, key, operands, .. } = self else {
            return Truth::Unknown;
        };
        let values = context.values(key);
        if values.is_empty() && (is_untold(key) || context.is_untold(key)) {
            return Truth::Unknown;
        }
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

/// Whether the action only reads; what is known of Camlock's own actions.
const READ_ONLY: &str = "read_only_action";
/// The network a request came from, as its cloud names it.
const VPC: &str = "vpc";

/// Whether a request has a value for this normal key that this server does not know.
fn is_untold(normal: &str) -> bool {
    matches!(normal, READ_ONLY | VPC) || is_unprefixed_product_key(normal)
}

fn is_global(normal: &str) -> bool {
    const TOLD: [&str; 9] =
        ["current_time", "ip", "uin", "owner_uin", "mfa", "tag", "resource_tag", "request_tag", "create_uin"];
    TOLD.contains(&normal) || matches!(normal, READ_ONLY | VPC)
}

/// A key of a product from before they were written `service:name`, such as `cvm_system_disk_size`.
fn is_unprefixed_product_key(normal: &str) -> bool {
    let mut words = normal.split('_');
    let starts_well = words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    let all_words = normal.split('_').all(|word| is_word(word, b""));
    starts_well && words.next().is_some() && all_words && !is_global(normal)
}

/// Whether a normal condition key may be written: a global key, or a product's `service:name`.
pub(super) fn is_known_key(normal: &str, written: &str) -> bool {
    let is_prefixed = written.trim().len() > normal.len();
    if normal == "mfa" || (is_prefixed && (is_global(normal) || is_tag(normal))) {
        return true;
    }
    if !is_prefixed && is_unprefixed_product_key(normal) {
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
