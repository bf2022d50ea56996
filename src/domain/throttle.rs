//! How long to wait after wrong guesses.

use super::deadline;

/// A bucket of failures: how many are free, and how fast the wait grows.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Failures before the first wait.
    pub free: i64,
    /// The first wait in seconds; each further failure doubles it.
    pub first: i64,
    /// The longest wait in seconds.
    pub longest: i64,
}

/// One user name from one network.
pub const USER_AND_NETWORK: Limit = Limit { free: 5, first: 2, longest: 900 };
/// One user name from everywhere, for browsers that never signed in.
pub const USER: Limit = Limit { free: 20, first: 2, longest: 900 };
/// One network, whatever the name. Others sit in the same network, so one guesser keeps them waiting for a minute only.
pub const NETWORK: Limit = Limit { free: 200, first: 2, longest: 60 };
/// A browser that signed in before: strangers' guesses do not count here.
pub const DEVICE: Limit = Limit { free: 5, first: 2, longest: 900 };
/// Codes of the second step, from one network or one known browser.
pub const SECOND_STEP: Limit = Limit { free: 5, first: 2, longest: 900 };
/// Codes of the second step from everywhere, for browsers that never signed in.
pub const SECOND_STEP_EVERYWHERE: Limit = Limit { free: 20, first: 2, longest: 900 };
/// Recovery codes from one network or one known browser. They cannot be guessed; the wait only spares the database.
pub const RECOVERY: Limit = Limit { free: 10, first: 1, longest: 15 };

/// Claim links that open nothing, from one network. They cannot be guessed either.
pub const CLAIM: Limit = Limit { free: 10, first: 1, longest: 15 };

/// Wrong codes since the last right one after which only known browsers and recovery codes pass the second step.
pub const MANY_WRONG_CODES: i64 = 50;
/// Wrong codes since the last right one that are told at sign-in: a few are one's own.
pub const TOLD_WRONG_CODES: i64 = 5;

/// Seconds that sign-in is closed for after as many wrong passwords as an account's own rules allow.
pub const CLOSED_SECONDS: i64 = 3600;

/// Seconds of a wait from which on it is told as a lock-out: waits double up to 900, and a little of one may be over already.
pub const TOLD_WAIT: i64 = 600;

/// Seconds after which failures are forgotten.
pub const FORGET_SECONDS: i64 = 3600;

/// Seconds between two audit events about refusals of one bucket.
pub const TOLD_EVERY_SECONDS: i64 = 60;

impl Limit {
    /// Seconds to wait after that many failures: doubling once the free ones are used up.
    pub fn wait(self, failures: i64) -> i64 {
        let over = failures - self.free;
        if over < 0 {
            0
        } else {
            self.first
                .checked_shl(u32::try_from(over.min(20)).unwrap_or(20))
                .unwrap_or(self.longest)
                .min(self.longest)
        }
    }

    /// Until when that many failures keep a bucket shut, the last of them counted then; never longer than the longest wait.
    ///
    /// A failure of a time that is still to come was counted by a clock that was ahead, and shuts nothing.
    pub fn until(self, failures: i64, last_failed_at: i64, now: i64) -> Option<i64> {
        let until = last_failed_at.min(now).saturating_add(self.wait(failures));
        (until > now && deadline::is_past(last_failed_at, now)).then_some(until)
    }
}

/// Whether failures last counted then count no more. A time that is still to come was told by a wrong clock.
pub fn is_forgotten(last_failed_at: i64, now: i64) -> bool {
    now.saturating_sub(last_failed_at).saturating_abs() >= FORGET_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<i64> = (3..9).map(|failures| USER_AND_NETWORK.wait(failures)).collect();

        assert_eq!(waits, [0, 0, 2, 4, 8, 16]);
        assert_eq!(USER_AND_NETWORK.wait(i64::MAX), 900);
    }

    #[test]
    fn a_wait_counts_from_the_last_failure_and_not_from_one_still_to_come() {
        let now = 1_000_000;

        assert_eq!(USER.until(20, now, now), Some(now + 2));
        assert_eq!(USER.until(99, now - 899, now), Some(now + 1));
        assert_eq!(USER.until(99, now - 900, now), None);
        assert_eq!(USER.until(19, now, now), None);
        assert_eq!(USER.until(99, now + 10, now), Some(now + 900));
        assert_eq!(USER.until(99, now + 86_400, now), None);
        assert_eq!(USER.until(99, i64::MAX, 0), None);
    }

    #[test]
    fn no_wait_outlasts_the_failures() {
        for limit in [USER_AND_NETWORK, USER, NETWORK, DEVICE, SECOND_STEP, SECOND_STEP_EVERYWHERE, RECOVERY]
        {
            assert!(limit.wait(i64::MAX) <= FORGET_SECONDS);
        }
        const { assert!(CLOSED_SECONDS <= FORGET_SECONDS) };
    }

    #[test]
    fn failures_of_an_hour_ago_or_of_a_future_time_are_forgotten() {
        assert!(!is_forgotten(0, FORGET_SECONDS - 1));
        assert!(is_forgotten(0, FORGET_SECONDS));
        assert!(!is_forgotten(30, 0));
        assert!(is_forgotten(i64::MAX, 0));
    }
}
