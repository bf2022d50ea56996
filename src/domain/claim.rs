//! Claim links: what was just made reaches its user by an address that opens once, in one browser.

use super::field::FieldError;
use super::key::SecretId;
use super::user::{Uid, Uin};
use serde::{Deserialize, Serialize};

/// Hours for which a claim link is good, at most and unless fewer are asked for.
pub const MOST_HOURS: i64 = 72;
/// Seconds for which a link that is over stays in the list of its user.
pub const LISTED_SECONDS: i64 = 30 * 86_400;
/// Links of one user that a page lists.
pub const MOST_LISTED: i64 = 20;

/// For how long a claim link is good.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hours(i64);

impl Hours {
    /// As typed; empty is as long as can be.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(MOST_HOURS));
        }
        let hours = text.parse().ok().filter(|hours| (1..=MOST_HOURS).contains(hours));
        hours.map(Self).ok_or_else(|| {
            FieldError::on_page("hours", format!("A claim link is good for 1 to {MOST_HOURS} hours."))
        })
    }

    pub fn seconds(self) -> i64 {
        self.0 * 3600
    }

    pub fn get(self) -> i64 {
        self.0
    }
}

/// A place in the list of an account's links: when one was made, in unix seconds, and its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClaimPlace {
    pub made_at: i64,
    pub id: String,
}

impl ClaimPlace {
    /// As an address has it.
    pub fn text(&self) -> String {
        format!("{}-{}", self.made_at, self.id)
    }

    /// What [`ClaimPlace::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (made_at, id) = text.split_once('-')?;
        Some(Self { made_at: made_at.parse().ok()?, id: id.to_owned() })
    }
}

/// What a claim link hands over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Claimed {
    /// The right to choose the first password.
    Password,
    /// The pair of a key.
    Key(SecretId),
}

/// A claim link. Its token is kept as a digest, and the browser that opened it too.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name in addresses of the console; opens nothing.
    pub id: String,
    pub uid: Uid,
    pub owner: Uin,
    pub claimed: Claimed,
    pub made_at: i64,
    pub made_by: String,
    pub expires_at: i64,
    /// The browser that opened it first.
    pub browser: Option<String>,
    pub opened_at: Option<i64>,
    /// The address and the client that opened it.
    pub opened_by: Option<(String, String)>,
    /// When what it hands over was taken.
    pub used_at: Option<i64>,
}

/// How far a claim link is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Nobody has opened it, and it is good.
    Open,
    /// A browser opened it, and has not taken yet what it hands over.
    Opened,
    Used,
    /// Over, with nothing taken.
    Expired,
}

impl Claim {
    /// Where the list goes on after it.
    pub fn place(&self) -> ClaimPlace {
        ClaimPlace { made_at: self.made_at, id: self.id.clone() }
    }

    pub fn standing(&self, now: i64) -> Standing {
        match (self.used_at, self.opened_at) {
            (Some(_), _) => Standing::Used,
            (None, _) if !super::deadline::holds(self.expires_at, MOST_HOURS * 3600, now) => {
                Standing::Expired
            }
            (None, Some(_)) => Standing::Opened,
            (None, None) => Standing::Open,
        }
    }

    /// Whether that browser may go on with it.
    pub fn is_good_for(&self, browser: &str, now: i64) -> bool {
        self.standing(now) == Standing::Opened && self.browser.as_deref() == Some(browser)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_an_hour_to_three_days() {
        assert_eq!(Hours::parse("").map(Hours::seconds), Ok(72 * 3600));
        assert_eq!(Hours::parse(" 1 ").map(Hours::seconds), Ok(3600));
        for bad in ["0", "73", "-1", "1.5", "soon"] {
            assert!(Hours::parse(bad).is_err(), "{bad}");
        }
    }
}
