//! Policies as things an account keeps: names, texts, limits, and what is refused.

use super::policy::{Policy, Problem};
use super::user::Uin;

/// Custom policies of one account.
pub const MAX_POLICIES: i64 = 1_500;
/// Versions of one custom policy.
pub const MAX_VERSIONS: usize = 5;
/// Policies attached directly to one user or group.
pub const MAX_ATTACHED: usize = 200;
/// The longest description, in bytes.
pub const MAX_DESCRIPTION: usize = 300;
/// Policies that one call may delete.
pub const MAX_DELETED_AT_ONCE: usize = 100;

/// Where a policy comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PolicyKind {
    Preset,
    Custom,
}

/// What a custom policy is called: unique in its account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyName(String);

/// Why a text is not a policy name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyNameRefusal {
    #[error("Enter a policy name.")]
    Missing,
    #[error("Use at most 128 characters for the policy name.")]
    TooLong,
    #[error("Use only letters, digits and + = , . @ - _ in the policy name.")]
    Malformed,
}

impl PolicyName {
    /// Accepts 1–128 ASCII letters, digits and `+=,.@-_`.
    pub fn parse(text: &str) -> Result<Self, PolicyNameRefusal> {
        if text.is_empty() {
            return Err(PolicyNameRefusal::Missing);
        }
        if text.chars().count() > 128 {
            return Err(PolicyNameRefusal::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_".contains(&b)) {
            return Err(PolicyNameRefusal::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a custom policy is for, in words; may be empty.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Description(String);

/// Why a text is not a description.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DescriptionRefusal {
    #[error("Use at most 300 bytes for the description.")]
    TooLong,
    #[error("Remove the characters that cannot be shown from the description.")]
    Malformed,
}

impl Description {
    /// Accepts at most 300 bytes without control characters; trims.
    pub fn parse(text: &str) -> Result<Self, DescriptionRefusal> {
        let text = text.trim();
        if text.len() > MAX_DESCRIPTION {
            return Err(DescriptionRefusal::TooLong);
        }
        if text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{FFFD}') {
            return Err(DescriptionRefusal::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text of a policy that was checked: a `Document` in hand can be saved.
#[derive(Clone, Debug)]
pub struct Document(String);

impl Document {
    /// Accepts what the policy language understands whole.
    ///
    /// # Errors
    /// Every problem, with line and code; never an empty list.
    pub fn check(text: &str) -> Result<Self, Vec<Problem>> {
        Policy::check(text).map(|_| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A rule said no; the text is fit to show to the person who asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyRefusal {
    #[error("This account has 1,500 custom policies, as many as it may. Delete one first.")]
    AccountFull,
    #[error("This policy name is taken in this account. Choose another one.")]
    NameTaken,
    #[error("This policy comes with Camlock and cannot be changed. Create a policy of your own instead.")]
    Preset,
    #[error("This policy has five versions, as many as it may. Delete one first.")]
    VersionsFull,
    #[error("This version is the default one. Make another version the default first.")]
    DefaultVersion,
    #[error("This version is the default one already.")]
    AlreadyDefault,
    #[error("This policy has no such version.")]
    NoSuchVersion,
    #[error("This policy is attached to users or groups. Detach it first.")]
    Attached,
    #[error("This policy is the permission boundary of a user. Remove that boundary first.")]
    BoundsUsers,
    #[error("There is no such policy.")]
    NoSuchPolicy,
    #[error("200 policies are attached to this user, as many as may be. Detach one first.")]
    UserFull,
    #[error("200 policies are attached to this group, as many as may be. Detach one first.")]
    GroupFull,
    #[error("Delete at most 100 policies at once.")]
    TooManyAtOnce,
    #[error("The root user is not bound by policies, so it cannot have a permission boundary.")]
    RootHasNoBoundary,
}

/// The resource that policies name a policy of the account of `owner` by.
pub fn resource_of(owner: Uin, policy: i64) -> String {
    format!("qcs::cam::uin/{owner}:policyid/{policy}")
}
