//! Policies attached to users, directly and through groups.

use super::grants::Given;
use super::schema::{group_members, group_policies, policies, policy_attachments, user_groups};
use super::{Conn, StoreError};
use crate::domain::group::GroupId;
use crate::domain::policies::{Attachment, PolicyId};
use crate::domain::user::{Uid, Uin};
use diesel::dsl::count_star;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Queryable)]
pub(super) struct Row {
    policy_id: i64,
    name: String,
    description: String,
    owner_uin: i64,
    created_at: i64,
    created_by: String,
}

impl From<Row> for Attachment {
    fn from(row: Row) -> Self {
        Self {
            policy_id: PolicyId(row.policy_id),
            name: row.name,
            description: row.description,
            owner_uin: Uin(row.owner_uin),
            created_at: row.created_at,
            created_by: row.created_by,
        }
    }
}

/// A policy of a user's groups, and through which group it comes.
#[derive(Clone, Debug)]
pub struct Inherited {
    pub policy: Attachment,
    pub group: (GroupId, String),
}

/// What is attached to a membership, by name.
pub fn attached(conn: &mut Conn, uid: Uid) -> Result<Vec<Attachment>, StoreError> {
    let rows: Vec<Row> = policy_attachments::table
        .inner_join(policies::table)
        .filter(policy_attachments::uid.eq(uid.0))
        .select((
            policies::id,
            policies::name,
            policies::description,
            policies::owner_uin,
            policy_attachments::created_at,
            policy_attachments::created_by,
        ))
        .order(policies::name)
        .load(conn)?;
    Ok(rows.into_iter().map(Attachment::from).collect())
}

/// Attaches a policy; `false` when it is attached already.
pub fn attach(conn: &mut Conn, uid: Uid, policy: PolicyId, given: Given<'_>) -> Result<bool, StoreError> {
    let held: i64 = policy_attachments::table.find((uid.0, policy.0)).count().get_result(conn)?;
    if held > 0 {
        return Ok(false);
    }
    diesel::insert_into(policy_attachments::table)
        .values((
            policy_attachments::uid.eq(uid.0),
            policy_attachments::policy_id.eq(policy.0),
            policy_attachments::created_at.eq(given.mark.at),
            policy_attachments::created_by.eq(given.by),
            policy_attachments::granted_at.eq(Some(given.mark.at)),
            policy_attachments::stepped_up.eq(given.mark.stepped_up),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Detaches a policy; `false` when it was not attached.
pub fn detach(conn: &mut Conn, uid: Uid, policy: PolicyId) -> Result<bool, StoreError> {
    Ok(diesel::delete(policy_attachments::table.find((uid.0, policy.0))).execute(conn)? == 1)
}

/// Of some memberships those that a policy is attached to: since when, and by whom it was attached.
pub fn of_policy(
    conn: &mut Conn,
    policy: PolicyId,
    uids: &[Uid],
) -> Result<HashMap<Uid, (i64, String)>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let rows: Vec<(i64, i64, String)> = policy_attachments::table
        .filter(policy_attachments::uid.eq_any(uids).and(policy_attachments::policy_id.eq(policy.0)))
        .select((policy_attachments::uid, policy_attachments::created_at, policy_attachments::created_by))
        .load(conn)?;
    Ok(rows.into_iter().map(|(uid, at, by)| (Uid(uid), (at, by))).collect())
}

/// How many policies are attached to each of some memberships; of those that have none nothing.
pub fn counts(conn: &mut Conn, uids: &[Uid]) -> Result<HashMap<Uid, usize>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let rows: Vec<(i64, i64)> = policy_attachments::table
        .filter(policy_attachments::uid.eq_any(uids))
        .group_by(policy_attachments::uid)
        .select((policy_attachments::uid, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(uid, count)| (Uid(uid), usize::try_from(count).unwrap_or_default())).collect())
}

/// What a membership has through its groups, by name of the policy.
pub fn inherited(conn: &mut Conn, uid: Uid) -> Result<Vec<Inherited>, StoreError> {
    let rows: Vec<(Row, i64, String)> = group_members::table
        .inner_join(user_groups::table.inner_join(group_policies::table.inner_join(policies::table)))
        .filter(group_members::uid.eq(uid.0))
        .select((
            (
                policies::id,
                policies::name,
                policies::description,
                policies::owner_uin,
                group_policies::created_at,
                group_policies::created_by,
            ),
            user_groups::id,
            user_groups::name,
        ))
        .order((policies::name, user_groups::name))
        .load(conn)?;
    let inherited =
        |(row, id, name): (Row, _, _)| Inherited { policy: row.into(), group: (GroupId(id), name) };
    Ok(rows.into_iter().map(inherited).collect())
}
