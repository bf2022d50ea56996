//! Keys that are replaced, or were. A trigger has a server look at a rotation when one of its keys is changed, by whomever.

use super::schema::rotations;
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use crate::domain::rotation::{After, Ending, Plan, Rotation, Step};
use crate::domain::user::{Uid, Uin};
use diesel::dsl::max;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = rotations)]
struct Row {
    id: String,
    owner_uin: i64,
    uid: i64,
    old_id: String,
    new_id: String,
    silent_hours: i64,
    delete_after_days: i64,
    finishes: bool,
    step: String,
    step_at: i64,
    started_at: i64,
    started_by: String,
    ended_at: Option<i64>,
    outcome: Option<String>,
    number: i64,
}

impl TryFrom<Row> for Rotation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let outcome = row.outcome.as_deref().and_then(Ending::from_name);
        Ok(Self {
            id: row.id,
            owner_uin: Uin(row.owner_uin),
            uid: Uid(row.uid),
            old: SecretId::parse(&row.old_id).map_err(|_| StoreError::Corrupt("rotations.old_id"))?,
            new: SecretId::parse(&row.new_id).map_err(|_| StoreError::Corrupt("rotations.new_id"))?,
            plan: Plan {
                silent_hours: row.silent_hours,
                delete_after_days: row.delete_after_days,
                finishes: row.finishes,
            },
            step: Step::from_name(&row.step).ok_or(StoreError::Corrupt("rotations.step"))?,
            step_at: row.step_at,
            started_at: row.started_at,
            started_by: row.started_by,
            number: row.number,
            ended: row.ended_at.zip(outcome),
        })
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Rotation>, StoreError> {
    rows.into_iter().map(Rotation::try_from).collect()
}

/// Keeps a rotation that begins, to be looked at once; a second one of a user is a [`StoreError::Duplicate`].
pub fn insert(conn: &mut Conn, rotation: &Rotation) -> Result<(), StoreError> {
    diesel::insert_into(rotations::table)
        .values((
            rotations::id.eq(&rotation.id),
            rotations::owner_uin.eq(rotation.owner_uin.0),
            rotations::uid.eq(rotation.uid.0),
            rotations::old_id.eq(rotation.old.as_str()),
            rotations::new_id.eq(rotation.new.as_str()),
            rotations::silent_hours.eq(rotation.plan.silent_hours),
            rotations::delete_after_days.eq(rotation.plan.delete_after_days),
            rotations::finishes.eq(rotation.plan.finishes),
            rotations::step.eq(rotation.step.as_str()),
            rotations::step_at.eq(rotation.step_at),
            rotations::started_at.eq(rotation.started_at),
            rotations::started_by.eq(&rotation.started_by),
            rotations::number.eq(rotation.number),
            rotations::due_at.eq(Some(0)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The rotation of a user's keys that is under way.
pub fn of_user(conn: &mut Conn, uid: Uid) -> Result<Option<Rotation>, StoreError> {
    let row: Option<Row> = rotations::table
        .filter(rotations::uid.eq(uid.0).and(rotations::ended_at.is_null()))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Rotation::try_from).transpose()
}

/// The rotation of that id, also one that is over.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Rotation>, StoreError> {
    let row: Option<Row> = rotations::table.find(id).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Rotation::try_from).transpose()
}

/// Those under way that are to be looked at, the longest overdue first: each as its user and its id.
pub fn due(conn: &mut Conn, now: i64, most: i64) -> Result<Vec<(Uid, String)>, StoreError> {
    let rows: Vec<(i64, String)> = rotations::table
        .filter(rotations::ended_at.is_null().and(rotations::due_at.le(now)))
        .order(rotations::due_at)
        .limit(most)
        .select((rotations::uid, rotations::id))
        .load(conn)?;
    Ok(rows.into_iter().map(|(uid, id)| (Uid(uid), id)).collect())
}

/// Whether a rotation under way is to be looked at.
pub fn is_due(conn: &mut Conn, id: &str, now: i64) -> Result<bool, StoreError> {
    let found: Option<String> = rotations::table
        .find(id)
        .filter(rotations::ended_at.is_null().and(rotations::due_at.le(now)))
        .select(rotations::id)
        .get_result(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Rotations of an account that are under way, those that began first.
pub fn of_account(
    conn: &mut Conn,
    owner: Uin,
    after: Option<&After>,
    most: i64,
) -> Result<Vec<Rotation>, StoreError> {
    let (at, id) = after.map_or((i64::MIN, ""), |after| (after.started_at, after.id.as_str()));
    let rows: Vec<Row> = rotations::table
        .filter(rotations::owner_uin.eq(owner.0).and(rotations::ended_at.is_null()))
        .filter(rotations::started_at.ge(at))
        .filter(rotations::started_at.gt(at).or(rotations::id.gt(id)))
        .order((rotations::started_at, rotations::id))
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    read(rows)
}

/// The last rotations that a key took part in, the newest first: as the old one, and as the new one, so many of either.
pub fn of_key(conn: &mut Conn, id: &SecretId, most: i64) -> Result<Vec<Rotation>, StoreError> {
    let newest_first = (rotations::started_at.desc(), rotations::number.desc(), rotations::id.desc());
    let as_old: Vec<Row> = rotations::table
        .filter(rotations::old_id.eq(id.as_str()))
        .order(newest_first)
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    let as_new: Vec<Row> = rotations::table
        .filter(rotations::new_id.eq(id.as_str()))
        .order(newest_first)
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    let mut found = read(as_old.into_iter().chain(as_new).collect())?;
    found.sort_by(|one, other| other.place().cmp(&one.place()));
    Ok(found)
}

/// The rotation of a key that began next after another one of it.
pub fn next_of_key(
    conn: &mut Conn,
    id: &SecretId,
    before: &Rotation,
) -> Result<Option<Rotation>, StoreError> {
    let (at, number, place) = before.place();
    let later = || {
        let within_the_second =
            rotations::number.gt(number).or(rotations::number.eq(number).and(rotations::id.gt(place)));
        rotations::started_at.gt(at).or(rotations::started_at.eq(at).and(within_the_second))
    };
    let oldest_first = (rotations::started_at, rotations::number, rotations::id);
    let as_old: Option<Row> = rotations::table
        .filter(rotations::old_id.eq(id.as_str()).and(later()))
        .order(oldest_first)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    let as_new: Option<Row> = rotations::table
        .filter(rotations::new_id.eq(id.as_str()).and(later()))
        .order(oldest_first)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    let found = read(as_old.into_iter().chain(as_new).collect())?;
    Ok(found.into_iter().min_by(|one, other| one.place().cmp(&other.place())))
}

/// The highest number of the rotations that a key took part in; 0 of one that took part in none.
pub fn last_number(conn: &mut Conn, id: &SecretId) -> Result<i64, StoreError> {
    let as_old: Option<i64> = rotations::table
        .filter(rotations::old_id.eq(id.as_str()))
        .select(max(rotations::number))
        .get_result(conn)?;
    let as_new: Option<i64> = rotations::table
        .filter(rotations::new_id.eq(id.as_str()))
        .select(max(rotations::number))
        .get_result(conn)?;
    Ok(as_old.max(as_new).unwrap_or(0))
}

/// Names the next look; none: when one of the keys is changed.
pub fn set_due(conn: &mut Conn, id: &str, due_at: Option<i64>) -> Result<(), StoreError> {
    diesel::update(rotations::table.find(id)).set(rotations::due_at.eq(due_at)).execute(conn)?;
    Ok(())
}

/// Goes on to a step, or back.
pub fn set_step(conn: &mut Conn, id: &str, step: Step, at: i64) -> Result<(), StoreError> {
    diesel::update(rotations::table.find(id))
        .set((rotations::step.eq(step.as_str()), rotations::step_at.eq(at)))
        .execute(conn)?;
    Ok(())
}

/// Replaces how it ends, and has it looked at.
pub fn set_plan(conn: &mut Conn, id: &str, plan: Plan) -> Result<(), StoreError> {
    diesel::update(rotations::table.find(id))
        .set((
            rotations::silent_hours.eq(plan.silent_hours),
            rotations::delete_after_days.eq(plan.delete_after_days),
            rotations::finishes.eq(plan.finishes),
            rotations::due_at.eq(Some(0)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends it; `false` when it had ended before.
pub fn end(conn: &mut Conn, id: &str, ending: Ending, at: i64) -> Result<bool, StoreError> {
    let touched = diesel::update(rotations::table.find(id).filter(rotations::ended_at.is_null()))
        .set((
            rotations::ended_at.eq(Some(at)),
            rotations::outcome.eq(Some(ending.as_str())),
            rotations::due_at.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}
