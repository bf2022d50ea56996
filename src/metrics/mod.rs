//! What this node counts while it works, and the text in which it tells of it.
//!
//! Counting is an addition to a number that is there already: no lock, and no memory but for a name that comes for the first
//! time. Labels are names of ours, of routes and of registered services; how many there can be is bounded here.

mod canaries;
mod grid;
mod questions;
mod requests;
mod signing_in;
mod text;
mod times;
mod verdicts;

pub use self::canaries::Canaries;
pub use self::grid::Grid;
pub use self::questions::{Fate, Questions};
pub use self::requests::{Passed, Requests};
pub use self::signing_in::{SignIns, Step, Way};
pub use self::text::{Facts, Figures, Level, TEXT_TYPE};
pub use self::times::Times;
pub use self::verdicts::{Judged, Outcome, Verdicts};

use std::sync::Arc;

/// Everything that is counted; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Parts>);

/// How long the database keeps others waiting.
#[derive(Default)]
pub struct StoreTimes {
    /// Until a thread takes up what is asked.
    pub wait: Times,
    /// From then to the answer.
    pub work: Times,
}

/// What is counted, by who counts it.
pub struct Parts {
    pub requests: Requests,
    pub verdicts: Verdicts,
    pub questions: Questions,
    pub sign_ins: SignIns,
    pub canaries: Canaries,
    /// The question how far the database is, which comes before what is remembered is believed.
    pub standing: Times,
    pub store: Arc<StoreTimes>,
}

impl Metrics {
    /// Nothing is counted yet; the store counts by itself.
    pub fn new(store: Arc<StoreTimes>) -> Self {
        Self(Arc::new(Parts {
            requests: Requests::default(),
            verdicts: Verdicts::default(),
            questions: Questions::default(),
            sign_ins: SignIns::default(),
            canaries: Canaries::default(),
            standing: Times::default(),
            store,
        }))
    }
}

impl std::ops::Deref for Metrics {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
