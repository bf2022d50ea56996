//! Policies as the account has them: with text and without, attached, in versions, in use.

use super::{PolicyId, PolicyKind};
use crate::domain::group::GroupId;
use crate::domain::user::{Uid, Uin};

/// The owner of presets: nobody, so everybody.
pub const PRESET_OWNER: Uin = Uin(0);

/// A policy with its document as text.
#[derive(Clone, Debug)]
pub struct StoredPolicy {
    pub id: PolicyId,
    pub owner_uin: Uin,
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

/// A policy as lists show it, without its text.
#[derive(Clone, Debug)]
pub struct PolicySummary {
    pub id: PolicyId,
    pub owner_uin: Uin,
    pub name: String,
    pub description: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub created_by: String,
}

impl PolicySummary {
    pub fn kind(&self) -> PolicyKind {
        if self.owner_uin == PRESET_OWNER { PolicyKind::Preset } else { PolicyKind::Custom }
    }

    pub fn is_preset(&self) -> bool {
        self.kind() == PolicyKind::Preset
    }
}

/// One text of a policy.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    pub policy_id: PolicyId,
    pub version: i64,
    pub document: String,
    pub created_at: i64,
    pub created_by: String,
    pub is_default: bool,
}

/// A policy attached to a user or a group: since when, by whom.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub policy_id: PolicyId,
    pub name: String,
    pub description: String,
    pub owner_uin: Uin,
    pub created_at: i64,
    pub created_by: String,
}

impl Attachment {
    pub fn is_preset(&self) -> bool {
        self.owner_uin == PRESET_OWNER
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
    Group { id: GroupId, name: String, since: i64 },
}
