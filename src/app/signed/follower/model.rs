//! Every order in which two calls, two changes and the pruning of the log can meet: no call is decided on a state from before a
//! change that was acknowledged when it began, neither by what it reads nor by what another call left in memory.

use super::{Follower, Memory};
use crate::app::signed::holdings::Grounds;
use crate::domain::authority::{News, Touched};
use crate::domain::group::GroupId;
use crate::domain::key::SecretId;
use crate::domain::policies::PolicyId;
use crate::domain::user::{Uid, Uin};
use std::collections::HashSet;
use std::sync::Arc;

/// What the key's verdicts rest on, each with how often it was changed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct State {
    key: u8,
    user: u8,
    policy: u8,
    group: u8,
    account: u8,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Key,
    User,
    Policy,
    Group,
    Account,
    Elsewhere,
}

const CHANGES: [Change; 6] =
    [Change::Key, Change::User, Change::Policy, Change::Group, Change::Account, Change::Elsewhere];

#[derive(Clone, Debug)]
struct Database {
    state: State,
    number: i64,
    log: Vec<(i64, Touched)>,
    /// How far the next change goes; numbers do not come twice, not even in a database that was brought back.
    stride: i64,
}

impl Database {
    fn new() -> Self {
        let state = State { key: 0, user: 0, policy: 0, group: 0, account: 0 };
        Self { state, number: 1, log: vec![(1, Touched::Everything)], stride: 2 }
    }

    fn change(&mut self, change: Change) {
        let touched = match change {
            Change::Key => {
                self.state.key += 1;
                Touched::Key(id())
            }
            Change::User => {
                self.state.user += 1;
                Touched::User(Uid(1))
            }
            Change::Policy => {
                self.state.policy += 1;
                Touched::Policy(PolicyId(1))
            }
            Change::Group => {
                self.state.group += 1;
                Touched::Group(GroupId(1))
            }
            Change::Account => {
                self.state.account += 1;
                Touched::Account(Uin(1))
            }
            Change::Elsewhere => Touched::User(Uid(2)),
        };
        self.number += self.stride;
        self.log.push((self.number, touched));
    }

    /// As `store::authority::news` asks.
    fn news(&self, since: i64, standing: i64) -> News {
        let linked = self.log.iter().any(|(number, _)| *number == since);
        let newer: Vec<_> = self.log.iter().filter(|(number, _)| *number > since).collect();
        let last = newer.last().map_or(since, |(number, _)| *number);
        if standing == since {
            return News { since, until: standing, touched: Some(Vec::new()) };
        }
        if !linked || last < standing {
            return News { since, until: standing, touched: None };
        }
        let touched = newer.into_iter().map(|(_, thing)| thing.clone()).collect();
        News { since, until: last, touched: Some(touched) }
    }
}

fn id() -> SecretId {
    SecretId::parse(&format!("AKID{}", "a".repeat(32))).unwrap()
}

fn grounds() -> Grounds {
    Grounds { user: Uid(1), account: Uin(1), policies: vec![PolicyId(1)], groups: vec![GroupId(1)] }
}

/// How far a call is.
#[derive(Clone, Debug)]
enum Call {
    New,
    /// It began when the database was in that state, as of the memory's number.
    Began {
        floor: State,
        since: i64,
    },
    Stood {
        floor: State,
        since: i64,
        standing: i64,
    },
    Told {
        floor: State,
        news: News,
    },
    Looked {
        floor: State,
        number: i64,
    },
    Read {
        floor: State,
        number: i64,
        read: State,
    },
    Done,
}

#[derive(Clone)]
struct World {
    database: Database,
    memory: Follower<State>,
    calls: [Call; 2],
    changes: Vec<Change>,
    is_pruned: bool,
}

fn is_as_new(used: State, floor: State) -> bool {
    used.key >= floor.key
        && used.user >= floor.user
        && used.policy >= floor.policy
        && used.group >= floor.group
        && used.account >= floor.account
}

impl World {
    fn step(&mut self, which: usize) {
        let Self { database, memory, calls, .. } = self;
        calls[which] = match calls[which].clone() {
            Call::New => Call::Began { floor: database.state, since: memory.number() },
            Call::Began { floor, since } => Call::Stood { floor, since, standing: database.number },
            Call::Stood { floor, since, standing } => {
                Call::Told { floor, news: database.news(since, standing) }
            }
            Call::Told { floor, news } => {
                memory.follow(&news);
                match memory.find(&id(), news.until) {
                    Memory::Holds(Some(used)) => {
                        assert!(is_as_new(*used, floor), "{used:?} from memory, after {floor:?}");
                        Call::Done
                    }
                    Memory::Holds(None) => panic!("the key is there"),
                    Memory::Lacks(number) => Call::Looked { floor, number },
                }
            }
            Call::Looked { floor, number } => Call::Read { floor, number, read: database.state },
            Call::Read { floor, number, read } => {
                assert!(is_as_new(read, floor));
                memory.keep(id(), number, Some((Arc::new(read), grounds())));
                Call::Done
            }
            Call::Done => Call::Done,
        };
    }

    /// One call by itself, after everything.
    fn call(&mut self) {
        self.calls[0] = Call::New;
        while !matches!(self.calls[0], Call::Done) {
            self.step(0);
        }
    }

    /// Goes on in every way that was not gone before.
    fn explore(self, seen: &mut HashSet<String>) {
        let remembered = self.memory.known.find(&id());
        let here = format!(
            "{:?}{:?}",
            (&self.calls, &self.changes, self.is_pruned, &self.database),
            (self.memory.number(), remembered)
        );
        if !seen.insert(here) {
            return;
        }
        let mut is_end = true;
        for which in (0..2).filter(|which| !matches!(self.calls[*which], Call::Done)) {
            let mut next = self.clone();
            next.step(which);
            next.explore(seen);
            is_end = false;
        }
        if let Some((change, rest)) = self.changes.split_first() {
            let mut next = Self { changes: rest.to_vec(), ..self.clone() };
            next.database.change(*change);
            next.explore(seen);
            is_end = false;
        }
        if !self.is_pruned {
            let mut next = Self { is_pruned: true, ..self.clone() };
            let newest = next.database.number;
            next.database.log.retain(|(number, _)| *number == newest);
            next.explore(seen);
            is_end = false;
        }
        if is_end {
            let mut last = self;
            last.call();
            last.call();
        }
    }

    /// With a key in memory, and whatever is still to be changed.
    fn new(changes: &[Change]) -> Self {
        let mut world = Self {
            database: Database::new(),
            memory: Follower::default(),
            calls: [Call::New, Call::New],
            changes: changes.to_vec(),
            is_pruned: false,
        };
        world.call();
        world.calls[0] = Call::New;
        world
    }
}

#[test]
fn no_order_of_calls_and_changes_lets_a_call_be_decided_on_what_was_before_it() {
    let mut seen = HashSet::new();
    for first in CHANGES {
        for second in CHANGES {
            World::new(&[first, second]).explore(&mut seen);
        }
    }
    assert!(seen.len() > 3_000, "only {} states", seen.len());
}

#[test]
fn a_database_that_was_brought_back_is_told_from_the_one_that_was_followed() {
    for changes_since in 0..4 {
        let mut world = World::new(&[]);
        let copy = world.database.clone();
        world.database.change(Change::Key);
        world.call();

        world.database = Database { stride: 3, ..copy };
        for _ in 0..changes_since {
            world.database.change(Change::Elsewhere);
        }
        world.call();

        let remembered = world.memory.known.find(&id()).map(|state| state.key);
        assert_eq!(remembered, Some(0), "after {changes_since} changes");
    }
}
