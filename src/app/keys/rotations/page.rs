//! The page on which a key is replaced: before it begins, and while it is under way.

use super::begin::ensure_may_rotate;
use super::facts::Pair;
use crate::app::caller::Caller;
use crate::app::keys::history::{Impact, impacts};
use crate::app::keys::usage::flush_usage;
use crate::app::keys::{HeldKey, KeyRef, KeyRights, Operation, held};
use crate::app::{App, Failure};
use crate::domain::key::Key;
use crate::domain::permission::action;
use crate::domain::rotation::{Rotation, Standing};
use crate::domain::span::HOUR;
use crate::store::{Conn, StoreError, api_keys, key_hours, rotations};

/// Hours that are shown.
const HOURS: i64 = 24;

/// A key, and what stands in the way of replacing it.
pub struct ReplacePage {
    pub held: HeldKey,
    /// The user's other key.
    pub other: Option<Key>,
    pub replacing: Option<Replacing>,
    pub rights: KeyRights,
    /// Whether the caller may begin and change it.
    pub may_rotate: bool,
    pub may_cancel: bool,
}

/// A rotation that is under way.
pub struct Replacing {
    pub rotation: Rotation,
    pub standing: Standing,
    pub old: Key,
    pub new: Key,
    pub old_impact: Impact,
    pub new_impact: Impact,
    /// The last hours, the oldest first.
    pub hours: Vec<HourCalls>,
}

/// The calls of both keys in one hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HourCalls {
    /// When it began, in unix seconds.
    pub at: i64,
    pub old_accepted: i64,
    pub old_refused: i64,
    pub new_accepted: i64,
}

struct Found {
    page: ReplacePage,
    under_way: Option<UnderWay>,
    hours: Vec<HourCalls>,
}

struct UnderWay {
    rotation: Rotation,
    standing: Standing,
    old: Key,
    new: Key,
}

/// What is known of the replacement of a key, up to this moment.
///
/// # Errors
/// Not found where the key is not the caller's business; denied where policies say so.
pub async fn replace_page(app: &App, caller: &Caller, key: &KeyRef) -> Result<ReplacePage, Failure> {
    flush_usage(app).await?;
    let (wanted, now) = (key.clone(), app.clock.now());
    let found = app
        .view(caller, move |view| {
            let held = held(view.conn, view.by, &wanted, Operation::Query)?;
            let keys = api_keys::of_user(view.conn, held.holder.uid)?;
            let under_way = match rotations::of_user(view.conn, held.holder.uid)? {
                None => None,
                Some(rotation) => found_keys(view.conn, rotation, now)?,
            };
            let hours = match &under_way {
                Some(found) => hours(view.conn, &found.rotation, now)?,
                None => Vec::new(),
            };
            let page = ReplacePage {
                other: keys.into_iter().find(|key| key.secret_id != held.key.secret_id),
                rights: view.by.rights(wanted.place, &held.holder),
                may_rotate: ensure_may_rotate(view.by, wanted.place, &held.holder).is_ok(),
                may_cancel: view.by.may(action::ROTATE_KEY, held.holder.uin),
                held,
                replacing: None,
            };
            Ok::<_, Failure>(Found { page, under_way, hours })
        })
        .await?;
    let Found { page, under_way, hours } = found;
    let Some(UnderWay { rotation, standing, old, new }) = under_way else { return Ok(page) };
    let mut seen = impacts(app, caller, key.place, vec![old.clone(), new.clone()]).await?.into_iter();
    let (Some(old_impact), Some(new_impact)) = (seen.next(), seen.next()) else {
        return Err(Failure::NotFound);
    };
    let replacing = Replacing { rotation, standing, old, new, old_impact, new_impact, hours };
    Ok(ReplacePage { replacing: Some(replacing), ..page })
}

/// Nothing where one of the keys is gone: a server is about to end it.
fn found_keys(conn: &mut Conn, rotation: Rotation, now: i64) -> Result<Option<UnderWay>, StoreError> {
    let pair = Pair::of(conn, &rotation)?;
    let Some(standing) = pair.standing(&rotation, now) else { return Ok(None) };
    Ok(pair.old.zip(pair.new).map(|(old, new)| UnderWay { rotation, standing, old: old.key, new }))
}

fn hours(conn: &mut Conn, rotation: &Rotation, now: i64) -> Result<Vec<HourCalls>, StoreError> {
    let first = now - now.rem_euclid(HOUR) - (HOURS - 1) * HOUR;
    let old = key_hours::by_hour(conn, &rotation.old, first)?;
    let new = key_hours::by_hour(conn, &rotation.new, first)?;
    let sum = |calls: &[key_hours::HourSum], at: i64, is_accepted: bool| -> i64 {
        let of_hour = calls.iter().filter(|sum| sum.hour == at && sum.is_accepted() == is_accepted);
        of_hour.map(|sum| sum.calls).sum()
    };
    let hour = |number: i64| {
        let at = first + number * HOUR;
        HourCalls {
            at,
            old_accepted: sum(&old, at, true),
            old_refused: sum(&old, at, false),
            new_accepted: sum(&new, at, true),
        }
    };
    Ok((0..HOURS).map(hour).collect())
}
