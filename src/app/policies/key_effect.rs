//! What new limits of a key would mean for the calls that were made with it.

use crate::app::caller::Caller;
use crate::app::caller::access::Access;
use crate::app::change::View;
use crate::app::keys::limits::holder_of;
use crate::app::keys::{KeyRef, usage};
use crate::app::policies::impact::{Calls, Scales, may_see_use};
use crate::app::{App, Failure};
use crate::domain::key::SecretId;
use crate::domain::key_hours::{KEPT_DAYS, hour_of};
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::key_limits::{KeyLimits, Share};
use crate::domain::permission::action;
use crate::domain::span::DAY;
use crate::domain::user::User;
use crate::store::{api_keys, key_hours, policies};

pub use crate::app::policies::impact::{HolderImpact, Judged};

/// Networks that are looked at, those with the most calls.
const MOST_NETWORKS: i64 = 5_000;

/// What the accepted calls of the days that are kept tell about limits that are not saved yet.
#[derive(Clone, Debug, Default)]
pub struct KeyEffect {
    /// All of them.
    pub calls: i64,
    /// Those of the last 24 hours, as far as hours tell.
    pub lately: i64,
    /// Where another end is written: that end.
    pub ends_at: Option<i64>,
    /// Where networks are written.
    pub elsewhere: Option<Elsewhere>,
    /// Whether those are others than before.
    pub has_other_networks: bool,
    /// Where another policy is written.
    pub policy: Option<HolderImpact>,
    /// Where a key without calls is to be disabled.
    pub silence: Option<Silence>,
}

/// How long a key was not called, beside the time after which it would be disabled.
#[derive(Clone, Copy, Debug)]
pub struct Silence {
    /// The longest time between two accepted calls and since the last one, in seconds; to the hour, which is as exact as it
    /// is kept.
    pub longest: i64,
    /// In days.
    pub limit: i64,
    /// Whether that is another limit than before.
    pub is_other: bool,
}

impl Silence {
    /// Whether the key would have been disabled.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.longest >= self.limit * DAY
    }
}

/// Calls that came from somewhere else than the networks that are written.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    pub calls: i64,
    /// From networks of which only a part is allowed, or of which it is not kept which they were.
    pub untold: i64,
    /// The networks with the most of them, each with how many.
    pub networks: Vec<(String, i64)>,
}

/// What the limits would mean; nothing for who may not see what the key was used for.
pub async fn key_effect(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    written: WrittenLimits,
) -> Result<Option<KeyEffect>, Failure> {
    usage::flush_usage(app).await?;
    let (key, now) = (key.clone(), app.clock.now());
    app.view(caller, move |view| {
        let holder = holder_of(view.conn, view.by, key.place, action::UPDATE_KEY_LIMITS)?;
        let found = api_keys::find(view.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
        let expiry = view.by.account.settings.key_expiry;
        let after = written.read_over(&found.limits, expiry, now).map_err(Failure::Invalid)?;
        if !may_see_use(view.by, &holder) {
            return Ok(None);
        }
        let networks = key_hours::networks(view.conn, &key.id, now - KEPT_DAYS * DAY, MOST_NETWORKS)?;
        let lately = key_hours::networks(view.conn, &key.id, now - DAY, MOST_NETWORKS)?;
        let mut effect = KeyEffect {
            calls: networks.iter().map(|from| from.calls).sum(),
            lately: lately.iter().map(|from| from.calls).sum(),
            ends_at: after.expires_at.filter(|_| after.expires_at != found.limits.expires_at),
            elsewhere: (!after.networks.is_empty()).then(|| elsewhere(&after, networks)),
            has_other_networks: after.networks != found.limits.networks,
            policy: None,
            silence: None,
        };
        if let Some(limit) = after.idle_days {
            let longest = longest_silence(view, &key.id, now)?;
            effect.silence =
                Some(Silence { longest, limit, is_other: after.idle_days != found.limits.idle_days });
        }
        if after.policy != found.limits.policy {
            let calls = Calls::of_key(view.conn, &key.id, now)?;
            let scales = scales(view, &holder, [&found.limits, &after])?;
            effect.policy = Some(scales.weigh(&holder, calls));
        }
        Ok(Some(effect))
    })
    .await
}

fn elsewhere(limits: &KeyLimits, networks: Vec<key_hours::FromNetwork>) -> Elsewhere {
    let mut elsewhere = Elsewhere::default();
    for from in networks {
        match limits.networks.share_of(&from.network) {
            Share::Whole => {}
            Share::Untold => elsewhere.untold += from.calls,
            Share::None => {
                elsewhere.calls += from.calls;
                elsewhere.networks.push((from.network, from.calls));
            }
        }
    }
    elsewhere.networks.truncate(3);
    elsewhere
}

fn longest_silence(view: &mut View<'_>, id: &SecretId, now: i64) -> Result<i64, Failure> {
    let sums = key_hours::by_hour(view.conn, id, now - KEPT_DAYS * DAY)?;
    let mut hours: Vec<i64> = sums.iter().filter(|sum| sum.is_accepted()).map(|sum| sum.hour).collect();
    hours.extend((!hours.is_empty()).then(|| hour_of(now)));
    hours.sort_unstable();
    Ok(hours.iter().zip(hours.iter().skip(1)).map(|(before, after)| after - before).max().unwrap_or_default())
}

/// The holder's policies within the key's own, before and after.
fn scales(view: &mut View<'_>, holder: &User, limits: [&KeyLimits; 2]) -> Result<Scales, Failure> {
    let (app_id, now) = (view.by.account.app_id, view.app.clock.now());
    let mut within = |limits: &KeyLimits| -> Result<Access, Failure> {
        let in_force = policies::in_force(view.conn, holder.uid)?;
        let access = Access::new(holder, app_id, in_force, now);
        Ok(limits.policy.as_deref().map_or(access.clone(), |policy| access.within(policy)))
    };
    let [before, after] = limits;
    Ok(Scales::new(holder, within(before)?, within(after)?))
}
