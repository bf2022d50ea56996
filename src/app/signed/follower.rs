//! A memory of keys that is right as of a number of the database, and follows it.

#[cfg(test)]
mod model;

use super::holdings::{Grounds, Holdings};
use crate::domain::authority::{Followed, Forget, News, Touched};
use crate::domain::key::SecretId;
use std::collections::HashSet;
use std::sync::Arc;

/// Keys remembered at once; beyond that all are forgotten and read again.
const MOST_KNOWN: usize = 100_000;
/// Ids remembered that belong to no key.
const MOST_UNKNOWN: usize = 10_000;

/// What is remembered of keys, and as of when.
#[derive(Clone)]
pub(super) struct Follower<V> {
    followed: Followed,
    known: Holdings<V>,
    unknown: HashSet<SecretId>,
}

/// What a memory says of a key.
pub(super) enum Memory<V> {
    /// Who has it; nobody does where there is no such key.
    Holds(Option<Arc<V>>),
    /// It is right as of that number, and has nothing.
    Lacks(i64),
}

impl<V> Default for Follower<V> {
    fn default() -> Self {
        Self { followed: Followed::default(), known: Holdings::default(), unknown: HashSet::new() }
    }
}

impl<V> Follower<V> {
    /// The number as of which it is right.
    pub fn number(&self) -> i64 {
        self.followed.number()
    }

    /// What it says of a key to whoever knows that the database has come to that number.
    pub fn find(&self, id: &SecretId, number: i64) -> Memory<V> {
        if self.number() < number {
            return Memory::Lacks(number);
        }
        match self.known.find(id) {
            Some(known) => Memory::Holds(Some(Arc::clone(known))),
            None if self.unknown.contains(id) => Memory::Holds(None),
            None => Memory::Lacks(self.number()),
        }
    }

    /// Keeps what was read after the database had come to that number, unless more is known meanwhile.
    pub fn keep(&mut self, id: SecretId, number: i64, read: Option<(Arc<V>, Grounds)>) {
        if self.number() != number {
            return;
        }
        if let Some((value, grounds)) = read {
            if self.known.len() >= MOST_KNOWN {
                self.known = Holdings::default();
            }
            self.known.keep(id, value, grounds);
        } else {
            if self.unknown.len() >= MOST_UNKNOWN {
                self.unknown.clear();
            }
            self.unknown.insert(id);
        }
    }

    /// Forgets what was touched.
    pub fn follow(&mut self, news: &News) {
        match self.followed.follow(news) {
            Forget::Nothing => {}
            Forget::These(touched) => touched.iter().for_each(|thing| self.forget(thing)),
            Forget::Everything => self.forget(&Touched::Everything),
        }
    }

    fn forget(&mut self, thing: &Touched) {
        self.known.forget(thing);
        match thing {
            Touched::Key(id) => drop(self.unknown.remove(id)),
            Touched::Everything => self.unknown.clear(),
            _ => {}
        }
    }
}
