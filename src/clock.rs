//! Time as an argument, so that tests can travel.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// Tells the time to everything that asks; it counts milliseconds since 1970 UTC.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The clock of the machine, for the running server.
    pub fn system() -> Self {
        Self(Arc::new(system_milliseconds))
    }

    /// A clock that asks `read` for seconds, for tests and measurements.
    pub fn from_fn(read: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || read().saturating_mul(1000)))
    }

    /// A clock that stands still until the returned handle is moved, for tests.
    pub fn controlled(start: i64) -> (Self, Arc<AtomicI64>) {
        let hand = Arc::new(AtomicI64::new(start));
        let read = Arc::clone(&hand);
        (Self::from_fn(move || read.load(Ordering::SeqCst)), hand)
    }

    /// The time now, in unix seconds.
    pub fn now(&self) -> i64 {
        (self.0)().div_euclid(1000)
    }

    /// The time now, in milliseconds.
    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_milliseconds() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |milliseconds| -milliseconds)
        }
    }
}

/// A time for programs to read: `2026-11-23T21:50:09Z`.
pub fn iso(seconds: i64) -> String {
    spelled(seconds, 'T', "Z")
}

/// A time for people to read: `23 Nov 2026, 21:50:09 UTC`.
pub fn readable(seconds: i64) -> String {
    said(&iso(seconds), Precision::Second)
}

/// A time as RFC 3339 spells it, or a day, which begins at midnight UTC.
pub fn parse(text: &str) -> Option<i64> {
    let text = if text.len() == "2026-11-23".len() { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let parsed = OffsetDateTime::parse(&text, &time::format_description::well_known::Rfc3339);
    parsed.ok().map(OffsetDateTime::unix_timestamp)
}

/// A day for people to read: `23 Nov 2026`.
pub fn day(seconds: i64) -> String {
    said_day(&iso(seconds)).unwrap_or_else(|| iso(seconds))
}

/// The same without the year, where that is known: `23 Nov`.
pub fn short_day(seconds: i64) -> String {
    let day = day(seconds);
    day.rsplit_once(' ').map_or_else(|| day.clone(), |(short, _)| short.to_owned())
}

/// A day with its name: `Monday, 23 Nov 2026`.
pub fn named_day(seconds: i64) -> String {
    let weekday = OffsetDateTime::from_unix_timestamp(seconds).map(OffsetDateTime::weekday);
    weekday.map_or_else(|_| day(seconds), |weekday| format!("{weekday}, {}", day(seconds)))
}

/// How long ago a time was, as of `now`: `12 s ago`, `5 min ago`, `3 h ago`; [`listed`] where that is a day or more.
pub fn ago(seconds: i64, now: i64) -> String {
    match now.saturating_sub(seconds) {
        // Another node's clock may be a little ahead.
        -60..=59 => format!("{} s ago", now.saturating_sub(seconds).max(0)),
        passed @ 60..3_600 => format!("{} min ago", passed / 60),
        passed @ 3_600..86_400 => format!("{} h ago", passed / 3_600),
        _ => listed(seconds, now, Precision::Minute),
    }
}

/// A time in a list: `23 Nov, 21:50 UTC`, with its year where that is not the year of `now`.
pub fn listed(seconds: i64, now: i64, precision: Precision) -> String {
    let (text, year) = (said(&iso(seconds), precision), iso(now).chars().take(4).collect::<String>());
    text.replacen(&format!(" {year}, "), ", ", 1)
}

/// The time of a day whose date is known: `21:50:09`.
pub fn time_of_day(seconds: i64) -> String {
    iso(seconds).chars().skip("2026-11-23T".len()).take("21:50:09".len()).collect()
}

/// How exactly a time is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Precision {
    Minute,
    Second,
}

/// What [`iso`] spells, for people to read; anything else stays as it is.
pub fn said(iso: &str, precision: Precision) -> String {
    let length = if precision == Precision::Minute { "00:00".len() } else { "00:00:00".len() };
    match (said_day(iso), iso.get(11..11 + length)) {
        (Some(day), Some(time)) => format!("{day}, {time} UTC"),
        _ => iso.to_owned(),
    }
}

fn said_day(iso: &str) -> Option<String> {
    let (date, _) = iso.split_once('T')?;
    let (year, rest) = date.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let name = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!("{} {name} {year}", day.trim_start_matches('0')))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time as the API writes it, in UTC: `2026-11-23 21:50:09`.
pub fn plain(seconds: i64) -> String {
    spelled(seconds, ' ', "")
}

/// Years beyond 9999 have no such spelling and are shown as `@seconds`.
fn spelled(seconds: i64, between: char, zone: &str) -> String {
    let Ok(moment) = OffsetDateTime::from_unix_timestamp(seconds) else {
        return format!("@{seconds}");
    };
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second) = moment.to_hms();
    let month = u8::from(month);
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_for_programs_and_for_people() {
        assert_eq!(iso(1_795_470_609), "2026-11-23T21:50:09Z");
        assert_eq!(readable(1_795_470_609), "23 Nov 2026, 21:50:09 UTC");
        assert_eq!(said("2026-12-01T08:04:09Z", Precision::Minute), "1 Dec 2026, 08:04 UTC");
        assert_eq!(day(1_795_470_609), "23 Nov 2026");
        assert_eq!(listed(1_795_470_609, 1_795_470_609, Precision::Second), "23 Nov, 21:50:09 UTC");
        assert_eq!(listed(0, 1_795_470_609, Precision::Minute), "1 Jan 1970, 00:00 UTC");
        assert_eq!(readable(i64::MAX), iso(i64::MAX));
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(i64::MAX), format!("@{}", i64::MAX));
    }

    #[test]
    fn what_was_within_a_day_is_said_by_how_long_ago_it_was() {
        let now = 1_795_470_609;
        let said = |passed: i64| ago(now - passed, now);

        assert_eq!([0, 59, -60].map(said), ["0 s ago", "59 s ago", "0 s ago"]);
        assert_eq!([60, 3_599].map(said), ["1 min ago", "59 min ago"]);
        assert_eq!([3_600, 86_399].map(said), ["1 h ago", "23 h ago"]);
        assert_eq!([86_400, -61].map(said), ["22 Nov, 21:50 UTC", "23 Nov, 21:51 UTC"]);
        assert_eq!(ago(0, i64::MAX), "1 Jan 1970, 00:00 UTC");
    }

    #[test]
    fn a_controlled_clock_moves_only_when_told() {
        let (clock, hand) = Clock::controlled(100);

        hand.fetch_add(30, Ordering::SeqCst);

        assert_eq!(clock.clone().now(), 130);
    }

    #[test]
    fn the_system_clock_is_past_the_year_2025() {
        assert!(Clock::system().now() > 1_735_689_600);
    }
}
