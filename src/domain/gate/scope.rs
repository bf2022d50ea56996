//! What a signing key is good for: one day, one region, one service.

use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use time::{Date, Time};

const DAY: StaticFormatDescription = format_description!("[year][month][day]");
const LONGEST: usize = 64;
/// How far clocks may differ, in seconds.
const SKEW: i64 = 300;
/// How long a signature in a query can live after its day, in seconds
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>, `X-Amz-Expires`).
const LONGEST_LIFE: i64 = 7 * 86_400;

/// The scope of a signing key.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct KeyScope {
    date: String,
    region: String,
    service: String,
    begins_at: i64,
}

/// Why texts are no scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MalformedScope {
    #[error("Write the date as the day in UTC, such as 20261231.")]
    Date,
    #[error("Name a region and a service with small letters, digits and dashes, at most {LONGEST}.")]
    Name,
}

impl KeyScope {
    /// Reads a day as `YYYYMMDD`, a region and a service.
    pub fn parse(date: &str, region: &str, service: &str) -> Result<Self, MalformedScope> {
        let is_day = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
        let day = Date::parse(date, DAY).ok().filter(|_| is_day).ok_or(MalformedScope::Date)?;
        if !is_name(region) || !is_name(service) {
            return Err(MalformedScope::Name);
        }
        let begins_at = day.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp();
        Ok(Self { date: date.to_owned(), region: region.to_owned(), service: service.to_owned(), begins_at })
    }

    /// The day, `YYYYMMDD`.
    pub fn date(&self) -> &str {
        &self.date
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whether a signature of that day can be good now.
    pub fn is_timely(&self, now: i64) -> bool {
        let ends_at = self.begins_at + 86_400 + LONGEST_LIFE + SKEW;
        (self.begins_at - SKEW..ends_at).contains(&now)
    }
}

fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)
}
