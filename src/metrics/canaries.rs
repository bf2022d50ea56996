//! Uses of canaries, by what was proved.

use crate::domain::canary::Proof;
use std::sync::atomic::{AtomicU64, Ordering};

/// The uses since the start.
#[derive(Default)]
pub struct Canaries([AtomicU64; Proof::ALL.len()]);

impl Canaries {
    /// Counts one.
    pub fn count(&self, proof: Proof) {
        let place = Proof::ALL.iter().position(|known| *known == proof);
        if let Some(counter) = place.and_then(|place| self.0.get(place)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn counted(&self) -> impl Iterator<Item = ([(&'static str, &'static str); 1], u64)> {
        let one = |(counter, proof): (&AtomicU64, Proof)| {
            ([("proof", proof.as_str())], counter.load(Ordering::Relaxed))
        };
        self.0.iter().zip(Proof::ALL).map(one)
    }
}
