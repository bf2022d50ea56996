//! Writers of SQLite take turns in the order in which they came: its own waiting is unfair.

use super::StoreError;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Queue {
    next: u64,
    waiting: VecDeque<(u64, Thread)>,
}

/// Who may write.
#[derive(Default)]
pub struct Turns(Mutex<Queue>);

/// The right to write, until it is dropped.
pub struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Turns {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its turn.
    pub fn take(&self) -> Result<Turn<'_>, StoreError> {
        let end = Instant::now() + PATIENCE;
        let mut queue = self.queue();
        let number = queue.next;
        queue.next += 1;
        queue.waiting.push_back((number, std::thread::current()));
        // Leaves the queue also when there is no turn to be had.
        let turn = Turn { turns: self, number };
        while queue.waiting.front().is_some_and(|(first, _)| *first != number) {
            drop(queue);
            let now = Instant::now();
            if now >= end {
                return Err(StoreError::Unavailable("other changes take too long".to_owned()));
            }
            std::thread::park_timeout(end - now);
            queue = self.queue();
        }
        drop(queue);
        Ok(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.turns.queue();
        queue.waiting.retain(|(number, _)| *number != self.number);
        if let Some((_, next)) = queue.waiting.front() {
            next.unpark();
        }
    }
}
