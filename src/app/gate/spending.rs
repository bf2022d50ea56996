//! Keeps the signatures that writes use up: all that wait at a moment in one transaction, so that many share one commit.

use crate::app::caller::once::{Once, record_all};
use crate::app::{App, Failure};
use crate::store::{Conn, StoreError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Signatures in one statement.
const MOST: usize = 500;

/// Signatures that wait to be kept.
#[derive(Default)]
pub struct Spending {
    waiting: Mutex<Vec<Waiting>>,
    /// Held by whoever writes: meanwhile the next ones gather.
    pen: tokio::sync::Mutex<()>,
}

struct Waiting {
    once: Once,
    answer: oneshot::Sender<Result<(), Failure>>,
}

impl Spending {
    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues up; the first in the queue has to see to it that somebody writes.
    fn join(self: &Arc<Self>, waiting: Waiting) -> Option<Pending> {
        let mut queue = self.waiting();
        queue.push(waiting);
        (queue.len() == 1).then(|| Pending(Some(Arc::clone(self))))
    }
}

/// The promise that somebody will write. When it is dropped unkept, nobody waits for it for ever.
struct Pending(Option<Arc<Spending>>);

impl Pending {
    fn everybody(&mut self) -> Vec<Waiting> {
        self.0.take().map(|spending| std::mem::take(&mut *spending.waiting())).unwrap_or_default()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        drop(self.everybody());
    }
}

/// Uses a signature up; it is good once it is committed, and what was begun is finished even when nobody waits for it.
pub(in crate::app) async fn spend(app: &App, once: Once) -> Result<(), Failure> {
    let (answer, receiver) = oneshot::channel();
    if let Some(pending) = app.spending.join(Waiting { once, answer }) {
        tokio::spawn(write(app.clone(), pending));
    }
    receiver.await.map_err(|_| StoreError::Unavailable("the signature was not kept".to_owned()))?
}

async fn write(app: App, mut pending: Pending) {
    let _pen = app.spending.pen.lock().await;
    let (all, answers): (Vec<_>, Vec<_>) =
        pending.everybody().into_iter().map(|one| (one.once, one.answer)).unzip();
    let record = move |conn: &mut Conn| {
        let parts: Result<Vec<_>, _> = all.chunks(MOST).map(|part| record_all(conn, part)).collect();
        Ok(parts?.concat())
    };
    let outcome: Result<_, StoreError> = app.store.write(record).await;
    match outcome {
        Ok(judged) => {
            for (answer, judged) in answers.into_iter().zip(judged) {
                let _ = answer.send(judged.map_err(Failure::Replayed));
            }
        }
        Err(error) => {
            let cause = error.to_string();
            for answer in answers {
                let _ = answer.send(Err(StoreError::Unavailable(cause.clone()).into()));
            }
        }
    }
}
