//! What the numbers of a key tell of its past: its days, where it was called from first, days on which much was refused.

use super::key::SecretId;
use super::key_hours::{ALLOWED, KEPT_DAYS};
use super::rotation::Ending;
use crate::domain::span::DAY;

/// Days of kept numbers after which a network counts as new though the key is older than what is kept.
const SETTLED_DAYS: i64 = 7;
/// The least refused calls of a day that are worth a line.
const LEAST_REFUSED: i64 = 10;
/// How many times as many as on other days.
const TIMES_AS_MANY: i64 = 5;

/// How often one outcome was that of a call on one day.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DayOutcome {
    /// When the day began in UTC, in unix seconds.
    pub day: i64,
    pub outcome: String,
    pub calls: i64,
}

/// The calls of one day.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DayCalls {
    pub day: i64,
    pub accepted: i64,
    pub refused: i64,
    /// How often for each reason, by its stable name.
    pub reasons: Vec<(String, i64)>,
}

/// Where accepted calls first came from, in what is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seen {
    pub network: String,
    pub client: String,
    /// When that hour began, in unix seconds.
    pub hour: i64,
}

/// Something that the numbers tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sign {
    /// In unix seconds; of all but an exact first use the beginning of the hour or day.
    pub at: i64,
    pub what: Told,
}

/// What a sign tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Told {
    FirstUse {
        is_exact: bool,
        network: String,
        client: String,
    },
    NewNetwork {
        network: String,
        client: String,
        is_known_client: bool,
    },
    ManyRefused {
        calls: i64,
        reasons: Vec<(String, i64)>,
    },
    /// It began to replace another key.
    Replaces {
        old: SecretId,
    },
    /// That ended.
    Replaced {
        old: SecretId,
        ending: Ending,
    },
}

/// What is known of a key beside its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub now: i64,
    /// In unix seconds; nothing when the log does not tell.
    pub created_at: Option<i64>,
    /// In unix seconds, where it was kept.
    pub first_used_at: Option<i64>,
}

/// The days that are kept, the oldest first, today last; also those without a call.
#[must_use]
pub fn days(counted: &[DayOutcome], now: i64) -> Vec<DayCalls> {
    let today = now - now.rem_euclid(DAY);
    let first = today - (KEPT_DAYS - 1) * DAY;
    let day = |number: i64| {
        let mut calls = DayCalls { day: first + number * DAY, ..DayCalls::default() };
        for one in counted.iter().filter(|one| one.day == calls.day) {
            if one.outcome == ALLOWED {
                calls.accepted += one.calls;
            } else {
                calls.refused += one.calls;
                calls.reasons.push((one.outcome.clone(), one.calls));
            }
        }
        calls.reasons.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
        calls
    };
    (0..KEPT_DAYS).map(day).collect()
}

/// What the numbers tell, in the order of time. `seen` is sorted by hour.
#[must_use]
pub fn signs(days: &[DayCalls], seen: &[Seen], life: Life) -> Vec<Sign> {
    let mut signs: Vec<Sign> = first_use(seen, life).into_iter().collect();
    signs.extend(new_networks(seen, life));
    signs.extend(days.iter().filter(|day| stands_out(day, days)).map(|day| Sign {
        at: day.day,
        what: Told::ManyRefused { calls: day.refused, reasons: day.reasons.clone() },
    }));
    // An hour or day begins before what was in it.
    let born = life.created_at.unwrap_or(i64::MIN);
    for sign in &mut signs {
        sign.at = sign.at.max(born);
    }
    signs.sort_by_key(|sign| sign.at);
    signs
}

fn kept_since(life: Life) -> i64 {
    life.now - KEPT_DAYS * DAY
}

/// The hour of the first use is known only of a key that is no older than what is kept.
fn first_use(seen: &[Seen], life: Life) -> Option<Sign> {
    let is_whole = life.created_at.is_some_and(|at| at >= kept_since(life));
    let first = seen.first().filter(|_| is_whole);
    let (network, client) = first.map(|seen| (seen.network.clone(), seen.client.clone())).unwrap_or_default();
    let at = life.first_used_at.or(first.map(|seen| seen.hour))?;
    Some(Sign { at, what: Told::FirstUse { is_exact: life.first_used_at.is_some(), network, client } })
}

fn new_networks(seen: &[Seen], life: Life) -> Vec<Sign> {
    let is_whole = life.created_at.is_some_and(|at| at >= kept_since(life));
    let settled = if is_whole { i64::MIN } else { kept_since(life) + SETTLED_DAYS * DAY };
    let begin = seen.first().map_or(i64::MAX, |first| first.hour);
    let mut found = Vec::new();
    for (number, one) in seen.iter().enumerate() {
        let earlier = || seen.iter().take(number);
        let is_new = one.hour > begin.max(settled) && earlier().all(|other| other.network != one.network);
        if is_new {
            let is_known_client = earlier().any(|other| other.client == one.client);
            let (network, client) = (one.network.clone(), one.client.clone());
            found.push(Sign { at: one.hour, what: Told::NewNetwork { network, client, is_known_client } });
        }
    }
    found
}

fn stands_out(day: &DayCalls, days: &[DayCalls]) -> bool {
    let others = days.iter().filter(|other| other.day != day.day && other.refused > 0);
    let (count, sum) = others.fold((0, 0), |(count, sum), other| (count + 1, sum + other.refused));
    day.refused >= LEAST_REFUSED && day.refused * count.max(1) >= sum * TIMES_AS_MANY
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000 * DAY + 500;

    fn seen(network: &str, client: &str, days_ago: i64) -> Seen {
        Seen { network: network.to_owned(), client: client.to_owned(), hour: NOW - days_ago * DAY }
    }

    fn life(age: i64) -> Life {
        Life { now: NOW, created_at: Some(NOW - age * DAY), first_used_at: None }
    }

    fn new_ones(seen: &[Seen], life: Life) -> Vec<String> {
        let told = signs(&[], seen, life).into_iter();
        told.filter_map(|sign| match sign.what {
            Told::NewNetwork { network, .. } => Some(network),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn there_is_a_day_for_each_that_is_kept_and_its_sums_are_those_of_its_outcomes() {
        let of = |day, outcome: &str, calls| DayOutcome { day, outcome: outcome.to_owned(), calls };
        let today = 1_000 * DAY;
        let counted =
            [of(today, ALLOWED, 3), of(today, "skew", 1), of(today, "no_policy", 4), of(0, ALLOWED, 9)];

        let days = days(&counted, NOW);

        assert_eq!(days.len(), 35);
        let last = days.last().unwrap();
        assert_eq!((last.day, last.accepted, last.refused), (today, 3, 5));
        assert_eq!(last.reasons[0], ("no_policy".to_owned(), 4));
        assert_eq!(days.iter().map(|day| day.accepted).sum::<i64>(), 3);
    }

    #[test]
    fn a_network_is_new_once_another_was_there_before() {
        let came =
            [seen("a", "curl/8", 20), seen("a", "sdk/1", 10), seen("b", "curl/8", 3), seen("b", "sdk/1", 2)];
        assert_eq!(new_ones(&came, life(21)), ["b"]);
        assert_eq!(new_ones(&came, life(400)), ["b"]);
    }

    #[test]
    fn what_an_old_key_was_called_from_in_the_first_days_that_are_kept_is_not_called_new() {
        let came = [seen("a", "curl/8", 34), seen("b", "curl/8", 33), seen("c", "curl/8", 5)];
        assert_eq!(new_ones(&came, life(400)), ["c"]);
        assert_eq!(new_ones(&came, life(35)), ["b", "c"]);
    }

    #[test]
    fn the_first_use_is_told_where_it_is_known() {
        let came = [seen("a", "curl/8", 20)];
        assert!(matches!(signs(&[], &came, life(21))[0].what, Told::FirstUse { is_exact: false, .. }));
        assert!(signs(&[], &came, life(400)).is_empty());
        let kept = Life { first_used_at: Some(NOW - 300 * DAY), ..life(400) };
        assert_eq!(signs(&[], &came, kept)[0].at, NOW - 300 * DAY);
    }

    #[test]
    fn a_day_stands_out_when_much_more_was_refused_than_on_others() {
        let with = |refused: &[i64]| {
            let days: Vec<DayCalls> = (0..)
                .zip(refused)
                .map(|(at, refused)| DayCalls { day: at * DAY, refused: *refused, ..DayCalls::default() })
                .collect();
            signs(&days, &[], life(400)).len()
        };
        assert_eq!(with(&[0, 118, 1, 2]), 1);
        assert_eq!(with(&[0, 9, 0]), 0);
        assert_eq!(with(&[40, 50, 45]), 0);
        assert_eq!(with(&[0, 10, 0]), 1);
    }
}
