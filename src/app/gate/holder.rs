//! Whose key it is that a service asks about by its id alone.

use crate::app::App;
use crate::app::gate::gateways::Door;
use crate::app::gate::refusal::{Refused, Stop};
use crate::app::gate::verdict::Bearer;
use crate::app::signed::signers::{Known, signer};
use crate::domain::key::SecretId;
use std::sync::Arc;

/// The enabled key of that id, in the account of the gateway. One of another account looks like none.
pub(super) async fn known(app: &App, door: &Door, secret_id: &str) -> Result<Arc<Known>, Stop> {
    let found = match SecretId::parse(secret_id) {
        Ok(id) => signer(app, id, door.standing).await?,
        Err(_) => None,
    };
    let own = found.filter(|known| known.signer.user.owner_uin == door.gateway.token.owner_uin);
    let known =
        own.ok_or_else(|| Refused::forbidden("unknown_key", "No key of this account has this id."))?;
    if known.signer.key.is_enabled() {
        Ok(known)
    } else {
        Err(Refused::forbidden("disabled_key", "The key is disabled.").into())
    }
}

/// Whoever has it.
pub(super) fn bearer(known: &Known) -> Bearer {
    Bearer { user: Arc::clone(&known.signer.user), secret_id: known.signer.key.secret_id.clone() }
}
