//! Whether the workers go round: each counts on by itself, and one that is stuck does not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(100);

/// The counts of all workers, with what each was when it was looked at last.
#[derive(Clone, Default)]
pub struct Pulse(Arc<Mutex<Vec<(Weak<AtomicU64>, u64)>>>);

impl Pulse {
    /// Lets the worker of this thread count, for as long as it runs.
    pub(super) fn begin(&self) {
        let count = Arc::new(AtomicU64::new(1));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((Arc::downgrade(&count), 0));
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(BEAT).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// Whether there are workers and each has counted on since the last look.
    pub fn has_gone_on(&self) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|(count, _)| count.strong_count() > 0);
        let mut all = !counts.is_empty();
        for (count, last) in counts.iter_mut() {
            let now = count.upgrade().map_or(*last, |count| count.load(Ordering::Relaxed));
            all &= now != *last;
            *last = now;
        }
        all
    }
}
