//! How a trial begins.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::keys::{KeyRef, Operation, Step, ask_about, deeds, locked};
use crate::app::{App, Failure};
use crate::domain::step_up::Purpose;
use crate::store::trials;

/// Disables a key for a while. Its end enables it again without asking anybody, so what enabling asks for is asked now.
pub async fn try_off(app: &App, caller: &Caller, key: &KeyRef) -> Result<Step<()>, Failure> {
    if caller.needs_step_up(Operation::Enable) {
        return ask_about(app, caller, key, Purpose::TryKeyOff).await;
    }
    let key = key.clone();
    app.change(caller, move |change| try_off_at(change, &key)).await.map(Step::Done)
}

/// The same where that needs no other check, or it was passed. A trial that is under way goes on as it is.
pub fn try_off_at(change: &mut Change<'_>, key: &KeyRef) -> Result<(), Failure> {
    let held = locked(change, key, Operation::Disable)?;
    if trials::find(change.conn, &held.key.secret_id)?.is_some() {
        return Ok(());
    }
    deeds::try_off(change, &held)
}
