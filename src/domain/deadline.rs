//! Deadlines in the database, and clocks that were ahead when one was written.
//!
//! Whatever is to hold for at most so many seconds holds no longer because the clock was wrong for a moment: a deadline
//! further ahead than it can be is void. Sessions, tickets and the like are then simply gone; nobody is locked out.

/// Seconds that the clocks of several nodes may differ by.
pub const CLOCK_SLACK: i64 = 300;

/// Seconds that a setup address works.
pub const SETUP_SECONDS: i64 = 3600;
/// Seconds that a shown seed waits for its first code.
pub const ENROLMENT_SECONDS: i64 = 600;
/// Seconds that a page which shows something once may be waited for; no ticket holds longer.
pub const SHOWN_ONCE_SECONDS: i64 = 600;

/// The latest deadline that can be right for what holds for at most `longest` seconds.
pub fn latest(longest: i64, now: i64) -> i64 {
    now.saturating_add(longest).saturating_add(CLOCK_SLACK)
}

/// Whether a deadline is still to come, and can be right.
pub fn holds(deadline: i64, longest: i64, now: i64) -> bool {
    deadline > now && deadline <= latest(longest, now)
}

/// Whether a time in the past can be right: it may be ahead by what clocks differ.
pub fn is_past(time: i64, now: i64) -> bool {
    time <= now.saturating_add(CLOCK_SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_holds_until_it_comes_unless_it_is_too_far_ahead() {
        assert!(holds(1, 600, 0));
        assert!(holds(600 + CLOCK_SLACK, 600, 0));
        assert!(!holds(601 + CLOCK_SLACK, 600, 0));
        assert!(!holds(0, 600, 0));
        assert!(holds(i64::MAX, 600, i64::MAX - 1));
        assert!(is_past(CLOCK_SLACK, 0) && !is_past(CLOCK_SLACK + 1, 0));
    }
}
