//! Policies and whom they are attached to.

use super::schema::{policies, policy_attachments};
use super::{Conn, StoreError};
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;

/// The owner of presets: nobody, so everybody.
pub const PRESET_OWNER: i64 = 0;

/// A policy with its document as text.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = policies)]
pub struct StoredPolicy {
    pub id: i64,
    pub owner_uin: i64,
    pub name: String,
    pub description: String,
    pub document: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub created_by: String,
}

impl StoredPolicy {
    pub fn is_preset(&self) -> bool {
        self.owner_uin == PRESET_OWNER
    }
}

/// A policy attached to a user: since when, by whom.
#[derive(Clone, Debug, Queryable)]
pub struct Attachment {
    pub policy_id: i64,
    pub name: String,
    pub description: String,
    pub owner_uin: i64,
    pub created_at: i64,
    pub created_by: String,
}

impl Attachment {
    pub fn is_preset(&self) -> bool {
        self.owner_uin == PRESET_OWNER
    }
}

/// Brings a preset to the text that this version of Camlock ships.
pub fn put_preset(conn: &mut Conn, preset: &StoredPolicy) -> Result<(), StoreError> {
    let stored: Option<String> =
        policies::table.find(preset.id).select(policies::document).first(conn).optional()?;
    match stored {
        None => {
            diesel::insert_into(policies::table).values(preset).execute(conn)?;
        }
        Some(document) if document != preset.document => {
            diesel::update(policies::table.find(preset.id))
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
    Ok(policies::table
        .filter(policies::owner_uin.eq(PRESET_OWNER).or(policies::owner_uin.eq(owner.0)))
        .order(policies::name)
        .select(StoredPolicy::as_select())
        .load(conn)?)
}

/// A policy that an account may see.
pub fn find(conn: &mut Conn, owner: Uin, id: i64) -> Result<Option<StoredPolicy>, StoreError> {
    Ok(policies::table
        .find(id)
        .filter(policies::owner_uin.eq(PRESET_OWNER).or(policies::owner_uin.eq(owner.0)))
        .select(StoredPolicy::as_select())
        .first(conn)
        .optional()?)
}

/// Names and documents that decide for one membership.
pub fn documents_of(conn: &mut Conn, uid: Uid) -> Result<Vec<(String, String)>, StoreError> {
    Ok(policy_attachments::table
        .inner_join(policies::table)
        .filter(policy_attachments::uid.eq(uid.0))
        .select((policies::name, policies::document))
        .order(policies::name)
        .load(conn)?)
}

/// What is attached to a membership, by name.
pub fn attached(conn: &mut Conn, uid: Uid) -> Result<Vec<Attachment>, StoreError> {
    Ok(policy_attachments::table
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
        .load(conn)?)
}

/// Attaches a policy; `false` when it is attached already.
pub fn attach(conn: &mut Conn, uid: Uid, policy: i64, by: &str, now: i64) -> Result<bool, StoreError> {
    let held: i64 = policy_attachments::table.find((uid.0, policy)).count().get_result(conn)?;
    if held > 0 {
        return Ok(false);
    }
    diesel::insert_into(policy_attachments::table)
        .values((
            policy_attachments::uid.eq(uid.0),
            policy_attachments::policy_id.eq(policy),
            policy_attachments::created_at.eq(now),
            policy_attachments::created_by.eq(by),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Detaches a policy; `false` when it was not attached.
pub fn detach(conn: &mut Conn, uid: Uid, policy: i64) -> Result<bool, StoreError> {
    Ok(diesel::delete(policy_attachments::table.find((uid.0, policy))).execute(conn)? == 1)
}
