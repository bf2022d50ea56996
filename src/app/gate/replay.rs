//! A signature makes a write once at the gate, on all nodes and after a restart.

use crate::app::App;
use crate::app::caller::once::Once;
use crate::app::gate::refusal::Stop;
use crate::app::gate::spending::spend;
use crate::app::signed::remember;
use crate::app::signed::replay::{first_of, kept_until, use_nonce};
use crate::domain::gate::token::{TokenOptions, TokenReplay};
use crate::domain::replay::{TWIN_MS, Use};
use crate::domain::signature::Verified;
use crate::store::api_keys::Signer;
use crate::store::replays::SignedChange;
use data_encoding::HEXLOWER;
use std::time::Duration;

/// What the second of two equal writes is told.
pub(in crate::app) const TWIN: &str =
    "This signature was used before, and it is good once. Sign again to do it once more.";
/// Under which name a signature that covers everything is used, whatever a route is called at that moment.
const COVERED: &str = "gate";

/// A signature and what it is used for.
pub(in crate::app) struct Signing<'a> {
    pub signer: &'a Signer,
    pub verified: &'a Verified,
    pub call: Use<'a>,
}

/// What a signature is used for: where it covers the action it can serve no other.
pub(in crate::app) fn name_of(action: &str, is_signed: bool) -> &str {
    if is_signed { COVERED } else { action }
}

fn counts_once(options: &TokenOptions, call: &Use<'_>) -> bool {
    match options.replay {
        TokenReplay::Off => false,
        TokenReplay::Writes => call.is_change,
        TokenReplay::All => true,
    }
}

/// Refuses what may be a copy, as far as this node knows.
pub(in crate::app) fn admit(app: &App, options: &TokenOptions, used: &Signing<'_>) -> Result<(), Stop> {
    if used.call.is_change && used.signer.account.settings.signed_action && !used.verified.signs_action() {
        return Err(crate::domain::replay::ReplayRefusal::Unsigned.into());
    }
    if options.replay == TokenReplay::Off {
        return Ok(());
    }
    let call = Use { is_change: counts_once(options, &used.call), ..used.call };
    if !call.is_change && used.verified.signs_action() {
        return Ok(());
    }
    remember(app, used.signer, used.verified, &call).map_err(Stop::from)
}

/// Uses a signature up in the database, where it is good once.
pub(in crate::app) async fn use_up(
    app: &App,
    options: &TokenOptions,
    used: &Signing<'_>,
    request_id: &str,
) -> Result<(), Stop> {
    use_nonce(app, used.verified, request_id).await?;
    if !counts_once(options, &used.call) {
        return Ok(());
    }
    let change = SignedChange {
        signature: HEXLOWER.encode(used.verified.digest()),
        action: used.call.action.to_owned(),
        request_id: request_id.to_owned(),
        arrived_ms: used.call.arrival.at_ms,
        origin: used.call.arrival.origin.to_text(),
        expires_at: kept_until(used.verified),
    };
    Ok(spend(app, Once::new(used.call.arrival, change)).await?)
}

/// The outcome; that of a twin comes a second after the first one: tried again then, it has a signature of its own.
pub(in crate::app) async fn told(
    app: &App,
    used: &Signing<'_>,
    outcome: Result<(), Stop>,
) -> Result<(), Stop> {
    if matches!(outcome, Err(Stop::Twin)) {
        let first = first_of(app, *used.verified.digest(), used.call.action).await?;
        let first_ms = first.map_or(used.call.arrival.at_ms, |(at_ms, _)| at_ms);
        let wait = (first_ms + TWIN_MS - app.clock.now_ms()).clamp(0, TWIN_MS);
        tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
    }
    outcome
}
