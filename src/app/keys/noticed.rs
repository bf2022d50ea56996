//! Calls that were noted and are not written down yet: bounded, whoever calls.

use super::usage::Sighting;
use crate::domain::key::SecretId;
use crate::domain::key_hours::{Called, Counted, hour_of};
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
    /// Whole once it is handed out.
    pub counted: Counted,
    /// The newest call and those before it that are like it and of its hour: not counted yet, as programs repeat themselves.
    alike: i64,
}

/// A call and when it came.
#[derive(Clone)]
pub(super) struct Call {
    pub at_ms: i64,
    pub request_id: String,
    /// Without the request id; calls that differ in nothing else share it.
    pub sighting: Arc<Sighting>,
}

impl Call {
    fn counts_as(&self) -> Called<'_> {
        let Sighting { service, action, resource, ip, client, outcome, .. } = &*self.sighting;
        Called { at: self.at_ms / 1000, service, action, resource, ip, client, outcome }
    }
}

impl OfKey {
    fn settle(&mut self) {
        let alike = std::mem::take(&mut self.alike);
        if let Some(newest) = self.calls.back().filter(|_| alike > 0) {
            self.counted.count(&newest.counts_as(), alike);
        }
    }

    /// Notes a call; keeps so many at most.
    fn note(&mut self, at_ms: i64, mut sighting: Sighting, most: usize) {
        let request_id = std::mem::take(&mut sighting.request_id);
        let like = self.calls.back().filter(|newest| *newest.sighting == sighting);
        let goes_on = like.is_some_and(|newest| hour_of(newest.at_ms / 1000) == hour_of(at_ms / 1000));
        let sighting = like.map_or_else(|| Arc::new(sighting), |newest| Arc::clone(&newest.sighting));
        if !goes_on {
            self.settle();
        }
        let call = Call { at_ms, request_id, sighting };
        if call.sighting.is_accepted() {
            self.last_use =
                Some(Call { request_id: String::new(), sighting: Arc::clone(&call.sighting), ..call });
        }
        while self.calls.len() >= most {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
        self.alike += 1;
    }
}

impl Noticed {
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Notes a call.
    pub fn note(&mut self, id: &SecretId, at_ms: i64, sighting: Sighting) {
        let most = if self.calls >= MOST_CALLS { 1 } else { KEPT_RECORDS };
        let Some(of_key) = self.of(id) else { return };
        let before = of_key.calls.len();
        of_key.note(at_ms, sighting, most);
        let after = of_key.calls.len();
        self.calls = (self.calls + after).saturating_sub(before);
    }

    /// Counts what somebody sent who did not prove to hold the key.
    pub fn count(&mut self, id: &SecretId, called: &Called<'_>) {
        if let Some(of_key) = self.of(id) {
            of_key.counted.count(called, 1);
        }
    }

    /// Counts what named a key that is not there: of one that was deleted, as far as is known or will be.
    pub fn count_unknown(&mut self, id: &SecretId, called: &Called<'_>) {
        if self.deleted.contains(id) {
            self.count(id, called);
        } else if self.unknown.len() < MOST_UNKNOWN || self.unknown.contains_key(id) {
            self.unknown.entry(id.clone()).or_default().count(called, 1);
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
        for (_, of_key) in &mut keys {
            of_key.settle();
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::source::Source;

    fn of_number(number: i64) -> Sighting {
        let kind = number / 7 * (number % 11 / 5);
        let source = Source {
            ip: format!("192.0.2.{}", kind % 2),
            user_agent: format!("client/{}", kind % 3),
            request_id: number.to_string(),
        };
        Sighting::allowed("cam", Some(if kind % 5 == 0 { "ListUsers" } else { "GetUser" }), &source)
    }

    /// Runs of like calls and changes between them, over the ends of hours and in fits of many keys.
    #[test]
    fn calls_that_repeat_are_counted_like_each_alone() {
        let (mut noticed, mut one_by_one) = (Noticed::default(), Counted::default());
        let id = SecretId::parse(&format!("AKID{}", "x".repeat(32))).unwrap();
        for number in 0..20_000 {
            let (at_ms, sighting) = (number * 700, of_number(number));
            let alone = Call { at_ms, request_id: String::new(), sighting: Arc::new(sighting.clone()) };
            one_by_one.count(&alone.counts_as(), 1);
            noticed.note(&id, at_ms, sighting);
            if number % 4_999 == 0 {
                let taken = noticed.take(256);
                noticed.put_back(&taken.concat());
            }
        }
        let taken = noticed.take(256).concat();
        let (_, of_key) = taken.first().unwrap();
        assert_eq!(of_key.counted, one_by_one);
        assert_eq!(of_key.last_use.as_ref().map(|call| call.at_ms), Some(19_999 * 700));
        assert_eq!(of_key.calls.len(), KEPT_RECORDS);
        let newest = of_key.calls.back().map(|call| call.request_id.as_str());
        assert_eq!(newest, Some(of_number(19_999).request_id.as_str()));
    }
}
