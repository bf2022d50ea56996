//! When a signature is good: the window and the date that goes with it.

use time::{Date, OffsetDateTime};

use super::error::SignatureError;

/// How far a timestamp may be from the server's clock, in either direction.
pub const WINDOW_SECONDS: i64 = 300;

/// A timestamp of ten digits within the window.
pub(super) fn timestamp(text: &str, now: i64, name: &'static str) -> Result<i64, SignatureError> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let claimed: i64 = text.parse().ok().filter(|_| digits).ok_or(SignatureError::Malformed(name))?;
    let timely = text.len() == 10 && now.abs_diff(claimed) <= WINDOW_SECONDS.unsigned_abs();
    if timely { Ok(claimed) } else { Err(SignatureError::Expired { claimed, now }) }
}

/// Refuses a scope whose date is not the UTC date of its timestamp, whatever the server's date is.
pub(super) fn ensure_date(claimed: &str, timestamp: i64) -> Result<(), SignatureError> {
    let expected = date_digits(timestamp);
    if claimed.as_bytes() == expected.as_slice() {
        return Ok(());
    }
    Err(SignatureError::ScopeDate { claimed: claimed.to_owned(), expected: utc_date(timestamp) })
}

/// The UTC date of a timestamp as a credential scope writes it.
pub fn utc_date(timestamp: i64) -> String {
    date_digits(timestamp).iter().map(|byte| char::from(*byte)).collect()
}

fn date_digits(timestamp: i64) -> [u8; 10] {
    let date = OffsetDateTime::from_unix_timestamp(timestamp).map_or(Date::MIN, OffsetDateTime::date);
    let year = date.year().unsigned_abs();
    let (month, day) = (u32::from(u8::from(date.month())), u32::from(date.day()));
    let [thousands, hundreds, tens, ones] = [year / 1000, year / 100, year / 10, year].map(digit);
    let [month_tens, month_ones, day_tens, day_ones] = [month / 10, month, day / 10, day].map(digit);
    [thousands, hundreds, tens, ones, b'-', month_tens, month_ones, b'-', day_tens, day_ones]
}

fn digit(number: u32) -> u8 {
    u8::try_from(number % 10).map_or(b'0', |digit| b'0' + digit)
}
