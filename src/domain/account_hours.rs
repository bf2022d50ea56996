//! Calls with the keys of an account, by hour: what is written down of them, and when many were refused.

use super::key_hours::{ALLOWED, Counted};
use super::user::Uin;
use crate::domain::span::DAY;
use std::collections::BTreeMap;

/// Hours of accounts that wait to be written down; beyond that, those of further accounts are not counted.
const MOST: usize = 10_000;
/// Refused calls in a day from which on many can be a spike, and how many times what is usual it takes.
const LEAST_REFUSED: i64 = 20;
const TIMES_USUAL: i64 = 3;
/// Days that say what is usual.
pub const USUAL_DAYS: i64 = 7;

/// Calls of one hour or day of an account.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Calls {
    /// When it began, in unix seconds.
    pub at: i64,
    pub accepted: i64,
    pub refused: i64,
}

/// Refused calls of the last 24 hours and what is usual for a day, where that many were not to be expected.
///
/// `hours` are those of at least eight days before `now`; a server that counts for less than a day knows of nothing usual.
#[must_use]
pub fn refused_spike(hours: &[Calls], now: i64) -> Option<(i64, i64)> {
    let first = hours.iter().map(|calls| calls.at).min()?;
    let (day, week) = (now - DAY, now - (1 + USUAL_DAYS) * DAY);
    let known = (day - first.max(week)) / DAY;
    if known < 1 {
        return None;
    }
    let sum = |from: i64, to: i64| -> i64 {
        hours.iter().filter(|calls| calls.at >= from && calls.at < to).map(|calls| calls.refused).sum()
    };
    let (refused, usual) = (sum(day, i64::MAX), sum(week, day) / known);
    (refused >= LEAST_REFUSED && refused > TIMES_USUAL * usual).then_some((refused, usual))
}

/// Calls of accounts that are not written down yet: bounded, however many accounts there are.
#[derive(Debug, Default)]
pub struct Totals(BTreeMap<(Uin, i64), Calls>);

impl Totals {
    /// Adds what was counted of a key of that account.
    pub fn count(&mut self, owner: Uin, counted: &Counted) {
        for (caller, number) in &counted.callers {
            let is_accepted = caller.outcome == ALLOWED;
            let (accepted, refused) = if is_accepted { (*number, 0) } else { (0, *number) };
            self.add(owner, Calls { at: caller.hour, accepted, refused });
        }
    }

    /// Adds calls of an hour.
    pub fn add(&mut self, owner: Uin, calls: Calls) {
        let is_full = self.0.len() >= MOST && !self.0.contains_key(&(owner, calls.at));
        if !is_full {
            let sum = self.0.entry((owner, calls.at)).or_insert(Calls { at: calls.at, ..Calls::default() });
            sum.accepted += calls.accepted;
            sum.refused += calls.refused;
        }
    }

    /// Hands out what waits, in the order in which every node locks the rows.
    pub fn take(&mut self) -> Vec<(Uin, Calls)> {
        std::mem::take(&mut self.0).into_iter().map(|((owner, _), calls)| (owner, calls)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(days_ago: i64, refused: i64) -> Calls {
        Calls { at: 100 * DAY - days_ago * DAY, accepted: 5, refused }
    }

    #[test]
    fn many_refused_calls_are_a_spike_only_beside_what_is_usual() {
        let now = 100 * DAY + 1_800;
        let quiet: Vec<Calls> = (1..9).map(|days| hour(days, 7)).collect();

        let with = |refused| [&quiet[..], &[hour(0, refused)]].concat();
        assert_eq!(refused_spike(&with(22), now), Some((22, 7)));
        assert_eq!(refused_spike(&with(21), now), None, "three times as many is not more than that");
        assert_eq!(refused_spike(&[hour(3, 0), hour(0, 19)], now), None, "few are none");
        assert_eq!(refused_spike(&[hour(0, 500)], now), None, "nothing is known of the days before");
        assert_eq!(refused_spike(&[], now), None);
    }

    #[test]
    fn however_many_accounts_there_are_memory_is_bounded() {
        let mut totals = Totals::default();
        for owner in 0..20_000 {
            totals.add(Uin(owner), Calls { at: 0, accepted: 1, refused: 2 });
            totals.add(Uin(0), Calls { at: 0, accepted: 1, refused: 0 });
        }

        let taken = totals.take();

        assert_eq!(taken.len(), MOST);
        assert_eq!(taken[0], (Uin(0), Calls { at: 0, accepted: 20_001, refused: 2 }));
        assert!(totals.take().is_empty());
    }
}
