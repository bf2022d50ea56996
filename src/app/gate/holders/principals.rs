//! Who is behind keys, and whether somebody of a name is there, for services that have lists of their own.

use crate::app::gate::gateways::Door;
use crate::app::gate::holders;
use crate::app::gate::verdict::Bearer;
use crate::app::{App, Failure};
use crate::store::{StoreError, users};

/// Whose keys those are, in the same order; nobody where a key is disabled or not in the account of the gateway.
pub async fn bearers(app: &App, door: &Door, secret_ids: &[String]) -> Result<Vec<Option<Bearer>>, Failure> {
    let mut found = Vec::with_capacity(secret_ids.len());
    for secret_id in secret_ids {
        let holder = match holders::known(app, door, secret_id, None).await {
            Ok(known) => Some(holders::bearer(&known)),
            Err(stop) => stop.into_refused().map(|_| None)?,
        };
        found.push(holder);
    }
    Ok(found)
}

/// Which of those names no user of the gateway's account has.
pub async fn absent(app: &App, door: &Door, names: Vec<String>) -> Result<Vec<String>, Failure> {
    let owner = door.gateway.token.owner_uin;
    let found = app.store.read(move |conn| -> Result<Vec<String>, StoreError> {
        let mut absent = Vec::new();
        for name in names {
            if users::by_name(conn, owner, &name)?.is_none() {
                absent.push(name);
            }
        }
        Ok(absent)
    });
    Ok(found.await?)
}
