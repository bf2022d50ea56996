//! What the gate has said, counted in memory and written down in batches: never a write of its own for a verdict.

use crate::app::{App, Failure};
use crate::store::{StoreError, gate_tokens, services};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

const HOUR: i64 = 3_600;

/// Verdicts that were given and are not written down yet.
#[derive(Default)]
pub struct Tally(Mutex<Counts>);

#[derive(Clone, Default)]
struct Counts {
    /// By service and hour, in the order in which every node locks the rows.
    hours: BTreeMap<(i64, i64), Verdicts>,
    /// When gate tokens asked last.
    tokens: BTreeMap<i64, i64>,
}

#[derive(Clone, Copy, Default)]
struct Verdicts {
    allowed: i64,
    refused: i64,
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a verdict about a service, or one that came before a service was known.
    pub(in crate::app) fn count(&self, told: &Told) {
        let mut counts = self.counts();
        counts.tokens.insert(told.token, told.at);
        let Some(service) = told.service else { return };
        let verdicts = counts.hours.entry((service, told.at - told.at.rem_euclid(HOUR))).or_default();
        if told.is_allowed {
            verdicts.allowed += 1;
        } else {
            verdicts.refused += 1;
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
    }
}

/// A verdict, as it is counted.
pub(in crate::app) struct Told {
    pub token: i64,
    pub service: Option<i64>,
    pub at: i64,
    pub is_allowed: bool,
}

/// Writes down what was counted. What cannot be written stays counted.
pub async fn flush(app: &App) -> Result<(), Failure> {
    let counts = std::mem::take(&mut *app.tally.counts());
    if counts.tokens.is_empty() {
        return Ok(());
    }
    let lent = counts.clone();
    let write = move |conn: &mut _| -> Result<(), StoreError> {
        for ((service, hour), verdicts) in &lent.hours {
            let counted = services::Hour {
                service: *service,
                hour: *hour,
                allowed: verdicts.allowed,
                refused: verdicts.refused,
            };
            services::count(conn, &counted)?;
        }
        lent.tokens.iter().try_for_each(|(token, at)| gate_tokens::note_use(conn, *token, *at))
    };
    app.store.write_again(write).await.map_err(|error: StoreError| {
        app.tally.put_back(&counts);
        error.into()
    })
}
