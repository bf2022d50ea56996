//! Policies, and which of them decide for whom.

use super::schema::{group_policies, policies, policy_attachments};
use super::{Conn, StoreError};
use crate::domain::group::GroupId;
use crate::domain::policies::{PRESET_OWNER, PolicyId, StoredPolicy};
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = policies)]
pub(super) struct Row {
    id: i64,
    owner_uin: i64,
    name: String,
    description: String,
    document: String,
    created_at: i64,
    updated_at: i64,
    created_by: String,
}

impl From<Row> for StoredPolicy {
    fn from(row: Row) -> Self {
        Self {
            id: PolicyId(row.id),
            owner_uin: Uin(row.owner_uin),
            name: row.name,
            description: row.description,
            document: row.document,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
        }
    }
}

impl From<&StoredPolicy> for Row {
    fn from(policy: &StoredPolicy) -> Self {
        Self {
            id: policy.id.0,
            owner_uin: policy.owner_uin.0,
            name: policy.name.clone(),
            description: policy.description.clone(),
            document: policy.document.clone(),
            created_at: policy.created_at,
            updated_at: policy.updated_at,
            created_by: policy.created_by.clone(),
        }
    }
}

/// Brings a preset to the text that this version of Camlock ships.
pub fn put_preset(conn: &mut Conn, preset: &StoredPolicy) -> Result<(), StoreError> {
    let stored: Option<String> =
        policies::table.find(preset.id.0).select(policies::document).get_result(conn).optional()?;
    match stored {
        None => {
            diesel::insert_into(policies::table).values(Row::from(preset)).execute(conn)?;
        }
        Some(document) if document != preset.document => {
            diesel::update(policies::table.find(preset.id.0))
                .set((
                    policies::name.eq(&preset.name),
                    policies::description.eq(&preset.description),
                    policies::document.eq(&preset.document),
                    policies::updated_at.eq(preset.updated_at),
                ))
                .execute(conn)?;
        }
        Some(_) => {}
    }
    Ok(())
}

/// Policies that an account may attach: presets and its own, by name.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Vec<StoredPolicy>, StoreError> {
    let rows: Vec<Row> = policies::table
        .filter(policies::owner_uin.eq(PRESET_OWNER.0).or(policies::owner_uin.eq(owner.0)))
        .order(policies::name)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(StoredPolicy::from).collect())
}

/// A policy that an account may see.
pub fn find(conn: &mut Conn, owner: Uin, id: PolicyId) -> Result<Option<StoredPolicy>, StoreError> {
    let row: Option<Row> = policies::table
        .find(id.0)
        .filter(policies::owner_uin.eq(PRESET_OWNER.0).or(policies::owner_uin.eq(owner.0)))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(row.map(StoredPolicy::from))
}

/// A policy in force for one membership.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The group that it comes from.
    pub group: Option<String>,
    pub name: String,
    pub document: String,
    /// Of everything that it rests on, the latest that no code stood behind.
    pub waits_from: Option<i64>,
}

/// What decides for one membership.
#[derive(Clone, Debug, Default)]
pub struct InForce {
    /// Attached to the membership itself, then to its groups.
    pub attached: Vec<Ruling>,
    /// Its permission boundary.
    pub boundary: Option<Ruling>,
    /// Of what all its rights rest on, the latest that no code stood behind.
    pub waits_from: Option<i64>,
    /// The policies that this is read from.
    pub policies: Vec<PolicyId>,
    /// The groups of the membership, also those without a policy.
    pub groups: Vec<GroupId>,
}

#[derive(Queryable)]
struct Deciding {
    uid: i64,
    origin: String,
    through: String,
    name: String,
    document: String,
    one: Option<i64>,
    two: Option<i64>,
    three: Option<i64>,
    loosened: Option<i64>,
    policy: Option<i64>,
    group: Option<i64>,
}

/// Every `?` is what the UID is compared with.
const IN_FORCE: &str = "\
    SELECT a.uid AS uid, '1 own' AS origin, '' AS through, p.name AS name, p.document AS document, \
    CASE WHEN a.stepped_up THEN NULL ELSE a.granted_at END AS one, \
    CASE WHEN p.stepped_up THEN NULL ELSE p.granted_at END AS two, CAST(NULL AS BIGINT) AS three, p.loosened_at AS loosened, \
    p.id AS policy, CAST(NULL AS BIGINT) AS in_group \
    FROM policy_attachments a JOIN policies p ON p.id = a.policy_id WHERE a.uid ? \
    UNION ALL SELECT m.uid, '2 group', g.name, p.name, p.document, \
    CASE WHEN gp.stepped_up THEN NULL ELSE gp.granted_at END, \
    CASE WHEN p.stepped_up THEN NULL ELSE p.granted_at END, \
    CASE WHEN m.stepped_up THEN NULL ELSE m.granted_at END, p.loosened_at, p.id, g.id FROM group_members m \
    JOIN user_groups g ON g.id = m.group_id JOIN group_policies gp ON gp.group_id = g.id \
    JOIN policies p ON p.id = gp.policy_id WHERE m.uid ? \
    UNION ALL SELECT b.uid, '3 boundary', '', p.name, p.document, \
    CASE WHEN p.stepped_up THEN NULL ELSE p.granted_at END, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), p.loosened_at, \
    p.id, CAST(NULL AS BIGINT) FROM user_boundaries b JOIN policies p ON p.id = b.policy_id WHERE b.uid ? \
    UNION ALL SELECT m.uid, '4 member', '', '', '', CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), \
    g.loosened_at, CAST(NULL AS BIGINT), g.id FROM group_members m JOIN user_groups g ON g.id = m.group_id WHERE m.uid ? \
    UNION ALL SELECT u.uid, '5 user', '', '', '', CASE WHEN u.stepped_up THEN NULL ELSE u.granted_at END, \
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), u.loosened_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT) \
    FROM users u WHERE u.uid ? ORDER BY 2, 3, 4";

/// [`IN_FORCE`] of some memberships, in a form that Diesel keeps prepared.
struct InForceOf<'a>(&'a [Uid]);

type Columns = (
    BigInt,
    Text,
    Text,
    Text,
    Text,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
);

impl Query for InForceOf<'_> {
    type SqlType = Columns;
}

impl QueryId for InForceOf<'_> {
    type QueryId = ();
    // It is known by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Conn> for InForceOf<'_> {}

impl<DB> QueryFragment<DB> for InForceOf<'_>
where
    DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<BigInt>,
    i64: diesel::serialize::ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (place, text) in IN_FORCE.split('?').enumerate() {
            if place > 0 {
                for (number, uid) in self.0.iter().enumerate() {
                    out.push_sql(if number == 0 { "IN (" } else { ", " });
                    out.push_bind_param::<BigInt, _>(&uid.0)?;
                }
                out.push_sql(")");
            }
            out.push_sql(text);
        }
        Ok(())
    }
}

impl InForce {
    fn add(
        &mut self,
        Deciding { uid: _, origin, through, name, document, one, two, three, loosened, policy, group }: Deciding,
    ) {
        self.policies.extend(policy.map(PolicyId));
        self.groups.extend(group.map(GroupId));
        self.waits_from = self.waits_from.max(loosened);
        let waits_from = one.max(two).max(three);
        let group = (origin == "2 group").then_some(through);
        match origin.as_str() {
            "1 own" | "2 group" => self.attached.push(Ruling { group, name, document, waits_from }),
            "3 boundary" => self.boundary = Some(Ruling { group, name, document, waits_from }),
            _ => self.waits_from = self.waits_from.max(waits_from),
        }
    }
}

/// Everything that decides for one membership, as it is now. One statement, so that what moves from one place to
/// another meanwhile is seen in one of them.
pub fn in_force(conn: &mut Conn, uid: Uid) -> Result<InForce, StoreError> {
    let mut in_force = InForce::default();
    let found: Vec<Deciding> = InForceOf(&[uid]).load(conn)?;
    for row in found {
        in_force.add(row);
    }
    Ok(in_force)
}

/// [`in_force`] of each of several memberships, at one moment; for some hundred at once.
pub fn in_force_of(conn: &mut Conn, uids: &[Uid]) -> Result<HashMap<Uid, InForce>, StoreError> {
    let mut of_each: HashMap<Uid, InForce> = HashMap::new();
    if uids.is_empty() {
        return Ok(of_each);
    }
    let found: Vec<Deciding> = InForceOf(uids).load(conn)?;
    for row in found {
        of_each.entry(Uid(row.uid)).or_default().add(row);
    }
    Ok(of_each)
}

/// How many custom policies an account has.
pub fn count_custom(conn: &mut Conn, owner: Uin) -> Result<i64, StoreError> {
    Ok(policies::table.filter(policies::owner_uin.eq(owner.0)).count().get_result(conn)?)
}

/// The policy of that name that an account may see: a custom one, or a preset.
pub fn by_name(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<StoredPolicy>, StoreError> {
    let row: Option<Row> = policies::table
        .filter(policies::owner_uin.eq_any([owner.0, PRESET_OWNER.0]))
        .filter(policies::name.eq(name))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(row.map(StoredPolicy::from))
}

/// Keeps a new custom policy; its text is version 1.
pub fn insert(conn: &mut Conn, policy: &StoredPolicy) -> Result<(), StoreError> {
    diesel::insert_into(policies::table).values(Row::from(policy)).execute(conn)?;
    Ok(())
}

/// Replaces name and description of a policy.
pub fn rename(conn: &mut Conn, policy: &StoredPolicy) -> Result<(), StoreError> {
    diesel::update(policies::table.find(policy.id.0))
        .set((
            policies::name.eq(&policy.name),
            policies::description.eq(&policy.description),
            policies::updated_at.eq(policy.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes a policy with its versions and attachments; one that bounds a user cannot be deleted.
pub fn delete(conn: &mut Conn, id: PolicyId) -> Result<bool, StoreError> {
    diesel::delete(policy_attachments::table.filter(policy_attachments::policy_id.eq(id.0))).execute(conn)?;
    diesel::delete(group_policies::table.filter(group_policies::policy_id.eq(id.0))).execute(conn)?;
    Ok(diesel::delete(policies::table.find(id.0)).execute(conn)? == 1)
}
