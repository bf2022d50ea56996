//! Wrong codes lock step-up: first of the session they came from, then of the identity.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::change::event::Draft;
use crate::app::session::public_name;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::step_up::{LOCK_SECONDS, MAX_FAILURES, MAX_FAILURES_OF_IDENTITY};
use crate::domain::throttle::Limit;
use crate::domain::user::{Uin, User};
use crate::store::{Conn, throttles};

/// Counts failures without making anybody wait before the lock.
const COUNT_ONLY: Limit = Limit { free: i64::MAX, first: 0, longest: 0 };

/// One kind of wrong code: who typed it, about whom, and what for.
pub(in crate::app) struct Attempt<'a> {
    pub caller: &'a Caller,
    pub target: &'a User,
    pub purpose: &'a str,
}

/// Seconds for which no code is taken in the caller's session.
pub(in crate::app) fn step_up_locked(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
) -> Result<Option<i64>, Failure> {
    let now = app.clock.now();
    Ok(locked(conn, &buckets(caller)?, now)?.map(|(_, until)| until - now))
}

/// The same for an attempt that is refused because of it; written down once a minute, with how many there were.
pub(in crate::app) fn refuse_locked(
    change: &mut Change<'_>,
    attempt: &Attempt<'_>,
) -> Result<Option<i64>, Failure> {
    let now = change.app.clock.now();
    let Some((bucket, until)) = locked(change.conn, &buckets(attempt.caller)?, now)? else { return Ok(None) };
    let told = throttles::refuse(change.conn, &bucket, now)?;
    tell(change, attempt, told.unwrap_or(0));
    Ok(Some(until - now))
}

/// Writes down how many codes were refused because of a lock, if any.
pub(in crate::app) fn tell(change: &mut Change<'_>, attempt: &Attempt<'_>, count: i64) {
    if count > 0 {
        let event = attempt.event().refused("verification is locked");
        event.fact("count", count).record(change);
    }
}

/// Counts a wrong code and writes it down; gives the seconds of the lock where it was one too many.
pub(in crate::app) fn count_wrong_code(
    change: &mut Change<'_>,
    attempt: &Attempt<'_>,
) -> Result<Option<i64>, Failure> {
    let (now, untold) = (change.app.clock.now(), attempt.take_untold(change.conn)?);
    let mut lock = None;
    for (bucket, most) in &buckets(attempt.caller)? {
        if throttles::fail(change.conn, bucket, COUNT_ONLY, now)? >= *most {
            throttles::lock(change.conn, bucket, now + LOCK_SECONDS)?;
            lock = Some(LOCK_SECONDS);
        }
    }
    tell(change, attempt, untold);
    attempt.event().refused("wrong code").record(change);
    if let Some(seconds) = lock {
        let event = change.event(EventName::LOCK_OUT).refused("wrong codes");
        event.fact("purpose", attempt.purpose).fact("seconds", seconds).record(change);
    }
    Ok(lock)
}

impl Attempt<'_> {
    fn event(&self) -> Draft {
        self.caller.event(EventName::STEP_UP).on(self.target).fact("purpose", self.purpose)
    }

    /// Codes refused because of a lock that no event tells of yet.
    fn take_untold(&self, conn: &mut Conn) -> Result<i64, Failure> {
        let mut untold = 0;
        for (bucket, _) in &buckets(self.caller)? {
            untold += throttles::take_untold(conn, bucket)?;
        }
        Ok(untold)
    }

    /// The right code came: forgets the wrong ones, and gives how many refused ones are still to be told.
    pub(in crate::app) fn forget_wrong_codes(&self, conn: &mut Conn) -> Result<i64, Failure> {
        let untold = self.take_untold(conn)?;
        for (bucket, _) in &buckets(self.caller)? {
            throttles::clear(conn, bucket)?;
        }
        Ok(untold)
    }
}

pub(in crate::app) fn bucket(uin: Uin) -> String {
    format!("step_up:{uin}")
}

/// The counters of wrong codes, with how many lock each: the session first, then the identity.
fn buckets(caller: &Caller) -> Result<[(String, i64); 2], Failure> {
    let own = bucket(caller.user.uin);
    let session = public_name(caller.session()?);
    Ok([(format!("{own}:{session}"), MAX_FAILURES), (own, MAX_FAILURES_OF_IDENTITY)])
}

/// The counter that is locked, and until when.
fn locked(conn: &mut Conn, buckets: &[(String, i64)], now: i64) -> Result<Option<(String, i64)>, Failure> {
    let mut found = None;
    for (bucket, _) in buckets {
        if let Some(until) = throttles::locked_until(conn, bucket, LOCK_SECONDS, now)? {
            found = found.max(Some((until, bucket.clone())));
        }
    }
    Ok(found.map(|(until, bucket)| (bucket, until)))
}
