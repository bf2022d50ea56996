//! How long a right code still serves for further grants of rights.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;

/// Seconds for which the caller may grant rights without another code.
pub fn grant_window_left(app: &App, caller: &Caller) -> i64 {
    let code_at = caller.signed_in().and_then(|signed_in| signed_in.session.code_at);
    caller.grant_rules().window_left(code_at, app.clock.now())
}

/// Ends what an earlier code still serves in the caller's session.
pub async fn end_grant_window(app: &App, caller: &Caller) -> Result<(), Failure> {
    app.change(caller, move |change| {
        crate::store::sessions::forget_code(change.conn, &change.by.session()?.id_hash)?;
        change.event(EventName::EndVerification).record(change);
        Ok(())
    })
    .await
}
