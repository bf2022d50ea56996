//! Keys that live longer, or unused longer, than their account lets new ones.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::key_limits::ending::{EndPlace, Ending};
use crate::domain::key_limits::expiry::KeyExpiry;
use crate::domain::number::grouped;
use crate::domain::paging::Slice;
use crate::domain::permission::action;
use crate::domain::user::UserKind;
use crate::store::{Conn, StoreError, key_ends, key_silence};

/// Keys that are counted; beyond that there are "more than" so many.
const MOST_COUNTED: i64 = 1_000;
/// Keys on a page.
const PAGE: i64 = 50;

/// How many keys are beyond a maximum, in words that need no number above the counted ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Beyond {
    pub count: i64,
    pub is_more: bool,
}

/// Keys beyond the account's maximum, those without an end first, then the latest end first.
pub struct BeyondPage {
    pub rows: Vec<Ending>,
    /// Keys of this page whose limits the caller may not see.
    pub hidden: usize,
    pub next: Option<EndPlace>,
}

impl Beyond {
    /// "1 key", "31 keys", "More than 1,000 keys".
    pub fn in_words(self) -> String {
        match (self.count, self.is_more) {
            (count, true) => format!("More than {} keys", grouped(count)),
            (1, false) => "1 key".to_owned(),
            (count, false) => format!("{} keys", grouped(count)),
        }
    }

    /// What the maximum means for them.
    pub fn sentence(self) -> String {
        match (self.count, self.is_more) {
            (0, _) => "No key would be beyond the longest time.".to_owned(),
            (1, false) => "1 key would be beyond the longest time. It goes on working; its next end has to be within it.".to_owned(),
            _ => format!(
                "{} would be beyond the longest time. They go on working; the next end of each has to be within it.",
                self.in_words()
            ),
        }
    }

    /// What the account's limit of silence means for them.
    pub fn silence_sentence(self) -> String {
        match (self.count, self.is_more) {
            (0, _) => "Every key is disabled after so many days without a call, or earlier.".to_owned(),
            (1, false) => {
                "1 key has no such limit or a longer one. It stays as it is: the number counts for new keys."
                    .to_owned()
            }
            _ => format!(
                "{} have no such limit or a longer one. They stay as they are: the number counts for new keys.",
                self.in_words()
            ),
        }
    }
}

/// Counts the keys of the caller's account that are not disabled after so many days without a call, or later.
pub async fn count_idle_beyond(app: &App, caller: &Caller, days: i64) -> Result<Beyond, Failure> {
    caller.ensure_here(action::READ_SETTINGS)?;
    app.look(caller, move |view| {
        let count = key_silence::count_beyond(view.conn, view.by.owner(), days, MOST_COUNTED + 1)?;
        Ok(Beyond { count: count.min(MOST_COUNTED), is_more: count > MOST_COUNTED })
    })
    .await
}

/// Counts the keys of the caller's account that a maximum of so many days would not have allowed.
pub async fn count_beyond(app: &App, caller: &Caller, days: i64) -> Result<Beyond, Failure> {
    caller.ensure_here(action::READ_SETTINGS)?;
    let now = app.clock.now();
    app.look(caller, move |view| {
        let expiry = KeyExpiry { max_days: days, ..KeyExpiry::default() };
        let latest = expiry.latest(now).unwrap_or(i64::MAX);
        Ok(count(view.conn, view.by, latest)?)
    })
    .await
}

fn count(conn: &mut Conn, caller: &Caller, latest: i64) -> Result<Beyond, StoreError> {
    let count = key_ends::count_beyond(conn, caller.owner(), latest, MOST_COUNTED + 1)?;
    Ok(Beyond { count: count.min(MOST_COUNTED), is_more: count > MOST_COUNTED })
}

/// The keys beyond the account's maximum, a page at a time.
pub async fn keys_beyond(app: &App, caller: &Caller, from: Option<EndPlace>) -> Result<BeyondPage, Failure> {
    caller.ensure_here(action::READ_SETTINGS)?;
    caller.ensure_here(action::LIST_USERS)?;
    let Some(latest) = caller.account.settings.key_expiry.latest(app.clock.now()) else {
        return Ok(BeyondPage { rows: Vec::new(), hidden: 0, next: None });
    };
    app.view(caller, move |view| {
        let slice = Slice { cursor: from, size: PAGE + 1 };
        let rows = key_ends::beyond(view.conn, view.by.owner(), latest, slice)?;
        Ok(cut(view.by, rows, Ending::place))
    })
    .await
}

/// The keys that the account's limit of silence would not leave as they are, a page at a time: those without such a limit
/// first, then those with the longest.
pub async fn keys_idle_beyond(
    app: &App,
    caller: &Caller,
    from: Option<EndPlace>,
) -> Result<BeyondPage, Failure> {
    caller.ensure_here(action::READ_SETTINGS)?;
    caller.ensure_here(action::LIST_USERS)?;
    let Some(days) = caller.account.settings.key_expiry.silence_of_new() else {
        return Ok(BeyondPage { rows: Vec::new(), hidden: 0, next: None });
    };
    app.view(caller, move |view| {
        let slice = Slice { cursor: from, size: PAGE + 1 };
        let rows = key_silence::beyond(view.conn, view.by.owner(), days, slice)?;
        Ok(cut(view.by, rows, Ending::silence_place))
    })
    .await
}

/// A page of them, without those whose limits the caller may not see.
fn cut(caller: &Caller, rows: Vec<Ending>, place: fn(&Ending) -> EndPlace) -> BeyondPage {
    let mut rows = rows;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let is_more = rows.len() > page;
    rows.truncate(page);
    let next = rows.last().filter(|_| is_more).map(place);
    let all = rows.len();
    rows.retain(|row| {
        let is_open = caller.is_root() || row.user.kind != UserKind::Root;
        is_open && caller.may(action::QUERY_KEY_LIMITS, row.user.uin)
    });
    BeyondPage { hidden: all - rows.len(), rows, next }
}
