//! Keys of an account by the days without a call after which they are disabled.

use super::key_ends::{Found, Part};
use super::schema::{api_keys, users};
use super::{Conn, StoreError};
use crate::domain::key_limits::ending::{EndPlace, Ending};
use crate::domain::paging::Slice;
use crate::domain::user::Uin;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// The keys of an account that are disabled after more days than that or not at all: those without such a limit first, by their
/// ids, then the longest first.
pub fn beyond(
    conn: &mut Conn,
    owner: Uin,
    days: i64,
    slice: Slice<Option<EndPlace>>,
) -> Result<Vec<Ending>, StoreError> {
    let mut found: Vec<Found> = match &slice.cursor {
        Some(EndPlace { limit: Some(_), .. }) => Vec::new(),
        Some(EndPlace { secret_id, .. }) => unlimited(conn, owner, secret_id.as_str(), slice.size)?,
        None => unlimited(conn, owner, "", slice.size)?,
    };
    let left = slice.size - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let limited = slice.cursor.and_then(|place| Some((place.limit?, place.secret_id)));
        let (before, id) = limited.map_or((i64::MAX, String::new()), |(days, id)| (days, id.to_string()));
        let is_before = api_keys::idle_days.lt(before).or(api_keys::secret_id.lt(id));
        let longer: Vec<Found> = api_keys::table
            .inner_join(users::table)
            .filter(api_keys::owner_uin.eq(owner.0).and(api_keys::idle_days.gt(days)))
            .filter(api_keys::idle_days.le(before).and(is_before))
            .order((api_keys::idle_days.desc(), api_keys::secret_id.desc()))
            .limit(left)
            .select((Part::as_select(), super::users::Row::as_select()))
            .load(conn)?;
        found.extend(longer);
    }
    found.into_iter().map(Ending::try_from).collect()
}

/// Those without such a limit, from an id on.
fn unlimited(conn: &mut Conn, owner: Uin, after: &str, most: i64) -> Result<Vec<Found>, StoreError> {
    Ok(api_keys::table
        .inner_join(users::table)
        .filter(api_keys::owner_uin.eq(owner.0).and(api_keys::idle_days.is_null()))
        .filter(api_keys::secret_id.gt(after))
        .order(api_keys::secret_id)
        .limit(most)
        .select((Part::as_select(), super::users::Row::as_select()))
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many keys of an account are disabled after more days than that or not at all, as far as `most`.
pub fn count_beyond(conn: &mut Conn, owner: Uin, days: i64, most: i64) -> Result<i64, StoreError> {
    let unlimited: Counted = diesel::sql_query(
        "SELECT count(*) AS number FROM (SELECT secret_id FROM api_keys WHERE owner_uin = $1 AND idle_days IS NULL \
         LIMIT $2) AS counted",
    )
    .bind::<BigInt, _>(owner.0)
    .bind::<BigInt, _>(most)
    .get_result(conn)?;
    let longer: Counted = diesel::sql_query(
        "SELECT count(*) AS number FROM (SELECT secret_id FROM api_keys WHERE owner_uin = $1 AND idle_days > $2 \
         LIMIT $3) AS counted",
    )
    .bind::<BigInt, _>(owner.0)
    .bind::<BigInt, _>(days)
    .bind::<BigInt, _>(most)
    .get_result(conn)?;
    Ok((unlimited.number + longer.number).min(most))
}
