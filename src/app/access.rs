//! What a caller's policies allow.

use crate::domain::permission::Denial;
use crate::domain::policy::evaluate::{Attached, Decision, Grants, Reason};
use crate::domain::policy::{Context, Policy, Principal, Request, preset};
use crate::domain::user::{User, UserKind};
use std::sync::Arc;

/// Whether the answer assumes a passed second-factor check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mfa {
    NotChecked,
    Passed,
}

/// The policies of one membership, read once per request.
#[derive(Clone, Debug)]
pub struct Access {
    is_root: bool,
    principal: Principal,
    policies: Arc<Vec<(String, Policy)>>,
}

impl Access {
    /// Compiles what is attached to a user; the root of an account needs nothing attached.
    pub fn new(user: &User, app_id: i64, documents: &[(String, String)]) -> Self {
        Self {
            is_root: user.kind == UserKind::Root,
            principal: Principal {
                uin: user.uin.0.unsigned_abs(),
                owner_uin: user.owner_uin.0.unsigned_abs(),
                app_id: app_id.unsigned_abs(),
            },
            policies: Arc::new(
                documents.iter().map(|(name, text)| (name.clone(), Policy::stored(text))).collect(),
            ),
        }
    }

    /// Refuses what the policies do not allow, naming action, resource and the statement that decided.
    pub fn ensure(&self, action: &'static str, resource: &str, ip: &str, mfa: Mfa) -> Result<(), Denial> {
        if self.is_root {
            return Ok(());
        }
        let decision = self.decide(action, resource, ip, mfa);
        if decision.allowed {
            return Ok(());
        }
        Err(Denial { action, resource: resource.to_owned(), because: because(&decision) })
    }

    fn decide(&self, action: &str, resource: &str, ip: &str, mfa: Mfa) -> Decision {
        let general = Attached { label: "the built-in policy", policy: preset::general() };
        let attached: Vec<Attached<'_>> =
            self.policies.iter().map(|(label, policy)| Attached { label, policy }).chain([general]).collect();
        let passed = if mfa == Mfa::Passed { "1" } else { "0" };
        let context = Context::new().with("qcs:ip", ip).with("qcs:mfa", passed);
        let request =
            Request { action, resource, context: &context, caller: &self.principal, operation_level: false };
        Grants { attached: &attached, boundaries: &[] }.decide(&request)
    }
}

fn because(decision: &Decision) -> String {
    match (&decision.reason, &decision.by) {
        (_, Some(by)) => format!("Statement {} of {} denies it.", by.statement + 1, by.label),
        (Reason::OutsideBoundary(label), None) => {
            format!("The permission boundary {label} does not allow it.")
        }
        (Reason::Malformed, None) => "The request cannot be evaluated.".to_owned(),
        _ => "No policy attached to you allows this.".to_owned(),
    }
}
