//! Times in answers, at the offset from UTC that the operator set.

use crate::clock;
use time::UtcOffset;

/// Spells times for the clients of one server.
#[derive(Clone, Copy, Debug)]
pub struct Times(UtcOffset);

impl Times {
    pub fn new(offset: UtcOffset) -> Self {
        Self(offset)
    }

    /// A time as most fields have it, without a word about its offset: `2026-11-23 21:50:09`.
    pub fn plain(self, seconds: i64) -> String {
        clock::plain(self.moved(seconds))
    }

    /// The day alone: `2026-11-23`.
    pub fn day(self, seconds: i64) -> String {
        self.plain(seconds).chars().take_while(|sign| *sign != ' ').collect()
    }

    /// A time with its offset: `2026-11-23T21:50:09Z`, `2026-11-24T05:50:09+08:00`.
    pub fn iso(self, seconds: i64) -> String {
        let text = clock::iso(self.moved(seconds));
        if self.0.is_utc() { text } else { format!("{}{}", text.trim_end_matches('Z'), self.offset()) }
    }

    /// The offset as it is set: `+00:00`, `+08:00`.
    pub fn offset(self) -> String {
        let (hours, minutes, _) = self.0.as_hms();
        let sign = if self.0.is_negative() { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
    }

    fn moved(self, seconds: i64) -> i64 {
        seconds.saturating_add(self.0.whole_seconds().into())
    }
}
