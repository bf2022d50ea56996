//! Tries to sign in are counted by what comes of them.

use crate::app::sign_in::SignedIn;
use crate::app::{App, Failure};
use crate::metrics::{Step, Way};
use crate::passwords::PasswordsError;

/// Counts what comes of a try.
pub(super) async fn counted(
    app: &App,
    step: Step,
    trying: impl Future<Output = Result<SignedIn, Failure>>,
) -> Result<SignedIn, Failure> {
    let outcome = trying.await;
    app.metrics.sign_ins.count(step, way_of(&outcome));
    outcome
}

fn way_of(outcome: &Result<SignedIn, Failure>) -> Way {
    match outcome {
        Ok(signed_in) if signed_in.needs_code => Way::On,
        Ok(_) => Way::In,
        Err(Failure::Throttled { .. }) => Way::Throttled,
        Err(Failure::Passwords(PasswordsError::Busy)) => Way::Busy,
        Err(Failure::Store(_) | Failure::Vault(_) | Failure::Passwords(_) | Failure::Random(_)) => {
            Way::Failed
        }
        Err(_) => Way::Refused,
    }
}
