//! When rights were given, and when something that limited them was last taken away without a check.

use super::schema::{
    group_members, group_policies, policies, policy_attachments, user_boundaries, user_groups, users,
};
use super::{Conn, StoreError};
use crate::domain::grant::Mark;
use crate::domain::group::GroupId;
use crate::domain::policies::PolicyId;
use crate::domain::user::Uid;
use diesel::prelude::*;

/// Who gives a policy, and what is noted on that.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub by: &'a str,
    pub mark: Mark,
}

/// Notes when a user got its way into the console. What was given without a check is not made better by one on the
/// same row later: it waits for its own time.
pub fn mark_user(conn: &mut Conn, uid: Uid, mark: Mark) -> Result<(), StoreError> {
    let row = diesel::update(users::table.find(uid.0));
    let set = (users::granted_at.eq(Some(mark.at)), users::stepped_up.eq(mark.stepped_up));
    if mark.stepped_up {
        row.filter(users::granted_at.is_null().or(users::stepped_up.eq(true))).set(set).execute(conn)?;
    } else {
        row.set(set).execute(conn)?;
    }
    Ok(())
}

/// Since when a user has been let into the console with no code behind it, if so.
pub fn let_in_at(conn: &mut Conn, uid: Uid) -> Result<Option<i64>, StoreError> {
    let found: Option<Option<i64>> = users::table
        .find(uid.0)
        .filter(users::stepped_up.eq(false))
        .select(users::granted_at)
        .get_result(conn)
        .optional()?;
    Ok(found.flatten())
}

/// Notes when the text that decides was given to a policy.
pub fn mark_policy(conn: &mut Conn, policy: PolicyId, mark: Mark) -> Result<(), StoreError> {
    diesel::update(policies::table.find(policy.0))
        .set((policies::granted_at.eq(Some(mark.at)), policies::stepped_up.eq(mark.stepped_up)))
        .execute(conn)?;
    Ok(())
}

/// A policy said less than before to limit those who have it.
pub fn loosen_policy(conn: &mut Conn, policy: PolicyId, at: i64) -> Result<(), StoreError> {
    diesel::update(policies::table.find(policy.0)).set(policies::loosened_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

/// Something that limited a user was taken away.
pub fn loosen_user(conn: &mut Conn, uid: Uid, at: i64) -> Result<(), StoreError> {
    diesel::update(users::table.find(uid.0)).set(users::loosened_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

/// Something that limited the users of a group was taken from it.
pub fn loosen_group(conn: &mut Conn, id: GroupId, at: i64) -> Result<(), StoreError> {
    diesel::update(user_groups::table.find(id.0)).set(user_groups::loosened_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

/// A group that limited its users is about to be gone.
pub fn loosen_members(conn: &mut Conn, id: GroupId, at: i64) -> Result<(), StoreError> {
    let members = group_members::table.filter(group_members::group_id.eq(id.0)).select(group_members::uid);
    diesel::update(users::table.filter(users::uid.eq_any(members)))
        .set(users::loosened_at.eq(Some(at)))
        .execute(conn)?;
    Ok(())
}

/// A policy that limited users and groups is about to be gone.
pub fn loosen_holders(conn: &mut Conn, policy: PolicyId, at: i64) -> Result<(), StoreError> {
    let held = policy_attachments::table
        .filter(policy_attachments::policy_id.eq(policy.0))
        .select(policy_attachments::uid);
    diesel::update(users::table.filter(users::uid.eq_any(held)))
        .set(users::loosened_at.eq(Some(at)))
        .execute(conn)?;
    let groups =
        group_policies::table.filter(group_policies::policy_id.eq(policy.0)).select(group_policies::group_id);
    diesel::update(user_groups::table.filter(user_groups::id.eq_any(groups)))
        .set(user_groups::loosened_at.eq(Some(at)))
        .execute(conn)?;
    Ok(())
}

/// When a group was last loosened.
pub fn group_loosened_at(conn: &mut Conn, id: GroupId) -> Result<Option<i64>, StoreError> {
    let found = user_groups::table.find(id.0).select(user_groups::loosened_at).get_result(conn).optional()?;
    Ok(found.flatten())
}

/// When a policy was last loosened.
pub fn policy_loosened_at(conn: &mut Conn, policy: PolicyId) -> Result<Option<i64>, StoreError> {
    let found = policies::table.find(policy.0).select(policies::loosened_at).get_result(conn).optional()?;
    Ok(found.flatten())
}

/// Users that a policy decides for, directly, through a group or as their boundary; at most so many.
pub fn affected_by_policy(conn: &mut Conn, policy: PolicyId, most: i64) -> Result<Vec<Uid>, StoreError> {
    let mut found: Vec<i64> = policy_attachments::table
        .filter(policy_attachments::policy_id.eq(policy.0))
        .select(policy_attachments::uid)
        .limit(most)
        .load(conn)?;
    let through: Vec<i64> = group_policies::table
        .inner_join(group_members::table.on(group_members::group_id.eq(group_policies::group_id)))
        .filter(group_policies::policy_id.eq(policy.0))
        .select(group_members::uid)
        .limit(most)
        .load(conn)?;
    let bounded: Vec<i64> = user_boundaries::table
        .filter(user_boundaries::policy_id.eq(policy.0))
        .select(user_boundaries::uid)
        .limit(most)
        .load(conn)?;
    found.extend(through);
    found.extend(bounded);
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(Uid).collect())
}

/// The users of a group; at most so many.
pub fn affected_by_group(conn: &mut Conn, id: GroupId, most: i64) -> Result<Vec<Uid>, StoreError> {
    let found: Vec<i64> = group_members::table
        .filter(group_members::group_id.eq(id.0))
        .select(group_members::uid)
        .limit(most)
        .load(conn)?;
    Ok(found.into_iter().map(Uid).collect())
}
