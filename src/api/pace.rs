//! How fast calls of an identity are carried out on this node: what comes faster waits its turn.
//!
//! One second's worth may come at once; after that calls go at the rate, in the order in which they came. A wait takes no
//! thread. Who goes away leaves the queue. Of one identity a few calls are carried out at a time: a crowd of them must not
//! take the database and the processor from everybody else.

use crate::config::ApiConfig;
use crate::domain::user::Uid;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(2);
/// How long a waiting call sleeps at most before it looks whether others have left the queue.
const LOOK: Duration = Duration::from_millis(100);
/// Calls that wait on this node.
const MOST_WAITING: usize = 1_000;
/// What the bodies of waiting calls may take in memory.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Calls of one identity that are carried out at the same time.
const AT_ONCE: usize = 2;
/// Lanes that are kept; beyond that, those that are at rest are forgotten. What is left may double before they are looked at again, so
/// that a call of many identities does not look at all of them.
const MOST_LANES: usize = 10_000;

/// One identity and one of its actions.
pub type Name = (Uid, &'static str);

/// The rates, and who waits.
#[derive(Clone)]
pub struct Pace {
    reads: u32,
    changes: u32,
    lanes: Arc<Mutex<Lanes>>,
}

#[derive(Default)]
struct Lanes {
    by_name: HashMap<Name, Lane>,
    at_work: HashMap<Uid, Arc<Semaphore>>,
    /// How many lanes, and how many identities at work, were left when those at rest were forgotten last.
    left: [usize; 2],
    waiting: usize,
    bytes: usize,
    next_ticket: u64,
}

/// What an identity may still do of one action.
struct Lane {
    rate: f64,
    tokens: f64,
    counted_at: Instant,
    queue: VecDeque<u64>,
}

/// A call's place in the queue; given back when the call goes on or goes away.
struct Ticket {
    lanes: Arc<Mutex<Lanes>>,
    name: Name,
    number: u64,
    bytes: usize,
}

/// A call that waits for others of its identity to end; given back when it goes on or goes away.
struct Seat {
    lanes: Arc<Mutex<Lanes>>,
    bytes: usize,
}

/// A call, as far as its turn is concerned.
pub struct Waiting<'a> {
    pub name: Name,
    pub is_change: bool,
    /// What its body holds in memory meanwhile.
    pub bytes: usize,
    /// Whether nobody waits for the answer any more.
    pub is_left: &'a dyn Fn() -> bool,
}

/// A call whose turn it is; others of its identity may wait until this is dropped.
pub struct Turn {
    pub has_waited: bool,
    _place: OwnedSemaphorePermit,
}

/// More came than may wait, or who waited has gone.
#[derive(Clone, Copy, Debug)]
pub struct TooMany {
    pub per_second: u32,
}

/// What the first look at a lane comes to.
enum Look {
    Now,
    Wait(Ticket, Duration),
}

impl Pace {
    pub fn new(config: &ApiConfig) -> Self {
        Self { reads: config.reads_per_second, changes: config.changes_per_second, lanes: Arc::default() }
    }

    /// How many calls wait.
    pub fn waiting(&self) -> usize {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).waiting
    }

    /// Returns when it is the call's turn.
    pub async fn wait(&self, call: Waiting<'_>) -> Result<Turn, TooMany> {
        let per_second = if call.is_change { self.changes } else { self.reads };
        let latest = Instant::now() + LONGEST;
        let had_to_queue = self.wait_for_rate(&call, per_second, latest).await?;
        let places = self.places(call.name.0);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return Ok(Turn { has_waited: had_to_queue, _place: place });
        }
        let _seat = self.seat(call.bytes).ok_or(TooMany { per_second })?;
        match tokio::time::timeout_at(latest, places.acquire_owned()).await {
            Ok(Ok(place)) if !(call.is_left)() => Ok(Turn { has_waited: true, _place: place }),
            _ => Err(TooMany { per_second }),
        }
    }

    async fn wait_for_rate(
        &self,
        call: &Waiting<'_>,
        per_second: u32,
        latest: Instant,
    ) -> Result<bool, TooMany> {
        let Look::Wait(ticket, mut sleep) = self.join(call.name, per_second, call.bytes)? else {
            return Ok(false);
        };
        loop {
            tokio::time::sleep(sleep.min(LOOK)).await;
            if Instant::now() > latest || (call.is_left)() {
                return Err(TooMany { per_second });
            }
            match ticket.look() {
                None => return Ok(true),
                Some(left) => sleep = left,
            }
        }
    }

    /// Counts a call among those that wait, if there is room.
    fn seat(&self, bytes: usize) -> Option<Seat> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.waiting >= MOST_WAITING || lanes.bytes + bytes > MOST_BYTES {
            return None;
        }
        lanes.waiting += 1;
        lanes.bytes += bytes;
        Some(Seat { lanes: Arc::clone(&self.lanes), bytes })
    }

    /// Where calls of an identity find out how many of them are at work.
    fn places(&self, uid: Uid) -> Arc<Semaphore> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let [others, left] = lanes.left;
        if lanes.at_work.len() >= MOST_LANES.max(left * 2) {
            lanes.at_work.retain(|_, places| Arc::strong_count(places) > 1);
            lanes.left = [others, lanes.at_work.len()];
        }
        Arc::clone(lanes.at_work.entry(uid).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }

    fn join(&self, name: Name, per_second: u32, bytes: usize) -> Result<Look, TooMany> {
        let mut guard = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = &mut *guard;
        let now = Instant::now();
        let [left, others] = lanes.left;
        if lanes.by_name.len() >= MOST_LANES.max(left * 2) {
            lanes.by_name.retain(|_, lane| !lane.is_at_rest(now));
            lanes.left = [lanes.by_name.len(), others];
        }
        let lane = lanes.by_name.entry(name).or_insert_with(|| Lane::new(per_second, now));
        if lane.queue.is_empty() && lane.take(now) {
            return Ok(Look::Now);
        }
        let is_full = lane.queue.len() >= per_second as usize || lane.sleep(lane.queue.len()) > LONGEST;
        if is_full || lanes.waiting >= MOST_WAITING || lanes.bytes + bytes > MOST_BYTES {
            return Err(TooMany { per_second });
        }
        let number = lanes.next_ticket;
        let sleep = lane.sleep(lane.queue.len());
        lane.queue.push_back(number);
        lanes.next_ticket += 1;
        lanes.waiting += 1;
        lanes.bytes += bytes;
        Ok(Look::Wait(Ticket { lanes: Arc::clone(&self.lanes), name, number, bytes }, sleep))
    }
}

impl Lane {
    fn new(per_second: u32, now: Instant) -> Self {
        let rate = f64::from(per_second);
        Self { rate, tokens: rate, counted_at: now, queue: VecDeque::new() }
    }

    fn count(&mut self, now: Instant) {
        let passed = now.duration_since(self.counted_at).as_secs_f64();
        self.tokens = self.rate.min(self.tokens + passed * self.rate);
        self.counted_at = now;
    }

    fn take(&mut self, now: Instant) -> bool {
        self.count(now);
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }

    /// How long the call waits that has so many before it.
    fn sleep(&self, before: usize) -> Duration {
        let place = u32::try_from(before).map_or(f64::MAX, f64::from) + 1.0;
        let seconds = ((place - self.tokens) / self.rate).clamp(0.0, 3600.0);
        Duration::from_secs_f64(seconds)
    }

    fn is_at_rest(&self, now: Instant) -> bool {
        self.queue.is_empty() && now.duration_since(self.counted_at) > Duration::from_secs(1)
    }
}

impl Ticket {
    /// Takes the call's turn if it has come; else how long it will take.
    fn look(&self) -> Option<Duration> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.by_name.get_mut(&self.name)?;
        lane.count(Instant::now());
        let before = lane.queue.iter().take_while(|number| **number < self.number).count();
        if before == 0 && lane.take(Instant::now()) {
            return None;
        }
        Some(lane.sleep(before))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.waiting = lanes.waiting.saturating_sub(1);
        lanes.bytes = lanes.bytes.saturating_sub(self.bytes);
        if let Some(lane) = lanes.by_name.get_mut(&self.name) {
            lane.queue.retain(|number| *number != self.number);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.waiting = lanes.waiting.saturating_sub(1);
        lanes.bytes = lanes.bytes.saturating_sub(self.bytes);
    }
}
