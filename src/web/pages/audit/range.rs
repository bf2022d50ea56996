//! Days of the log: read from a form, offered as links.

use crate::clock::iso;
use crate::web::query::Query;
use time::{Date, Month, UtcOffset};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// A link to a range that ends now.
#[derive(Clone)]
pub(super) struct Shortcut {
    pub label: &'static str,
    pub href: String,
    pub is_current: bool,
    from: String,
}

/// Today and some days before it, and everything.
pub(super) fn shortcuts(query: &Query, now: i64) -> Vec<Shortcut> {
    let spans = [("Today", Some(0)), ("7 days", Some(6)), ("31 days", Some(30)), ("Any time", None)];
    let shortcut = |label: &'static str, days: Option<i64>| {
        let from = days.map_or_else(String::new, |days| day(now - days * DAY));
        Shortcut {
            label,
            href: query.with(&[("from", &from), ("to", ""), ("older", ""), ("newer", "")]),
            is_current: query.text("from") == from && query.text("to").is_empty(),
            from,
        }
    };
    spans.into_iter().map(|(label, days)| shortcut(label, days)).collect()
}

/// Whether an address asks for a part of the time only.
pub(super) fn is_bounded(query: &Query) -> bool {
    query.find("from").or(query.find("to")).is_some()
}

/// The shortcuts that begin before the range that an address asks for.
pub(super) fn wider(query: &Query, shortcuts: &[Shortcut]) -> Vec<Shortcut> {
    let from = query.text("from");
    let is_wider = |shortcut: &&Shortcut| {
        shortcut.from.is_empty() || (!from.is_empty() && shortcut.from.as_str() < from)
    };
    shortcuts.iter().filter(is_wider).cloned().collect()
}

/// The first second of a day written `2026-11-23`, in UTC.
pub(super) fn start_of(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(date.midnight().assume_offset(UtcOffset::UTC).unix_timestamp())
}

/// The day of a time, as an address names it.
pub(super) fn day(seconds: i64) -> String {
    iso(seconds).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_utc() {
        assert_eq!(start_of("1970-01-02"), Some(DAY));
        assert_eq!(start_of("2026-11-23").map(iso), Some("2026-11-23T00:00:00Z".to_owned()));
    }

    #[test]
    fn what_is_not_a_day_is_refused() {
        for text in [
            "",
            "2026-02-30",
            "2026-13-01",
            "2026-1-1",
            "23.11.2026",
            "2026-11-23-1",
            "+026-11-23",
            "２０２６-11-23",
        ] {
            assert_eq!(start_of(text), None, "{text}");
        }
    }
}
