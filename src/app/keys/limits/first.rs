//! The limits that a key begins with: written by whoever makes it, or what the account gives to all.

use crate::app::caller::Caller;
use crate::app::change::event::Draft;
use crate::app::keys::limits::keep::{changed, set};
use crate::app::{App, Failure};
use crate::domain::delivery::WrittenDelivery;
use crate::domain::key::Key;
use crate::domain::key_limits::KeyLimits;
use crate::domain::key_limits::expiry::KeyExpiry;
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::user::User;
use crate::store::{Conn, accounts};

/// What is said of a key that is to be made.
#[derive(Clone, Debug, Default)]
pub struct NewKeyText {
    pub note: String,
    /// None: those that the account gives.
    pub limits: Option<Box<WrittenLimits>>,
    /// How it is handed over, if not by the page of whoever makes it.
    pub delivery: WrittenDelivery,
}

/// The limits of a new key, as a form for one offers them.
pub fn offered(app: &App, caller: &Caller) -> WrittenLimits {
    WrittenLimits::of(&given(caller.account.settings.key_expiry, app.clock.now()), "\n")
}

/// What is written for a new key, or what the account gives.
pub(in crate::app) fn first_limits(
    written: Option<&WrittenLimits>,
    expiry: KeyExpiry,
    now: i64,
) -> Result<KeyLimits, Failure> {
    match written {
        Some(written) => written.read_new(expiry, now).map_err(Failure::Invalid),
        None => Ok(given(expiry, now)),
    }
}

/// How long the account lets new keys live.
pub(in crate::app) fn expiry_of(conn: &mut Conn, holder: &User) -> Result<KeyExpiry, Failure> {
    let account = accounts::find(conn, holder.owner_uin)?;
    Ok(account.ok_or(Failure::Corrupt("accounts.owner_uin"))?.settings.key_expiry)
}

/// What every new key of an account gets.
pub(in crate::app) fn given(expiry: KeyExpiry, now: i64) -> KeyLimits {
    KeyLimits {
        expires_at: expiry.end_of_new(now),
        idle_days: expiry.silence_of_new(),
        ..KeyLimits::default()
    }
}

/// Limits a key in the transaction that makes it: nobody can use it before.
pub(in crate::app) fn begin(app: &App, conn: &mut Conn, key: Key, limits: KeyLimits) -> Result<Key, Failure> {
    if limits == KeyLimits::default() {
        return Ok(key);
    }
    set(app, conn, &key, &limits)?;
    Ok(Key { limits, limits_at: Some(app.clock.now()), ..key })
}

/// The event of a new key says what limits it.
pub(in crate::app) fn begun(event: Draft, key: &Key) -> Draft {
    let none = KeyLimits::default();
    if key.limits == none { event } else { changed(event, &none, &key.limits) }
}
