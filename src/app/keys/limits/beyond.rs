//! Keys that live longer, or unused longer, than their account lets new ones.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::key_limits::ending::{EndKind, EndPlace, Ending};
use crate::domain::key_limits::expiry::KeyExpiry;
use crate::domain::number::grouped;
use crate::domain::paging::{PAGE_ROWS, Slice, Tally, cut_page};
use crate::domain::permission::action;
use crate::store::keys_beyond;

/// How many keys are beyond a limit, in words that need no number above the counted ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Beyond {
    pub kind: EndKind,
    pub keys: Tally,
}

/// Keys beyond a limit of the account, those without it first, then those with the most.
pub struct BeyondPage {
    pub rows: Vec<Ending>,
    /// Keys of this page whose limits the caller may not see.
    pub hidden: usize,
    pub next: Option<EndPlace>,
}

impl Beyond {
    /// "1 key", "31 keys", "More than 1,000 keys".
    pub fn in_words(self) -> String {
        match self.keys {
            Tally { number, is_more: true } => format!("More than {} keys", grouped(number)),
            Tally { number: 1, .. } => "1 key".to_owned(),
            Tally { number, .. } => format!("{} keys", grouped(number)),
        }
    }

    /// What the limit means for them.
    pub fn sentence(self) -> String {
        let keys = self.in_words();
        let (is_none, is_one) = (self.keys == Tally::exactly(0), self.keys == Tally::exactly(1));
        match self.kind {
            EndKind::End if is_none => "No key would be beyond the longest time.".to_owned(),
            EndKind::End if is_one => {
                format!(
                    "{keys} would be beyond the longest time. It goes on working; its next end has to be within it."
                )
            }
            EndKind::End => format!(
                "{keys} would be beyond the longest time. They go on working; the next end of each has to be within it."
            ),
            EndKind::Silence if is_none => {
                "Every key is disabled after so many days without a call, or earlier.".to_owned()
            }
            EndKind::Silence if is_one => {
                format!(
                    "{keys} has no such limit or a longer one. It stays as it is: the number counts for new keys."
                )
            }
            EndKind::Silence => format!(
                "{keys} have no such limit or a longer one. They stay as they are: the number counts for new keys."
            ),
        }
    }
}

/// Counts the keys of the caller's account that a limit would not have allowed; nothing where there is no such limit.
pub async fn count_beyond(
    app: &App,
    caller: &Caller,
    kind: EndKind,
    expiry: KeyExpiry,
) -> Result<Option<Beyond>, Failure> {
    caller.ensure_here(action::READ_SETTINGS)?;
    let Some(bound) = expiry.bound(kind, app.clock.now()) else { return Ok(None) };
    app.look(caller, move |view| {
        let count = keys_beyond::count_beyond(view.conn, view.by.owner(), bound, Tally::MOST + 1)?;
        Ok(Some(Beyond { kind, keys: Tally::of(count) }))
    })
    .await
}

/// The keys beyond a limit of the account, a page at a time.
pub async fn keys_beyond(
    app: &App,
    caller: &Caller,
    kind: EndKind,
    from: Option<EndPlace>,
) -> Result<BeyondPage, Failure> {
    caller.ensure_here(action::READ_SETTINGS)?;
    caller.ensure_here(action::LIST_USERS)?;
    let Some(bound) = caller.account.settings.key_expiry.bound(kind, app.clock.now()) else {
        return Ok(BeyondPage { rows: Vec::new(), hidden: 0, next: None });
    };
    app.view(caller, move |view| {
        let slice = Slice { cursor: from, size: i64::from(PAGE_ROWS) + 1 };
        let rows = keys_beyond::beyond(view.conn, view.by.owner(), bound, slice)?;
        Ok(cut(view.by, rows, kind))
    })
    .await
}

/// A page of them, without those whose limits the caller may not see.
fn cut(caller: &Caller, mut rows: Vec<Ending>, kind: EndKind) -> BeyondPage {
    let next = cut_page(&mut rows, PAGE_ROWS).map(|last| last.place(kind));
    let all = rows.len();
    rows.retain(|row| {
        !caller.is_barred_from(&row.user) && caller.may(action::QUERY_KEY_LIMITS, row.user.uin)
    });
    BeyondPage { hidden: all - rows.len(), rows, next }
}
