//! When keys were used: noted in memory by every signed call, written down in batches, never into a key's row.

use crate::app::caller::Caller;
use crate::app::keys::noticed::{Call, Noticed, OfKey};
use crate::app::keys::{KeyRef, Operation, held, refused};
use crate::app::{App, Failure};
use crate::domain::account_hours::Totals;
use crate::domain::characters::beginning;
use crate::domain::key::{Halt, SecretId};
use crate::domain::key_hours::ALLOWED;
use crate::domain::key_usage::{GateCall, LastUse, Record};
use crate::domain::source::Source;
use crate::domain::user::Uid;
use crate::store::dialect::Holder;
use crate::store::{
    Conn, StoreError, account_hours, key_hours, key_usage, retired_ids, signed_seconds, user_lines,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Longest action and client name that are kept.
const MOST_LETTERS: usize = 64;
/// Keys whose use is written down in one transaction, so that others come in between.
const IN_ONE: usize = 256;
/// Records that a key may have beyond those that are kept, before the oldest are dropped.
const SURPLUS: usize = 25;
/// Keys of which it is remembered how many records they got.
const MOST_GREW: usize = 100_000;

/// One call, as it will be remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    pub service: String,
    pub action: String,
    pub ip: String,
    pub client: String,
    pub request_id: String,
    /// Empty for a call that was carried out.
    pub reason: String,
    /// `allowed`, or the stable name of why not.
    pub outcome: Cow<'static, str>,
    /// The first two parts of what it was about; empty for calls of the API.
    pub resource: String,
    /// Whether the call counts as the key’s last use, if it was carried out.
    pub is_use: bool,
    /// Of a call at a service behind the gate.
    pub gate: Option<GateCall>,
}

/// Why a call was refused.
#[derive(Clone, Copy, Debug)]
pub struct Why<'a> {
    pub reason: &'a str,
    /// The stable name.
    pub outcome: &'a str,
}

impl<'a> Why<'a> {
    /// A reason that is a stable name itself.
    pub fn named(name: &'a str) -> Self {
        Self { reason: name, outcome: name }
    }
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
            outcome: Cow::Borrowed(ALLOWED),
            resource: String::new(),
            is_use: true,
            gate: None,
        }
    }

    /// A call that was refused, and why: in words, and as a stable name.
    pub fn refused(action: Option<&str>, source: &Source, why: Why<'_>) -> Self {
        let Why { reason, outcome } = why;
        let outcome = Cow::Owned(beginning(outcome, MOST_LETTERS));
        Self { reason: reason.to_owned(), outcome, ..Self::allowed("", action, source) }
    }

    /// A call with a key that is disabled or has expired.
    pub fn halted(action: Option<&str>, source: &Source, halt: Halt) -> Self {
        let why = Why { reason: halt.text(), outcome: halt.reason() };
        Self { is_use: false, ..Self::refused(action, source, why) }
    }

    /// Whether it was carried out: only then the key was of use.
    pub(super) fn is_accepted(&self) -> bool {
        self.is_use && self.reason.is_empty()
    }

    /// The service that the action belongs to.
    #[must_use]
    pub fn of(self, service: &str) -> Self {
        Self { service: service.to_owned(), ..self }
    }
}

/// What was noted and is not written down yet.
#[derive(Default)]
pub struct Usage {
    noted: Mutex<Noticed>,
    /// Signatures that were refused, by key and reason.
    pub(super) refused: Mutex<refused::Refusals>,
    /// When users' keys were last used, for lists of users.
    listed: Mutex<BTreeMap<Uid, Line>>,
    /// How many records keys got since their oldest were dropped.
    grown: Mutex<HashMap<SecretId, usize>>,
    /// Calls of accounts by hour.
    hours: Mutex<Totals>,
    /// Held by whoever writes down.
    pen: tokio::sync::Mutex<()>,
    /// Held by whoever writes down for which seconds keys signed.
    signed: tokio::sync::Mutex<()>,
}

/// The minute of a user's last use of a key, unix seconds, and whether it is written down.
#[derive(Clone, Copy, Default)]
struct Line {
    minute: i64,
    is_written: bool,
}

impl Usage {
    fn hours(&self) -> MutexGuard<'_, Totals> {
        self.hours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn noted(&self) -> MutexGuard<'_, Noticed> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the oldest records of a key that gets so many more are to be dropped now.
    fn is_overgrown(&self, id: &SecretId, more: usize) -> bool {
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        if grown.len() >= MOST_GREW {
            grown.clear();
        }
        let count = grown.entry(id.clone()).or_default();
        *count += more;
        let is_due = *count >= SURPLUS;
        if is_due {
            *count = 0;
        }
        is_due
    }
}

/// Notes a call in memory. That of a disabled key leaves a record, and says nothing about the last use.
pub fn note_use(app: &App, id: &SecretId, sighting: Sighting) {
    app.usage.noted().note(id, app.clock.now_ms(), sighting);
}

/// How many keys were used and wait to be written down.
pub fn unwritten(app: &App) -> usize {
    app.usage.noted().len()
}

/// Writes down what was noted, and for which seconds keys signed; says of how many keys. What cannot be written stays noted.
///
/// Whoever asks may go away meanwhile: what was begun is finished, and the next one waits for it.
pub async fn flush_usage(app: &App) -> Result<usize, Failure> {
    let app = app.clone();
    let flush = tokio::spawn(async move {
        let _pen = app.usage.pen.lock().await;
        write_usage(&app).await
    });
    let ended = flush.await;
    ended.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

/// Writes down for lists of users when keys were last used, to the minute. In a transaction of its own, as it locks no key:
/// whoever deletes one holds it and waits for the line of its user.
async fn list_uses(app: &App, uses: Vec<(Uid, i64)>) -> Result<(), Failure> {
    let lines = {
        let mut listed = app.usage.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if listed.len() >= MOST_GREW {
            listed.retain(|_, line| !line.is_written);
        }
        for (uid, at) in uses {
            let minute = at - at.rem_euclid(60);
            let line = listed.entry(uid).or_default();
            if minute > line.minute {
                *line = Line { minute, is_written: false };
            }
        }
        let waiting = listed.iter().filter(|(_, line)| !line.is_written);
        Arc::new(waiting.map(|(uid, line)| (*uid, line.minute)).collect::<BTreeMap<_, _>>())
    };
    if lines.is_empty() {
        return Ok(());
    }
    let written = Arc::clone(&lines);
    app.store.write_again(move |conn| user_lines::note_uses(conn, &lines)).await?;
    let mut listed = app.usage.listed.lock().unwrap_or_else(PoisonError::into_inner);
    for (uid, minute) in &*written {
        if let Some(line) = listed.get_mut(uid).filter(|line| line.minute == *minute) {
            line.is_written = true;
        }
    }
    Ok(())
}

/// Writes down how many calls accounts had in each hour. In a transaction of its own, as all keys of an account share a row.
async fn write_hours(app: &App) -> Result<(), Failure> {
    let waiting = app.usage.hours().take();
    if waiting.is_empty() {
        return Ok(());
    }
    let waiting = Arc::new(waiting);
    let lent = Arc::clone(&waiting);
    let write = move |conn: &mut Conn| {
        lent.iter().try_for_each(|(owner, calls)| account_hours::add(conn, *owner, *calls))
    };
    let written = app.store.write_again(write).await;
    Ok(written.inspect_err(|_: &StoreError| {
        let mut hours = app.usage.hours();
        waiting.iter().for_each(|(owner, calls)| hours.add(*owner, *calls));
    })?)
}

/// Writes down for which seconds keys signed; says of how many keys.
pub async fn flush_signed(app: &App) -> Result<usize, Failure> {
    let app = app.clone();
    let ended = tokio::spawn(async move { write_signed(&app).await }).await;
    ended.map_err(|error| StoreError::Unavailable(error.to_string()))?
}

async fn write_usage(app: &App) -> Result<usize, Failure> {
    // First what replay rests on.
    write_signed(app).await?;
    write_refused(app).await?;
    let looked_up = look_up_unknown(app).await?;
    let parts = app.usage.noted().take(IN_ONE);
    let count = looked_up + parts.iter().map(Vec::len).sum::<usize>();
    let mut parts = parts.into_iter();
    while let Some(part) = parts.next() {
        let written = match write_part(app, part).await {
            Ok(uses) => list_uses(app, uses).await,
            Err(failure) => Err(failure),
        };
        let written = match written {
            Ok(()) => write_hours(app).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = written {
            parts.for_each(|rest| app.usage.noted().put_back(&rest));
            return Err(failure);
        }
    }
    Ok(count)
}

async fn write_signed(app: &App) -> Result<usize, Failure> {
    let _pen = app.usage.signed.lock().await;
    let signed = Arc::new(app.memory.unwritten());
    for part in (0..signed.len()).step_by(IN_ONE) {
        let (lent, node) = (Arc::clone(&signed), Arc::clone(&app.node));
        let write = move |conn: &mut Conn| {
            let part = lent.iter().skip(part).take(IN_ONE);
            part.into_iter().try_for_each(|(id, seconds)| signed_seconds::put(conn, &node, id, seconds))
        };
        app.store
            .write_again(write)
            .await
            .inspect_err(|_: &StoreError| app.memory.keep_unwritten(&signed))?;
    }
    Ok(signed.len())
}

async fn write_refused(app: &App) -> Result<(), Failure> {
    let refusals = Arc::new(refused::take(&app.usage));
    if refusals.is_empty() {
        return Ok(());
    }
    let lent = Arc::clone(&refusals);
    let write = move |conn: &mut Conn| refused::write(conn, &lent);
    let written = app.store.write_again(write).await;
    Ok(written.inspect_err(|_: &StoreError| refused::put_back(&app.usage, &refusals))?)
}

/// Keeps the numbers of ids that are those of deleted keys; says how many ids were looked up.
async fn look_up_unknown(app: &App) -> Result<usize, Failure> {
    let unknown = app.usage.noted().take_unknown();
    if unknown.is_empty() {
        return Ok(0);
    }
    let ids: Vec<SecretId> = unknown.keys().cloned().collect();
    let read = app.store.read(move |conn| {
        let parts = ids.chunks(IN_ONE).map(|part| retired_ids::among(conn, part));
        let deleted = parts.collect::<Result<Vec<_>, _>>()?.concat();
        Ok::<Vec<SecretId>, StoreError>(deleted.into_iter().cloned().collect())
    });
    let deleted = read.await.inspect_err(|_| app.usage.noted().put_back_unknown(&unknown))?;
    let mut noted = app.usage.noted();
    for id in &deleted {
        noted.add_deleted(id, unknown.get(id).cloned().unwrap_or_default());
    }
    Ok(unknown.len())
}

/// Gives who used a key, and when.
async fn write_part(app: &App, part: Vec<(SecretId, OfKey)>) -> Result<Vec<(Uid, i64)>, Failure> {
    let due: Vec<bool> =
        part.iter().map(|(id, of_key)| app.usage.is_overgrown(id, of_key.calls.len())).collect();
    let part = Arc::new(part);
    let lent = Arc::clone(&part);
    let write = move |conn: &mut Conn| {
        let mut holders = Vec::new();
        for ((id, of_key), is_overgrown) in lent.iter().zip(&due) {
            holders.push(put(conn, id, of_key)?);
            if *is_overgrown {
                key_usage::prune(conn, id)?;
            }
        }
        Ok(holders)
    };
    let written = app.store.write_again(write).await;
    let holders = written.inspect_err(|_: &StoreError| app.usage.noted().put_back(&part))?;
    let mut hours = app.usage.hours();
    let mut uses = Vec::new();
    for ((_, of_key), holder) in part.iter().zip(holders) {
        let Some(Holder { uid, owner }) = holder else { continue };
        hours.count(owner, &of_key.counted);
        uses.extend(of_key.last_use.as_ref().map(|call| (uid, call.at_ms / 1000)));
    }
    Ok(uses)
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

/// Whose key it is; nobody's of one that is gone.
fn put(conn: &mut Conn, id: &SecretId, of_key: &OfKey) -> Result<Option<Holder>, StoreError> {
    let record = |call: &Call| {
        let Sighting { service, action, ip, client, reason, gate, .. } = &*call.sighting;
        Record {
            secret_id: id.to_string(),
            request_id: call.request_id.clone(),
            at_ms: call.at_ms,
            service: service.clone(),
            action: action.clone(),
            ip: ip.clone(),
            client: client.clone(),
            result: if reason.is_empty() { "allowed" } else { "refused" }.to_owned(),
            reason: reason.clone(),
            gate: gate.clone(),
        }
    };
    let records: Vec<Record> = of_key.calls.iter().map(record).collect();
    let last_use = of_key.last_use.as_ref().map(record);
    let holder = key_usage::put(conn, id, &records, last_use.as_ref())?;
    key_hours::add(conn, id, &of_key.counted)?;
    Ok(holder)
}
