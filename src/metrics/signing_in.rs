//! Ways into the console, by step and outcome.

use std::sync::atomic::{AtomicU64, Ordering};

const STEPS: [(Step, &str); 3] =
    [(Step::Password, "password"), (Step::Code, "code"), (Step::RecoveryCode, "recovery_code")];
const WAYS: [(Way, &str); 6] = [
    (Way::In, "signed_in"),
    (Way::On, "code_needed"),
    (Way::Refused, "refused"),
    (Way::Throttled, "throttled"),
    (Way::Busy, "busy"),
    (Way::Failed, "failed"),
];

/// What was given to sign in with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    Password,
    Code,
    RecoveryCode,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    In,
    /// To the second step.
    On,
    Refused,
    Throttled,
    /// Too many were signing in.
    Busy,
    Failed,
}

/// Tries to sign in.
#[derive(Default)]
pub struct SignIns([[AtomicU64; WAYS.len()]; STEPS.len()]);

impl SignIns {
    /// Counts one.
    pub fn count(&self, step: Step, way: Way) {
        let step = STEPS.iter().position(|(known, _)| *known == step);
        let way = WAYS.iter().position(|(known, _)| *known == way);
        let row = step.and_then(|step| self.0.get(step));
        if let Some(counter) = row.zip(way).and_then(|(row, way)| row.get(way)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn counted(&self) -> impl Iterator<Item = ([(&'static str, &'static str); 2], u64)> {
        self.0.iter().zip(STEPS).flat_map(|(row, (_, step))| {
            let one = move |(counter, (_, way)): (&AtomicU64, (Way, &'static str))| {
                ([("step", step), ("result", way)], counter.load(Ordering::Relaxed))
            };
            row.iter().zip(WAYS).map(one)
        })
    }
}
