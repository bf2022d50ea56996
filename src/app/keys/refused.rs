//! Refused signatures of enabled keys: counted in memory by key and reason, so that a stranger who sends many fills nothing.

use crate::app::keys::usage::Usage;
use crate::app::{App, Failure, caller::Caller, keys::KeyRef, keys::Operation, keys::held, keys::usage};
use crate::domain::key::{Key, SecretId};
use crate::domain::key_hours::{Called, DELETED_KEY};
use crate::domain::key_usage::RefusedSignatures;
use crate::store::{Conn, StoreError, key_refusals};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{MutexGuard, PoisonError};

/// Numbers that wait to be written down; beyond that, those of further keys are lost rather than the server's memory.
const MOST: usize = 10_000;

/// In the order in which every node locks the rows.
pub(in crate::app) type Refusals = BTreeMap<Refused, RefusedSignatures>;

/// A key, and the stable name of a reason.
type Refused = (SecretId, &'static str);

/// Counts a signature that was refused. A disabled key is out of use, and nobody wonders about it.
pub(in crate::app) fn note_refused(app: &App, key: &Key, reason: &'static str, ip: &str) {
    if key.is_enabled() {
        let at = app.clock.now_ms();
        // What such a request says of its client is anybody's word.
        let called =
            Called { at: at / 1000, service: "", action: "", resource: "", ip, client: "", outcome: reason };
        app.usage.noted().count(&key.secret_id, &called);
        let one = RefusedSignatures {
            reason: reason.to_owned(),
            count: 1,
            first_ms: at,
            last_ms: at,
            ip: ip.to_owned(),
        };
        add(&mut counted(&app.usage), (key.secret_id.clone(), reason), one);
    }
}

/// Counts a request that names a key which is not there: the holder of one that was deleted sees who still calls with it.
///
/// Which ids were deleted is looked up when the numbers are written down, so that a made-up one costs the request nothing.
pub(in crate::app) fn note_unknown(app: &App, id: &SecretId, ip: &str) {
    let at = app.clock.now_ms() / 1000;
    let called = Called { at, service: "", action: "", resource: "", ip, client: "", outcome: DELETED_KEY };
    app.usage.noted().count_unknown(id, &called);
}

fn counted(usage: &Usage) -> MutexGuard<'_, Refusals> {
    usage.refused.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(counted: &mut Refusals, key: Refused, one: RefusedSignatures) {
    let is_full = counted.len() >= MOST;
    match counted.entry(key) {
        Entry::Occupied(mut known) => {
            let sum = known.get_mut();
            sum.count += one.count;
            sum.first_ms = sum.first_ms.min(one.first_ms);
            if one.last_ms >= sum.last_ms {
                (sum.last_ms, sum.ip) = (one.last_ms, one.ip);
            }
        }
        Entry::Vacant(place) if !is_full => {
            place.insert(one);
        }
        Entry::Vacant(_) => {}
    }
}

/// What was counted since it was last taken.
pub(in crate::app) fn take(usage: &Usage) -> Refusals {
    std::mem::take(&mut *counted(usage))
}

/// Adds what could not be written down to what was counted since.
pub(in crate::app) fn put_back(usage: &Usage, refused: &Refusals) {
    let mut newer = counted(usage);
    for (key, one) in refused {
        add(&mut newer, key.clone(), one.clone());
    }
}

/// Writes down what was counted.
pub(in crate::app) fn write(conn: &mut Conn, refused: &Refusals) -> Result<(), StoreError> {
    refused.iter().try_for_each(|((id, _), one)| key_refusals::count(conn, id, one))
}

/// What was refused under a key, by reason, up to this moment.
pub async fn refused_signatures(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
) -> Result<Vec<RefusedSignatures>, Failure> {
    usage::flush_usage(app).await?;
    let wanted = key.clone();
    app.view(caller, move |view| {
        let held = held(view.conn, view.by, &wanted, Operation::Query)?;
        Ok(key_refusals::of_key(view.conn, &held.key.secret_id)?)
    })
    .await
}
