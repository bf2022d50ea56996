//! Signing keys for services that check signatures themselves, such as object stores.
//!
//! What is handed out is good for one day, region and service, and does not tell the SecretKey. Whoever has it can check
//! signatures until that day is over, so a disabled key is refused by what the policies say at each request, not here.

use crate::app::change::Outsider;
use crate::app::change::event::{Actor, Draft};
use crate::app::gate::gateways::Door;
use crate::app::gate::holders;
use crate::app::gate::refusal::{Refused, Stop};
use crate::app::gate::verdict::Bearer;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::gate::scope::KeyScope;
use crate::domain::key::SecretId;
use crate::domain::signature::{AwsSigningKey, signing_key};
use crate::domain::source::Source;
use crate::domain::user::Uin;
use crate::store::api_keys::Signer;
use crate::vault::places;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// Signing keys whose first handing out is remembered; beyond that all are forgotten and recorded again.
const MOST: usize = 50_000;

/// A signing key with whose it is.
pub struct Vended {
    pub signing_key: AwsSigningKey,
    pub bearer: Bearer,
    /// Another one after each change of anything that verdicts rest on.
    pub revision: i64,
}

/// What was handed out and is in the log since this node started.
#[derive(Default)]
pub struct Handed(Mutex<HashSet<Handing>>);

#[derive(Clone, Eq, Hash, PartialEq)]
struct Handing {
    token: i64,
    secret_id: SecretId,
    scope: KeyScope,
}

impl Handed {
    fn all(&self) -> MutexGuard<'_, HashSet<Handing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, handing: Handing) {
        let mut all = self.all();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(handing);
    }
}

/// The key whose signing key is asked for.
pub struct WantedKey<'a> {
    pub secret_id: &'a str,
    pub scope: KeyScope,
}

/// The signing key of an enabled key, for a gateway whose token was made for that. The first time for a scope is an
/// event in the log.
pub async fn vend(
    app: &App,
    door: &Door,
    wanted: &WantedKey<'_>,
    source: &Source,
) -> Result<Result<Vended, Refused>, Failure> {
    match derived(app, door, wanted, source).await {
        Ok(vended) => Ok(Ok(vended)),
        Err(stop) => stop.into_refused().map(Err),
    }
}

async fn derived(app: &App, door: &Door, wanted: &WantedKey<'_>, source: &Source) -> Result<Vended, Stop> {
    let scope = &wanted.scope;
    ensure_handed_out(door, scope, app.clock.now())?;
    let known = holders::known(app, door, wanted.secret_id, Some(source)).await?;
    let signing_key = derive(app, &known.signer, scope)?;
    record(app, door, &known.signer, Noted { scope, source }).await?;
    Ok(Vended { signing_key, bearer: holders::bearer(&known), revision: door.standing.authority })
}

/// Only for what the token names, and only for days on which a signature can be good.
fn ensure_handed_out(door: &Door, scope: &KeyScope, now: i64) -> Result<(), Refused> {
    let options = &door.gateway.token.options;
    let names = |all: &[String], one: &str| all.iter().any(|name| name == one);
    if !options.vend {
        let text = "This gate token was not made to hand out signing keys. Make one with --vend.";
        Err(Refused::forbidden("not_vended", text))
    } else if !names(&options.regions, scope.region()) {
        Err(Refused::forbidden("token_region", "The gate token does not name this region."))
    } else if !names(&options.scope_services, scope.service()) {
        Err(Refused::forbidden("token_service", "The gate token does not name this service."))
    } else if !scope.is_timely(now) {
        Err(Refused::forbidden("skew", "No signature of this day can be good now."))
    } else {
        Ok(())
    }
}

fn derive(app: &App, signer: &Signer, scope: &KeyScope) -> Result<AwsSigningKey, Failure> {
    let opened: Zeroizing<Vec<u8>> = app.vault.open(&places::key_secret(&signer.key), &signer.sealed)?;
    let secret = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("api_keys.secret"))?;
    Ok(signing_key(secret, scope.date(), scope.region(), scope.service()))
}

/// What the log says of it.
struct Noted<'a> {
    scope: &'a KeyScope,
    source: &'a Source,
}

/// Nothing leaves before the log has it.
async fn record(app: &App, door: &Door, signer: &Signer, noted: Noted<'_>) -> Result<(), Failure> {
    let token = &door.gateway.token;
    let secret_id = signer.key.secret_id.clone();
    let handing = Handing { token: token.id, secret_id, scope: noted.scope.clone() };
    if app.vended.all().contains(&handing) {
        return Ok(());
    }
    let name = format!("gate token {}", token.name);
    let gateway = Actor { owner: token.owner_uin, uin: Uin(0), name: &name, source: noted.source };
    let draft = Draft::new(EventName::VEND_SIGNING_KEY, &gateway).on(&signer.user);
    let scope = format!("{}/{}/{}", noted.scope.date(), noted.scope.region(), noted.scope.service());
    let draft = draft.object(signer.key.secret_id.as_str()).fact("scope", scope);
    app.change(&Outsider, move |change| {
        draft.record(change);
        Ok(())
    })
    .await?;
    app.vended.note(handing);
    Ok(())
}
