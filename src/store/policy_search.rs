//! Lists of policies, and of those whom a policy is attached to.

use super::schema::{group_policies, policies, policy_attachments, policy_holders, user_groups, users};
use super::{Conn, StoreError};
use crate::domain::group::GroupId;
use crate::domain::paging::Slice;
use crate::domain::policies::{Entity, PRESET_OWNER, PolicyId, PolicyKind, PolicySummary, Uses};
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::HashMap;

#[derive(Queryable, Selectable)]
#[diesel(table_name = policies)]
struct Row {
    id: i64,
    owner_uin: i64,
    name: String,
    description: String,
    created_at: i64,
    updated_at: i64,
    created_by: String,
}

impl From<Row> for PolicySummary {
    fn from(row: Row) -> Self {
        Self {
            id: PolicyId(row.id),
            owner_uin: Uin(row.owner_uin),
            name: row.name,
            description: row.description,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
        }
    }
}

/// All policies that an account can attach, by name.
pub fn rows(conn: &mut Conn, owner: Uin, kind: Option<PolicyKind>) -> Result<Vec<PolicySummary>, StoreError> {
    let owners = match kind {
        None => vec![PRESET_OWNER.0, owner.0],
        Some(PolicyKind::Preset) => vec![PRESET_OWNER.0],
        Some(PolicyKind::Custom) => vec![owner.0],
    };
    let rows: Vec<Row> = policies::table
        .filter(policies::owner_uin.eq_any(owners))
        .order((policies::name, policies::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(PolicySummary::from).collect())
}

/// How often each of some policies is in use in an account.
pub fn uses(conn: &mut Conn, owner: Uin, ids: &[PolicyId]) -> Result<HashMap<PolicyId, Uses>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut found: HashMap<PolicyId, Uses> = HashMap::new();
    let groups: Vec<(i64, i64)> = group_policies::table
        .inner_join(user_groups::table)
        .filter(user_groups::owner_uin.eq(owner.0))
        .filter(group_policies::policy_id.eq_any(&ids))
        .group_by(group_policies::policy_id)
        .select((group_policies::policy_id, diesel::dsl::count_star()))
        .load(conn)?;
    for (id, count) in groups {
        found.entry(PolicyId(id)).or_default().groups = count;
    }
    // One statement for both tables, so that what is folded in meanwhile is counted once.
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let part = |table: &str| {
        format!(
            "SELECT policy_id, users, boundaries FROM {table} WHERE owner_uin = {owner} AND policy_id IN ({list})"
        )
    };
    let (kept, changed) = (part("policy_uses"), part("policy_use_changes"));
    let rows: Vec<Kept> = if ids.is_empty() {
        Vec::new()
    } else {
        diesel::sql_query(format!("{kept} UNION ALL {changed}")).load(conn)?
    };
    for row in rows {
        let uses = found.entry(PolicyId(row.policy_id)).or_default();
        uses.users += row.users;
        uses.boundaries += row.boundaries;
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = BigInt)]
    policy_id: i64,
    #[diesel(sql_type = BigInt)]
    users: i64,
    #[diesel(sql_type = BigInt)]
    boundaries: i64,
}

/// Folds changes of what policies are attached to into the numbers that are kept. SQLite keeps them at once.
pub fn fold_uses(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query(
            "WITH changed AS (DELETE FROM policy_use_changes RETURNING owner_uin, policy_id, users, boundaries) \
             INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries) \
             SELECT owner_uin, policy_id, SUM(users), SUM(boundaries) FROM changed GROUP BY owner_uin, policy_id \
             ON CONFLICT (owner_uin, policy_id) DO UPDATE SET users = policy_uses.users + excluded.users, \
             boundaries = policy_uses.boundaries + excluded.boundaries",
        )
        .execute(conn)?;
    }
    Ok(())
}

/// Users of an account that a policy is attached to, in the order of their UIDs: a part of them, as their names would
/// have to be sorted for each page.
pub fn users_with(
    conn: &mut Conn,
    owner: Uin,
    policy: PolicyId,
    part: Slice<i64>,
) -> Result<Vec<Entity>, StoreError> {
    // Who asks for a page by its number has the entries before it skipped in the index; no row of them is read.
    let uids: Vec<i64> = policy_holders::table
        .filter(policy_holders::owner_uin.eq(owner.0).and(policy_holders::policy_id.eq(policy.0)))
        .order(policy_holders::uid)
        .offset(part.cursor)
        .limit(part.size)
        .select(policy_holders::uid)
        .load(conn)?;
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64, String, i64)> = policy_attachments::table
        .inner_join(users::table)
        .filter(policy_attachments::policy_id.eq(policy.0).and(policy_attachments::uid.eq_any(uids)))
        .order(policy_attachments::uid)
        .select((users::uid, users::uin, users::name, policy_attachments::created_at))
        .load(conn)?;
    let user = |(uid, uin, name, since)| Entity::User { uid: Uid(uid), uin: Uin(uin), name, since };
    Ok(rows.into_iter().map(user).collect())
}

/// Those of some memberships that a policy is attached to.
pub fn uids_with(conn: &mut Conn, policy: PolicyId, uids: &[Uid]) -> Result<Vec<Uid>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let found: Vec<i64> = policy_attachments::table
        .filter(policy_attachments::policy_id.eq(policy.0).and(policy_attachments::uid.eq_any(uids)))
        .select(policy_attachments::uid)
        .load(conn)?;
    Ok(found.into_iter().map(Uid).collect())
}

/// Groups of an account that a policy is attached to, by name.
pub fn groups_with(conn: &mut Conn, owner: Uin, policy: PolicyId) -> Result<Vec<Entity>, StoreError> {
    let rows: Vec<(i64, String, i64)> = group_policies::table
        .inner_join(user_groups::table)
        .filter(group_policies::policy_id.eq(policy.0))
        .filter(user_groups::owner_uin.eq(owner.0))
        .order(user_groups::name_key)
        .select((user_groups::id, user_groups::name, group_policies::created_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name, since)| Entity::Group { id: GroupId(id), name, since }).collect())
}
