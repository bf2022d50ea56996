//! Who signed a request: the one way from bytes to a [`Caller`] without a session.

pub mod explain;
mod follower;
mod holdings;
pub(super) mod memory;
pub mod replay;
pub(super) mod signers;
pub(super) mod standing;
mod tried;

use super::caller::Caller;
use super::{App, Failure};
use crate::app::canaries::touches::note_touch;
use crate::app::keys::refused::{note_refused, note_unknown};
use crate::app::keys::usage::{Sighting, Why, note_use};
use crate::app::signed::signers::{Known, signer};
use crate::config::Replay;
use crate::domain::canary::Proof;
use crate::domain::key::SecretId;
use crate::domain::key_limits::Elsewhere;
use crate::domain::replay::{ReplayRefusal, Use};
use crate::domain::signature::{self, Allowances, Claim, Incoming, KeyMaterial, SignatureError, Verified};
use crate::domain::source::Source;
use crate::domain::user::Uid;
use crate::store::api_keys::Signer;
use crate::vault::places;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A request that is proved to come from the holder of an enabled key.
pub struct Signed {
    pub caller: Caller,
    pub secret_id: SecretId,
    pub verified: Verified,
}

/// A call that is to be believed.
#[derive(Clone, Copy)]
pub struct Called<'a> {
    pub used: &'a Use<'a>,
    /// The service of its action; empty where there is none of that name.
    pub service: &'a str,
    /// Whether the key that signed it is to be disabled, which a key that is tried off may still ask for.
    pub is_quarantine: bool,
}

/// A signature as it is remembered.
pub(in crate::app) struct Signature<'a> {
    pub key: &'a SecretId,
    pub uid: Uid,
    pub digest: [u8; 32],
    pub timestamp: i64,
    pub signs_action: bool,
}

/// How the nonce store names the nonce of a signature that has one.
pub(in crate::app) fn nonce_name(verified: &Verified) -> Option<String> {
    let nonce = verified.nonce()?;
    let text = format!("{}|{}|{nonce}", verified.secret_id(), verified.timestamp());
    Some(format!("nonce:{}", HEXLOWER.encode(&Sha256::digest(text))))
}

/// Why a request is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A place that the key may not be used from.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// A session token, which no key here has.
    #[error("a session token that belongs to no key")]
    Token,
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// What a request claims, before anything is looked up.
pub fn claim<'a>(app: &App, incoming: &Incoming<'a>) -> Result<Claim<'a>, SignatureError> {
    signature::parse(incoming, app.clock.now())
}

/// Counts a request that came too late or too early for the key that it names, so that its holder sees that a clock is wrong.
pub async fn note_untimely(app: &App, incoming: &Incoming<'_>, error: &SignatureError, source: &Source) {
    let Some(claim) = error.claimed_time().and_then(|at| signature::parse(incoming, at).ok()) else { return };
    let Ok(id) = SecretId::parse(claim.secret_id()) else { return };
    let Ok(standing) = standing::standing(app).await else { return };
    if let Ok(Some(known)) = signer(app, id, standing).await {
        note_refusal(app, &known.signer, error.reason(), source);
    }
}

/// Believes a claim when the key's secret made the signature, the key is enabled and within its limits, the account takes
/// the scheme, and the call is no copy of an earlier one.
///
/// An id that nobody has costs the same work. A disabled or expired key is told from it by its records alone.
pub async fn authenticate(
    app: &App,
    claim: &Claim<'_>,
    call: Called<'_>,
    source: Arc<Source>,
) -> Result<Signed, Refusal> {
    let standing = standing::standing(app).await?;
    let id = SecretId::parse(claim.secret_id()).ok();
    let known = match id.clone() {
        Some(id) => signer(app, id, standing).await?,
        None => None,
    };
    let v1 = known.as_ref().is_some_and(|known| known.signer.account.settings.signature_v1);
    let judged = believed(app, claim, known.clone(), Allowances { unsigned_payload: false, v1 });
    match (&judged, &known, &id) {
        (Err(Refusal::Signature(error)), Some(known), _) => {
            note_refusal(app, &known.signer, error.reason(), &source);
        }
        (Err(_), None, Some(id)) => note_unknown(app, id, &source.ip),
        _ => {}
    }
    let (verified, known) = judged?;
    let signer = &known.signer;
    if let Err(refusal) = remember_call(app, signer, &verified, call.used) {
        let why = Why { reason: &refusal.to_string(), outcome: "replayed" };
        let seen = Sighting::refused(claim.action(), &source, why);
        note_call(app, signer, Sighting { is_use: false, ..seen }.of(call.service));
        return Err(Failure::Replayed(refusal).into());
    }
    if claim.token().is_some_and(|token| !token.is_empty()) {
        return Err(Refusal::Token);
    }
    let secret_id = signer.key.secret_id.clone();
    let now = app.clock.now();
    if let Some(halt) = signer.key.halt_at(now) {
        note_call(app, signer, Sighting::halted(claim.action(), &source, halt).of(call.service));
        if call.is_quarantine && signer.key.limits.networks.ensure_holds(&source.ip).is_ok() {
            let caller = Caller::of_key(signer, known.access_at(now), source);
            tried::quarantine(app, &Signed { caller, secret_id, verified }, call.used).await?;
        }
        return Err(SignatureError::SecretIdNotFound.into());
    }
    if let Err(elsewhere) = signer.key.limits.networks.ensure_holds(&source.ip) {
        let why = Why { reason: &elsewhere.to_string(), outcome: Elsewhere::REASON };
        note_use(
            app,
            &secret_id,
            Sighting { is_use: false, ..Sighting::refused(claim.action(), &source, why).of(call.service) },
        );
        return Err(elsewhere.into());
    }
    let access = known.access_at(now);
    Ok(Signed { caller: Caller::of_key(signer, access, source), secret_id, verified })
}

/// Notes a call whose signature was right.
fn note_call(app: &App, signer: &Signer, sighting: Sighting) {
    let id = &signer.key.secret_id;
    if signer.is_canary {
        note_touch(app, id, Proof::Signed, sighting);
    } else {
        note_use(app, id, sighting);
    }
}

/// Notes a request that names a key and does not prove that it comes from its holder.
pub(in crate::app) fn note_refusal(app: &App, signer: &Signer, reason: &'static str, source: &Source) {
    if signer.is_canary {
        let seen = Sighting::refused(None, source, Why::named(reason));
        note_touch(app, &signer.key.secret_id, Proof::WrongSignature, seen);
    } else {
        note_refused(app, &signer.key, reason, &source.ip);
    }
}

/// Remembers the call whatever becomes of it: one that is refused leaves its signature free for no other.
fn remember_call(
    app: &App,
    signer: &Signer,
    verified: &Verified,
    call: &Use<'_>,
) -> Result<(), ReplayRefusal> {
    if call.is_change && signer.account.settings.signed_action && !verified.signs_action() {
        return Err(ReplayRefusal::Unsigned);
    }
    if app.rules.replay == Replay::Off {
        return Ok(());
    }
    remember(app, signer, verified, call)
}

/// Remembers a use of a signature on this node, or says why it may be a copy of another.
pub(in crate::app) fn remember(
    app: &App,
    signer: &Signer,
    verified: &Verified,
    call: &Use<'_>,
) -> Result<(), ReplayRefusal> {
    let signature = Signature {
        key: &signer.key.secret_id,
        uid: signer.user.uid,
        digest: *verified.digest(),
        timestamp: verified.timestamp(),
        signs_action: verified.signs_action(),
    };
    app.memory.admit(&signature, call)
}

/// Believes a claim that the key's secret made; an id that nobody has costs the same work.
pub(in crate::app) fn believed(
    app: &App,
    claim: &Claim<'_>,
    known: Option<Arc<Known>>,
    allowed: Allowances,
) -> Result<(Verified, Arc<Known>), Refusal> {
    let Some(known) = known else {
        let none = signature::verify(claim, KeyMaterial::Unknown, Allowances::default());
        return Err(none.err().unwrap_or(SignatureError::SecretIdNotFound).into());
    };
    let signer = &known.signer;
    let key = &signer.key;
    let place = if signer.is_canary {
        places::canary_secret(key.owner_uin, &key.secret_id)
    } else {
        places::key_secret(key)
    };
    let opened: Zeroizing<Vec<u8>> = app.vault.open(&place, &signer.sealed).map_err(Failure::from)?;
    let secret = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("api_keys.secret"))?;
    Ok((signature::verify(claim, KeyMaterial::Secret(secret), allowed)?, known))
}
