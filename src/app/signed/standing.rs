//! Whether what this node remembers is still so: one question to the database for all calls that wait at that moment.
//!
//! A call may use what is remembered only if the database, asked after the call came, still stands where it stood when
//! that was read. So a commit counts from the moment it is made, on every node, whoever made it.

use crate::app::{App, Failure};
use crate::domain::authority::News;
use crate::store::replays::{self, SignedChange};
use crate::store::sequences::Standing;
use crate::store::{Line, Store, StoreError, authority};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
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
    /// Another one takes its place when no answer comes over it.
    line: Mutex<Arc<Turn<Line>>>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<oneshot::Sender<Answer>>,
    is_asked_for: bool,
}

impl Watch {
    pub fn new(store: &Store) -> Self {
        let slot = |_| Slot { queue: Mutex::default(), line: Mutex::new(Arc::new(Turn::new(store.line()))) };
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

    fn current(&self) -> MutexGuard<'_, Arc<Turn<Line>>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a silent line to itself, unless somebody else has already.
    fn renew(&self, silent: &Arc<Turn<Line>>, store: &Store) {
        let mut line = self.current();
        if Arc::ptr_eq(&line, silent) {
            *line = Arc::new(Turn::new(store.line()));
        }
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

/// How far the database is, asked no earlier than now.
pub(in crate::app) async fn standing(app: &App) -> Result<Standing, Failure> {
    let slot = app.watch.slot().ok_or_else(unanswered)?;
    let (sender, receiver) = oneshot::channel();
    if let Some(pending) = slot.join(sender) {
        tokio::spawn(answer(app.clone(), pending, Arc::clone(slot)));
    }
    let answer = receiver.await.map_err(|_| unanswered())?;
    Ok(answer.map_err(|cause| StoreError::Unavailable(cause.to_string()))?)
}

fn learn(app: &App, told: Told) -> Standing {
    let Told { standing, news, used } = told;
    app.signers.follow(&news);
    app.gateways.follow(&news);
    app.memory.learn(used, standing.replay);
    standing
}

/// Asks once for everybody who queues up until the question is put.
async fn answer(app: App, mut pending: Pending, slot: Arc<Slot>) {
    let line = Arc::clone(&*slot.current());
    let asked = tokio::time::timeout(PATIENCE, async {
        let held = Arc::clone(&line).lock_owned().await;
        let everybody = pending.everybody();
        let begun = Instant::now();
        let told = ask(&app, held).await;
        app.metrics.standing.note(begun.elapsed());
        (everybody, told)
    });
    let Ok((everybody, asked)) = asked.await else {
        // Who still waits is gone with the question.
        slot.renew(&line, &app.store);
        return;
    };
    let answer = asked.map(|told| learn(&app, told)).map_err(|error| Arc::from(error.to_string()));
    for sender in everybody {
        let _ = sender.send(Answer::clone(&answer));
    }
}

/// What the database says.
struct Told {
    standing: Standing,
    news: News,
    used: Vec<SignedChange>,
}

async fn ask(app: &App, mut line: OwnedMutexGuard<Line>) -> Result<Told, StoreError> {
    // What is known is looked at before the question is put: answers overtake each other.
    let (known, since, now) = (app.signers.number(), app.memory.newest(), app.clock.now());
    let mut put = move || {
        let (standing, news, used) = line.ask(|conn| {
            let (standing, news) = authority::news(conn, known)?;
            let is_behind = standing.replay != since;
            let used = if is_behind { replays::after(conn, since, now)? } else { Vec::new() };
            Ok((standing, news, used))
        })?;
        // Nothing that was read over an earlier connection is believed any more.
        let is_other = line.is_new();
        let news = if is_other { News::of_another_database(standing.authority) } else { news };
        Ok(Told { standing, news, used })
    };
    if app.store.is_sqlite() {
        // An indexed read that never waits for writers, and cheaper than a change of threads.
        return put();
    }
    app.store.on_line(put).await
}

fn unanswered() -> StoreError {
    StoreError::Unavailable("the database does not answer".to_owned())
}
