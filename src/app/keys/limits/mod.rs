//! The limits of a key: looked at and changed. What loosens one asks a person for a code, and is refused to a program.

pub mod idle;
pub mod operator;

use crate::app::caller::{By, Caller};
use crate::app::change::Change;
use crate::app::change::event::Draft;
use crate::app::keys::limits::operator::Limiting;
use crate::app::keys::{HeldKey, KeyRef, Place};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::key::{AccessKeyRefusal, Key};
use crate::domain::key_limits::KeyLimits;
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::permission::{Cause, Denial, action};
use crate::domain::user::{User, UserKind};
use crate::store::{Conn, api_keys, dialect, meta, nodes, trials, users};
use serde_json::Value;

/// The migration that brought limits. A program without it lets every call pass that a limit would refuse.
const SINCE: i64 = 20_261_129_000_016;
/// Seconds after its last sign of life for which a server counts as running.
const COUNTS_FOR: i64 = 30;

/// A key, with what the caller may do with its limits.
pub struct LimitsPage {
    pub held: HeldKey,
    pub may_update: bool,
}

/// A key and its limits.
pub async fn limits(app: &App, caller: &Caller, key: &KeyRef) -> Result<LimitsPage, Failure> {
    let key = key.clone();
    app.view(caller, move |view| {
        let holder = holder(view.conn, view.by, key.place, action::QUERY_KEY_LIMITS)?;
        let may_update = view.by.ensure(action::UPDATE_KEY_LIMITS, holder.uin).is_ok();
        let key = api_keys::find(view.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
        Ok(LimitsPage { held: HeldKey { holder, key }, may_update })
    })
    .await
}

/// Sets some limits of a key, for a program; from the commit on they hold.
pub async fn update_limits(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    limiting: Limiting,
) -> Result<(), Failure> {
    let key = key.clone();
    app.change(caller, move |change| {
        let holder = holder(change.conn, change.by, key.place, action::UPDATE_KEY_LIMITS)?;
        dialect::lock_user(change.conn, holder.uid)?;
        let found = api_keys::find(change.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
        let written = limiting.clone().over(WrittenLimits::of(&found.limits, " "));
        set_limits_in(change, &key, &written)
    })
    .await
}

/// Sets the limits of a key; from the commit on they hold.
pub(in crate::app) fn set_limits_in(
    change: &mut Change<'_>,
    key: &KeyRef,
    written: &WrittenLimits,
) -> Result<(), Failure> {
    let holder = holder(change.conn, change.by, key.place, action::UPDATE_KEY_LIMITS)?;
    dialect::lock_user(change.conn, holder.uid)?;
    let key = api_keys::find(change.conn, holder.uid, &key.id)?.ok_or(Failure::NotFound)?;
    let after = written.read(&key.limits, change.app.clock.now()).map_err(Failure::Invalid)?;
    if after == key.limits {
        return Ok(());
    }
    if after.is_looser_than(&key.limits) {
        ensure_may_loosen(change, &holder)?;
    }
    set(change.app, change.conn, &key, &after)?;
    let event = change.event(EventName::UPDATE_KEY_LIMITS).on(&holder).object(key.secret_id.as_str());
    changed(event, &key.limits, &after).record(change);
    Ok(())
}

fn ensure_may_loosen(change: &Change<'_>, holder: &User) -> Result<(), Failure> {
    if matches!(change.by.by, By::Key(_)) {
        return Err(Failure::refused((
            "A call can only tighten limits. Loosen them in the console, where a code is asked for.",
            "接口只能收紧限制；放宽限制请在控制台操作并通过身份验证。",
        )));
    }
    change.by.mark_on_user(change.app, action::UPDATE_KEY_LIMITS, holder.uin).map(drop)
}

/// Keeps limits, where every server that runs knows what they are.
pub(in crate::app) fn set(app: &App, conn: &mut Conn, key: &Key, limits: &KeyLimits) -> Result<(), Failure> {
    ensure_known_everywhere(app, conn)?;
    let now = app.clock.now();
    // Whoever changes a key that is tried off decides that it stays off.
    trials::remove(conn, &key.secret_id)?;
    api_keys::set_limits(conn, key, limits, now)?;
    let limited = Key { limits: limits.clone(), limits_at: Some(now), ..key.clone() };
    idle::plan(conn, &limited, now)
}

/// The events of limits say what was before.
pub(in crate::app) fn changed(event: Draft, before: &KeyLimits, after: &KeyLimits) -> Draft {
    let (old, new) = (WrittenLimits::of(before, " "), WrittenLimits::of(after, " "));
    let pair = |name, old: String, new: String| (name, Value::from(old), Value::from(new));
    event.changed([
        pair("expires_at", old.expires_at, new.expires_at),
        pair("idle_days", old.idle_days, new.idle_days),
        pair("networks", old.networks, new.networks),
        pair("policy", old.policy, new.policy),
        pair("purpose", old.purpose, new.purpose),
        pair("owner", old.owner, new.owner),
        pair("review_at", old.review_at, new.review_at),
    ])
}

/// An older server would let pass what a limit refuses. Those that run are looked at; those to come do not start any more.
fn ensure_known_everywhere(app: &App, conn: &mut Conn) -> Result<(), Failure> {
    let running = nodes::seen_since(conn, app.clock.now() - COUNTS_FOR)?;
    if running.iter().any(|node| node.schema_version.is_none_or(|version| version < SINCE)) {
        return Err(Failure::refused((
            "A server of an older version runs on this database and does not know limits. Upgrade or stop it, wait 30 \
             seconds, and try again.",
            "有旧版本的服务器正在使用此数据库，它不支持密钥限制。请升级或停止该服务器，30 秒后重试。",
        )));
    }
    let oldest = meta::find(conn, meta::OLDEST_READER)?;
    let oldest: Option<i64> =
        oldest.and_then(|value| String::from_utf8(value).ok()).and_then(|text| text.parse().ok());
    if oldest.is_none_or(|oldest| oldest < SINCE) {
        meta::put(conn, meta::OLDEST_READER, SINCE.to_string().as_bytes())?;
    }
    Ok(())
}

/// The user whose key is meant, once the caller's policies allow the action. Denied before missing: no oracle.
fn holder(conn: &mut Conn, caller: &Caller, place: Place, action: &'static str) -> Result<User, Failure> {
    let uin = match place {
        Place::Own => caller.user.uin,
        Place::Of(uin) => uin,
    };
    caller.ensure(action, uin)?;
    let holder = match place {
        Place::Own => User::clone(&caller.user),
        Place::Of(uin) => users::find(conn, caller.owner(), uin)?.ok_or(Failure::NotFound)?,
    };
    if holder.kind == UserKind::Root && !caller.is_root() {
        let because = AccessKeyRefusal::OfRoot.into();
        return Err(Denial { action, resource: holder.resource(), cause: Cause::Rule, because }.into());
    }
    Ok(holder)
}
