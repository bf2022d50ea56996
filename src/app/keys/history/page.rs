//! The page of a key: what it is used for and what happened to it, also after it was deleted.

use super::impact::{Impact, impact_of};
use super::timeline::{OfKey, Timeline};
use crate::app::caller::Caller;
use crate::app::change::View;
use crate::app::keys::{KeyRef, KeyRights, Operation, Place, usage};
use crate::app::{App, Failure};
use crate::domain::audit::{Event, EventCursor, EventName};
use crate::domain::key::{Key, SecretId};
use crate::domain::key_history::{Life, Sign, Told, signs};
use crate::domain::key_hours::KEPT_DAYS;
use crate::domain::rotation::Rotation;
use crate::domain::span::DAY;
use crate::domain::trial::Trial;
use crate::domain::user::{Uin, User};
use crate::store::{Conn, api_keys, key_history, key_usage, rotations, trials, users};

/// Networks and clients that are looked at, those that came first.
const MOST_SEEN: i64 = 200;
/// Rotations that are told of on a page.
const MOST_ROTATIONS: i64 = 20;
const DELETIONS: [&str; 2] = [EventName::DELETE_API_KEY.as_str(), EventName::DELETE_ACCESS_KEY.as_str()];
const CREATIONS: [&str; 3] = [
    EventName::CREATE_API_KEY.as_str(),
    EventName::CREATE_ACCESS_KEY.as_str(),
    EventName::IMPORT_API_KEY.as_str(),
];

/// A key and its past.
pub struct KeyHistory {
    pub secret_id: SecretId,
    pub uin: Uin,
    pub holder: String,
    /// Nothing of a key that was deleted.
    pub key: Option<Key>,
    pub deleted: Option<Event>,
    pub created_at: Option<i64>,
    /// While the key is tried off.
    pub trial: Option<Trial>,
    pub impact: Impact,
    /// While it is replaced by another key, or replaces one.
    pub rotation: Option<Rotation>,
    pub timeline: Timeline,
    /// Nothing where the holder is gone too.
    pub rights: Option<KeyRights>,
}

/// A key that is there or was, up to this moment; `cursor` says which part of what happened is wanted.
pub async fn history(
    app: &App,
    caller: &Caller,
    key: &KeyRef,
    cursor: EventCursor,
) -> Result<KeyHistory, Failure> {
    usage::flush_usage(app).await?;
    let (key, now) = (key.clone(), app.clock.now());
    app.view(caller, move |view| found(view, &key, cursor, now)).await
}

fn found(view: &mut View<'_>, wanted: &KeyRef, cursor: EventCursor, now: i64) -> Result<KeyHistory, Failure> {
    let (uin, user) = holder(view, wanted.place)?;
    let (id, owner) = (&wanted.id, view.by.owner());
    let of_key = OfKey { owner, id };
    let key = match &user {
        Some(user) => api_keys::find(view.conn, user.uid, id)?,
        None => None,
    };
    let deleted = match key {
        Some(_) => None,
        None => Some(deletion(view.conn, &of_key, uin)?),
    };
    let created_at = match &key {
        Some(key) => Some(key.created_at),
        None => of_key.find(view.conn, &CREATIONS, EventCursor::Newer(0))?.map(|event| event.at),
    };
    let off_since = match &key {
        Some(key) => key.off_since(now),
        None => deleted.as_ref().map(|event| event.at),
    };
    let impact = impact_of(view.conn, id, off_since, now)?;
    let first_used_at = key_usage::first_used(view.conn, id)?.map(|ms| ms.div_euclid(1000));
    let seen = key_history::first_seen(view.conn, id, now - KEPT_DAYS * DAY, MOST_SEEN)?;
    let taken_part = rotations::of_key(view.conn, id, MOST_ROTATIONS)?;
    let rotation = taken_part.iter().find(|rotation| rotation.ended.is_none()).cloned();
    let mut told = signs(&impact.days, &seen, Life { now, created_at, first_used_at });
    told.extend(taken_part.iter().rev().filter(|rotation| rotation.new == *id).flat_map(replacements));
    let of_log = deleted.as_ref().and_then(|event| event.target.split(" / ").next().map(str::to_owned));
    Ok(KeyHistory {
        secret_id: id.clone(),
        uin,
        holder: user.as_ref().map(|user| user.name.clone()).or(of_log).unwrap_or_default(),
        trial: trials::find(view.conn, id)?,
        timeline: of_key.timeline(view.conn, cursor, told)?,
        rights: user.as_ref().map(|user| view.by.rights(wanted.place, user)),
        key,
        deleted,
        created_at,
        impact,
        rotation,
    })
}

/// What the replacement of another key is in the past of the new one; the log tells it of the old one.
fn replacements(rotation: &Rotation) -> Vec<Sign> {
    let old = rotation.old.clone();
    let begun = Sign { at: rotation.started_at, what: Told::Replaces { old: old.clone() } };
    let ended = rotation.ended.map(|(at, ending)| Sign { at, what: Told::Replaced { old, ending } });
    [Some(begun), ended].into_iter().flatten().collect()
}

/// Whose key it is, once the caller's policies allow to see the keys; the user may be gone. Denied before missing.
fn holder(view: &mut View<'_>, place: Place) -> Result<(Uin, Option<User>), Failure> {
    let (by, query) = (view.by, Operation::Query);
    let (uin, user) = match place {
        Place::Own => (by.user.uin, Some(User::clone(&by.user))),
        Place::Of(uin) => {
            by.ensure(query.action(place), uin)?;
            (uin, users::find(view.conn, by.owner(), uin)?)
        }
    };
    match &user {
        Some(user) => by.ensure_key(place, query, user)?,
        None => by.ensure_none_denied(&[query.api_action()], uin)?,
    }
    Ok((uin, user))
}

/// That a key of that user was deleted; another's, and one that never was, look missing.
fn deletion(conn: &mut Conn, of_key: &OfKey<'_>, uin: Uin) -> Result<Event, Failure> {
    let event = of_key.find(conn, &DELETIONS, EventCursor::Newest)?;
    event.filter(|event| event.target_uin == uin).ok_or(Failure::NotFound)
}
