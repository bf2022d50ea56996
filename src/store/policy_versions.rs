//! The texts that custom policies had and have; one of each policy is the default.

use super::schema::{policies, policy_versions};
use super::{Conn, StoreError};
use crate::domain::grant::Mark;
use crate::domain::policies::{PolicyId, PolicyVersion};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = policy_versions)]
struct Row {
    policy_id: i64,
    version: i64,
    document: String,
    created_at: i64,
    created_by: String,
    is_default: bool,
}

impl From<Row> for PolicyVersion {
    fn from(row: Row) -> Self {
        Self {
            policy_id: PolicyId(row.policy_id),
            version: row.version,
            document: row.document,
            created_at: row.created_at,
            created_by: row.created_by,
            is_default: row.is_default,
        }
    }
}

impl From<&PolicyVersion> for Row {
    fn from(version: &PolicyVersion) -> Self {
        Self {
            policy_id: version.policy_id.0,
            version: version.version,
            document: version.document.clone(),
            created_at: version.created_at,
            created_by: version.created_by.clone(),
            is_default: version.is_default,
        }
    }
}

/// Keeps a version.
pub fn insert(conn: &mut Conn, version: &PolicyVersion) -> Result<(), StoreError> {
    diesel::insert_into(policy_versions::table).values(Row::from(version)).execute(conn)?;
    Ok(())
}

/// The versions of a policy, newest first.
pub fn of_policy(conn: &mut Conn, policy: PolicyId) -> Result<Vec<PolicyVersion>, StoreError> {
    let rows: Vec<Row> = policy_versions::table
        .filter(policy_versions::policy_id.eq(policy.0))
        .order(policy_versions::version.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(PolicyVersion::from).collect())
}

/// The next number of a version; given out once.
pub fn next_number(conn: &mut Conn, policy: PolicyId) -> Result<i64, StoreError> {
    Ok(diesel::update(policies::table.find(policy.0))
        .set(policies::last_version.eq(policies::last_version + 1))
        .returning(policies::last_version)
        .get_result(conn)?)
}

/// Makes one version the text that decides.
pub fn set_default(conn: &mut Conn, version: &PolicyVersion, mark: Mark) -> Result<(), StoreError> {
    let of_policy = policy_versions::table.filter(policy_versions::policy_id.eq(version.policy_id.0));
    diesel::update(of_policy)
        .set(policy_versions::is_default.eq(policy_versions::version.eq(version.version)))
        .execute(conn)?;
    set_text(conn, version.policy_id, &version.document, mark)
}

/// Overwrites the text of the default version.
pub fn overwrite_default(
    conn: &mut Conn,
    policy: PolicyId,
    document: &str,
    mark: Mark,
) -> Result<(), StoreError> {
    diesel::update(
        policy_versions::table
            .filter(policy_versions::policy_id.eq(policy.0))
            .filter(policy_versions::is_default.eq(true)),
    )
    .set(policy_versions::document.eq(document))
    .execute(conn)?;
    set_text(conn, policy, document, mark)
}

fn set_text(conn: &mut Conn, policy: PolicyId, document: &str, mark: Mark) -> Result<(), StoreError> {
    diesel::update(policies::table.find(policy.0))
        .set((
            policies::document.eq(document),
            policies::updated_at.eq(mark.at),
            policies::granted_at.eq(Some(mark.at)),
            policies::stepped_up.eq(mark.stepped_up),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes a version.
pub fn delete(conn: &mut Conn, policy: PolicyId, version: i64) -> Result<bool, StoreError> {
    Ok(diesel::delete(policy_versions::table.find((policy.0, version))).execute(conn)? == 1)
}
