//! Things remembered of keys, found by what they rest on, so that a change costs as much as what it touches.

use crate::domain::authority::Touched;
use crate::domain::group::GroupId;
use crate::domain::key::SecretId;
use crate::domain::policies::PolicyId;
use crate::domain::user::{Uid, Uin};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What something remembered of a key was read from.
#[derive(Clone)]
pub(super) struct Grounds {
    pub user: Uid,
    pub account: Uin,
    pub policies: Vec<PolicyId>,
    pub groups: Vec<GroupId>,
}

impl Grounds {
    fn shared(&self) -> impl Iterator<Item = Shared> {
        let policies = self.policies.iter().map(|id| Shared::Policy(*id));
        let groups = self.groups.iter().map(|id| Shared::Group(*id));
        policies.chain(groups).chain([Shared::Account(self.account)])
    }
}

/// What many users rest on.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Shared {
    Policy(PolicyId),
    Group(GroupId),
    Account(Uin),
}

#[derive(Clone)]
struct Held<V> {
    value: Arc<V>,
    grounds: Grounds,
}

/// What is remembered, by key.
#[derive(Clone)]
pub(super) struct Holdings<V> {
    held: HashMap<SecretId, Held<V>>,
    of_user: HashMap<Uid, Vec<SecretId>>,
    resting_on: HashMap<Shared, HashSet<Uid>>,
}

impl<V> Default for Holdings<V> {
    fn default() -> Self {
        Self { held: HashMap::new(), of_user: HashMap::new(), resting_on: HashMap::new() }
    }
}

impl<V> Holdings<V> {
    pub fn len(&self) -> usize {
        self.held.len()
    }

    pub fn find(&self, id: &SecretId) -> Option<&Arc<V>> {
        self.held.get(id).map(|held| &held.value)
    }

    pub fn keep(&mut self, id: SecretId, value: Arc<V>, grounds: Grounds) {
        self.forget_key(&id);
        for shared in grounds.shared() {
            self.resting_on.entry(shared).or_default().insert(grounds.user);
        }
        self.of_user.entry(grounds.user).or_default().push(id.clone());
        self.held.insert(id, Held { value, grounds });
    }

    /// Forgets what rests on a thing that was touched.
    pub fn forget(&mut self, touched: &Touched) {
        match touched {
            Touched::Key(id) => self.forget_key(id),
            Touched::User(uid) => self.forget_user(*uid),
            Touched::Policy(id) => self.forget_shared(Shared::Policy(*id)),
            Touched::Group(id) => self.forget_shared(Shared::Group(*id)),
            Touched::Account(owner) => self.forget_shared(Shared::Account(*owner)),
            Touched::Gateways(_) | Touched::EveryGateway => {}
            Touched::Everything => *self = Self::default(),
        }
    }

    fn forget_shared(&mut self, shared: Shared) {
        for uid in self.resting_on.remove(&shared).unwrap_or_default() {
            self.forget_user(uid);
        }
    }

    fn forget_user(&mut self, uid: Uid) {
        for id in self.of_user.get(&uid).cloned().unwrap_or_default() {
            self.forget_key(&id);
        }
    }

    fn forget_key(&mut self, id: &SecretId) {
        let Some(Held { grounds, .. }) = self.held.remove(id) else { return };
        let Some(others) = self.of_user.get_mut(&grounds.user) else { return };
        others.retain(|other| other != id);
        if !others.is_empty() {
            return;
        }
        self.of_user.remove(&grounds.user);
        for shared in grounds.shared() {
            if let Some(users) = self.resting_on.get_mut(&shared) {
                users.remove(&grounds.user);
                if users.is_empty() {
                    self.resting_on.remove(&shared);
                }
            }
        }
    }
}
