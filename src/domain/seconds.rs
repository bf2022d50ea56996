//! A set of seconds that are close to each other, in 80 bytes.

use crate::domain::signature::WINDOW_SECONDS;

/// How far the set reaches back from its newest second: more than all timestamps that are good at one time.
pub const REACH: i64 = 640;
const WORDS: usize = 10;
const _: () = assert!(REACH > 2 * WINDOW_SECONDS && REACH.unsigned_abs() == 64 * WORDS as u64);

/// Seconds of the last ten minutes before its newest one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Seconds {
    newest: i64,
    words: [u64; WORDS],
}

impl Seconds {
    /// Whether that second is in the set.
    pub fn contains(&self, second: i64) -> bool {
        let is_near = second <= self.newest && second > self.newest - REACH;
        is_near && self.words.get(word(second)).is_some_and(|bits| bits & bit(second) != 0)
    }

    /// Adds a second; `false` where it was in the set, or is too old for it.
    pub fn add(&mut self, second: i64) -> bool {
        if self.contains(second) || second <= self.newest - REACH {
            return false;
        }
        self.reach(second);
        if let Some(bits) = self.words.get_mut(word(second)) {
            *bits |= bit(second);
        }
        true
    }

    /// Adds all seconds of another set.
    pub fn join(&mut self, other: &Self) {
        for second in other.newest - REACH + 1..=other.newest {
            if other.contains(second) {
                self.add(second);
            }
        }
    }

    /// The newest second.
    pub fn newest(&self) -> i64 {
        self.newest
    }

    /// The set as the database keeps it, beside its newest second.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|bits| bits.to_le_bytes()).collect()
    }

    /// The set that was kept so; none where the bytes are not such a set.
    pub fn from_bytes(newest: i64, bytes: &[u8]) -> Option<Self> {
        let mut words = [0; WORDS];
        let (chunks, rest) = bytes.as_chunks::<8>();
        if chunks.len() != WORDS || !rest.is_empty() {
            return None;
        }
        for (bits, chunk) in words.iter_mut().zip(chunks) {
            *bits = u64::from_le_bytes(*chunk);
        }
        Some(Self { newest, words })
    }

    /// Makes that second the newest one, if it is newer; what falls out of reach is forgotten.
    fn reach(&mut self, second: i64) {
        if second <= self.newest {
            return;
        }
        if second - self.newest >= REACH {
            self.words = [0; WORDS];
        } else {
            for passed in self.newest + 1..=second {
                if let Some(bits) = self.words.get_mut(word(passed)) {
                    *bits &= !bit(passed);
                }
            }
        }
        self.newest = second;
    }
}

fn word(second: i64) -> usize {
    usize::try_from(second.rem_euclid(REACH) / 64).unwrap_or_default()
}

fn bit(second: i64) -> u64 {
    1 << (second.rem_euclid(REACH) % 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_no_set_is_not_read_as_one() {
        assert_eq!(Seconds::from_bytes(1, &[0; 79]), None);
        assert_eq!(Seconds::from_bytes(1, &[0; 88]), None);
    }

    proptest! {
        #[test]
        fn a_set_holds_what_was_added_within_reach(seconds in prop::collection::vec(1_000_000_i64..1_002_000, 1..200)) {
            let (mut set, mut model) = (Seconds::default(), BTreeSet::new());
            for second in seconds {
                set.add(second);
                let newest = model.last().copied().unwrap_or(second).max(second);
                model.insert(second);
                model.retain(|kept| *kept > newest - REACH);
            }
            let kept = Seconds::from_bytes(set.newest(), &set.to_bytes());
            prop_assert_eq!(kept, Some(set));
            let mut joined = Seconds::default();
            joined.join(&set);
            for second in 999_000..1_003_000 {
                prop_assert_eq!(set.contains(second), model.contains(&second), "{}", second);
                prop_assert_eq!(joined.contains(second), model.contains(&second), "{}", second);
            }
        }
    }
}
