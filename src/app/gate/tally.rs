//! What the gate has said, counted in memory and written down in batches: never a write of its own for a verdict.

use crate::app::{App, Failure};
use crate::domain::gate::refused::{KEPT_REFUSALS, RefusedRequest};
use crate::domain::span::HOUR;
use crate::store::{Conn, StoreError, gate_tokens, service_refusals, services};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Services whose refused requests wait to be written down; those of further ones are counted alone.
const MOST_SERVICES: usize = 256;

/// Verdicts that were given and are not written down yet.
#[derive(Default)]
pub struct Tally {
    counts: Mutex<Counts>,
    /// Held by whoever writes down.
    pen: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Counts {
    /// By service and hour, in the order in which every node locks the rows.
    hours: BTreeMap<(i64, i64), Verdicts>,
    /// When gate tokens asked last.
    tokens: BTreeMap<i64, i64>,
    /// The newest refused requests of each service, oldest first.
    refused: BTreeMap<i64, VecDeque<RefusedRequest>>,
}

#[derive(Clone, Copy, Default)]
struct Verdicts {
    allowed: i64,
    refused: i64,
}

/// A verdict, as it is counted.
pub(in crate::app) struct Counted {
    pub token: i64,
    pub service: Option<i64>,
    pub at: i64,
    /// Of a request that may not go on.
    pub refused: Option<RefusedRequest>,
}

impl Counts {
    fn keep_refused(&mut self, service: i64, refused: RefusedRequest) {
        if self.refused.len() >= MOST_SERVICES && !self.refused.contains_key(&service) {
            return;
        }
        let kept = self.refused.entry(service).or_default();
        if kept.len() >= KEPT_REFUSALS {
            kept.pop_front();
        }
        kept.push_back(refused);
    }
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a verdict about a service, or one that came before a service was known.
    pub(in crate::app) fn count(&self, told: Counted) {
        let mut counts = self.counts();
        counts.tokens.insert(told.token, told.at);
        let Some(service) = told.service else { return };
        let verdicts = counts.hours.entry((service, told.at - told.at.rem_euclid(HOUR))).or_default();
        match told.refused {
            None => verdicts.allowed += 1,
            Some(refused) => {
                verdicts.refused += 1;
                counts.keep_refused(service, refused);
            }
        }
    }

    fn put_back(&self, counts: &Counts) {
        let mut newer = self.counts();
        for (key, verdicts) in &counts.hours {
            let sum = newer.hours.entry(*key).or_default();
            sum.allowed += verdicts.allowed;
            sum.refused += verdicts.refused;
        }
        for (token, at) in &counts.tokens {
            newer.tokens.entry(*token).or_insert(*at);
        }
        for (service, older) in &counts.refused {
            let kept = newer.refused.entry(*service).or_default();
            let room = KEPT_REFUSALS.saturating_sub(kept.len());
            for one in older.iter().rev().take(room) {
                kept.push_front(one.clone());
            }
        }
    }
}

/// Writes down what was counted. What cannot be written stays counted.
///
/// Whoever asks may go away meanwhile: what was begun is finished, and the next one waits for it.
pub async fn flush(app: &App) -> Result<(), Failure> {
    let app = app.clone();
    let flush = tokio::spawn(async move {
        let _pen = app.tally.pen.lock().await;
        write_counts(&app).await
    });
    let ended = flush.await;
    ended.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

async fn write_counts(app: &App) -> Result<(), Failure> {
    let counts = Arc::new(std::mem::take(&mut *app.tally.counts()));
    if counts.tokens.is_empty() {
        return Ok(());
    }
    let lent = Arc::clone(&counts);
    app.store.write_again(move |conn| write(conn, &lent)).await.map_err(|error: StoreError| {
        app.tally.put_back(&counts);
        error.into()
    })
}

fn write(conn: &mut Conn, counts: &Counts) -> Result<(), StoreError> {
    for ((service, hour), verdicts) in &counts.hours {
        let counted = services::Hour {
            service: *service,
            hour: *hour,
            allowed: verdicts.allowed,
            refused: verdicts.refused,
        };
        services::count(conn, &counted)?;
    }
    for (service, refused) in &counts.refused {
        service_refusals::put(conn, *service, refused)?;
    }
    counts.tokens.iter().try_for_each(|(token, at)| gate_tokens::note_use(conn, *token, *at))
}
