//! The times of the scheme: ISO 8601 basic, and the date of HTTP (RFC 9110 §5.6.7).

use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const BASIC: StaticFormatDescription = format_description!("[year][month][day]T[hour][minute][second]Z");
const HTTP: StaticFormatDescription =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// A timestamp as `X-Amz-Date` writes it.
pub fn aws_date(timestamp: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(timestamp).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(BASIC).unwrap_or_default()
}

/// The timestamp of an `X-Amz-Date`; none where another spelling is the usual one.
pub(super) fn basic(text: &str) -> Option<i64> {
    read(text, BASIC).filter(|timestamp| aws_date(*timestamp) == text)
}

/// The timestamp of a `Date` header, in either spelling.
pub(super) fn of_header(text: &str) -> Option<i64> {
    basic(text).or_else(|| read(text, HTTP))
}

fn read(text: &str, format: StaticFormatDescription) -> Option<i64> {
    let moment = PrimitiveDateTime::parse(text, format).ok()?;
    Some(moment.assume_utc().unix_timestamp())
}
