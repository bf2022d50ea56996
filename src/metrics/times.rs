//! How long something took, in classes that are fixed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in seconds; what takes longer has a class of its own.
const CLASSES: [f64; 13] =
    [0.000_025, 0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 2.5, 10.0];

/// Durations, counted by class.
#[derive(Default)]
pub struct Times {
    counts: [AtomicU64; CLASSES.len()],
    longer: AtomicU64,
    nanoseconds: AtomicU64,
}

/// How many of each class there were, and how long all of them took in seconds.
pub(super) struct Taken {
    pub classes: Vec<(f64, u64)>,
    pub count: u64,
    pub seconds: f64,
}

impl Times {
    /// Counts one.
    pub fn note(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let class = CLASSES.iter().position(|bound| seconds <= *bound);
        class
            .and_then(|class| self.counts.get(class))
            .unwrap_or(&self.longer)
            .fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn taken(&self) -> Taken {
        let bounds = CLASSES.into_iter().chain([f64::MAX]);
        let counts = self.counts.iter().chain([&self.longer]).map(|count| count.load(Ordering::Relaxed));
        let classes: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let count = classes.iter().map(|(_, count)| count).sum();
        let seconds = Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)).as_secs_f64();
        Taken { classes, count, seconds }
    }
}
