//! Who calls with a key: numbers of the last weeks, by service, network and client.

use crate::app::caller::Caller;
use crate::app::keys::{KeyRef, Operation, held, usage};
use crate::app::{App, Failure};
use crate::domain::key_hours::{ALLOWED, KEPT_DAYS};
use crate::domain::span::DAY;
use crate::store::key_hours::{self, Total};

/// Kinds of calls that are looked at, the most frequent ones.
const MOST: i64 = 200;

/// A kind of caller, and what came of the calls.
#[derive(Clone, Debug)]
pub struct Calling {
    pub service: String,
    pub network: String,
    pub client: String,
    pub allowed: i64,
    /// How often for each reason, by its stable name.
    pub refused: Vec<(String, i64)>,
    /// When the hour of the last call began, in unix seconds.
    pub last_hour: i64,
}

impl Calling {
    fn calls(&self) -> i64 {
        self.allowed + self.refused.iter().map(|(_, calls)| calls).sum::<i64>()
    }

    fn of(total: Total) -> Self {
        let mut new = Self {
            service: total.service.clone(),
            network: total.network.clone(),
            client: total.client.clone(),
            allowed: 0,
            refused: Vec::new(),
            last_hour: total.last_hour,
        };
        new.add(total);
        new
    }

    fn add(&mut self, total: Total) {
        self.last_hour = self.last_hour.max(total.last_hour);
        if total.outcome == ALLOWED {
            self.allowed += total.calls;
        } else {
            self.refused.push((total.outcome, total.calls));
        }
    }
}

/// Who called in the days that are kept, the most frequent ones first, up to this moment.
pub async fn callers(app: &App, caller: &Caller, key: &KeyRef) -> Result<Vec<Calling>, Failure> {
    usage::flush_usage(app).await?;
    let (wanted, since) = (key.clone(), app.clock.now() - KEPT_DAYS * DAY);
    let totals = app
        .view(caller, move |view| {
            let held = held(view.conn, view.by, &wanted, Operation::Query)?;
            Ok::<_, Failure>(key_hours::totals(view.conn, &held.key.secret_id, since, MOST)?)
        })
        .await?;
    let mut callers: Vec<Calling> = Vec::new();
    for total in totals {
        let known = callers.iter_mut().find(|known| {
            known.service == total.service && known.network == total.network && known.client == total.client
        });
        if let Some(known) = known {
            known.add(total);
        } else {
            callers.push(Calling::of(total));
        }
    }
    callers.sort_by_key(|calling| std::cmp::Reverse(calling.calls()));
    Ok(callers)
}
