//! Who hashes next: few at once, known people first, strangers by network and in turn.

use super::PasswordsError;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long somebody waits for a turn before being told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many wait in each lane, and how many of them from one network or for one person.
const MOST_WAITING: usize = 1024;
const MOST_OF_ONE: usize = 64;

/// Who wants a turn. Whoever shares a name shares turns.
#[derive(Clone, Debug)]
pub enum Guest {
    /// Somebody signed in, or at a browser that signed in before: comes before all strangers.
    Known(String),
    /// Anybody else, by the network.
    Stranger(String),
}

/// A turn: given back when it is dropped.
pub struct Turn {
    turns: Turns,
    is_known: bool,
}

/// The turns there are, and who waits for one; clones share them.
#[derive(Clone)]
pub struct Turns(Arc<Mutex<State>>);

struct State {
    free: usize,
    /// Turns that strangers may have at once, fewer than there are where there are several.
    for_strangers: usize,
    known: Lane,
    strangers: Lane,
    /// Who of the known had the last turn: not twice in a row while a stranger waits.
    served: Option<String>,
    last: u64,
}

/// Those who wait, one queue for each name; the names take turns.
#[derive(Default)]
struct Lane {
    names: VecDeque<String>,
    waiting: HashMap<String, VecDeque<Waiter>>,
    count: usize,
}

struct Waiter {
    number: u64,
    tell: oneshot::Sender<Turn>,
}

/// A place in a lane, left when whoever waits goes away.
struct Place {
    turns: Turns,
    guest: Guest,
    number: u64,
}

impl Turns {
    /// With so many turns at once.
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: most,
            for_strangers: (most / 2).max(1),
            known: Lane::default(),
            strangers: Lane::default(),
            served: None,
            last: 0,
        })))
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        let state = self.state();
        state.known.count + state.strangers.count
    }

    /// Waits for a turn, two seconds at most.
    pub async fn take(&self, guest: &Guest) -> Result<Turn, PasswordsError> {
        let (place, told) = self.join(guest)?;
        self.serve();
        let turn = tokio::time::timeout(PATIENCE, told).await;
        drop(place);
        match turn {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(PasswordsError::Busy),
        }
    }

    fn join(&self, guest: &Guest) -> Result<(Place, oneshot::Receiver<Turn>), PasswordsError> {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        let (tell, told) = oneshot::channel();
        if !state.lane(guest).push(guest.name(), Waiter { number, tell }) {
            return Err(PasswordsError::Busy);
        }
        Ok((Place { turns: self.clone(), guest: guest.clone(), number }, told))
    }

    /// Hands out what is free. A turn that nobody takes any more comes back by itself.
    fn serve(&self) {
        while let Some((waiter, is_known)) = self.next() {
            // Handed over outside of the lock: a turn that is dropped takes it.
            drop(waiter.tell.send(Turn { turns: self.clone(), is_known }));
        }
    }

    fn next(&self) -> Option<(Waiter, bool)> {
        let mut state = self.state();
        if state.free == 0 {
            return None;
        }
        let stranger_may = state.for_strangers > 0 && state.strangers.count > 0;
        let again = state.known.names.front() == state.served.as_ref();
        let is_known = state.known.count > 0 && !(again && stranger_may);
        let waiter = if is_known {
            state.served = state.known.names.front().cloned();
            state.known.pop()?
        } else if stranger_may {
            state.served = None;
            state.for_strangers -= 1;
            state.strangers.pop()?
        } else {
            return None;
        };
        state.free -= 1;
        Some((waiter, is_known))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn lane(&mut self, guest: &Guest) -> &mut Lane {
        match guest {
            Guest::Known(_) => &mut self.known,
            Guest::Stranger(_) => &mut self.strangers,
        }
    }
}

impl Guest {
    fn name(&self) -> &str {
        match self {
            Self::Known(name) | Self::Stranger(name) => name,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.free += 1;
        if !self.is_known {
            state.for_strangers += 1;
        }
        drop(state);
        self.turns.serve();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turns.state().lane(&self.guest).remove(self.guest.name(), self.number);
    }
}

impl Lane {
    /// `false` where too many wait.
    fn push(&mut self, name: &str, waiter: Waiter) -> bool {
        let of_one = self.waiting.get(name).map_or(0, VecDeque::len);
        if self.count >= MOST_WAITING || of_one >= MOST_OF_ONE {
            return false;
        }
        if of_one == 0 {
            self.names.push_back(name.to_owned());
        }
        self.waiting.entry(name.to_owned()).or_default().push_back(waiter);
        self.count += 1;
        true
    }

    /// The longest waiting of the name whose turn it is; that name comes last then.
    fn pop(&mut self) -> Option<Waiter> {
        let name = self.names.pop_front()?;
        let waiting = self.waiting.get_mut(&name)?;
        let waiter = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&name);
        } else {
            self.names.push_back(name);
        }
        self.count -= usize::from(waiter.is_some());
        waiter
    }

    fn remove(&mut self, name: &str, number: u64) {
        let Some(waiting) = self.waiting.get_mut(name) else { return };
        let before = waiting.len();
        waiting.retain(|waiter| waiter.number != number);
        self.count -= before - waiting.len();
        if waiting.is_empty() {
            self.waiting.remove(name);
            self.names.retain(|known| known != name);
        }
    }
}
