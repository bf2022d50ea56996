//! Users that the overview tells: those without use, and administrators.

use super::counted::Counted;
use super::key_lines::Part;
use super::schema::{administrators, group_members, group_policies, user_groups, user_lines, users};
use super::{Conn, StoreError};
use crate::domain::attention::Named;
use crate::domain::paging::Tally;
use crate::domain::policy::preset::ADMINISTRATORS;
use crate::domain::user::{Uid, Uin};
use crate::domain::user_search::Facet;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::BTreeSet;

/// Root signs in when it is needed. By its UID, which is in the index, so that no row is read to be counted.
fn not_root(owner: Uin) -> String {
    format!("uid <> (SELECT r.uid FROM users r WHERE r.owner_uin = {owner} AND r.uin = {owner})")
}

/// How many users of an account were active last before then.
pub fn tally_inactive(conn: &mut Conn, owner: Uin, before: i64) -> Result<Tally, StoreError> {
    let ask = format!(
        "SELECT count(*) AS number FROM (SELECT 1 AS one FROM user_lines WHERE owner_uin = {owner} \
         AND active_at > 0 AND active_at < {before} AND {} LIMIT {}) AS part",
        not_root(owner),
        Tally::MOST + 1
    );
    Ok(Tally::of(diesel::sql_query(ask).get_result::<Counted>(conn)?.number))
}

#[derive(QueryableByName)]
struct Inactive {
    #[diesel(sql_type = BigInt)]
    uid: i64,
    #[diesel(sql_type = BigInt)]
    active_at: i64,
}

/// Users of an account who were active last before then, the longest inactive first, with when that was.
pub fn inactive(
    conn: &mut Conn,
    owner: Uin,
    before: i64,
    part: Part<'_>,
) -> Result<Vec<(Uid, i64)>, StoreError> {
    let Part { after, limit } = part;
    let (at, uid) = after.map_or((1, 0), |spot| (spot.at, spot.id.parse::<i64>().unwrap_or_default()));
    let rows: Vec<Inactive> = diesel::sql_query(format!(
        "SELECT uid, active_at FROM user_lines WHERE owner_uin = {owner} AND (active_at, uid) > ({at}, {uid}) \
         AND active_at < {before} AND {} ORDER BY active_at, uid LIMIT {limit}",
        not_root(owner)
    ))
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (Uid(row.uid), row.active_at)).collect())
}

/// Administrators who sign in with a password alone.
pub struct Unprotected {
    /// In the order of their UIDs.
    pub users: Vec<Named>,
    /// How many administrators were looked at, and whether that is not all.
    pub looked_at: usize,
    pub is_part: bool,
}

/// Root and the users whom a policy that allows everything is attached to, directly or through a group, without an
/// authenticator app: as many of them as are looked at.
pub fn unprotected(conn: &mut Conn, owner: Uin, most: i64) -> Result<Unprotected, StoreError> {
    let mut uids: BTreeSet<i64> = users::table
        .filter(users::owner_uin.eq(owner.0).and(users::uin.eq(owner.0)))
        .select(users::uid)
        .load(conn)?
        .into_iter()
        .collect();
    let direct: Vec<i64> = administrators::table
        .filter(administrators::owner_uin.eq(owner.0))
        .order(administrators::uid)
        .limit(most)
        .select(administrators::uid)
        .load(conn)?;
    let through: Vec<i64> = group_policies::table
        .inner_join(user_groups::table.inner_join(group_members::table))
        .filter(group_policies::policy_id.eq_any(ADMINISTRATORS).and(user_groups::owner_uin.eq(owner.0)))
        .limit(most)
        .select(group_members::uid)
        .load(conn)?;
    let is_part =
        [&direct, &through].iter().any(|found| i64::try_from(found.len()).unwrap_or(i64::MAX) >= most);
    uids.extend(direct.into_iter().chain(through));
    let looked_at = uids.len();
    let rows: Vec<(i64, String, i16)> = users::table
        .inner_join(user_lines::table)
        .filter(users::uid.eq_any(uids))
        .filter(users::console_login.eq(true))
        .order(users::uid)
        .select((users::uin, users::name, user_lines::facet))
        .load(conn)?;
    let without = rows.into_iter().filter(|(.., facet)| !Facet(*facet).mfa());
    let users = without.map(|(uin, name, _)| Named { uin: Uin(uin), name }).collect();
    Ok(Unprotected { users, looked_at, is_part })
}
