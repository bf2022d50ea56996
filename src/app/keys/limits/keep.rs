//! Limits are kept, where every server that runs knows what they are.

use crate::app::change::event::Draft;
use crate::app::keys::limits::idle;
use crate::app::{App, Failure};
use crate::domain::key::Key;
use crate::domain::key_limits::KeyLimits;
use crate::domain::key_limits::written::WrittenLimits;
use crate::store::{Conn, api_keys, meta, nodes, trials};
use serde_json::Value;

/// The migration that brought limits. A program without it lets every call pass that a limit would refuse.
const SINCE: i64 = 20_261_129_000_016;
/// The migration that brought the rule about the end of keys. A program without it makes keys that break the rule.
pub(in crate::app) const EXPIRY_SINCE: i64 = 20_261_129_000_018;
/// The migration that brought the account's limit of silence. A program without it makes keys that do not have it.
pub(in crate::app) const SILENCE_SINCE: i64 = 20_261_130_000_027;

/// Keeps limits, where every server that runs knows what they are.
pub(in crate::app) fn set(app: &App, conn: &mut Conn, key: &Key, limits: &KeyLimits) -> Result<(), Failure> {
    ensure_known_everywhere(app, conn, SINCE)?;
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

/// An older server would let pass what a limit refuses. Those that run are looked at.
pub(in crate::app) fn ensure_known_now(app: &App, conn: &mut Conn, since: i64) -> Result<(), Failure> {
    let running = nodes::that_may_run(conn, app.clock.now())?;
    if running.iter().any(|node| node.schema_version.is_none_or(|version| version < since)) {
        return Err(Failure::refused((
            "A server of an older version runs on this database and does not know limits. Upgrade or stop it, and try \
             again; one that was killed counts for ten minutes.",
            "有旧版本的服务器正在使用此数据库，它不支持密钥限制。请升级或停止该服务器后重试；被强制结束的服务器在十分钟后不再计入。",
        )));
    }
    Ok(())
}

/// The same; and those to come do not start any more.
pub(in crate::app) fn ensure_known_everywhere(app: &App, conn: &mut Conn, since: i64) -> Result<(), Failure> {
    ensure_known_now(app, conn, since)?;
    let oldest = meta::find(conn, meta::OLDEST_READER)?;
    let oldest: Option<i64> =
        oldest.and_then(|value| String::from_utf8(value).ok()).and_then(|text| text.parse().ok());
    if oldest.is_none_or(|oldest| oldest < since) {
        meta::put(conn, meta::OLDEST_READER, since.to_string().as_bytes())?;
    }
    Ok(())
}
