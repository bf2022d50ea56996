//! Who used canaries: noted in memory, whoever calls however often, and written down in batches.

use crate::app::change::event::{Actor, Draft};
use crate::app::change::{Change, Outsider};
use crate::app::keys::usage::Sighting;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::canary::{Canary, KEPT_TOUCHES, Proof, Touch};
use crate::domain::key::SecretId;
use crate::domain::network::Network;
use crate::domain::source::Source;
use crate::domain::user::Uin;
use crate::store::{StoreError, canaries};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Canaries whose uses wait to be written down; beyond that, those of further ones are counted by the metric alone.
const MOST_CANARIES: usize = 1_000;
/// Addresses of one canary that wait to be told to the log.
const MOST_ADDRESSES: usize = 50;
const HOUR_MS: i64 = 3_600_000;

/// What was noted and is not written down yet.
#[derive(Default)]
pub struct Touches {
    noted: Mutex<BTreeMap<SecretId, Noted>>,
    /// Held by whoever writes down.
    pen: tokio::sync::Mutex<()>,
}

/// Of one canary.
#[derive(Clone, Default)]
struct Noted {
    count: i64,
    /// The newest uses, oldest first.
    newest: VecDeque<Touch>,
    /// The first use of each hour and address.
    told: BTreeMap<(i64, String), Touch>,
}

impl Noted {
    fn add(&mut self, touch: Touch) {
        self.count += 1;
        let heard = (touch.at_ms / HOUR_MS, address_of(&touch.ip));
        if self.told.len() < MOST_ADDRESSES {
            self.told.entry(heard).or_insert_with(|| touch.clone());
        }
        if self.newest.len() >= KEPT_TOUCHES {
            self.newest.pop_front();
        }
        self.newest.push_back(touch);
    }

    /// Takes back what is older and could not be written down.
    fn put_back(&mut self, older: &Self) {
        self.count += older.count;
        for (heard, touch) in &older.told {
            self.told.insert(heard.clone(), touch.clone());
        }
        let room = KEPT_TOUCHES.saturating_sub(self.newest.len());
        for touch in older.newest.iter().rev().take(room) {
            self.newest.push_front(touch.clone());
        }
    }

    fn last_ms(&self) -> i64 {
        self.newest.iter().map(|touch| touch.at_ms).max().unwrap_or_default()
    }
}

impl Touches {
    fn noted(&self) -> MutexGuard<'_, BTreeMap<SecretId, Noted>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address as events are bounded by: of IPv6 a /64, as nobody has only one address of it.
fn address_of(ip: &str) -> String {
    Network::of(ip).levels().last().filter(|_| ip.contains(':')).cloned().unwrap_or_else(|| ip.to_owned())
}

/// Notes a use of a canary.
pub(in crate::app) fn note_touch(app: &App, id: &SecretId, proof: Proof, seen: Sighting) {
    app.metrics.canaries.count(proof);
    let Sighting { service, action, ip, client, request_id, gate, .. } = seen;
    let is_gate = gate.is_some() || proof == Proof::Named;
    let face = if is_gate { "Gate" } else { "API" }.to_owned();
    let touch = Touch { at_ms: app.clock.now_ms(), request_id, ip, client, face, service, action, proof };
    let mut noted = app.touches.noted();
    if noted.len() < MOST_CANARIES || noted.contains_key(id) {
        noted.entry(id.clone()).or_default().add(touch);
    }
}

/// Writes down who used canaries, with an event for each of the first addresses of an hour. What cannot be written stays noted.
///
/// Whoever asks may go away meanwhile: what was begun is finished, and the next one waits for it.
pub async fn flush_touches(app: &App) -> Result<(), Failure> {
    let app = app.clone();
    let flush = tokio::spawn(async move {
        let _pen = app.touches.pen.lock().await;
        write_touches(&app).await
    });
    let ended = flush.await;
    ended.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

async fn write_touches(app: &App) -> Result<(), Failure> {
    let noted = std::mem::take(&mut *app.touches.noted());
    let mut rest = noted.into_iter();
    while let Some((id, of_canary)) = rest.next() {
        let of_canary = Arc::new(of_canary);
        let (lent, named) = (Arc::clone(&of_canary), id.clone());
        match app.change_again(&Outsider, move |change| write(change, &named, &lent)).await {
            Ok(told) => told.iter().for_each(|(canary, touch)| warn(canary, touch)),
            Err(failure) => {
                let mut newer = app.touches.noted();
                newer.entry(id).or_default().put_back(&of_canary);
                rest.for_each(|(id, older)| newer.entry(id).or_default().put_back(&older));
                return Err(failure);
            }
        }
    }
    Ok(())
}

/// Gives what the log hears of.
fn write(
    change: &mut Change<'_, Outsider>,
    id: &SecretId,
    noted: &Noted,
) -> Result<Vec<(Canary, Touch)>, Failure> {
    // This locks the row, so that two nodes tell the log of an address once.
    if !canaries::count_touches(change.conn, id, noted.count, noted.last_ms())? {
        return Ok(Vec::new());
    }
    canaries::put_touches(change.conn, id, &noted.newest)?;
    let canary = canaries::find(change.conn, id)?.ok_or(Failure::NotFound)?;
    let mut told = Vec::new();
    for ((hour, address), touch) in &noted.told {
        if canaries::alert(change.conn, id, *hour, address)? {
            event(&canary, touch).record(change);
            told.push((canary.clone(), touch.clone()));
        }
    }
    Ok(told)
}

/// It names the canary and not its SecretId: not everybody who reads the log may tell canaries from keys.
fn event(canary: &Canary, touch: &Touch) -> Draft {
    let source = Source {
        ip: touch.ip.clone(),
        user_agent: touch.client.clone(),
        request_id: touch.request_id.clone(),
    };
    let somebody = Actor { owner: canary.owner_uin, uin: Uin(0), name: "somebody", source: &source };
    Draft::new(EventName::TOUCH_CANARY, &somebody)
        .about(&canary.name)
        .fact("face", touch.face.as_str())
        .fact("proof", touch.proof.as_str())
        .refused("A canary key authenticates nothing.")
}

fn warn(canary: &Canary, touch: &Touch) {
    tracing::warn!(
        account = %canary.owner_uin, canary = %canary.name, secret_id = %canary.secret_id, ip = %touch.ip,
        proof = touch.proof.as_str(), request = %touch.request_id, "a canary key was used"
    );
}
