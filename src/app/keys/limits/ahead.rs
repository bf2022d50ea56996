//! Keys that will expire: told of some days ahead.
//!
//! All keys stand in the order of their ends, and for each number of days there is a place in that order up to which it was told. So
//! nothing is looked at twice, and a server that was away goes on where the last one stopped. An end that was set when it was nearer
//! than the place is not told of before the next of these days.

use crate::app::change::event::Draft;
use crate::app::change::{Change, Outsider};
use crate::app::{App, Failure};
use crate::clock;
use crate::domain::audit::EventName;
use crate::domain::key::SecretId;
use crate::domain::span::DAY;
use crate::store::api_keys;
use crate::store::key_warnings::{self, Place};

/// Days before the end on which it is told, each with the next one after it.
const DAYS: [[i64; 2]; 3] = [[14, 7], [7, 1], [1, 0]];
/// Keys that are told of in one change.
const IN_ONE: i64 = 100;
/// Seconds after which the place moves on where there is nothing to tell.
const STRIDE: i64 = 3_600;

/// Tells of the keys whose end has come near; says how many were looked at.
pub async fn warn(app: &App) -> Result<usize, Failure> {
    let mut looked_at = 0;
    for [days, next] in DAYS {
        looked_at += warn_of(app, days, next).await?;
    }
    Ok(looked_at)
}

async fn warn_of(app: &App, days: i64, next: i64) -> Result<usize, Failure> {
    // The first end that is not near yet.
    let until = app.clock.now() + days * DAY + 1;
    let (from, found) = app
        .store
        .read(move |conn| {
            let from = key_warnings::place(conn, days)?;
            let found = match &from {
                Some(from) => key_warnings::ending(conn, from, until, IN_ONE)?,
                None => Vec::new(),
            };
            Ok::<_, Failure>((from, found))
        })
        .await?;
    let is_whole = i64::try_from(found.len()).unwrap_or(i64::MAX) < IN_ONE;
    let to = match found.last() {
        Some((expires_at, id)) if !is_whole => Place { expires_at: *expires_at, secret_id: id.to_string() },
        _ => Place { expires_at: until, secret_id: String::new() },
    };
    // A clock that was ahead led the place too far; then it goes back.
    let is_far = from.as_ref().is_none_or(|from| (to.expires_at - from.expires_at).abs() >= STRIDE);
    if found.is_empty() && !is_far {
        return Ok(0);
    }
    let count = found.len();
    let span = [next * DAY, days * DAY];
    app.change(&Outsider, move |change| {
        // Of two servers one moves on, and tells.
        if key_warnings::advance(change.conn, days, from.as_ref(), to)? {
            for (_, id) in &found {
                tell(change, id, span)?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(count)
}

/// Tells of a key that is on and ends within this span from now.
fn tell(change: &mut Change<'_, Outsider>, id: &SecretId, [least, most]: [i64; 2]) -> Result<(), Failure> {
    let Some(found) = api_keys::signer(change.conn, id)? else { return Ok(()) };
    let now = change.app.clock.now();
    let end = found.key.limits.expires_at.filter(|end| *end > now + least && *end <= now + most);
    let Some(end) = end.filter(|_| found.key.is_enabled()) else { return Ok(()) };
    let event = Draft::by_camlock(EventName::KEY_EXPIRES_SOON, found.user.owner_uin);
    let event = event.on(&found.user).object(id.as_str());
    event.fact("expires_at", clock::iso(end)).record(change);
    Ok(())
}
