//! Answers of the gate, by outcome, scheme, coverage and service, and the reasons against requests.

use super::grid::{Bounds, Grid};
use crate::domain::signature::{Coverage, Scheme};

const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Allowed, "allowed"),
    (Outcome::Malformed, "malformed"),
    (Outcome::Unproven, "unproven"),
    (Outcome::Forbidden, "forbidden"),
    (Outcome::NotAdmitted, "not_admitted"),
    (Outcome::Failed, "failed"),
];
const SCHEMES: [Option<Scheme>; 5] =
    [None, Some(Scheme::Tc3), Some(Scheme::HmacSha1), Some(Scheme::HmacSha256), Some(Scheme::AwsV4)];
const COVERAGES: [Option<Coverage>; 4] =
    [None, Some(Coverage::None), Some(Coverage::Claimed), Some(Coverage::Verified)];

/// What the gate said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    Allowed,
    /// Request or question cannot be read in one way only, or are too long.
    Malformed,
    /// Nothing proves who sent it.
    Unproven,
    /// It is known who sent it, and it is not allowed.
    Forbidden,
    /// The gateway has no good token.
    NotAdmitted,
    /// There was no verdict: no database, or something of ours went wrong.
    Failed,
}

/// The answers that were given.
pub struct Verdicts {
    grid: Grid,
    reasons: Grid,
}

/// One of them.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    pub outcome: Outcome,
    pub scheme: Option<Scheme>,
    pub coverage: Option<Coverage>,
    /// Of those that are registered; empty until it is known which one.
    pub service: &'a str,
    /// One of ours.
    pub reason: &'static str,
}

impl Default for Verdicts {
    fn default() -> Self {
        let cells = OUTCOMES.len() * SCHEMES.len() * COVERAGES.len();
        Self {
            grid: Grid::new(Bounds { cells, names: 200, series: 500 }),
            reasons: Grid::new(Bounds { cells: 1, names: 80, series: 80 }),
        }
    }
}

impl Verdicts {
    /// Counts one.
    pub fn count(&self, judged: &Judged<'_>) {
        let outcome = OUTCOMES.iter().position(|(outcome, _)| *outcome == judged.outcome).unwrap_or_default();
        let scheme = SCHEMES.iter().position(|scheme| *scheme == judged.scheme).unwrap_or_default();
        let coverage = COVERAGES.iter().position(|known| *known == judged.coverage).unwrap_or_default();
        let cell = (outcome * SCHEMES.len() + scheme) * COVERAGES.len() + coverage;
        self.grid.count(judged.service, cell);
        if judged.outcome != Outcome::Allowed {
            self.reasons.count(judged.reason, 0);
        }
    }

    pub(super) fn counted(&self) -> impl Iterator<Item = ([(&'static str, &str); 4], u64)> {
        self.grid.counted().map(|(service, cell, count)| {
            let (coverage, rest) = (cell % COVERAGES.len(), cell / COVERAGES.len());
            let coverage = COVERAGES.get(coverage).copied().flatten().map_or("", Coverage::as_str);
            let scheme = SCHEMES.get(rest % SCHEMES.len()).copied().flatten().map_or("", Scheme::as_str);
            let outcome = OUTCOMES.get(rest / SCHEMES.len()).map_or("", |(_, name)| *name);
            let labels =
                [("outcome", outcome), ("scheme", scheme), ("coverage", coverage), ("service", service)];
            (labels, count)
        })
    }

    pub(super) fn reasons(&self) -> impl Iterator<Item = ([(&'static str, &str); 1], u64)> {
        self.reasons.counted().map(|(reason, _, count)| ([("reason", reason)], count))
    }
}
