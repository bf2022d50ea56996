//! Keys of an account that end later, or are disabled after more days without a call, than it lets new ones.

use super::counted::Counted;
use super::schema::{api_keys, users};
use super::{Conn, StoreError};
use crate::domain::key::{KeyStatus, SecretId};
use crate::domain::key_limits::ending::{Bound, EndKind, EndPlace, Ending};
use crate::domain::paging::Slice;
use crate::domain::user::{Uin, User};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

/// What the list shows of a key.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Part {
    secret_id: String,
    status: String,
    created_at: i64,
    expires_at: Option<i64>,
    idle_days: Option<i64>,
    purpose: String,
}

type Found = (Part, super::users::Row);

/// The keys of an account that have more than the bound or no such limit: those without it first, by their ids, then those
/// with the most.
pub fn beyond(
    conn: &mut Conn,
    owner: Uin,
    bound: Bound,
    slice: Slice<Option<EndPlace>>,
) -> Result<Vec<Ending>, StoreError> {
    let limit = || column(bound.kind);
    let mut found: Vec<Found> = match &slice.cursor {
        Some(EndPlace { limit: Some(_), .. }) => Vec::new(),
        place => {
            let after = place.as_ref().map_or("", |place| place.secret_id.as_str());
            api_keys::table
                .inner_join(users::table)
                .filter(api_keys::owner_uin.eq(owner.0).and(limit().is_null()))
                .filter(api_keys::secret_id.gt(after))
                .order(api_keys::secret_id)
                .limit(slice.size)
                .select((Part::as_select(), super::users::Row::as_select()))
                .load(conn)?
        }
    };
    let left = slice.size - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let limited = slice.cursor.and_then(|place| Some((place.limit?, place.secret_id)));
        let (before, id) = limited.map_or((i64::MAX, String::new()), |(number, id)| (number, id.to_string()));
        let is_before = limit().lt(before).or(api_keys::secret_id.lt(id));
        let more: Vec<Found> = api_keys::table
            .inner_join(users::table)
            .filter(api_keys::owner_uin.eq(owner.0).and(limit().gt(bound.most)))
            .filter(limit().le(before).and(is_before))
            .order((limit().desc(), api_keys::secret_id.desc()))
            .limit(left)
            .select((Part::as_select(), super::users::Row::as_select()))
            .load(conn)?;
        found.extend(more);
    }
    found.into_iter().map(Ending::try_from).collect()
}

/// Where the number of a limit stands.
fn column(kind: EndKind) -> SqlLiteral<Nullable<BigInt>> {
    sql(name(kind))
}

fn name(kind: EndKind) -> &'static str {
    match kind {
        EndKind::End => "api_keys.expires_at",
        EndKind::Silence => "api_keys.idle_days",
    }
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

/// How many keys of an account have more than the bound or no such limit, as far as `most`.
pub fn count_beyond(conn: &mut Conn, owner: Uin, bound: Bound, most: i64) -> Result<i64, StoreError> {
    let limit = name(bound.kind);
    let unlimited: Counted = diesel::sql_query(format!(
        "SELECT count(*) AS number FROM (SELECT secret_id FROM api_keys WHERE owner_uin = $1 AND {limit} IS NULL \
         LIMIT $2) AS counted",
    ))
    .bind::<BigInt, _>(owner.0)
    .bind::<BigInt, _>(most)
    .get_result(conn)?;
    let more: Counted = diesel::sql_query(format!(
        "SELECT count(*) AS number FROM (SELECT secret_id FROM api_keys WHERE owner_uin = $1 AND {limit} > $2 \
         LIMIT $3) AS counted",
    ))
    .bind::<BigInt, _>(owner.0)
    .bind::<BigInt, _>(bound.most)
    .bind::<BigInt, _>(most)
    .get_result(conn)?;
    Ok((unlimited.number + more.number).min(most))
}
