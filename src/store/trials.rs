//! Keys that are tried off. A trigger ends the trial of a key whose standing is changed, whoever changes it.

use super::schema::trials;
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use crate::domain::trial::Trial;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = trials)]
struct Row {
    secret_id: String,
    uid: i64,
    began_at: i64,
    began_by: String,
    ends_at: i64,
}

impl TryFrom<Row> for Trial {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            secret_id: SecretId::parse(&row.secret_id)
                .map_err(|_| StoreError::Corrupt("trials.secret_id"))?,
            uid: Uid(row.uid),
            began_at: row.began_at,
            began_by: row.began_by,
            ends_at: row.ends_at,
        })
    }
}

/// Keeps a trial that begins in an account, once the key is disabled.
pub fn insert(conn: &mut Conn, trial: &Trial, owner: Uin) -> Result<(), StoreError> {
    diesel::insert_into(trials::table)
        .values((
            trials::secret_id.eq(trial.secret_id.as_str()),
            trials::uid.eq(trial.uid.0),
            trials::began_at.eq(trial.began_at),
            trials::began_by.eq(&trial.began_by),
            trials::ends_at.eq(trial.ends_at),
            trials::owner_uin.eq(owner.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// The trial of a key, if it is being tried off.
pub fn find(conn: &mut Conn, id: &SecretId) -> Result<Option<Trial>, StoreError> {
    let row: Option<Row> =
        trials::table.find(id.as_str()).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Trial::try_from).transpose()
}

/// Those of keys of these users.
pub fn of_users(conn: &mut Conn, users: &[Uid]) -> Result<Vec<Trial>, StoreError> {
    let uids: Vec<i64> = users.iter().map(|uid| uid.0).collect();
    let rows: Vec<Row> =
        trials::table.filter(trials::uid.eq_any(uids)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Trial::try_from).collect()
}

/// Those of an account, the ones that end first before the others.
pub fn of_account(conn: &mut Conn, owner: Uin, most: i64) -> Result<Vec<Trial>, StoreError> {
    let rows: Vec<Row> = trials::table
        .filter(trials::owner_uin.eq(owner.0))
        .order(trials::ends_at)
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Trial::try_from).collect()
}

/// Ends the trial of a key without enabling it; `false` when there is none.
pub fn remove(conn: &mut Conn, id: &SecretId) -> Result<bool, StoreError> {
    Ok(diesel::delete(trials::table.find(id.as_str())).execute(conn)? == 1)
}

/// Takes the trial of a key that is over; `false` when there is none any more: somebody else was first.
pub fn take_ended(conn: &mut Conn, id: &SecretId, now: i64) -> Result<bool, StoreError> {
    let over = trials::table.find(id.as_str()).filter(trials::ends_at.le(now));
    Ok(diesel::delete(over).execute(conn)? == 1)
}

/// Trials that are over, those that have waited longest first.
pub fn ended(conn: &mut Conn, now: i64, most: i64) -> Result<Vec<Trial>, StoreError> {
    let rows: Vec<Row> = trials::table
        .filter(trials::ends_at.le(now))
        .order((trials::ends_at, trials::secret_id))
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Trial::try_from).collect()
}
