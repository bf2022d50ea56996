//! Limits of keys at the command line.

use crate::app::change::Outsider;
use crate::app::keys::deeds::Who;
use crate::app::keys::limits::keep::{set, told_of};
use crate::app::keys::locked_anywhere;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::key::{Key, SecretId};
use crate::domain::key_limits::written::WrittenLimits;
use crate::store::api_keys::Signer;

/// What is to be set, as it is written; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct Limiting {
    pub expires_at: Option<String>,
    pub idle_days: Option<String>,
    pub networks: Option<String>,
    pub policy: Option<String>,
    pub purpose: Option<String>,
    pub owner: Option<String>,
    pub review_at: Option<String>,
}

impl Limiting {
    pub(in crate::app) fn over(self, before: WrittenLimits) -> WrittenLimits {
        WrittenLimits {
            expires_at: self.expires_at.unwrap_or(before.expires_at),
            idle_days: self.idle_days.unwrap_or(before.idle_days),
            networks: self.networks.unwrap_or(before.networks),
            policy: self.policy.unwrap_or(before.policy),
            purpose: self.purpose.unwrap_or(before.purpose),
            owner: self.owner.unwrap_or(before.owner),
            review_at: self.review_at.unwrap_or(before.review_at),
        }
    }
}

/// Sets limits of any account's key; from the commit on they hold.
pub async fn operator_limit_key(app: &App, id: SecretId, limiting: Limiting) -> Result<Key, Failure> {
    app.change(&Outsider, move |change| {
        let Signer { user: holder, account, key, .. } = locked_anywhere(change.conn, &id)?;
        let written = limiting.over(WrittenLimits::of(&key.limits, " "));
        let now = change.app.clock.now();
        let after =
            written.read_over(&key.limits, account.settings.key_expiry, now).map_err(Failure::Invalid)?;
        if after == key.limits {
            return Ok(key);
        }
        let is_end = set(change.app, change.conn, &key, &after)?;
        let event = Who::Operator(holder.owner_uin).about(EventName::UPDATE_KEY_LIMITS, &holder, &id);
        told_of(event, &key.limits, &after, is_end).record(change);
        Ok(Key { limits: after, ..key })
    })
    .await
}
