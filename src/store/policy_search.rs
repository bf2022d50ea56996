//! Lists of policies, and of those whom a policy is attached to.

use super::policies::PRESET_OWNER;
use super::schema::{group_policies, policies, policy_attachments, user_boundaries, user_groups, users};
use super::{Conn, StoreError};
use crate::domain::policies::PolicyKind;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;
use std::collections::HashMap;

/// A policy as lists show it, without its text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = policies)]
pub struct PolicyRow {
    pub id: i64,
    pub owner_uin: i64,
    pub name: String,
    pub description: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub created_by: String,
}

impl PolicyRow {
    pub fn kind(&self) -> PolicyKind {
        if self.owner_uin == PRESET_OWNER { PolicyKind::Preset } else { PolicyKind::Custom }
    }

    pub fn is_preset(&self) -> bool {
        self.kind() == PolicyKind::Preset
    }
}

/// How often a policy is in use in one account.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Uses {
    pub users: i64,
    pub groups: i64,
    /// Users whose boundary it is.
    pub boundaries: i64,
}

/// Somebody a policy is attached to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Entity {
    User { uid: Uid, uin: Uin, name: String, since: i64 },
    Group { id: i64, name: String, since: i64 },
}

/// All policies that an account can attach, by name.
pub fn rows(conn: &mut Conn, owner: Uin, kind: Option<PolicyKind>) -> Result<Vec<PolicyRow>, StoreError> {
    let owners = match kind {
        None => vec![PRESET_OWNER, owner.0],
        Some(PolicyKind::Preset) => vec![PRESET_OWNER],
        Some(PolicyKind::Custom) => vec![owner.0],
    };
    Ok(policies::table
        .filter(policies::owner_uin.eq_any(owners))
        .order((policies::name, policies::id))
        .select(PolicyRow::as_select())
        .load(conn)?)
}

/// How often each of some policies is in use in an account.
pub fn uses(conn: &mut Conn, owner: Uin, ids: &[i64]) -> Result<HashMap<i64, Uses>, StoreError> {
    let mut found: HashMap<i64, Uses> = HashMap::new();
    let users: Vec<(i64, i64)> = policy_attachments::table
        .inner_join(users::table)
        .filter(users::owner_uin.eq(owner.0))
        .filter(policy_attachments::policy_id.eq_any(ids))
        .group_by(policy_attachments::policy_id)
        .select((policy_attachments::policy_id, diesel::dsl::count_star()))
        .load(conn)?;
    let groups: Vec<(i64, i64)> = group_policies::table
        .inner_join(user_groups::table)
        .filter(user_groups::owner_uin.eq(owner.0))
        .filter(group_policies::policy_id.eq_any(ids))
        .group_by(group_policies::policy_id)
        .select((group_policies::policy_id, diesel::dsl::count_star()))
        .load(conn)?;
    let boundaries: Vec<(i64, i64)> = user_boundaries::table
        .inner_join(users::table)
        .filter(users::owner_uin.eq(owner.0))
        .filter(user_boundaries::policy_id.eq_any(ids))
        .group_by(user_boundaries::policy_id)
        .select((user_boundaries::policy_id, diesel::dsl::count_star()))
        .load(conn)?;
    for (id, count) in users {
        found.entry(id).or_default().users = count;
    }
    for (id, count) in groups {
        found.entry(id).or_default().groups = count;
    }
    for (id, count) in boundaries {
        found.entry(id).or_default().boundaries = count;
    }
    Ok(found)
}

/// Users of an account that a policy is attached to, by name.
pub fn users_with(conn: &mut Conn, owner: Uin, policy: i64) -> Result<Vec<Entity>, StoreError> {
    let rows: Vec<(i64, i64, String, i64)> = policy_attachments::table
        .inner_join(users::table)
        .filter(policy_attachments::policy_id.eq(policy))
        .filter(users::owner_uin.eq(owner.0))
        .order(users::name_key)
        .select((users::uid, users::uin, users::name, policy_attachments::created_at))
        .load(conn)?;
    let user = |(uid, uin, name, since)| Entity::User { uid: Uid(uid), uin: Uin(uin), name, since };
    Ok(rows.into_iter().map(user).collect())
}

/// Groups of an account that a policy is attached to, by name.
pub fn groups_with(conn: &mut Conn, owner: Uin, policy: i64) -> Result<Vec<Entity>, StoreError> {
    let rows: Vec<(i64, String, i64)> = group_policies::table
        .inner_join(user_groups::table)
        .filter(group_policies::policy_id.eq(policy))
        .filter(user_groups::owner_uin.eq(owner.0))
        .order(user_groups::name_key)
        .select((user_groups::id, user_groups::name, group_policies::created_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name, since)| Entity::Group { id, name, since }).collect())
}
