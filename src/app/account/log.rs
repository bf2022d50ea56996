//! The log, read: by whoever may, a page at a time.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::audit::{Actor, Event, EventCursor, EventFilter, Stop, TargetFilter};
use crate::domain::paging::{Slice, cut_page};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::store::{audit, audit_search, users};

/// A page of the log, newest first.
pub struct EventPage {
    pub events: Vec<Event>,
    /// The number after which newer ones follow, if there may be some, and the one before which older ones do.
    pub newer: Option<i64>,
    pub older: Option<i64>,
    /// Where the search stopped, on the way that the page was asked for, without having looked at everything.
    pub stopped: Option<Stop>,
}

/// One page of the account's log.
pub async fn events(
    app: &App,
    caller: &Caller,
    filter: EventFilter,
    cursor: EventCursor,
) -> Result<EventPage, Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    event_page(app, caller, filter, cursor).await
}

/// What a user did and what was done to it.
pub async fn activity(
    app: &App,
    caller: &Caller,
    uin: Uin,
    cursor: EventCursor,
) -> Result<EventPage, Failure> {
    caller.ensure(action::READ_AUDIT, uin)?;
    let owner = caller.owner();
    app.store.read(move |conn| users::find(conn, owner, uin)).await?.ok_or(Failure::NotFound)?;
    let about = TargetFilter { uins: vec![uin], ..TargetFilter::default() };
    event_page(app, caller, EventFilter { about: Some(about), ..EventFilter::default() }, cursor).await
}

/// The caller's own latest security events.
pub async fn own_activity(app: &App, caller: &Caller) -> Result<Vec<Event>, Failure> {
    let filter = EventFilter { actors: vec![Actor::User(caller.user.uin)], ..EventFilter::default() };
    let mut page = event_page(app, caller, filter, EventCursor::Newest).await?;
    page.events.truncate(10);
    Ok(page.events)
}

/// One page of an account's log, for whoever was asked already.
pub(in crate::app) async fn event_page(
    app: &App,
    caller: &Caller,
    filter: EventFilter,
    cursor: EventCursor,
) -> Result<EventPage, Failure> {
    let (owner, wanted) = (caller.owner(), caller.page_size());
    app.store
        .read(move |conn| {
            let size = i64::try_from(wanted).unwrap_or(i64::MAX);
            let found = audit_search::part(conn, owner, &filter, Slice { cursor, size })?;
            let (mut events, stopped) = (found.events, found.stopped);
            let has_more = cut_page(&mut events, wanted).is_some();
            let (first, last) = (events.first().map(|event| event.seq), events.last().map(|event| event.seq));
            let onward = if has_more { last } else { stopped.map(|stop| stop.seq) };
            if matches!(cursor, EventCursor::Newer(_)) {
                events.reverse();
                return Ok(EventPage { events, newer: onward, older: first, stopped });
            }
            let newer = first.filter(|_| cursor != EventCursor::Newest);
            Ok(EventPage { events, newer, older: onward, stopped })
        })
        .await
}

/// Whether a user of that UIN is in the caller's account, and may be opened by the caller.
pub async fn can_open_user(app: &App, caller: &Caller, uin: Uin) -> Result<bool, Failure> {
    if !caller.may(action::GET_USER, uin) {
        return Ok(false);
    }
    let owner = caller.owner();
    Ok(app.store.read(move |conn| users::find(conn, owner, uin)).await?.is_some())
}

/// One event of the account.
pub async fn event_of(app: &App, caller: &Caller, seq: i64) -> Result<Event, Failure> {
    caller.ensure_here(action::READ_AUDIT)?;
    let owner = caller.owner();
    app.store.read(move |conn| audit::find(conn, owner, seq)).await?.ok_or(Failure::NotFound)
}
