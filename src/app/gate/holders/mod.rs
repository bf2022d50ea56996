//! Services that check signatures themselves: they name a key by its id, and ask who has it and what its holder may do.

mod evaluate;
mod peer;
mod principals;
mod vending;

pub use self::evaluate::{Decided, Evaluated, Evaluation, Outcome, evaluate};
pub use self::peer::ensure_peer;
pub use self::principals::{absent, bearers};
pub use self::vending::{Handed, Vended, WantedKey, vend};

use crate::app::App;
use crate::app::canaries::touches::note_touch;
use crate::app::gate::gateways::Door;
use crate::app::gate::refusal::{Refused, Stop};
use crate::app::gate::verdict::Bearer;
use crate::app::keys::usage::{Sighting, Why};
use crate::app::signed::signers::{Known, signer};
use crate::domain::canary::Proof;
use crate::domain::key::SecretId;
use crate::domain::source::Source;
use std::sync::Arc;

/// The key of that id, enabled and not expired, in the account of the gateway. One of another account looks like none.
pub(super) async fn known(
    app: &App,
    door: &Door,
    secret_id: &str,
    source: Option<&Source>,
) -> Result<Arc<Known>, Stop> {
    let found = match SecretId::parse(secret_id) {
        Ok(id) => signer(app, id, door.standing).await?,
        Err(_) => None,
    };
    let own = found.filter(|known| known.signer.user.owner_uin == door.gateway.token.owner_uin);
    let known =
        own.ok_or_else(|| Refused::forbidden("unknown_key", "No key of this account has this id."))?;
    match known.signer.key.halt_at(app.clock.now()) {
        None => Ok(known),
        Some(halt) => {
            if known.signer.is_canary {
                note_named(app, door, &known.signer.key.secret_id, source);
            }
            Err(Refused::forbidden(halt.reason(), halt.text()).into())
        }
    }
}

/// Where nothing is told of the client, it is the gateway that asked.
fn note_named(app: &App, door: &Door, id: &SecretId, source: Option<&Source>) {
    let asker = format!("gate token {}", door.gateway.token.name);
    let gateway = Source { ip: String::new(), user_agent: asker, request_id: String::new() };
    let why = Why::named("disabled_key");
    let seen = Sighting::refused(None, source.unwrap_or(&gateway), why);
    note_touch(app, id, Proof::Named, seen);
}

/// Whoever has it.
pub(super) fn bearer(known: &Known) -> Bearer {
    Bearer::of(&known.signer)
}
