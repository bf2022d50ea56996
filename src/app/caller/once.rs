//! The signature of a change, which is good for that change and no other.

use crate::app::Failure;
use crate::domain::replay::{Arrival, Origin, ReplayRefusal, Use, ensure_new};
use crate::store::replays::{self, SignedChange};
use crate::store::{Conn, StoreError};
use std::collections::HashMap;
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
        if !self.is_new(&made)? {
            return Ok(());
        }
        replays::insert(conn, &self.change).map_err(|error| used(error, ReplayRefusal::twin()))?;
        self.is_used.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Whether the change is none of those that were made under its signature, and may be made beside them.
    fn is_new(&self, made: &[SignedChange]) -> Result<bool, ReplayRefusal> {
        let is_own =
            |one: &SignedChange| one.action == self.change.action && one.request_id == self.change.request_id;
        if made.iter().any(is_own) {
            return Ok(false);
        }
        let known = made.iter().map(|one| {
            let arrival = Arrival { at_ms: one.arrived_ms, origin: Origin::of(&one.origin) };
            (one.action.as_str(), one.request_id.as_str(), arrival)
        });
        let call = Use { action: &self.change.action, is_change: true, arrival: self.arrival };
        ensure_new(&call, known).map(|()| true)
    }
}

/// Uses up many signatures in this transaction, and says of each whether it was good.
pub(in crate::app) fn record_all(
    conn: &mut Conn,
    all: &[Once],
) -> Result<Vec<Result<(), ReplayRefusal>>, StoreError> {
    let signatures: Vec<&str> = all.iter().map(|once| once.change.signature.as_str()).collect();
    let (last, found) = replays::claim(conn, &signatures)?;
    let mut made: HashMap<String, Vec<SignedChange>> = HashMap::new();
    for change in found {
        made.entry(change.signature.clone()).or_default().push(change);
    }
    let mut fresh = Vec::new();
    let judged = all.iter().map(|once| {
        let before = made.entry(once.change.signature.clone()).or_default();
        if once.is_new(before)? {
            before.push(once.change.clone());
            fresh.push(&once.change);
        }
        Ok(())
    });
    let judged = judged.collect();
    replays::insert_claimed(conn, &fresh, last)?;
    Ok(judged)
}

/// The refusal of a signature, or of a part of it, that stands there already.
pub(in crate::app) fn used(error: StoreError, refusal: ReplayRefusal) -> Failure {
    match error {
        StoreError::Duplicate(_) => Failure::Replayed(refusal),
        other => other.into(),
    }
}
