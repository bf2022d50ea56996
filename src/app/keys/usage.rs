//! When keys were used: noted in memory by every signed call, written down in batches, never into a key's row.

use crate::app::caller::Caller;
use crate::app::keys::{KeyRef, Operation, held, refused};
use crate::app::{App, Failure};
use crate::domain::characters::beginning;
use crate::domain::key::SecretId;
use crate::domain::key_usage::{GateCall, KEPT_RECORDS, LastUse, Record};
use crate::domain::source::Source;
use crate::domain::user::Uid;
use crate::store::{Conn, StoreError, key_usage, signed_seconds, user_lines};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest action and client name that are kept.
const MOST_LETTERS: usize = 64;
/// Keys whose calls wait to be written down; beyond that, new ones are dropped rather than the server's memory.
const MOST_KEYS: usize = 100_000;

/// One call, as it will be remembered.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub service: String,
    pub action: String,
    pub ip: String,
    pub client: String,
    pub request_id: String,
    /// Empty for a call that was carried out.
    pub reason: String,
    /// Whether the call counts as the key’s last use, if it was carried out.
    pub is_use: bool,
    /// Of a call at a service behind the gate.
    pub gate: Option<GateCall>,
}

impl Sighting {
    /// A call that was carried out.
    pub fn allowed(service: &str, action: Option<&str>, source: &Source) -> Self {
        let cut = |text: &str| beginning(text, MOST_LETTERS);
        Self {
            service: service.to_owned(),
            action: cut(action.unwrap_or_default()),
            ip: source.ip.clone(),
            client: cut(&source.user_agent),
            request_id: source.request_id.clone(),
            reason: String::new(),
            is_use: true,
            gate: None,
        }
    }

    /// A call that was refused, and why.
    pub fn refused(action: Option<&str>, source: &Source, reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..Self::allowed("", action, source) }
    }

    /// A call with a disabled key.
    pub fn disabled(action: Option<&str>, source: &Source) -> Self {
        Self { is_use: false, ..Self::refused(action, source, "The key is disabled.") }
    }

    /// Whether it was carried out: only then the key was of use.
    fn is_accepted(&self) -> bool {
        self.is_use && self.reason.is_empty()
    }

    /// The service that the action belongs to.
    #[must_use]
    pub fn of(self, service: &str) -> Self {
        Self { service: service.to_owned(), ..self }
    }
}

/// What was noted and is not written down yet: the newest calls of each key.
#[derive(Default)]
pub struct Usage {
    noted: Mutex<Noted>,
    /// Signatures that were refused, by key and reason.
    pub(super) refused: Mutex<refused::Refusals>,
    /// When users' keys were last used, for lists of users: what is not written down yet.
    listed: Mutex<BTreeMap<Uid, i64>>,
    /// Held by whoever writes down.
    pen: tokio::sync::Mutex<()>,
}

/// In the order in which every node locks the rows.
type Noted = BTreeMap<SecretId, Vec<(i64, Sighting)>>;

/// Notes a call in memory. That of a disabled key leaves a record, and says nothing about the last use.
pub fn note_use(app: &App, id: &SecretId, sighting: Sighting) {
    let now = app.clock.now_ms();
    let mut noted = app.usage.noted.lock().unwrap_or_else(PoisonError::into_inner);
    if noted.len() >= MOST_KEYS && !noted.contains_key(id) {
        return;
    }
    let calls = noted.entry(id.clone()).or_default();
    if calls.len() >= 2 * KEPT_RECORDS {
        calls.drain(..KEPT_RECORDS);
    }
    calls.push((now, sighting));
}

/// How many keys were used and wait to be written down.
pub fn unwritten(app: &App) -> usize {
    app.usage.noted.lock().unwrap_or_else(PoisonError::into_inner).len()
}

/// Writes down what was noted, and for which seconds keys signed. What cannot be written stays noted.
///
/// Whoever asks may go away meanwhile: what was begun is finished, and the next one waits for it.
pub async fn flush_usage(app: &App) -> Result<(), Failure> {
    let app = app.clone();
    let flush = tokio::spawn(async move {
        let _pen = app.usage.pen.lock().await;
        write_usage(&app).await
    });
    let ended = flush.await;
    ended.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

async fn write_usage(app: &App) -> Result<(), Failure> {
    let noted = std::mem::take(&mut *app.usage.noted.lock().unwrap_or_else(PoisonError::into_inner));
    let signed = app.memory.unwritten();
    let refusals = refused::take(&app.usage);
    if noted.is_empty() && signed.is_empty() && refusals.is_empty() {
        return Ok(());
    }
    let batch = Arc::new((noted, signed, refusals));
    let (lent, node) = (Arc::clone(&batch), Arc::clone(&app.node));
    let write = move |conn: &mut Conn| {
        let (noted, signed, refusals) = &*lent;
        signed.iter().try_for_each(|(id, seconds)| signed_seconds::put(conn, &node, id, seconds))?;
        let uses = noted.iter().map(|(id, calls)| put(conn, id, calls)).collect::<Result<Vec<_>, _>>()?;
        refused::write(conn, refusals)?;
        Ok(uses)
    };
    let written = app.store.write_again(write).await.map_err(|error: StoreError| {
        keep_noted(app, &batch.0);
        app.memory.keep_unwritten(&batch.1);
        refused::put_back(&app.usage, &batch.2);
        error
    })?;
    list_uses(app, written.into_iter().flatten()).await
}

/// Writes down for lists of users when keys were last used, to the minute. In a transaction of its own, as it locks no key:
/// whoever deletes one holds it and waits for the line of its user.
async fn list_uses(app: &App, uses: impl Iterator<Item = (Uid, i64)>) -> Result<(), Failure> {
    let lines = {
        let mut listed = app.usage.listed.lock().unwrap_or_else(PoisonError::into_inner);
        for (uid, at) in uses {
            let minute = at - at.rem_euclid(60);
            let last = listed.entry(uid).or_default();
            *last = minute.max(*last);
        }
        listed.clone()
    };
    if lines.is_empty() {
        return Ok(());
    }
    let written = lines.clone();
    app.store.write_again(move |conn| user_lines::note_uses(conn, &lines)).await?;
    let mut listed = app.usage.listed.lock().unwrap_or_else(PoisonError::into_inner);
    listed.retain(|uid, at| written.get(uid) != Some(at));
    Ok(())
}

fn keep_noted(app: &App, batch: &Noted) {
    let mut noted = app.usage.noted.lock().unwrap_or_else(PoisonError::into_inner);
    for (id, older) in batch {
        let newer = noted.entry(id.clone()).or_default();
        let room = KEPT_RECORDS.saturating_sub(newer.len());
        let surplus = older.len().saturating_sub(room);
        newer.splice(..0, older.iter().skip(surplus).cloned());
    }
}

/// When keys were last used, of those that have ever been.
pub async fn last_used(app: &App, ids: Vec<SecretId>) -> Result<Vec<LastUse>, Failure> {
    Ok(app.store.read(move |conn| key_usage::last_used(conn, &ids)).await?)
}

/// The newest calls of a key, newest first, up to this moment.
pub async fn records(app: &App, caller: &Caller, key: &KeyRef) -> Result<Vec<Record>, Failure> {
    flush_usage(app).await?;
    let wanted = key.clone();
    app.view(caller, move |view| {
        let held = held(view.conn, view.by, &wanted, Operation::Query)?;
        Ok(key_usage::records(view.conn, &held.key.secret_id)?)
    })
    .await
}

/// Whose key it is and when it was last used, if one of the calls counts as a use.
fn put(conn: &mut Conn, id: &SecretId, calls: &[(i64, Sighting)]) -> Result<Option<(Uid, i64)>, StoreError> {
    let record = |(at_ms, sighting): &(i64, Sighting)| Record {
        secret_id: id.to_string(),
        request_id: sighting.request_id.clone(),
        at_ms: *at_ms,
        service: sighting.service.clone(),
        action: sighting.action.clone(),
        ip: sighting.ip.clone(),
        client: sighting.client.clone(),
        result: if sighting.reason.is_empty() { "allowed" } else { "refused" }.to_owned(),
        reason: sighting.reason.clone(),
        gate: sighting.gate.clone(),
    };
    let surplus = calls.len().saturating_sub(KEPT_RECORDS);
    let records: Vec<Record> = calls.iter().skip(surplus).map(record).collect();
    let last_use = calls.iter().rev().find(|(_, sighting)| sighting.is_accepted()).map(record);
    let holder = key_usage::put(conn, id, &records, last_use.as_ref())?;
    Ok(holder.zip(last_use.map(|record| record.at_ms / 1000)))
}
