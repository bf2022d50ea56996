//! Keys of an account by their end.

use super::schema::{api_keys, users};
use super::{Conn, StoreError};
use crate::domain::key::{KeyStatus, SecretId};
use crate::domain::key_limits::ending::{EndPlace, Ending};
use crate::domain::paging::Slice;
use crate::domain::user::{Uin, User};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// What lists of keys by a limit show of a key.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub(super) struct Part {
    secret_id: String,
    status: String,
    created_at: i64,
    expires_at: Option<i64>,
    idle_days: Option<i64>,
    purpose: String,
}

pub(super) type Found = (Part, super::users::Row);

/// The keys of an account that end later than that or not at all: those without an end first, by their ids, then the latest first.
pub fn beyond(
    conn: &mut Conn,
    owner: Uin,
    latest: i64,
    slice: Slice<Option<EndPlace>>,
) -> Result<Vec<Ending>, StoreError> {
    let mut found: Vec<Found> = match &slice.cursor {
        Some(EndPlace { limit: Some(_), .. }) => Vec::new(),
        Some(EndPlace { secret_id, .. }) => endless(conn, owner, secret_id.as_str(), slice.size)?,
        None => endless(conn, owner, "", slice.size)?,
    };
    let left = slice.size - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let ended = slice.cursor.and_then(|place| Some((place.limit?, place.secret_id)));
        let (before, id) = ended.map_or((i64::MAX, String::new()), |(at, id)| (at, id.to_string()));
        let is_before = api_keys::expires_at.lt(before).or(api_keys::secret_id.lt(id));
        let later: Vec<Found> = api_keys::table
            .inner_join(users::table)
            .filter(api_keys::owner_uin.eq(owner.0).and(api_keys::expires_at.gt(latest)))
            .filter(api_keys::expires_at.le(before).and(is_before))
            .order((api_keys::expires_at.desc(), api_keys::secret_id.desc()))
            .limit(left)
            .select((Part::as_select(), super::users::Row::as_select()))
            .load(conn)?;
        found.extend(later);
    }
    found.into_iter().map(Ending::try_from).collect()
}

/// Those without an end, from an id on.
fn endless(conn: &mut Conn, owner: Uin, after: &str, most: i64) -> Result<Vec<Found>, StoreError> {
    Ok(api_keys::table
        .inner_join(users::table)
        .filter(api_keys::owner_uin.eq(owner.0).and(api_keys::expires_at.is_null()))
        .filter(api_keys::secret_id.gt(after))
        .order(api_keys::secret_id)
        .limit(most)
        .select((Part::as_select(), super::users::Row::as_select()))
        .load(conn)?)
}

impl TryFrom<Found> for Ending {
    type Error = StoreError;

    fn try_from(found: Found) -> Result<Self, StoreError> {
        let (part, user) = found;
        Ok(Self {
            secret_id: SecretId::parse(&part.secret_id)
                .map_err(|_| StoreError::Corrupt("api_keys.secret_id"))?,
            status: KeyStatus::from_name(&part.status).ok_or(StoreError::Corrupt("api_keys.status"))?,
            created_at: part.created_at,
            expires_at: part.expires_at,
            idle_days: part.idle_days,
            purpose: part.purpose,
            user: User::try_from(user)?,
        })
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many keys of an account end later than that or not at all, as far as `most`.
pub fn count_beyond(conn: &mut Conn, owner: Uin, latest: i64, most: i64) -> Result<i64, StoreError> {
    let endless: Counted = diesel::sql_query(
        "SELECT count(*) AS number FROM (SELECT secret_id FROM api_keys WHERE owner_uin = $1 AND expires_at IS NULL \
         LIMIT $2) AS counted",
    )
    .bind::<BigInt, _>(owner.0)
    .bind::<BigInt, _>(most)
    .get_result(conn)?;
    let later: Counted = diesel::sql_query(
        "SELECT count(*) AS number FROM (SELECT secret_id FROM api_keys WHERE owner_uin = $1 AND expires_at > $2 \
         LIMIT $3) AS counted",
    )
    .bind::<BigInt, _>(owner.0)
    .bind::<BigInt, _>(latest)
    .bind::<BigInt, _>(most)
    .get_result(conn)?;
    Ok((endless.number + later.number).min(most))
}
