//! A key tried off: disabled for a while, and enabled again by itself unless somebody changes it meanwhile.

use super::key::SecretId;
use super::user::Uid;

/// Minutes that a trial lasts.
pub const TRIAL_MINUTES: i64 = 10;

/// A trial that is under way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trial {
    pub secret_id: SecretId,
    /// Whose key it is.
    pub uid: Uid,
    /// In unix seconds, as the next.
    pub began_at: i64,
    pub began_by: String,
    /// From when on the key is enabled again, as soon as a server runs.
    pub ends_at: i64,
}
