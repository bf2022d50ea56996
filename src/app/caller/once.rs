//! The signature of a change, which is good for that change and no other.

use crate::app::Failure;
use crate::domain::replay::{Arrival, Origin, ReplayRefusal, Use, ensure_new};
use crate::store::replays::{self, SignedChange};
use crate::store::{Conn, StoreError};
use std::sync::atomic::{AtomicBool, Ordering};

/// A signature that its call uses up.
#[derive(Debug)]
pub struct Once {
    arrival: Arrival,
    change: SignedChange,
    is_used: AtomicBool,
}

impl Once {
    /// The signature of a change that is about to be made.
    pub(in crate::app) fn new(arrival: Arrival, change: SignedChange) -> Self {
        Self { arrival, change, is_used: AtomicBool::new(false) }
    }

    /// What is kept of the change.
    pub(in crate::app) fn change(&self) -> &SignedChange {
        &self.change
    }

    /// Whether a change used it up.
    pub(in crate::app) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::SeqCst)
    }

    /// Uses the signature up in this transaction. A change that leaves several events does so once.
    pub(in crate::app) fn record(&self, conn: &mut Conn) -> Result<(), Failure> {
        let made = replays::of_signature(conn, &self.change.signature)?;
        let is_own =
            |one: &SignedChange| one.action == self.change.action && one.request_id == self.change.request_id;
        if made.iter().any(is_own) {
            return Ok(());
        }
        let known = made.iter().map(|one| {
            let arrival = Arrival { at_ms: one.arrived_ms, origin: Origin::of(&one.origin) };
            (one.action.as_str(), one.request_id.as_str(), arrival)
        });
        let call = Use { action: &self.change.action, is_change: true, arrival: self.arrival };
        ensure_new(&call, known)?;
        replays::insert(conn, &self.change).map_err(|error| used(error, ReplayRefusal::twin()))?;
        self.is_used.store(true, Ordering::SeqCst);
        Ok(())
    }
}

/// The refusal of a signature, or of a part of it, that stands there already.
pub(in crate::app) fn used(error: StoreError, refusal: ReplayRefusal) -> Failure {
    match error {
        StoreError::Duplicate(_) => Failure::Replayed(refusal),
        other => other.into(),
    }
}
