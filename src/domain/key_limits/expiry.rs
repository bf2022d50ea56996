//! How long an account lets its keys live, and how long unused.

use super::MAX_IDLE_DAYS;
use super::ending::{Bound, EndKind};
use crate::clock;
use crate::domain::field::FieldError;
use crate::domain::span::DAY;

/// The longest time that an account can name, in days.
pub const MAX_EXPIRY_DAYS: i64 = 3_650;

/// What an account says about the end of its keys; nothing unless somebody says so.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct KeyExpiry {
    /// Days after which a new key ends where nobody names another time; 0: it does not end.
    pub default_days: i64,
    /// Days from now within which an end has to be; 0: a key may live for ever.
    pub max_days: i64,
    /// Days without a call after which a new key is disabled where nobody says otherwise; 0: it is not.
    pub idle_days: i64,
}

impl KeyExpiry {
    /// The end of a key that is made now, where nobody names one: the default, and no later than the maximum.
    pub fn end_of_new(self, now: i64) -> Option<i64> {
        let days = [self.default_days, self.max_days].into_iter().filter(|days| *days > 0).min();
        days.map(|days| now + days * DAY)
    }

    /// After how many days without a call a new key is disabled, where nobody says otherwise.
    pub fn silence_of_new(self) -> Option<i64> {
        Some(self.idle_days).filter(|days| *days > 0)
    }

    /// The latest end that may be named now, if there is one.
    pub fn latest(self, now: i64) -> Option<i64> {
        (self.max_days > 0).then(|| now + self.max_days * DAY)
    }

    /// The days of a limit beyond which keys are listed; 0: there is none.
    pub fn days_of(self, kind: EndKind) -> i64 {
        match kind {
            EndKind::End => self.max_days,
            EndKind::Silence => self.idle_days,
        }
    }

    /// Beyond what keys are listed now by a limit, if there is one.
    pub fn bound(self, kind: EndKind, now: i64) -> Option<Bound> {
        let most = match kind {
            EndKind::End => self.latest(now),
            EndKind::Silence => self.silence_of_new(),
        };
        most.map(|most| Bound { kind, most })
    }

    /// Refuses an end that is too far away, and none at all where the account wants one.
    pub fn ensure(self, end: Option<i64>, now: i64) -> Result<(), FieldError> {
        let Some(latest) = self.latest(now) else { return Ok(()) };
        if end.is_some_and(|end| end <= latest) {
            return Ok(());
        }
        let (days, until) = (self.max_days, clock::iso(latest));
        let told = (
            format!("Keys of this account end after at most {days} days. Name a time up to {until}."),
            format!("本账号的密钥最长有效期为 {days} 天，请填写不晚于 {until} 的时间。"),
        );
        Err(FieldError::new("expires_at", told))
    }

    /// What does not fit in it, field by field.
    pub fn faults(self) -> Vec<FieldError> {
        let days = |field, days, most| {
            let text = format!("Enter a number of days from 0 to {most}.");
            (!(0..=most).contains(&days)).then(|| FieldError::on_page(field, text))
        };
        let ends = [
            days("key_expiry_default_days", self.default_days, MAX_EXPIRY_DAYS),
            days("key_expiry_max_days", self.max_days, MAX_EXPIRY_DAYS),
        ];
        let is_sound = ends.iter().all(Option::is_none);
        let silence = days("key_idle_default_days", self.idle_days, MAX_IDLE_DAYS);
        let mut faults: Vec<FieldError> = ends.into_iter().chain([silence]).flatten().collect();
        if is_sound && self.max_days > 0 && self.default_days > self.max_days {
            let text = format!(
                "A new key would end after {} days, later than the longest time allowed, {} days. Make this number smaller or that one larger.",
                self.default_days, self.max_days
            );
            faults.push(FieldError::on_page("key_expiry_default_days", text));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn expiry(default_days: i64, max_days: i64) -> KeyExpiry {
        KeyExpiry { default_days, max_days, idle_days: 0 }
    }

    #[test]
    fn a_new_key_ends_by_the_default_and_never_after_the_maximum() {
        let ends = |default, max| expiry(default, max).end_of_new(NOW).map(|end| (end - NOW) / DAY);
        assert_eq!([ends(0, 0), ends(30, 0), ends(0, 90)], [None, Some(30), Some(90)]);
        assert_eq!([ends(30, 90), ends(120, 90)], [Some(30), Some(90)]);
    }

    #[test]
    fn a_maximum_refuses_a_later_end_and_no_end_at_all() {
        let latest = NOW + 90 * DAY;
        assert!(expiry(0, 90).ensure(Some(latest), NOW).is_ok());
        assert!(expiry(0, 90).ensure(Some(latest + 1), NOW).is_err());
        assert!(expiry(0, 90).ensure(None, NOW).is_err());
        assert!(expiry(30, 0).ensure(None, NOW).is_ok(), "a default alone forbids nothing");
    }

    #[test]
    fn a_default_beyond_the_maximum_is_refused() {
        assert!(expiry(91, 90).faults().iter().any(|fault| fault.field == "key_expiry_default_days"));
        assert!(expiry(90, 90).faults().is_empty() && expiry(90, 0).faults().is_empty());
        assert_eq!(expiry(-1, 3_651).faults().len(), 2);
        assert_eq!(KeyExpiry { idle_days: 3_651, ..KeyExpiry::default() }.faults().len(), 1);
    }
}
