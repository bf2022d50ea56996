//! A signature makes a change once, and what may be a copy of an earlier call changes nothing.

use crate::app::caller::once::{Once, used};
use crate::app::caller::{By, Caller};
use crate::app::signed::Signed;
use crate::app::{App, Failure};
use crate::config::Replay;
use crate::domain::replay::{ReplayRefusal, Use};
use crate::domain::signature::WINDOW_SECONDS;
use crate::store::replays::{self, SignedChange};
use crate::store::signed_seconds;
use data_encoding::HEXLOWER;
use std::sync::Arc;

/// Seconds that a use is remembered: longer than any signature stays good.
const MEMORY_SECONDS: i64 = 2 * WINDOW_SECONDS + 1;

/// Uses a signature for a call that was admitted; a change takes what it has to use up with it.
pub async fn use_signature(app: &App, signed: &Signed, call: &Use) -> Result<Caller, Failure> {
    let caller = signed.caller.clone();
    let verified = &signed.verified;
    let expires_at = verified.timestamp() + MEMORY_SECONDS;
    let request_id = signed.caller.source.request_id.clone();
    if let Some(nonce) = verified.nonce() {
        let (nonce, request_id) = (signed.nonce_name(nonce), request_id.clone());
        let spend = move |conn: &mut _| replays::use_nonce(conn, &nonce, &request_id, expires_at);
        app.store.write(spend).await.map_err(|error| used(error, ReplayRefusal::Used))?;
    }
    let change = SignedChange {
        signature: HEXLOWER.encode(verified.digest()),
        action: call.action.to_owned(),
        request_id,
        arrived_ms: call.arrival.at_ms,
        origin: call.arrival.origin.to_text(),
        expires_at,
    };
    if app.rules.replay == Replay::Off {
        return Ok(caller);
    }
    if call.is_change {
        return Ok(Caller { by: By::Key(Some(Arc::new(Once::new(*call, change)))), ..caller });
    }
    if app.rules.replay == Replay::All {
        let spend = move |conn: &mut _| replays::insert(conn, &change);
        app.store.write(spend).await.map_err(|error| used(error, ReplayRefusal::Used))?;
    }
    Ok(caller)
}

/// Uses up the signature of a call that succeeded without any change, so that a copy of it makes none either.
pub async fn settle_signature(app: &App, caller: &Caller) -> Result<(), Failure> {
    let Some(once) = caller.signature().cloned().filter(|once| !once.is_used()) else {
        return Ok(());
    };
    app.store.write(move |conn| once.record(conn)).await
}

/// Whether the change that this caller is to make was made under its signature by another request.
pub async fn is_twin(app: &App, caller: &Caller) -> Result<bool, Failure> {
    let Some(once) = caller.signature().cloned() else { return Ok(false) };
    let made =
        app.store.read(move |conn| replays::find(conn, &once.change().signature, &once.change().action));
    Ok(made.await?.is_some_and(|made| made.request_id != caller.source.request_id))
}

/// When a change was first made under a signature, and by which request.
pub async fn first_of(
    app: &App,
    signature: [u8; 32],
    action: &'static str,
) -> Result<Option<(i64, String)>, Failure> {
    let signature = HEXLOWER.encode(&signature);
    let made = app.store.read(move |conn| replays::find(conn, &signature, action)).await?;
    Ok(made.map(|made| (made.arrived_ms, made.request_id)))
}

/// Reads what was signed before this start: what came then is in no memory any more.
pub fn recall_signed_seconds(app: &App) -> Result<(), Failure> {
    let now = app.clock.now();
    let signed = app.store.read_now(|conn| signed_seconds::recent(conn, now))?;
    app.memory.recall(signed);
    Ok(())
}
