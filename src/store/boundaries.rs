//! Permission boundaries: at most one policy that bounds a user's others.

use super::policies::Row;
use super::schema::{policies, user_boundaries};
use super::{Conn, StoreError};
use crate::domain::policies::{PolicyId, StoredPolicy};
use crate::domain::user::Uid;
use diesel::prelude::*;

/// The policy that bounds a membership.
pub fn find(conn: &mut Conn, uid: Uid) -> Result<Option<StoredPolicy>, StoreError> {
    let row: Option<Row> = user_boundaries::table
        .inner_join(policies::table)
        .filter(user_boundaries::uid.eq(uid.0))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(row.map(StoredPolicy::from))
}

/// Sets or replaces it.
pub fn put(conn: &mut Conn, uid: Uid, policy: PolicyId) -> Result<(), StoreError> {
    let touched = diesel::update(user_boundaries::table.find(uid.0))
        .set(user_boundaries::policy_id.eq(policy.0))
        .execute(conn)?;
    if touched == 0 {
        diesel::insert_into(user_boundaries::table)
            .values((user_boundaries::uid.eq(uid.0), user_boundaries::policy_id.eq(policy.0)))
            .execute(conn)?;
    }
    Ok(())
}

/// Removes it; `false` when there was none.
pub fn delete(conn: &mut Conn, uid: Uid) -> Result<bool, StoreError> {
    Ok(diesel::delete(user_boundaries::table.find(uid.0)).execute(conn)? == 1)
}
