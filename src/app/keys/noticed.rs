//! Calls that were noted and are not written down yet: bounded, whoever calls.

use super::usage::Sighting;
use crate::domain::key::SecretId;
use crate::domain::key_hours::{Called, Counted};
use crate::domain::key_usage::KEPT_RECORDS;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// Keys whose calls wait to be written down; beyond that, those of further keys are dropped rather than the server's memory.
const MOST_KEYS: usize = 100_000;
/// Calls that wait to become records. Beyond that, a key keeps only its newest one.
const MOST_CALLS: usize = 5_000;

/// Ids of no key whose calls wait to be looked up; beyond that, those of further ids are not counted. Anybody can make ids up.
const MOST_UNKNOWN: usize = 1_000;
/// Ids that are known to be those of deleted keys; their calls are counted beside any number of made-up ones.
const MOST_DELETED: usize = 10_000;

/// What waits to be written down.
#[derive(Default)]
pub(super) struct Noticed {
    keys: HashMap<SecretId, OfKey>,
    calls: usize,
    /// Of ids that may be those of deleted keys.
    unknown: BTreeMap<SecretId, Counted>,
    deleted: HashSet<SecretId>,
}

/// What waits of one key.
#[derive(Clone, Default)]
pub(super) struct OfKey {
    /// The newest calls, oldest first.
    pub calls: VecDeque<Call>,
    /// The newest one that was carried out.
    pub last_use: Option<Call>,
    pub counted: Counted,
}

/// A call and when it came.
#[derive(Clone)]
pub(super) struct Call {
    pub at_ms: i64,
    pub sighting: Arc<Sighting>,
}

impl Noticed {
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Notes a call.
    pub fn note(&mut self, id: &SecretId, at_ms: i64, sighting: Sighting) {
        let called = Called {
            at: at_ms / 1000,
            service: &sighting.service,
            action: &sighting.action,
            resource: &sighting.resource,
            ip: &sighting.ip,
            client: &sighting.client,
            outcome: &sighting.outcome,
        };
        let is_crowded = self.calls >= MOST_CALLS;
        let Some(of_key) = self.of(id) else { return };
        of_key.counted.count(&called);
        let is_accepted = sighting.is_accepted();
        let call = Call { at_ms, sighting: Arc::new(sighting) };
        if is_accepted {
            of_key.last_use = Some(call.clone());
        }
        let most = if is_crowded { 1 } else { KEPT_RECORDS };
        let before = of_key.calls.len();
        while of_key.calls.len() >= most {
            of_key.calls.pop_front();
        }
        of_key.calls.push_back(call);
        let after = of_key.calls.len();
        self.calls = (self.calls + after).saturating_sub(before);
    }

    /// Counts what somebody sent who did not prove to hold the key.
    pub fn count(&mut self, id: &SecretId, called: &Called<'_>) {
        if let Some(of_key) = self.of(id) {
            of_key.counted.count(called);
        }
    }

    /// Counts what named a key that is not there: of one that was deleted, as far as is known or will be.
    pub fn count_unknown(&mut self, id: &SecretId, called: &Called<'_>) {
        if self.deleted.contains(id) {
            self.count(id, called);
        } else if self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(id) {
            self.unknown.entry(id.clone()).or_default().count(called);
        }
    }

    /// Hands out the ids that have to be looked up, with their numbers.
    pub fn take_unknown(&mut self) -> BTreeMap<SecretId, Counted> {
        std::mem::take(&mut self.unknown)
    }

    /// Takes back what could not be looked up.
    pub fn put_back_unknown(&mut self, unknown: &BTreeMap<SecretId, Counted>) {
        for (id, counted) in unknown {
            if self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(id) {
                self.unknown.entry(id.clone()).or_default().add(counted.clone());
            }
        }
    }

    /// Remembers that an id is that of a deleted key, and keeps its numbers.
    pub fn add_deleted(&mut self, id: &SecretId, counted: Counted) {
        if self.deleted.len() >= MOST_DELETED {
            self.deleted.clear();
        }
        self.deleted.insert(id.clone());
        if let Some(of_key) = self.of(id) {
            of_key.counted.add(counted);
        }
    }

    fn of(&mut self, id: &SecretId) -> Option<&mut OfKey> {
        if self.keys.len() >= MOST_KEYS && !self.keys.contains_key(id) {
            return None;
        }
        Some(self.keys.entry(id.clone()).or_default())
    }

    /// Hands out what waits, in parts of so many keys.
    pub fn take(&mut self, most_in_one: usize) -> Vec<Vec<(SecretId, OfKey)>> {
        let mut keys: Vec<_> = std::mem::take(&mut self.keys).into_iter().collect();
        // The order in which every node locks the rows.
        keys.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        self.calls = 0;
        let mut parts = Vec::new();
        let mut rest = keys.into_iter().peekable();
        while rest.peek().is_some() {
            parts.push(rest.by_ref().take(most_in_one).collect());
        }
        parts
    }

    /// Takes back what could not be written down.
    pub fn put_back(&mut self, part: &[(SecretId, OfKey)]) {
        for (id, older) in part {
            let Some(newer) = self.of(id) else { continue };
            newer.counted.add(older.counted.clone());
            newer.last_use = newer.last_use.take().or_else(|| older.last_use.clone());
            let room = KEPT_RECORDS.saturating_sub(newer.calls.len());
            let kept: Vec<Call> = older.calls.iter().rev().take(room).cloned().collect();
            let added = kept.len();
            for call in kept {
                newer.calls.push_front(call);
            }
            self.calls += added;
        }
    }
}
