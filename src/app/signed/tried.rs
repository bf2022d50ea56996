//! The one thing that a key can do while it is tried off: stay off.

use crate::app::keys::access_keys::{comes_back, quarantine_key};
use crate::app::signed::{Signed, replay};
use crate::app::{App, Failure};
use crate::domain::replay::Use;

/// Ends the trial of a key that is off where its holder asks for that, so that it stays off. A key that is off for good is left
/// alone, and so is the signature.
pub(super) async fn quarantine(app: &App, signed: &Signed, used: &Use<'_>) -> Result<(), Failure> {
    if !comes_back(app, &signed.caller, &signed.secret_id).await? {
        return Ok(());
    }
    let caller = replay::use_signature(app, signed, used).await?;
    quarantine_key(app, &caller, &signed.secret_id).await
}
