//! User groups: users who share policies.

use super::characters::is_hidden;
use super::field::{self, FieldError};
use super::names::{Illegible, ensure_legible};
use super::policies::{MAX_ATTACHED, PolicyId};
use super::sentence::Worded;
use super::user::{Uid, Uin, User, UserKind};
use std::borrow::Cow;
use std::fmt;

/// Groups of one account.
pub const MAX_GROUPS: usize = 300;
/// Groups that one user may be in.
pub const MAX_GROUPS_PER_USER: usize = 10;
/// Users that one group may hold.
pub const MAX_MEMBERS: usize = 100;
/// Pairs of group and user in one call.
pub const MAX_AT_ONCE: usize = 100;
/// Characters of a group's remark.
const MAX_REMARK: usize = 128;

/// The number of a group.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct GroupId(pub i64);

impl GroupId {
    /// The group that the digits name.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain).map(Self)
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A group, as lists and details show it.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: GroupId,
    pub owner_uin: Uin,
    pub name: String,
    pub remark: String,
    pub created_at: i64,
}

impl Group {
    /// The resource that policies name this group by.
    pub fn resource(&self) -> String {
        resource_of(self.owner_uin, self.id)
    }
}

/// A user in a group: since when.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: User,
    pub country_code: String,
    pub since: i64,
}

/// A group that a user is in: since when.
#[derive(Clone, Debug)]
pub struct Joined {
    pub group: Group,
    pub since: i64,
}

/// How much a group holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holds {
    pub members: i64,
    pub policies: i64,
}

/// The resource of a group in the account of `owner`.
pub fn resource_of(owner: Uin, id: GroupId) -> String {
    format!("qcs::cam::uin/{owner}:groupid/{id}")
}

/// A group's name: 1–64 characters of one line, which nobody takes for others.
pub fn name(text: &str) -> Result<String, FieldError> {
    let label = ("group name", "用户组名称");
    if text.trim().chars().any(is_hidden) {
        return Err(FieldError::new("group_name", Illegible::Hidden.told(label)));
    }
    let name = field::required("group_name", label, text, 64)?;
    ensure_legible(&name).map_err(|illegible| FieldError::new("group_name", illegible.told(label)))?;
    Ok(name)
}

/// What a group is for, in one line; may be empty.
pub fn remark(text: &str) -> Result<String, FieldError> {
    field::line("remark", ("remark", "备注"), text, MAX_REMARK)
}

/// A user as the API and the console name it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserRef {
    Uid(Uid),
    Uin(Uin),
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uid(uid) => uid.0.fmt(f),
            Self::Uin(uin) => uin.fmt(f),
        }
    }
}

/// Why a group stays as it is; the text is for people.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum GroupRefusal {
    #[error("There is no group `{0}` in this account.")]
    NoGroup(GroupId),
    #[error("There is no user `{0}` in this account.")]
    NoUser(UserRef),
    #[error("The user `{0}` is not in the group `{1}`.")]
    NotMember(UserRef, GroupId),
    #[error("There is no policy `{0}` in this account.")]
    NoPolicy(PolicyId),
    #[error("The policy `{0}` is not attached to the group `{1}`.")]
    NotAttached(PolicyId, GroupId),
    #[error("Another group of this account has that name, upper and lower case being the same.")]
    NameTaken,
    #[error("The name looks like that of another group of this account. Choose another one.")]
    LooksTaken,
    #[error("This account has {MAX_GROUPS} groups, the most there can be. Delete one first.")]
    TooManyGroups,
    #[error("A group can hold at most {MAX_MEMBERS} users. Remove one first.")]
    GroupFull,
    #[error("A user can be in at most {MAX_GROUPS_PER_USER} groups. Remove it from one first.")]
    UserFull,
    #[error("A group can hold at most {MAX_ATTACHED} policies. Detach one first.")]
    TooManyPolicies,
    #[error(
        "At most {MAX_AT_ONCE} users can be added to groups, or removed, at once. Send the rest separately."
    )]
    TooManyAtOnce,
    #[error("The root user may do everything; a group would not change that.")]
    IsRoot,
}

/// Refuses users of a kind that no group has.
pub fn ensure_can_join(kind: UserKind) -> Result<(), GroupRefusal> {
    if kind == UserKind::Root { Err(GroupRefusal::IsRoot) } else { Ok(()) }
}

/// Refuses another user to a group of so many, and another group to a user that is in so many.
pub fn ensure_room(members: usize, groups: usize) -> Result<(), GroupRefusal> {
    if members >= MAX_MEMBERS {
        return Err(GroupRefusal::GroupFull);
    }
    if groups >= MAX_GROUPS_PER_USER { Err(GroupRefusal::UserFull) } else { Ok(()) }
}

impl GroupRefusal {
    /// Whether what was named is not there: a page that does not exist.
    pub fn is_absence(self) -> bool {
        matches!(
            self,
            Self::NoGroup(_)
                | Self::NoUser(_)
                | Self::NotMember(..)
                | Self::NoPolicy(_)
                | Self::NotAttached(..)
        )
    }
}

impl Worded for GroupRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::NoGroup(id) => return format!("本账号中没有用户组 `{id}`。").into(),
            Self::NoUser(user) => return format!("本账号中没有用户 `{user}`。").into(),
            Self::NotMember(user, id) => return format!("用户 `{user}` 不在用户组 `{id}` 中。").into(),
            Self::NoPolicy(id) => return format!("本账号中没有策略 `{id}`。").into(),
            Self::NotAttached(policy, id) => {
                return format!("策略 `{policy}` 未关联到用户组 `{id}`。").into();
            }
            Self::NameTaken => "用户组名称已被使用（不区分大小写）。",
            Self::LooksTaken => "该名称与本账号的其他用户组名称过于相似，请更换。",
            Self::TooManyGroups => {
                return format!("用户组数量已达上限 {MAX_GROUPS} 个，请先删除不用的用户组。").into();
            }
            Self::GroupFull => return format!("用户组最多包含 {MAX_MEMBERS} 个用户，请先移出用户。").into(),
            Self::UserFull => {
                return format!("每个用户最多加入 {MAX_GROUPS_PER_USER} 个用户组，请先退出其他用户组。")
                    .into();
            }
            Self::TooManyPolicies => {
                return format!("每个用户组最多关联 {MAX_ATTACHED} 个策略，请先解除关联。").into();
            }
            Self::TooManyAtOnce => return format!("每次最多操作 {MAX_AT_ONCE} 个用户，请分批提交。").into(),
            Self::IsRoot => "主账号拥有全部权限，无需加入用户组。",
        };
        text.into()
    }
}
