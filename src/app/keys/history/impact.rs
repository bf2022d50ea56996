//! What a key is used for: what would be refused if it was off, and who calls though it is.

use crate::app::caller::Caller;
use crate::app::keys::{Operation, Place, holder, usage};
use crate::app::{App, Failure};
use crate::domain::key::{Key, SecretId};
use crate::domain::key_history::{DayCalls, days};
use crate::domain::key_hours::{self, KEPT_DAYS};
use crate::domain::key_usage::{LastUse, Record};
use crate::domain::span::{DAY, HOUR};
use crate::store::key_history::{self, Calls, Spans, Sums};
use crate::store::key_hours::Total;
use crate::store::{Conn, StoreError, key_usage};

/// Kinds of callers that are listed, those with the most calls.
const MOST: i64 = 12;

/// What a key is used for, up to this moment.
pub struct Impact {
    pub secret_id: SecretId,
    pub last: Option<LastUse>,
    /// Of all callers, also those that are not listed.
    pub sums: Sums,
    pub callers: Vec<Calling>,
    /// Who called though the key was off, since it has been; nobody where it is in use.
    pub still: Vec<Total>,
    /// The days that are kept, the oldest first.
    pub days: Vec<DayCalls>,
}

/// Accepted calls of one kind of caller.
pub struct Calling {
    pub calls: Calls,
    pub last: Last,
}

/// When the last call was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Last {
    /// To the second, while it is among the newest calls of the key.
    At(i64),
    /// In the hour that began then.
    InHour(i64),
}

impl Impact {
    /// Calls of those who are not listed, in the last day.
    pub fn unlisted(&self) -> i64 {
        self.sums.day - self.callers.iter().map(|calling| calling.calls.day).sum::<i64>()
    }

    /// Refused calls since the key is off.
    pub fn refused_since(&self) -> i64 {
        self.still.iter().map(|one| one.calls).sum()
    }
}

/// What these keys are used for, up to this moment; nothing for whoever may not see their calls.
pub async fn impacts(
    app: &App,
    caller: &Caller,
    place: Place,
    keys: Vec<Key>,
) -> Result<Vec<Impact>, Failure> {
    usage::flush_usage(app).await?;
    let now = app.clock.now();
    app.view(caller, move |view| {
        match holder(view.conn, view.by, place, Operation::Query) {
            Err(Failure::Denied(_)) => return Ok(Vec::new()),
            found => found?,
        };
        let each = keys.iter().map(|key| Ok(impact_of(view.conn, &key.secret_id, key.off_since(now), now)?));
        each.collect()
    })
    .await
}

/// What the key of that id is or was used for; `off_since`, in unix seconds, of one that is not in use.
pub(super) fn impact_of(
    conn: &mut Conn,
    id: &SecretId,
    off_since: Option<i64>,
    now: i64,
) -> Result<Impact, StoreError> {
    // Hours are counted as a whole: the one that is only partly in the span belongs to it.
    let since = |days: i64| {
        let at = now - days * DAY;
        at - at.rem_euclid(HOUR)
    };
    let spans = Spans { day: since(1), month: since(30), kept: since(KEPT_DAYS) };
    let records = key_usage::records(conn, id)?;
    let accepted = key_history::accepted(conn, id, spans, MOST)?;
    let still = match off_since {
        Some(at) => key_history::still_calling(conn, id, (at - at.rem_euclid(HOUR)).max(spans.kept), MOST)?,
        None => Vec::new(),
    };
    Ok(Impact {
        secret_id: id.clone(),
        last: key_usage::last_use(conn, id)?,
        sums: key_history::sums(conn, id, spans)?,
        callers: accepted
            .into_iter()
            .map(|calls| Calling { last: last_of(&calls, &records), calls })
            .collect(),
        still,
        days: days(&key_history::by_day(conn, id, spans.kept)?, now),
    })
}

/// The newest first.
fn last_of(calls: &Calls, records: &[Record]) -> Last {
    let is_of = |record: &&Record| {
        record.reason.is_empty()
            && record.service == calls.service
            && key_hours::network_of(&record.ip) == calls.network
            && key_hours::product_of(&record.client) == calls.client
    };
    records.iter().find(is_of).map_or(Last::InHour(calls.last_hour), |record| Last::At(record.at_ms / 1000))
}
