//! How many lines of the overview can do harm now: the number beside it in the navigation of every page.

use super::{Look, sources, when};
use crate::app::caller::{Caller, Duty};
use crate::app::operator::nodes::installation_in;
use crate::app::{App, Failure};
use crate::domain::attention::{Finding, Level};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Seconds after which it is counted anew, and for which a count is shown at most.
const COUNTED_FOR: i64 = 5;
const SHOWN_FOR: i64 = 10;
/// Counts that are kept at once.
const MOST: usize = 10_000;

/// Whose account, and what of it is told: who may see less has a count of their own.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Sight {
    owner: Uin,
    sees_canaries: bool,
    sees_servers: bool,
}

/// A count, and when it was begun, in unix seconds.
#[derive(Clone, Copy, Debug)]
struct Count {
    number: usize,
    at: i64,
    /// When somebody last set out to count anew.
    asked_at: i64,
}

/// The counts of this server. Nothing else decides by them.
#[derive(Default)]
pub struct Counts(Mutex<HashMap<Sight, Count>>);

impl Counts {
    fn held(&self) -> MutexGuard<'_, HashMap<Sight, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the caller of this is to count anew. Others show what is known meanwhile, as long as it may be shown.
    fn is_asked(&self, sight: Sight, now: i64) -> bool {
        let mut counts = self.held();
        let Some(count) = counts.get_mut(&sight) else { return true };
        let is_within = |seconds: i64, at: i64| (0..seconds).contains(&(now - at));
        let is_under_way = is_within(SHOWN_FOR, count.at) && is_within(COUNTED_FOR, count.asked_at);
        if is_within(COUNTED_FOR, count.at) || is_under_way {
            return false;
        }
        count.asked_at = now;
        true
    }

    fn note(&self, sight: Sight, number: usize, at: i64) {
        let mut counts = self.held();
        if counts.len() >= MOST {
            counts.retain(|_, count| (0..SHOWN_FOR).contains(&(at - count.at)));
        }
        if counts.len() < MOST || counts.contains_key(&sight) {
            counts.insert(sight, Count { number, at, asked_at: at });
        }
    }
}

fn sight(caller: &Caller) -> Option<Sight> {
    let sees = caller.duty() == Duty::None && caller.may_here(action::GET_OVERVIEW);
    sees.then(|| Sight {
        owner: caller.owner(),
        sees_canaries: caller.may_here(action::LIST_CANARIES),
        sees_servers: caller.may_here(action::READ_SETTINGS),
    })
}

/// Counts for who may see the overview, in one read, unless this server did so within the last seconds. A count that fails is
/// none: nothing is shown.
pub async fn count_harm(app: &App, caller: &Caller) {
    let Some(sight) = sight(caller) else { return };
    let now = app.clock.now();
    if !app.harm.is_asked(sight, now) {
        return;
    }
    let when = when(app, caller);
    let counted = app.view(caller, move |view| {
        let installation =
            if sight.sees_servers { Some(installation_in(view.app, view.conn)?) } else { None };
        let mut look =
            Look { view: &mut *view, when, hours: &[], installation: installation.as_ref(), steps: &[] };
        Ok::<_, Failure>(harmful(&sources::able_to_harm(&mut look)?))
    });
    if let Ok(number) = counted.await {
        app.harm.note(sight, number, now);
    }
}

/// What the overview itself has just found.
pub(super) fn note_found(app: &App, caller: &Caller, found: &[Finding], at: i64) {
    if let Some(sight) = sight(caller) {
        app.harm.note(sight, harmful(found), at);
    }
}

fn harmful(found: &[Finding]) -> usize {
    found.iter().filter(|finding| finding.level == Level::Bad).count()
}

/// How many lines can do harm, as far as this server counted within the last ten seconds; 0 for who may not see them.
pub fn known_harm(app: &App, caller: &Caller) -> usize {
    let Some(sight) = sight(caller) else { return 0 };
    let (counts, now) = (app.harm.held(), app.clock.now());
    let count = counts.get(&sight).filter(|count| (0..=SHOWN_FOR).contains(&(now - count.at)));
    count.map_or(0, |count| count.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGHT: Sight = Sight { owner: Uin(1), sees_canaries: true, sees_servers: false };

    #[test]
    fn one_of_many_counts_anew_and_what_is_too_old_to_show_is_counted_by_all() {
        let counts = Counts::default();
        assert!(counts.is_asked(SIGHT, 100), "nothing is known");
        counts.note(SIGHT, 2, 100);
        assert!(!counts.is_asked(SIGHT, 104));
        assert_eq!([counts.is_asked(SIGHT, 105), counts.is_asked(SIGHT, 105)], [true, false]);
        assert!(counts.is_asked(SIGHT, 110), "the first one never came back");
        assert!(counts.is_asked(Sight { sees_servers: true, ..SIGHT }, 101), "who sees more counts more");
        assert!(counts.is_asked(SIGHT, 99), "a clock that was set back");
    }
}
