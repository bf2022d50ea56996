//! What this node remembers of signatures that came.
//!
//! What was changed stands in the database as well; what was only read, or refused, stands here alone. The memory is
//! bounded for each membership and in all. Whatever is dropped leaves the second it was signed for behind: a change signed
//! for such a second may be a copy of what is not known any more.

use crate::app::signed::Signature;
use crate::domain::key::SecretId;
use crate::domain::replay::{Arrival, Origin, ReplayRefusal, Seen, Use, ensure_new};
use crate::domain::seconds::Seconds;
use crate::domain::signature::WINDOW_SECONDS;
use crate::domain::user::Uid;
use crate::store::replays::SignedChange;
use data_encoding::HEXLOWER;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a signature is remembered: longer than it stays good. By a clock that nobody sets.
const KEPT: Duration = Duration::from_secs(2 * WINDOW_SECONDS.unsigned_abs() + 1);
/// Signatures remembered of one membership.
const MOST_OF_ONE: usize = 50_000;
/// Signatures remembered in all.
const MOST_IN_ALL: usize = 500_000;

type Digest = [u8; 32];

/// Signatures, for all workers of a node.
pub struct Memory {
    kept: Mutex<Kept>,
    started: Instant,
}

struct Kept {
    members: HashMap<Uid, Member>,
    count: usize,
    changes: Changes,
    /// The seconds for which keys had signed before this start.
    before: HashMap<SecretId, Seconds>,
    /// The seconds for which keys have signed since, and whether they stand in the database.
    signed: HashMap<SecretId, Signed>,
    /// The number of the newest change that was learnt from the database.
    newest: i64,
}

struct Signed {
    seconds: Seconds,
    is_written: bool,
}

/// What came from one membership, by the second it was signed for.
#[derive(Default)]
struct Member {
    seen: BTreeMap<i64, Second>,
    count: usize,
    dropped: Seconds,
}

struct Second {
    touched: Instant,
    signatures: HashMap<Digest, Seen>,
}

/// What the database has, remembered for [`KEPT`] and forgotten before it has passed twice.
struct Changes {
    since: Instant,
    young: HashMap<Digest, Vec<Made>>,
    old: HashMap<Digest, Vec<Made>>,
}

#[derive(Clone)]
struct Made {
    action: Box<str>,
    request_id: Box<str>,
    arrival: Arrival,
}

impl Default for Memory {
    fn default() -> Self {
        let now = Instant::now();
        let changes = Changes { since: now, young: HashMap::new(), old: HashMap::new() };
        let kept = Kept {
            members: HashMap::new(),
            count: 0,
            changes,
            before: HashMap::new(),
            signed: HashMap::new(),
            newest: 0,
        };
        Self { kept: Mutex::new(kept), started: now }
    }
}

impl Memory {
    /// Remembers a call under its signature, or says why it may be a copy of another.
    pub(in crate::app) fn admit(
        &self,
        signature: &Signature<'_>,
        call: &Use<'_>,
    ) -> Result<(), ReplayRefusal> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.changes.judge(&signature.digest, call)?;
        if !signature.signs_action {
            if call.is_change && kept.has_forgotten(signature) {
                return Err(ReplayRefusal::Forgotten);
            }
            kept.note_second(signature);
        }
        kept.remember(signature, call)
    }

    /// The number of the newest change that is known here.
    pub(in crate::app) fn newest(&self) -> i64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).newest
    }

    /// Takes in what the database has up to that number.
    pub(in crate::app) fn learn(&self, changes: Vec<SignedChange>, newest: i64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            kept.changes.keep(change);
        }
        // Lower than before where a restored database says so; what is learnt twice does no harm.
        kept.newest = newest;
    }

    /// Takes in the seconds for which keys had signed before this start.
    pub(in crate::app) fn recall(&self, signed: Vec<(SecretId, Seconds)>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, seconds) in signed {
            kept.before.entry(id).or_default().join(&seconds);
        }
    }

    /// The seconds that do not stand in the database yet.
    pub(in crate::app) fn unwritten(&self) -> Vec<(SecretId, Seconds)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.signed.iter_mut().filter(|(_, signed)| !signed.is_written);
        fresh
            .map(|(id, signed)| {
                signed.is_written = true;
                (id.clone(), signed.seconds)
            })
            .collect()
    }

    /// Has seconds written once more that could not be.
    pub(in crate::app) fn keep_unwritten(&self, signed: &[(SecretId, Seconds)]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, _) in signed {
            if let Some(signed) = kept.signed.get_mut(id) {
                signed.is_written = false;
            }
        }
    }

    /// Forgets what can no longer be used again.
    pub(in crate::app) fn purge(&self, now: i64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut *kept;
        for member in kept.members.values_mut() {
            member.seen.retain(|_, second| second.touched.elapsed() < KEPT);
            member.count = member.seen.values().map(|second| second.signatures.len()).sum();
        }
        let is_in_reach = |seconds: &Seconds| seconds.newest() > now - crate::domain::seconds::REACH;
        kept.members.retain(|_, member| member.count > 0 || is_in_reach(&member.dropped));
        kept.count = kept.members.values().map(|member| member.count).sum();
        kept.signed.retain(|_, signed| !signed.is_written || is_in_reach(&signed.seconds));
        if self.started.elapsed() > KEPT {
            kept.before.clear();
        }
    }
}

impl Kept {
    fn has_forgotten(&self, signature: &Signature<'_>) -> bool {
        let second = signature.timestamp;
        let was_before = self.before.get(signature.key).is_some_and(|seconds| seconds.contains(second));
        was_before || self.members.get(&signature.uid).is_some_and(|member| member.dropped.contains(second))
    }

    fn note_second(&mut self, signature: &Signature<'_>) {
        if let Some(signed) = self.signed.get_mut(signature.key) {
            signed.is_written &= !signed.seconds.add(signature.timestamp);
            return;
        }
        let mut signed = Signed { seconds: Seconds::default(), is_written: false };
        signed.seconds.add(signature.timestamp);
        self.signed.insert(signature.key.clone(), signed);
    }

    fn remember(&mut self, signature: &Signature<'_>, call: &Use<'_>) -> Result<(), ReplayRefusal> {
        let member = self.members.entry(signature.uid).or_default();
        let second = member.seen.entry(signature.timestamp).or_insert_with(Second::new);
        second.touched = Instant::now();
        if let Some(seen) = second.signatures.get_mut(&signature.digest) {
            return seen.admit(call);
        }
        second.signatures.insert(signature.digest, Seen::first(call));
        member.count += 1;
        self.count += 1;
        if member.count > MOST_OF_ONE {
            self.count -= member.drop_oldest();
        }
        if self.count > MOST_IN_ALL {
            self.shrink_largest();
        }
        Ok(())
    }

    /// Takes a quarter from the membership that has the most, so that this is seldom done.
    fn shrink_largest(&mut self) {
        let Some(largest) = self.members.values_mut().max_by_key(|member| member.count) else { return };
        let rest = largest.count / 4 * 3;
        while largest.count > rest {
            let dropped = largest.drop_oldest();
            if dropped == 0 {
                return;
            }
            self.count -= dropped;
        }
    }
}

impl Member {
    /// Drops everything that was signed for the oldest second; how much that was.
    fn drop_oldest(&mut self) -> usize {
        let Some((second, dropped)) = self.seen.pop_first() else { return 0 };
        self.dropped.add(second);
        self.count -= dropped.signatures.len();
        dropped.signatures.len()
    }
}

impl Second {
    fn new() -> Self {
        Self { touched: Instant::now(), signatures: HashMap::new() }
    }
}

impl Changes {
    fn judge(&self, digest: &Digest, call: &Use<'_>) -> Result<(), ReplayRefusal> {
        let made = self.young.get(digest).into_iter().chain(self.old.get(digest)).flatten();
        ensure_new(call, made.map(|made| (&*made.action, &*made.request_id, made.arrival)))
    }

    fn keep(&mut self, change: SignedChange) {
        if self.since.elapsed() >= KEPT {
            self.old = std::mem::take(&mut self.young);
            self.since = Instant::now();
        }
        let Some(digest) = bytes(&change.signature) else { return };
        let arrival = Arrival { at_ms: change.arrived_ms, origin: Origin::of(&change.origin) };
        let made = Made { action: change.action.into(), request_id: change.request_id.into(), arrival };
        let known = self.young.entry(digest).or_default();
        if !known.iter().any(|one| one.action == made.action) {
            known.push(made);
        }
    }
}

fn bytes(hex: &str) -> Option<Digest> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_435_200;

    fn key(letter: char) -> SecretId {
        SecretId::parse(&format!("AKID{}", letter.to_string().repeat(32))).unwrap()
    }

    fn digest(number: usize) -> Digest {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        digest
    }

    fn call(action: &'static str) -> Use<'static> {
        let arrival = Arrival { at_ms: NOW * 1000, origin: Origin::of("192.0.2.1") };
        Use { action, is_change: action == "CreateGroup", arrival }
    }

    fn signature(key: &SecretId, uid: i64, number: usize, timestamp: i64) -> Signature<'_> {
        Signature { key, uid: Uid(uid), digest: digest(number), timestamp, signs_action: false }
    }

    #[test]
    fn a_flood_by_one_membership_costs_others_nothing_and_opens_nothing() {
        let (memory, victim, flooder) = (Memory::default(), key('v'), key('f'));
        let captured = signature(&victim, 1, 0, NOW);
        memory.admit(&captured, &call("ListGroups")).unwrap();

        // Each of its own second, so that the oldest are dropped one after the other.
        for number in 1..=MOST_IN_ALL + 10 {
            let second = NOW - 300 + i64::try_from(number % 500).unwrap();
            memory.admit(&signature(&flooder, 2, number, second), &call("ListGroups")).unwrap();
        }

        let late =
            Use { arrival: Arrival { at_ms: NOW * 1000 + 3000, ..call("").arrival }, ..call("CreateGroup") };
        assert_eq!(memory.admit(&captured, &late), Err(ReplayRefusal::Late));
        let fresh = signature(&victim, 1, MOST_IN_ALL * 2, NOW);
        assert_eq!(memory.admit(&fresh, &late), Ok(()), "the victim's own changes go on");
        let dropped = signature(&flooder, 2, 1, NOW - 299);
        assert_eq!(memory.admit(&dropped, &late), Err(ReplayRefusal::Forgotten));
        let signed = Signature { signs_action: true, ..dropped };
        assert_eq!(memory.admit(&signed, &late), Ok(()), "a signed action is no copy");
        assert!(memory.kept.lock().unwrap().count <= MOST_OF_ONE + 2);
    }

    #[test]
    fn with_very_many_memberships_the_largest_drops_first() {
        let (memory, small, large) = (Memory::default(), key('s'), key('l'));
        memory.admit(&signature(&small, 0, 0, NOW), &call("ListGroups")).unwrap();

        for number in 1..MOST_IN_ALL + MOST_OF_ONE {
            let uid = i64::try_from(number % 11).unwrap() + 1;
            let second = NOW + i64::try_from(number % 300).unwrap();
            memory.admit(&signature(&large, uid, number, second), &call("ListGroups")).unwrap();
        }

        let kept = memory.kept.lock().unwrap();
        assert!(kept.count <= MOST_IN_ALL, "{}", kept.count);
        assert_eq!(kept.count, kept.members.values().map(|member| member.count).sum::<usize>());
        assert_eq!(kept.members[&Uid(0)].count, 1);
    }
}
