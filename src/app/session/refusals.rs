//! Refusals that a page can be made to repeat: written down, but not as often as they come.

use crate::app::caller::Caller;
use crate::app::change::event::Draft;
use crate::app::session::public_name;
use crate::app::{App, Failure};
use crate::store::refusals;

/// Writes a refusal down: the first at once, then one a minute for each session and reason, with how many there were.
pub(in crate::app) async fn note_refusal(
    app: &App,
    caller: &Caller,
    event: Draft,
    reason: &'static str,
) -> Result<(), Failure> {
    let bucket = format!("{}:{reason}", public_name(caller.session()?));
    let now = app.clock.now();
    app.change(caller, move |change| {
        match refusals::count(change.conn, &bucket, now)? {
            Some(1) => event.refused(reason).record(change),
            Some(count) => event.refused(reason).fact("count", count).record(change),
            None => {}
        }
        Ok(())
    })
    .await
}
