//! What the server makes of a request that was refused, for the holder of the key. Nothing of it is kept.

use super::caller::Caller;
use super::keys::Place;
use super::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::signature::{self, Incoming, Language, SignatureError};

pub use crate::domain::signature::Explanation;

/// The server's view: no secret, and no signature that it would accept.
pub struct Explained {
    pub now: i64,
    pub timestamp: i64,
    /// Whether the timestamp is outside the window.
    pub is_late: bool,
    /// Whether the key is disabled, so that no signature with it counts.
    pub is_disabled: bool,
    /// Every spelling that would be accepted, the usual one first.
    pub spellings: Vec<Explanation>,
}

impl App {
    /// What a client should have signed, for a request that names a key of the caller's own.
    pub async fn explain(&self, caller: &Caller, incoming: &Incoming<'_>) -> Result<Explained, Failure> {
        let own = self.keys(caller, Place::Own).await?;
        let now = self.clock.now();
        let (parsed, is_late) = match signature::parse(incoming, now) {
            Err(SignatureError::Expired { claimed, .. }) => (signature::parse(incoming, claimed), true),
            parsed => (parsed, false),
        };
        let claim = parsed.map_err(|error| FieldError::on_page("headers", error.message(Language::EnUs)))?;
        let key = own.keys.iter().find(|key| key.secret_id.as_str() == claim.secret_id());
        let key = key.ok_or_else(|| {
            FieldError::on_page("headers", "The SecretId of this request is not one of your own keys.")
        })?;
        Ok(Explained {
            now,
            timestamp: claim.timestamp(),
            is_late,
            is_disabled: !key.is_enabled(),
            spellings: signature::explanations(&claim),
        })
    }
}
