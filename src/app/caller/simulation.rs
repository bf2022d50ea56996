//! A made-up request, and what comes out of it.

use crate::domain::key::SecretId;
use crate::domain::policies::PolicyId;
use crate::domain::policy::evaluate::{Decision, Reason};
use crate::domain::policy::near::NearMiss;

/// A question of the kind "may this user …?".
#[derive(Clone, Debug, Default)]
pub struct SimulatedRequest {
    /// Such as `cam:ListUsers`; of any service.
    pub action: String,
    /// Six segments, or `*`.
    pub resource: String,
    /// Condition keys and their values; they replace what a request would bring.
    pub context: Vec<(String, Vec<String>)>,
    /// The key that signs, whose limits come on top; none: no key's.
    pub key: Option<SecretId>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// Root is not asked for policies: it may do everything in its account.
    pub is_root: bool,
    pub decision: Decision,
    /// The other name of the action under which that was decided, if it was.
    pub decided_as: Option<String>,
    /// The policy that decided, if it is one that can be looked up.
    pub policy: Option<PolicyId>,
    /// Statements that would have allowed it but for one part, with the policies that can be looked up.
    pub near: Vec<(NearMiss, Option<PolicyId>)>,
    /// Why the key is refused whatever policies say.
    pub halt: Option<String>,
    /// Networks that the key may be used from, where the question names no address.
    pub unasked_networks: Option<String>,
}

impl Simulation {
    /// Of a root account's holder.
    pub(in crate::app) fn of_root() -> Self {
        let decision = Decision { allowed: true, reason: Reason::Allowed, by: None, unevaluable: Vec::new() };
        Self { is_root: true, ..Self::by(decision, Vec::new()) }
    }

    /// Of whoever needs policies.
    pub(in crate::app) fn by(decision: Decision, near: Vec<NearMiss>) -> Self {
        let near = near.into_iter().map(|miss| (miss, None)).collect();
        Self {
            is_root: false,
            decision,
            decided_as: None,
            policy: None,
            near,
            halt: None,
            unasked_networks: None,
        }
    }

    /// The name behind the label of what decided.
    pub(in crate::app) fn policy_name(&self) -> Option<&str> {
        let label = match (&self.decision.by, &self.decision.reason) {
            (Some(by), _) => &by.label,
            (None, Reason::OutsideBoundary(label)) => label,
            _ => return None,
        };
        Some(name_of(label))
    }
}

/// The name in a label, which may begin with the group that a policy comes from.
pub(in crate::app) fn name_of(label: &str) -> &str {
    label.rsplit(": ").next().unwrap_or(label)
}
