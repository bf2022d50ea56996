//! Is anything wrong? What the overview of an account says, and the lists behind it.

pub mod harm;
pub mod lists;
mod sources;
pub mod words;

use crate::app::caller::Caller;
use crate::app::change::View;
use crate::app::keys::usage;
use crate::app::operator::nodes::{Installation, installation};
use crate::app::{App, Failure};
use crate::domain::account::Account;
use crate::domain::account_hours::Calls;
use crate::domain::attention::{Finding, When};
use crate::domain::audit::{Event, EventCursor, EventFilter, EventName};
use crate::domain::key_hours::KEPT_DAYS;
use crate::domain::paging::Slice;
use crate::domain::permission::action;
use crate::domain::span::DAY;
use crate::store::key_lines::{self, Counts};
use crate::store::{account_hours, audit};

/// Sensitive operations that are shown.
const OPERATIONS: usize = 10;
/// Days that a key is to last, where the account has no limit of its own.
const OLDEST_DAYS: i64 = 90;

/// What the overview shows.
pub struct Overview {
    pub now: i64,
    /// Days that a key is to last.
    pub oldest_days: i64,
    /// Whether all keys and users that an older version left are counted.
    pub is_filled: bool,
    pub counts: Counts,
    /// Root included.
    pub users: i64,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Of the days that are kept, the oldest first; the last one is today.
    pub days: Vec<Calls>,
    /// When the first hour began that was counted, if that is not longer ago than hours are kept.
    pub counted_since: Option<i64>,
    /// The newest first; nothing for who may not read the log.
    pub operations: Option<Vec<Event>>,
    pub steps: Vec<Step>,
    /// What runs here; nothing for who may not read the settings.
    pub installation: Option<Installation>,
    /// The version of the master key that seals.
    pub key_version: u32,
}

impl Overview {
    /// The calls of today.
    pub fn today(&self) -> Calls {
        self.days.last().copied().unwrap_or_default()
    }
}

/// A step of setting an account up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    pub what: Task,
    pub is_done: bool,
}

/// What is to be done when an account is new.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Task {
    AddUser,
    GiveKey,
    Call,
    RequireMfa,
}

impl Task {
    /// The stable name that programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddUser => "add-user",
            Self::GiveKey => "give-key",
            Self::Call => "call",
            Self::RequireMfa => "require-mfa",
        }
    }
}

/// What sources look at.
struct Look<'l, 't> {
    view: &'l mut View<'t>,
    when: When,
    /// Calls of the account, the oldest hour first.
    hours: &'l [Calls],
    installation: Option<&'l Installation>,
    steps: &'l [Step],
}

/// How many days a key of the account is to last.
pub fn oldest_days(account: &Account) -> i64 {
    Some(account.settings.key_expiry.max_days).filter(|days| *days > 0).unwrap_or(OLDEST_DAYS)
}

fn when(app: &App, caller: &Caller) -> When {
    When { now: app.clock.now(), oldest_days: oldest_days(&caller.account) }
}

/// What needs attention in the caller's account, and what goes on in it, up to this moment.
pub async fn overview(app: &App, caller: &Caller) -> Result<Overview, Failure> {
    caller.ensure_here(action::GET_OVERVIEW)?;
    usage::flush_usage(app).await?;
    let installation =
        if caller.may_here(action::READ_SETTINGS) { Some(installation(app).await?) } else { None };
    let when = when(app, caller);
    app.view(caller, move |view| {
        let owner = view.by.owner();
        let hours = account_hours::of_account(view.conn, owner)?;
        let counts = key_lines::counts(view.conn, owner)?;
        let steps = steps(view, counts)?;
        let mut look = Look {
            view: &mut *view,
            when,
            hours: &hours,
            installation: installation.as_ref(),
            steps: &steps,
        };
        let findings = sources::findings(&mut look)?;
        harm::note_found(view.app, view.by, &findings, when.now);
        Ok(Overview {
            now: when.now,
            oldest_days: when.oldest_days,
            is_filled: key_lines::is_filled(view.conn)?,
            counts,
            users: view.by.account.user_count + 1,
            findings,
            counted_since: hours.first().map(|hour| hour.at).filter(|at| *at > first_day(when.now)),
            days: by_day(&hours, when.now),
            operations: operations(view)?,
            steps,
            installation,
            key_version: view.app.vault.active_version(),
        })
    })
    .await
}

fn first_day(now: i64) -> i64 {
    now - now.rem_euclid(DAY) - (KEPT_DAYS - 1) * DAY
}

/// Adds hours up to days of UTC.
fn by_day(hours: &[Calls], now: i64) -> Vec<Calls> {
    let first = first_day(now);
    let mut days: Vec<Calls> =
        (0..KEPT_DAYS).map(|day| Calls { at: first + day * DAY, ..Calls::default() }).collect();
    for hour in hours {
        let place = usize::try_from((hour.at - first).div_euclid(DAY)).ok();
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            day.accepted += hour.accepted;
            day.refused += hour.refused;
        }
    }
    days
}

/// The last sensitive operations: a range of the log's index for each kind.
fn operations(view: &mut View<'_>) -> Result<Option<Vec<Event>>, Failure> {
    if !view.by.may_here(action::READ_AUDIT) {
        return Ok(None);
    }
    let names = EventName::ALL.into_iter().filter(|name| name.is_sensitive());
    let events = names.map(|name| name.as_str().to_owned()).collect();
    let filter = EventFilter { events, ..EventFilter::default() };
    let part = Slice { cursor: EventCursor::Newest, size: i64::try_from(OPERATIONS).unwrap_or(i64::MAX) };
    let mut found = audit::page(view.conn, view.by.owner(), &filter, part)?;
    found.truncate(OPERATIONS);
    Ok(Some(found))
}

/// What of setting up is done. Nothing of it is kept.
fn steps(view: &mut View<'_>, counts: Counts) -> Result<Vec<Step>, Failure> {
    let owner = view.by.owner();
    let of_root = sources::keys_of_root(view)?.len();
    let others = counts.held - i64::try_from(of_root).unwrap_or(i64::MAX);
    let step = |what, is_done| Step { what, is_done };
    Ok(vec![
        step(Task::AddUser, view.by.account.user_count > 0),
        step(Task::GiveKey, others > 0),
        step(Task::Call, key_lines::is_any_used(view.conn, owner)?),
        step(Task::RequireMfa, view.by.account.settings.mfa_required),
    ])
}
