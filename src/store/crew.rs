//! Threads for work that may never end: each piece has a deadline, and a thread that is past it is replaced.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

/// How long one piece of work may take, its waiting included.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// How long a thread without work stays.
const IDLE: Duration = Duration::from_secs(10);
/// Threads that may be lost at once, for each that works.
const LOST_FOR_EACH: usize = 4;

/// How far a piece of work is.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
enum Stage {
    #[default]
    Waiting,
    Running,
    Committing,
    Done,
    /// Nobody waits for it any more.
    Left,
}

/// How far a piece of work is, for who does it and who waits for it.
#[derive(Default)]
pub struct Progress(Mutex<Stage>);

impl Progress {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, from: Stage, to: Stage) -> bool {
        let mut stage = self.stage();
        let may = *stage == from;
        if may {
            *stage = to;
        }
        may
    }

    /// Whether a change may be kept: not when its caller was told that it took too long.
    pub fn may_commit(&self) -> bool {
        self.advance(Stage::Running, Stage::Committing) || self.advance(Stage::Committing, Stage::Committing)
    }

    /// Whether somebody still counted on it.
    fn finish(&self) -> bool {
        let mut stage = self.stage();
        let was_left = *stage == Stage::Left;
        *stage = Stage::Done;
        !was_left
    }

    fn leave(&self) -> Stage {
        let mut stage = self.stage();
        if *stage == Stage::Done { Stage::Done } else { std::mem::replace(&mut stage, Stage::Left) }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missed {
    /// It never began, or will not be kept.
    Undone,
    /// It had begun to be kept.
    Committing,
}

struct Job {
    progress: Arc<Progress>,
    work: Box<dyn FnOnce() + Send>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    idle: usize,
    /// Idle threads that were called and are not awake yet; they count as working.
    called: usize,
    working: usize,
    lost: usize,
}

struct Shared {
    size: usize,
    state: Mutex<State>,
    wake: Condvar,
}

/// A bounded number of threads, made when there is work.
#[derive(Clone)]
pub struct Crew(Arc<Shared>);

/// Sees to it that the deadline holds also when nobody waits for the answer any more.
struct Watch {
    crew: Crew,
    progress: Arc<Progress>,
    deadline: Instant,
    is_over: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let (crew, progress, deadline) = (self.crew.clone(), Arc::clone(&self.progress), self.deadline);
        runtime.spawn(async move {
            sleep_until(deadline).await;
            crew.leave(&progress);
        });
    }
}

type Outcome<T> = Result<T, Box<dyn Any + Send>>;

impl Crew {
    /// At most so many threads work at once.
    pub fn new(size: usize) -> Self {
        Self(Arc::new(Shared { size: size.max(1), state: Mutex::default(), wake: Condvar::new() }))
    }

    /// Has something done, and gives up waiting for it at the deadline. A panic goes on in the caller.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Progress) -> T + Send + 'static,
    ) -> Result<T, Missed> {
        let progress = Arc::new(Progress::default());
        let (sender, receiver) = oneshot::channel::<Outcome<T>>();
        let own = Arc::clone(&progress);
        let work = move || {
            let _ = sender.send(catch_unwind(AssertUnwindSafe(|| work(&own))));
        };
        self.submit(Job { progress: Arc::clone(&progress), work: Box::new(work) })?;
        let deadline = Instant::now() + DEADLINE;
        let mut watch = Watch { crew: self.clone(), progress, deadline, is_over: false };
        let answer = timeout_at(deadline, receiver).await;
        watch.is_over = true;
        match answer {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(panic))) => resume_unwind(panic),
            Ok(Err(_)) => Err(Missed::Undone),
            Err(_) => Err(self.leave(&watch.progress)),
        }
    }

    /// How much waits for a thread.
    pub fn waiting(&self) -> usize {
        self.0.state().queue.len()
    }

    fn submit(&self, job: Job) -> Result<(), Missed> {
        let mut state = self.0.state();
        if state.lost >= self.0.size * LOST_FOR_EACH {
            return Err(Missed::Undone);
        }
        state.queue.push_back(job);
        self.0.man(&mut state);
        Ok(())
    }

    fn leave(&self, progress: &Progress) -> Missed {
        let mut state = self.0.state();
        let stage = progress.leave();
        if matches!(stage, Stage::Running | Stage::Committing) {
            state.working = state.working.saturating_sub(1);
            state.lost += 1;
            self.0.man(&mut state);
        }
        if matches!(stage, Stage::Committing | Stage::Done) { Missed::Committing } else { Missed::Undone }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that there is a thread for what waits.
    fn man(self: &Arc<Self>, state: &mut State) {
        if state.queue.is_empty() {
            return;
        }
        if state.idle > 0 {
            state.idle -= 1;
            state.called += 1;
            state.working += 1;
            self.wake.notify_one();
        } else if state.working < self.size {
            let shared = Arc::clone(self);
            let thread = std::thread::Builder::new().name("camlock-store".to_owned());
            // Without a thread the work waits for one of those that are there, until its deadline.
            if thread.spawn(move || shared.work()).is_ok() {
                state.working += 1;
            }
        }
    }

    /// The life of a thread that counts as working.
    fn work(self: Arc<Self>) {
        let mut state = self.state();
        loop {
            if let Some(job) = state.queue.pop_front() {
                drop(state);
                let is_ours = do_job(job);
                state = self.state();
                if !is_ours {
                    state.lost = state.lost.saturating_sub(1);
                    return;
                }
                continue;
            }
            state.working = state.working.saturating_sub(1);
            state.idle += 1;
            while state.called == 0 {
                let waited = self.wake.wait_timeout(state, IDLE);
                let (woken, wait) = waited.unwrap_or_else(PoisonError::into_inner);
                state = woken;
                if wait.timed_out() && state.called == 0 {
                    state.idle = state.idle.saturating_sub(1);
                    return;
                }
            }
            state.called -= 1;
        }
    }
}

/// Whether the thread was not replaced meanwhile.
fn do_job(job: Job) -> bool {
    if !job.progress.advance(Stage::Waiting, Stage::Running) {
        return true;
    }
    (job.work)();
    job.progress.finish()
}
