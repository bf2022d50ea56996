//! Whether what this node remembers is still so: one question to the database for all calls that wait at that moment.
//!
//! A call may use what is remembered only if the database, asked after the call came, still stands where it stood when
//! that was read. So a commit counts from the moment it is made, on every node, whoever made it.

use super::{App, Failure};
use crate::store::replays::{self, SignedChange};
use crate::store::sequences::{self, Standing};
use crate::store::{Line, Store, StoreError};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, oneshot};

/// How long a call waits for the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Workers that can ask at once; each mostly has a slot of its own.
const SLOTS: u64 = 16;

type Answer = Result<Standing, Arc<str>>;

/// Those who wait, by worker.
pub struct Watch(Vec<Arc<Slot>>);

struct Slot {
    queue: Mutex<Queue>,
    line: Arc<Turn<Line>>,
    /// Where a question that takes time is put: a thread of its own, since the blocking threads may all wait for a lock.
    desk: OnceLock<mpsc::Sender<Question>>,
}

type Question = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    waiting: Vec<oneshot::Sender<Answer>>,
    is_asked_for: bool,
}

impl Watch {
    pub fn new(store: &Store) -> Self {
        let slot = |_| Slot {
            queue: Mutex::default(),
            line: Arc::new(Turn::new(store.line())),
            desk: OnceLock::new(),
        };
        Self((0..SLOTS).map(slot).map(Arc::new).collect())
    }

    fn slot(&self) -> Option<&Arc<Slot>> {
        let mut hash = DefaultHasher::new();
        std::thread::current().id().hash(&mut hash);
        self.0.get(usize::try_from(hash.finish() % SLOTS).unwrap_or_default())
    }
}

impl Slot {
    /// Queues up; the first in the queue has to see to it that somebody asks.
    fn join(self: &Arc<Self>, sender: oneshot::Sender<Answer>) -> Option<Pending> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.push(sender);
        let is_first = !std::mem::replace(&mut queue.is_asked_for, true);
        is_first.then(|| Pending(Some(Arc::clone(self))))
    }

    fn leave(&self) -> Vec<oneshot::Sender<Answer>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.is_asked_for = false;
        std::mem::take(&mut queue.waiting)
    }

    /// Has a question put by the slot's own thread.
    fn hand_over(&self, question: Question) {
        let desk = self.desk.get_or_init(|| {
            let (desk, questions) = mpsc::channel::<Question>();
            std::thread::spawn(move || {
                for question in questions {
                    // A panic costs this one answer, not the thread.
                    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(question));
                }
            });
            desk
        });
        // Without a thread the question is dropped, and who waits for it hears that there is no answer.
        let _ = desk.send(question);
    }
}

/// The promise that somebody will ask. When it is dropped unasked, nobody waits for it for ever.
struct Pending(Option<Arc<Slot>>);

impl Pending {
    fn everybody(&mut self) -> Vec<oneshot::Sender<Answer>> {
        self.0.take().map(|slot| slot.leave()).unwrap_or_default()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        drop(self.everybody());
    }
}

impl App {
    /// How far the database is, asked no earlier than now.
    pub(super) async fn standing(&self) -> Result<Standing, Failure> {
        let slot = self.watch.slot().ok_or_else(unanswered)?;
        let (sender, receiver) = oneshot::channel();
        if let Some(pending) = slot.join(sender) {
            tokio::spawn(answer(self.clone(), pending, Arc::clone(slot)));
        }
        let answer = receiver.await.map_err(|_| unanswered())?;
        Ok(answer.map_err(|cause| StoreError::Unavailable(cause.to_string()))?)
    }

    fn learn(&self, news: News) -> Standing {
        let News { standing, used, is_first } = news;
        if is_first {
            self.signers.forget();
        }
        self.memory.learn(used, standing.replay);
        standing
    }
}

/// Asks once for everybody who queues up until the question is put.
async fn answer(app: App, mut pending: Pending, slot: Arc<Slot>) {
    let asked = tokio::time::timeout(PATIENCE, async {
        let line = Arc::clone(&slot.line).lock_owned().await;
        let everybody = pending.everybody();
        (everybody, ask(&app, &slot, line).await)
    });
    // Who still waits when it takes too long, or is gone by now, needs no answer.
    let Ok((everybody, asked)) = asked.await else { return };
    let answer = asked.map(|news| app.learn(news)).map_err(|error| Arc::from(error.to_string()));
    for sender in everybody {
        let _ = sender.send(Answer::clone(&answer));
    }
}

/// What the database says.
struct News {
    standing: Standing,
    used: Vec<SignedChange>,
    /// Nothing that was read over an earlier connection is believed any more.
    is_first: bool,
}

async fn ask(app: &App, slot: &Slot, mut line: OwnedMutexGuard<Line>) -> Result<News, StoreError> {
    let (since, now) = (app.memory.newest(), app.clock.now());
    let mut put = move || {
        let (standing, used) = line.ask(|conn| {
            let standing = sequences::standing(conn)?;
            let is_behind = standing.replay != since;
            Ok((standing, if is_behind { replays::after(conn, since, now)? } else { Vec::new() }))
        })?;
        Ok(News { standing, used, is_first: line.is_new() })
    };
    if app.store.is_sqlite() {
        // An indexed read that never waits for writers, and cheaper than a change of threads.
        return put();
    }
    let (sender, receiver) = oneshot::channel();
    slot.hand_over(Box::new(move || {
        let _ = sender.send(put());
    }));
    receiver.await.unwrap_or_else(|_| Err(unanswered()))
}

fn unanswered() -> StoreError {
    StoreError::Unavailable("the database does not answer".to_owned())
}
