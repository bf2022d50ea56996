//! What a key is used for, as the pages show it.

use crate::app::keys::history::{Calling, Impact, Last};
use crate::domain::key_hours::{DELETED_KEY, EXPIRED_KEY, KEPT_DAYS};
use crate::web::pages::bars::{Bar, share, spark};

/// What a key is used for.
pub struct ImpactView {
    /// The last accepted call, in unix seconds, with the address and what it was for.
    pub last: Option<(i64, String, String)>,
    pub day: i64,
    pub month: i64,
    /// In all days that are kept.
    pub kept: i64,
    pub refused_day: i64,
    pub refused_month: i64,
    /// Those with the most calls.
    pub callers: Vec<CallerRow>,
    /// In the last day, calls of callers that are not among them.
    pub unlisted: i64,
    /// Who calls though the key is off.
    pub still: Vec<StillRow>,
    pub refused_since: i64,
    /// Accepted calls by day.
    pub spark: Vec<Bar>,
    /// How many days that are.
    pub days: i64,
}

/// A kind of caller whose calls were accepted.
pub struct CallerRow {
    pub client: String,
    pub network: String,
    pub service: String,
    pub day: i64,
    pub month: i64,
    pub last: i64,
    /// Whether `last` is only the beginning of an hour.
    pub is_hour: bool,
    /// Of 100: its part of the calls of the last day, or of all where there was none.
    pub share: i64,
}

/// A kind of caller whose calls are refused because the key is off.
pub struct StillRow {
    pub client: String,
    pub network: String,
    pub service: String,
    pub calls: i64,
    /// When the hour of the last one began.
    pub last_hour: i64,
    pub why: &'static str,
}

impl ImpactView {
    pub fn of(impact: Impact) -> Self {
        let (unlisted, refused_since, sums) = (impact.unlisted(), impact.refused_since(), impact.sums);
        let days: Vec<i64> = impact.days.iter().map(|day| day.accepted).collect();
        let last = impact.last.map(|used| {
            let at = used.at();
            let what = if used.service.is_empty() {
                used.action
            } else {
                format!("{}:{}", used.service, used.action)
            };
            (at, used.ip, what)
        });
        let row = |calling: Calling| {
            let Calling { calls, last } = calling;
            let (last, is_hour) = match last {
                Last::At(at) => (at, false),
                Last::InHour(hour) => (hour, true),
            };
            let share = if sums.day > 0 { share(calls.day, sums.day) } else { share(calls.kept, sums.kept) };
            CallerRow {
                client: calls.client,
                network: calls.network,
                service: calls.service,
                day: calls.day,
                month: calls.month,
                last,
                is_hour,
                share,
            }
        };
        Self {
            last,
            day: sums.day,
            month: sums.month,
            kept: sums.kept,
            refused_day: sums.refused_day,
            refused_month: sums.refused_month,
            callers: impact.callers.into_iter().map(row).collect(),
            unlisted,
            still: impact
                .still
                .into_iter()
                .map(|one| StillRow {
                    client: one.client,
                    network: one.network,
                    service: one.service,
                    calls: one.calls,
                    last_hour: one.last_hour,
                    why: why(&one.outcome),
                })
                .collect(),
            refused_since,
            spark: spark(&days),
            days: KEPT_DAYS,
        }
    }

    /// Whether nothing would be refused that was accepted in the days that are kept.
    pub fn is_silent(&self) -> bool {
        self.kept == 0
    }

    /// So many of the callers.
    pub fn top(&self, most: usize) -> impl Iterator<Item = &CallerRow> {
        self.callers.iter().take(most)
    }

    /// How many calls of the last day are those of callers beyond so many.
    pub fn beyond(&self, most: usize) -> i64 {
        self.unlisted + self.callers.iter().skip(most).map(|row| row.day).sum::<i64>()
    }

    /// How many of them are told apart, for a person.
    pub fn kinds(&self) -> String {
        let kinds = self.callers.len();
        if self.unlisted > 0 { format!("more than {kinds}") } else { kinds.to_string() }
    }
}

fn why(outcome: &str) -> &'static str {
    match outcome {
        DELETED_KEY => "Key deleted",
        EXPIRED_KEY => "Key expired",
        _ => "Key disabled",
    }
}
