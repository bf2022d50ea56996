//! User groups, their members and their policies.

use super::attachments;
use super::schema::{group_members, group_policies, policies, user_groups, users};
use super::{Conn, StoreError};
use crate::domain::grant::Mark;
use crate::domain::group::{Group, GroupId, Holds, Joined, Member};
use crate::domain::policies::{Attachment, PolicyId};
use crate::domain::user::{Uid, Uin, User};
use crate::store::grants::Given;
use diesel::dsl::count_star;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = user_groups)]
struct Row {
    id: i64,
    owner_uin: i64,
    name: String,
    name_key: String,
    remark: String,
    created_at: i64,
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        Self {
            id: GroupId(row.id),
            owner_uin: Uin(row.owner_uin),
            name: row.name,
            remark: row.remark,
            created_at: row.created_at,
        }
    }
}

/// Keeps a new group.
pub fn insert(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    let row = Row {
        id: group.id.0,
        owner_uin: group.owner_uin.0,
        name: group.name.clone(),
        name_key: group.name.to_lowercase(),
        remark: group.remark.clone(),
        created_at: group.created_at,
    };
    diesel::insert_into(user_groups::table).values(row).execute(conn)?;
    Ok(())
}

/// Replaces name and remark.
pub fn update(conn: &mut Conn, group: &Group) -> Result<(), StoreError> {
    diesel::update(user_groups::table.find(group.id.0))
        .set((
            user_groups::name.eq(&group.name),
            user_groups::name_key.eq(group.name.to_lowercase()),
            user_groups::remark.eq(&group.remark),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a group; its members and policies are no longer in it.
pub fn delete(conn: &mut Conn, id: GroupId) -> Result<bool, StoreError> {
    Ok(diesel::delete(user_groups::table.find(id.0)).execute(conn)? == 1)
}

/// The group of that number in that account.
pub fn find(conn: &mut Conn, owner: Uin, id: GroupId) -> Result<Option<Group>, StoreError> {
    let row: Option<Row> = user_groups::table
        .find(id.0)
        .filter(user_groups::owner_uin.eq(owner.0))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(row.map(Group::from))
}

/// The group of that name in that account, compared without case.
pub fn by_name(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<Group>, StoreError> {
    let row: Option<Row> = user_groups::table
        .filter(user_groups::owner_uin.eq(owner.0).and(user_groups::name_key.eq(name.to_lowercase())))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(row.map(Group::from))
}

/// Every group of an account, by name; an account has few.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Vec<Group>, StoreError> {
    let rows: Vec<Row> = user_groups::table
        .filter(user_groups::owner_uin.eq(owner.0))
        .order(user_groups::name_key)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Group::from).collect())
}

/// How much each of these groups holds.
pub fn holds(conn: &mut Conn, groups: &[GroupId]) -> Result<HashMap<GroupId, Holds>, StoreError> {
    let ids: Vec<i64> = groups.iter().map(|id| id.0).collect();
    let mut found: HashMap<GroupId, Holds> = HashMap::new();
    let members: Vec<(i64, i64)> = group_members::table
        .filter(group_members::group_id.eq_any(&ids))
        .group_by(group_members::group_id)
        .select((group_members::group_id, count_star()))
        .load(conn)?;
    for (id, count) in members {
        found.entry(GroupId(id)).or_default().members = count;
    }
    let attached: Vec<(i64, i64)> = group_policies::table
        .filter(group_policies::group_id.eq_any(&ids))
        .group_by(group_policies::group_id)
        .select((group_policies::group_id, count_star()))
        .load(conn)?;
    for (id, count) in attached {
        found.entry(GroupId(id)).or_default().policies = count;
    }
    Ok(found)
}

/// The users in a group, by name.
pub fn members(conn: &mut Conn, id: GroupId) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<(super::users::Row, String, i64)> = group_members::table
        .inner_join(users::table)
        .filter(group_members::group_id.eq(id.0))
        .order(users::name_key)
        .select((super::users::Row::as_select(), users::country_code, group_members::created_at))
        .load(conn)?;
    rows.into_iter()
        .map(|(row, country_code, since)| Ok(Member { user: User::try_from(row)?, country_code, since }))
        .collect()
}

/// The groups that a user is in, by name.
pub fn of_user(conn: &mut Conn, uid: Uid) -> Result<Vec<Joined>, StoreError> {
    let rows: Vec<(Row, i64)> = group_members::table
        .inner_join(user_groups::table)
        .filter(group_members::uid.eq(uid.0))
        .order(user_groups::name_key)
        .select((Row::as_select(), group_members::created_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(row, since)| Joined { group: row.into(), since }).collect())
}

/// How many users are in a group.
pub fn count_members(conn: &mut Conn, id: GroupId) -> Result<usize, StoreError> {
    let count: i64 =
        group_members::table.filter(group_members::group_id.eq(id.0)).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// How many groups a user is in.
pub fn count_of_user(conn: &mut Conn, uid: Uid) -> Result<usize, StoreError> {
    let count: i64 = group_members::table.filter(group_members::uid.eq(uid.0)).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Whether a user is in a group.
pub fn is_member(conn: &mut Conn, id: GroupId, uid: Uid) -> Result<bool, StoreError> {
    let count: i64 = group_members::table.find((id.0, uid.0)).count().get_result(conn)?;
    Ok(count > 0)
}

/// Of some users those that are in a group, and since when.
pub fn joined(conn: &mut Conn, id: GroupId, uids: &[Uid]) -> Result<HashMap<Uid, i64>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let rows: Vec<(i64, i64)> = group_members::table
        .filter(group_members::group_id.eq(id.0).and(group_members::uid.eq_any(uids)))
        .select((group_members::uid, group_members::created_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(uid, since)| (Uid(uid), since)).collect())
}

/// How many groups each of some users is in; of those that are in none nothing.
pub fn counts_of_users(conn: &mut Conn, uids: &[Uid]) -> Result<HashMap<Uid, usize>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let rows: Vec<(i64, i64)> = group_members::table
        .filter(group_members::uid.eq_any(uids))
        .group_by(group_members::uid)
        .select((group_members::uid, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(uid, count)| (Uid(uid), usize::try_from(count).unwrap_or_default())).collect())
}

/// Puts a user into a group that it is not in.
pub fn add_member(conn: &mut Conn, id: GroupId, uid: Uid, mark: Mark) -> Result<(), StoreError> {
    diesel::insert_into(group_members::table)
        .values((
            group_members::group_id.eq(id.0),
            group_members::uid.eq(uid.0),
            group_members::created_at.eq(mark.at),
            group_members::granted_at.eq(Some(mark.at)),
            group_members::stepped_up.eq(mark.stepped_up),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a user out of a group; `false` when it was not in it.
pub fn remove_member(conn: &mut Conn, id: GroupId, uid: Uid) -> Result<bool, StoreError> {
    Ok(diesel::delete(group_members::table.find((id.0, uid.0))).execute(conn)? == 1)
}

/// What is attached to a group, by name.
pub fn attached(conn: &mut Conn, id: GroupId) -> Result<Vec<Attachment>, StoreError> {
    let rows: Vec<attachments::Row> = group_policies::table
        .inner_join(policies::table)
        .filter(group_policies::group_id.eq(id.0))
        .select((
            policies::id,
            policies::name,
            policies::description,
            policies::owner_uin,
            group_policies::created_at,
            group_policies::created_by,
        ))
        .order(policies::name)
        .load(conn)?;
    Ok(rows.into_iter().map(Attachment::from).collect())
}

/// Attaches a policy that is not attached.
pub fn attach(conn: &mut Conn, id: GroupId, policy: PolicyId, given: Given<'_>) -> Result<(), StoreError> {
    diesel::insert_into(group_policies::table)
        .values((
            group_policies::group_id.eq(id.0),
            group_policies::policy_id.eq(policy.0),
            group_policies::created_at.eq(given.mark.at),
            group_policies::created_by.eq(given.by),
            group_policies::granted_at.eq(Some(given.mark.at)),
            group_policies::stepped_up.eq(given.mark.stepped_up),
        ))
        .execute(conn)?;
    Ok(())
}

/// Detaches a policy; `false` when it was not attached.
pub fn detach(conn: &mut Conn, id: GroupId, policy: PolicyId) -> Result<bool, StoreError> {
    Ok(diesel::delete(group_policies::table.find((id.0, policy.0))).execute(conn)? == 1)
}
