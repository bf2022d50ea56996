//! Invitations: the root of another account becomes a collaborator by a link that the one who invites sends.

use super::policies::PolicyId;
use super::user::{Uid, Uin};
use serde::{Deserialize, Serialize};

/// Seconds for which an invitation can be answered.
pub const GOOD_FOR: i64 = 72 * 3_600;
/// Seconds for which one that is over stays in the list of its account.
pub const LISTED_SECONDS: i64 = 30 * 86_400;
/// Invitations of an account that a page lists, and that can be open at once.
pub const MOST_LISTED: i64 = 50;

/// What the collaborator is to be called and to get.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct InvitationWish {
    pub name: String,
    pub note: String,
    pub phone: String,
    pub email: String,
    /// By their names.
    pub policies: Vec<String>,
    /// Which policies had these names when the invitation was made, in the same order.
    #[serde(default)]
    pub policy_ids: Vec<PolicyId>,
}

/// An invitation. Of its token only the digest is kept.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its name in addresses of the console; opens nothing.
    pub id: String,
    pub owner: Uin,
    /// Who invites: judged again when it is accepted.
    pub maker: Uid,
    pub made_by: String,
    /// The address that it was made from.
    pub made_ip: String,
    pub made_at: i64,
    /// Whether the code that it was made with counts for others' keys.
    pub is_vouched_for: bool,
    pub expires_at: i64,
    pub wish: InvitationWish,
    /// When it was answered, and whether by yes.
    pub answered: Option<(i64, bool)>,
    /// The root who answered.
    pub answered_by: Option<Uin>,
}

/// How far an invitation is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    Open,
    Accepted,
    Declined,
    /// Over, with no answer.
    Expired,
}

impl Invitation {
    pub fn standing(&self, now: i64) -> Standing {
        match self.answered {
            Some((_, true)) => Standing::Accepted,
            Some((_, false)) => Standing::Declined,
            None if super::deadline::holds(self.expires_at, GOOD_FOR, now) => Standing::Open,
            None => Standing::Expired,
        }
    }
}
