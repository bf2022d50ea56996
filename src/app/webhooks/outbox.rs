//! Sends what webhooks are to be told: one server of those on the database, several webhooks at once, each a few messages at a time.
//!
//! A message is sent at least once, under the same id at each try. The messages of a webhook have no order: one that failed is tried
//! again later, and others go past it. A webhook that is slow keeps nobody else waiting. A server that ends waits for what it
//! is sending.

use crate::app::change::event::Draft;
use crate::app::change::{Change, Outsider};
use crate::app::webhooks::trying::try_once;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::user::Uin;
use crate::domain::webhook::{Answer, Delivery, FAILING_SECONDS, Stopped, Webhook, pause_after};
use crate::store::leases::{self, Lease};
use crate::store::webhooks::{LastTry, Sealed};
use crate::store::{Conn, StoreError, webhook_deliveries, webhooks};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Seconds for which a server has this work to itself, unless it takes it again; and for which it has a message that it took.
pub(super) const LEASE: i64 = 60;
const LEASE_NAME: &str = "webhooks";
/// Webhooks that are sent to at once.
const MOST_WEBHOOKS: usize = 16;
/// Of these, those of one account.
const MOST_OF_AN_ACCOUNT: usize = 4;
/// Webhooks that are looked at in one go.
const MOST_PASSED: usize = 500;
/// Messages of one webhook that are under way at once.
const MOST_MESSAGES: usize = 4;
/// Messages that are looked at in one go.
const IN_ONE: usize = 200;
/// Seconds without a try after which it is not known that a webhook was failing all the time.
const KNOWN_FOR: i64 = 2 * 86_400;

/// How long a server that ends waits for the messages that are under way: their 5 seconds, and one to write down what became of
/// them.
const LAST_WAIT: Duration = Duration::from_secs(6);
/// How long it tries to say that it leaves the work to others.
const SAYING: Duration = Duration::from_secs(1);
/// How often it looks.
const GLANCE: Duration = Duration::from_millis(10);

/// What this server is sending.
#[derive(Default)]
pub struct Outbox {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Webhooks that are sent to, and whose they are.
    busy: BTreeMap<String, Uin>,
    /// Messages are being taken, and not under way yet.
    taking: usize,
    /// Nothing more is begun.
    is_closed: bool,
}

/// A webhook that is being sent to, until this is dropped.
struct Busy {
    outbox: Arc<Outbox>,
    webhook: String,
}

impl Busy {
    fn new(app: &App, webhook: &Webhook) -> Self {
        app.outbox.state().busy.insert(webhook.id.clone(), webhook.owner_uin);
        Self { outbox: Arc::clone(&app.outbox), webhook: webhook.id.clone() }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.outbox.state().busy.remove(&self.webhook);
    }
}

/// Messages are being taken, until this is dropped.
struct Taking(Arc<Outbox>);

impl Taking {
    /// What is busy besides; nothing once no more is to be begun.
    fn begin(outbox: &Arc<Outbox>) -> Option<(Self, BTreeMap<String, Uin>)> {
        let mut state = outbox.state();
        if state.is_closed {
            return None;
        }
        state.taking += 1;
        Some((Self(Arc::clone(outbox)), state.busy.clone()))
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.0.state().taking -= 1;
    }
}

/// The messages that were taken for a webhook.
struct Round {
    webhook: Webhook,
    sealed: Sealed,
    deliveries: Vec<Delivery>,
}

/// A message with what became of it.
type Tried = (Delivery, Answer);

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self) -> bool {
        let state = self.state();
        state.busy.is_empty() && state.taking == 0
    }
}

/// Begins to send what is due, where no other server does. Meant to be called every second; whoever wants to know when it has
/// ended waits for what it gives.
pub async fn start_due(app: &App) -> Result<Vec<JoinHandle<()>>, Failure> {
    let Some((_taking, busy)) = Taking::begin(&app.outbox) else { return Ok(Vec::new()) };
    let now = app.clock.now();
    let wanted = app.store.read(move |conn| pick(conn, &busy, now)).await?;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let lease = Lease { name: LEASE_NAME.to_owned(), node: app.node.to_string(), ends_at: now + LEASE };
    let rounds = app.store.write(move |conn| take(conn, &lease, &wanted)).await?;
    let begun = rounds.into_iter().map(|round| {
        let busy = Busy::new(app, &round.webhook);
        tokio::spawn(go_round(app.clone(), round, busy))
    });
    Ok(begun.collect())
}

/// What is due, a few messages of each webhook, of as many as there are places for. One with very many messages, or an account
/// with many webhooks, leaves places to others.
fn pick(
    conn: &mut Conn,
    busy: &BTreeMap<String, Uin>,
    now: i64,
) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let room = MOST_WEBHOOKS.saturating_sub(busy.len());
    let mut taken: BTreeMap<Uin, usize> = BTreeMap::new();
    for owner in busy.values() {
        *taken.entry(*owner).or_default() += 1;
    }
    let mut passed: Vec<String> = busy.keys().cloned().collect();
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while wanted.len() < room && passed.len() < MOST_PASSED {
        let due = webhook_deliveries::due(conn, now, &passed, IN_ONE)?;
        let are_all = due.len() < IN_ONE;
        for (delivery, webhook) in due {
            if !passed.contains(&webhook) {
                passed.push(webhook.clone());
                // One that is deleted is taken too, so that what waits for it is dropped.
                let owner = webhooks::find(conn, &webhook)?.map_or(Uin(0), |found| found.owner_uin);
                let places = taken.entry(owner).or_default();
                if wanted.len() < room && *places < MOST_OF_AN_ACCOUNT {
                    *places += 1;
                    wanted.insert(webhook.clone(), Vec::new());
                }
            }
            if let Some(ids) = wanted.get_mut(&webhook).filter(|ids| ids.len() < MOST_MESSAGES) {
                ids.push(delivery);
            }
        }
        if are_all {
            break;
        }
    }
    Ok(wanted)
}

/// Sends what is due and waits until it is sent.
pub async fn deliver_due(app: &App) -> Result<(), Failure> {
    for round in start_due(app).await? {
        if let Err(error) = round.await {
            tracing::error!(%error, "a delivery ended early");
        }
    }
    Ok(())
}

/// Takes messages, so that no other server does. What has nowhere to go is dropped.
fn take(
    conn: &mut Conn,
    lease: &Lease,
    wanted: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Round>, Failure> {
    let (now, until) = (lease.ends_at - LEASE, lease.ends_at);
    if !leases::take(conn, lease, now)? {
        return Ok(Vec::new());
    }
    let mut rounds = Vec::new();
    for (webhook, ids) in wanted {
        let found = webhooks::find_sealed(conn, webhook)?.filter(|(webhook, _)| webhook.plan.is_enabled);
        let Some((webhook, sealed)) = found else {
            for id in ids {
                webhook_deliveries::drop_one(conn, id)?;
            }
            continue;
        };
        let mut deliveries = Vec::new();
        for id in ids {
            deliveries.extend(webhook_deliveries::claim(conn, id, now, until)?);
        }
        rounds.push(Round { webhook, sealed, deliveries });
    }
    Ok(rounds)
}

/// Begins nothing more and waits for what is under way, so that no message is sent again because a server was stopped.
pub async fn finish(app: &App) {
    app.outbox.state().is_closed = true;
    let idle = async {
        while !app.outbox.is_idle() {
            tokio::time::sleep(GLANCE).await;
        }
    };
    if tokio::time::timeout(LAST_WAIT, idle).await.is_err() {
        tracing::warn!("messages to webhooks were under way for too long; they may be sent again");
    }
    let node = app.node.to_string();
    // Another server need not wait until this one has answered its last request.
    let left = app.store.write(move |conn| leases::give_up_one(conn, LEASE_NAME, &node));
    if !matches!(tokio::time::timeout(SAYING, left).await, Ok(Ok(()))) {
        tracing::debug!("the work is left to others only when this server has ended");
    }
}

/// Sends the messages of one webhook and writes down what became of them.
async fn go_round(app: App, round: Round, _busy: Busy) {
    let Round { webhook, sealed, deliveries } = round;
    let sent = deliveries.into_iter().map(|delivery| async {
        let answer = try_once(&app, &webhook, &sealed, &delivery).await;
        (delivery, answer)
    });
    let tried: Vec<Tried> = join_all(sent).await;
    let written = app.change_again(&Outsider, {
        let id = webhook.id.clone();
        move |change| settle(change, &id, &tried)
    });
    if let Err(failure) = written.await {
        tracing::warn!(error = %failure, webhook = %webhook.id, "what became of a delivery could not be written down");
    }
}

/// Writes down what became of messages, and turns a webhook off that wants no more or takes nothing for days.
fn settle(change: &mut Change<'_, Outsider>, id: &str, tried: &[Tried]) -> Result<(), Failure> {
    let now = change.app.clock.now();
    // It may have been changed or deleted meanwhile.
    let Some(webhook) = webhooks::find(change.conn, id)? else { return Ok(()) };
    let Some((_, last)) = tried.last() else { return Ok(()) };
    let has_arrived = tried.iter().any(|(_, answer)| answer.is_taken());
    let is_known = webhook.last.is_some_and(|(at, _)| now - at < KNOWN_FOR);
    let known_since = webhook.failing_since.filter(|_| is_known).unwrap_or(now);
    let failing_since = (!has_arrived).then_some(known_since);
    // The webhook before its deliveries, as whoever changes it.
    webhooks::note(change.conn, id, LastTry { at: now, answer: *last, failing_since })?;
    for (delivery, answer) in tried {
        settle_one(change, &webhook, delivery, *answer)?;
    }
    let is_gone = tried.iter().any(|(_, answer)| answer.status() == Some(410));
    let why = match failing_since {
        _ if is_gone => Stopped::Gone,
        Some(since) if now - since >= FAILING_SECONDS => Stopped::Failing,
        _ => return Ok(()),
    };
    if webhooks::stop(change.conn, id, why)? {
        webhook_deliveries::drop_waiting(change.conn, id)?;
        let event = Draft::by_camlock(EventName::STOP_WEBHOOK, webhook.owner_uin).about(&webhook.plan.name);
        event.fact("why", why.as_str()).record(change);
    }
    Ok(())
}

fn settle_one(
    change: &mut Change<'_, Outsider>,
    webhook: &Webhook,
    delivery: &Delivery,
    answer: Answer,
) -> Result<(), Failure> {
    let mut chance = [0];
    change.app.random.fill(&mut chance)?;
    let [chance] = chance;
    let is_over = answer.is_taken() || delivery.is_test();
    let pause = pause_after(delivery.tries, chance).filter(|_| !is_over);
    let due_at = pause.map(|pause| change.app.clock.now() + pause);
    webhook_deliveries::settle(change.conn, &delivery.id, answer, due_at)?;
    if due_at.is_none() && !is_over {
        let event =
            Draft::by_camlock(EventName::GIVE_UP_DELIVERY, webhook.owner_uin).about(&webhook.plan.name);
        let event = event.fact("message", delivery.id.as_str()).fact("tries", delivery.tries);
        event.fact("number", delivery.seq).fact("answer", answer.text()).record(change);
    }
    Ok(())
}
