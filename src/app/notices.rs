//! Notices: what happened to keys, and what is about to, for whoever may read the log.

use crate::app::account::log::{EventPage, event_page};
use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::audit::{EventCursor, EventFilter};
use crate::domain::notice::Level;
use crate::domain::permission::action;
use crate::store::notices as kept;

/// A page of the notices, newest first.
pub struct NoticePage {
    pub events: EventPage,
    /// The newest event that the caller has read.
    pub read_up_to: i64,
}

/// A page of the account's notices: all of them, or the bad ones.
pub async fn notices(
    app: &App,
    caller: &Caller,
    least: Level,
    cursor: EventCursor,
) -> Result<NoticePage, Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    let filter = EventFilter { notices: Some(least), ..EventFilter::default() };
    let events = event_page(app, caller, filter, cursor).await?;
    let uid = caller.user.uid;
    let read_up_to = app.store.read(move |conn| kept::read_up_to(conn, uid)).await?;
    Ok(NoticePage { events, read_up_to })
}

/// Notes that the caller has read all up to an event.
pub async fn mark_read(app: &App, caller: &Caller, seq: i64) -> Result<(), Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    let uid = caller.user.uid;
    app.store.write(move |conn| Ok(kept::mark_read(conn, uid, seq)?)).await
}
