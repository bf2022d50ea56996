//! Policies as things an account keeps: names, texts, limits, and what is refused.

mod kept;

pub use self::kept::{Attachment, Entity, PRESET_OWNER, PolicySummary, PolicyVersion, StoredPolicy, Uses};
use super::characters::is_misleading;
use super::number::in_words;
use super::policy::{Policy, Problem, without_mark};
use super::sentence::Worded;
use super::user::Uin;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

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

/// The number of a policy. Where a change waits for a code it is kept as the plain number.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyId(pub i64);

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

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

impl Worded for PolicyNameRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::Missing => "请输入策略名称。",
            Self::TooLong => "策略名称不能超过 128 个字符。",
            Self::Malformed => "策略名称只能包含英文字母、数字和 + = , . @ - _。",
        };
        text.into()
    }
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
    #[error("Use at most {MAX_DESCRIPTION} bytes for the description.")]
    TooLong,
    #[error("Remove the characters that cannot be shown from the description.")]
    Malformed,
}

impl Worded for DescriptionRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::TooLong => return format!("描述不能超过 {MAX_DESCRIPTION} 个字节。").into(),
            Self::Malformed => "描述含有无法显示的字符，请删除。",
        };
        text.into()
    }
}

impl Description {
    /// Accepts at most 300 bytes without controls and what misleads; trims.
    pub fn parse(text: &str) -> Result<Self, DescriptionRefusal> {
        let text = text.trim();
        if text.len() > MAX_DESCRIPTION {
            return Err(DescriptionRefusal::TooLong);
        }
        if text.chars().any(|c| is_misleading(c) && c != '\n') {
            return Err(DescriptionRefusal::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// One that stands already and is sent along unchanged.
    pub fn kept(text: &str) -> Self {
        Self(text.to_owned())
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
        Policy::check(text).map(|_| Self(without_mark(text).to_owned()))
    }

    /// One that stands already and is sent along unchanged.
    pub fn kept(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A rule said no; the text is fit to show to the person who asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyRefusal {
    #[error("This account has 1,500 custom policies, the most there can be. Delete one first.")]
    AccountFull,
    #[error("This policy name is taken in this account. Choose another one.")]
    NameTaken,
    #[error("This policy is built in and cannot be changed. Create a policy of your own instead.")]
    Preset,
    #[error("This policy has {} versions, the most there can be. Delete one first.", in_words(MAX_VERSIONS))]
    VersionsFull,
    #[error("This version is the default one. Make another version the default first.")]
    DefaultVersion,
    #[error("This version is the default one already.")]
    AlreadyDefault,
    #[error("This policy has no version `{0}`.")]
    NoSuchVersion(i64),
    #[error("This policy is attached to users or groups. Detach it first.")]
    Attached,
    #[error("This policy is the permission boundary of a user. Remove that boundary first.")]
    BoundsUsers,
    #[error("There is no policy `{0}` in this account.")]
    NoSuchPolicy(PolicyId),
    #[error("The policy `{0}` is not attached to this user.")]
    NotAttached(PolicyId),
    #[error("{MAX_ATTACHED} policies are attached to this user, as many as may be. Detach one first.")]
    UserFull,
    #[error("Delete at most {MAX_DELETED_AT_ONCE} policies at once.")]
    TooManyAtOnce,
    #[error("The root user is not bound by policies, so it cannot have a permission boundary.")]
    RootHasNoBoundary,
}

/// Refuses another policy to a user that has so many attached.
pub fn ensure_room(attached: usize) -> Result<(), PolicyRefusal> {
    if attached < MAX_ATTACHED { Ok(()) } else { Err(PolicyRefusal::UserFull) }
}

impl PolicyRefusal {
    /// Whether what was named is not there: a page that does not exist.
    pub fn is_absence(self) -> bool {
        matches!(self, Self::NoSuchPolicy(_) | Self::NoSuchVersion(_) | Self::NotAttached(_))
    }

    /// The CAM error code that API clients know.
    pub fn code(self) -> &'static str {
        match self {
            Self::AccountFull => "FailedOperation.PolicyFull",
            Self::NameTaken => "FailedOperation.PolicyNameInUse",
            Self::Preset => "FailedOperation",
            Self::VersionsFull => "FailedOperation.PolicyVersionFull",
            Self::DefaultVersion | Self::AlreadyDefault => "FailedOperation.PolicyVersionAlreadyDefault",
            Self::NoSuchVersion(_) => "InvalidParameter.PolicyVersionNotExists",
            Self::Attached | Self::BoundsUsers => "ResourceInUse",
            Self::NoSuchPolicy(_) => "InvalidParameter.PolicyIdNotExist",
            Self::NotAttached(_) => "ResourceNotFound.PolicyIdNotFound",
            Self::UserFull => "InvalidParameter.AttachmentFull",
            Self::TooManyAtOnce => "InvalidParameter.OperatePoliciesOverLimit",
            Self::RootHasNoBoundary => "InvalidParameter.ParamError",
        }
    }
}

impl Worded for PolicyRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::AccountFull => {
                return format!("自定义策略数量已达上限 {MAX_POLICIES} 条，请先删除。").into();
            }
            Self::NameTaken => "策略名称已被占用，请更换名称。",
            Self::Preset => "预设策略不可修改，请新建自定义策略。",
            Self::VersionsFull => return format!("策略版本已达上限 {MAX_VERSIONS} 个，请先删除。").into(),
            Self::DefaultVersion => "该版本是默认版本，请先将其他版本设为默认。",
            Self::AlreadyDefault => "该版本已经是默认版本。",
            Self::NoSuchVersion(number) => return format!("该策略没有版本 `{number}`。").into(),
            Self::Attached => "策略仍关联用户或用户组，请先解除关联。",
            Self::BoundsUsers => "策略正被用作用户的权限边界，请先移除该权限边界。",
            Self::NoSuchPolicy(id) => return format!("本账号中没有策略 `{id}`。").into(),
            Self::NotAttached(id) => return format!("该用户未关联策略 `{id}`。").into(),
            Self::UserFull => {
                return format!("该用户直接关联的策略已达上限 {MAX_ATTACHED} 条，请先解除关联。").into();
            }
            Self::TooManyAtOnce => return format!("一次最多删除 {MAX_DELETED_AT_ONCE} 条策略。").into(),
            Self::RootHasNoBoundary => "主账号不受策略限制，不能设置权限边界。",
        };
        text.into()
    }
}

/// The resource that policies name a policy of the account of `owner` by.
pub fn resource_of(owner: Uin, policy: PolicyId) -> String {
    format!("qcs::cam::uin/{owner}:policyid/{policy}")
}
