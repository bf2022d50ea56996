//! Who there is: identities, memberships, the three kinds of user.

use super::names::{self, Illegible};
use super::sentence::Worded;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Accounts that one root account may be a collaborator in.
pub const MAX_OWNERS_OF_COLLABORATOR: usize = 10;

/// The 12-digit id of an identity.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uin(pub i64);

/// The 9-digit id of a membership: an identity inside one account.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uid(pub i64);

/// Text that is not a UIN.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("A UIN is 12 digits, such as 100000000001.")]
pub struct MalformedUin;

impl Uin {
    /// Accepts exactly twelve digits that do not start with 0.
    pub fn parse(text: &str) -> Result<Self, MalformedUin> {
        let well_formed =
            text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        if well_formed { text.parse().map(Self).map_err(|_| MalformedUin) } else { Err(MalformedUin) }
    }
}

impl fmt::Display for Uin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a membership is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserKind {
    Root,
    SubUser,
    Collaborator,
}

impl UserKind {
    /// The name in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::SubUser => "sub_user",
            Self::Collaborator => "collaborator",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Root, Self::SubUser, Self::Collaborator].into_iter().find(|kind| kind.as_str() == name)
    }

    /// The words people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Root => "Root account",
            Self::SubUser => "Sub-user",
            Self::Collaborator => "Collaborator",
        }
    }
}

/// A user name: what a user is called inside one account, compared without case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserName(String);

/// Why a text is not a user name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UserNameRefusal {
    #[error("Enter a user name.")]
    Missing,
    #[error("Use at most 64 characters for the user name.")]
    TooLong,
    #[error("Use only letters, digits and + = , . @ - _ in the user name.")]
    Malformed,
    #[error("A user name of 12 digits would be taken for a UIN. Add a letter.")]
    LooksLikeUin,
    #[error("{}", .0.en("user name"))]
    Illegible(Illegible),
    #[error("The log calls Camlock itself by this name. Choose another one.")]
    Reserved,
}

impl Worded for UserNameRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::Missing => "请输入用户名。",
            Self::TooLong => "用户名不能超过 64 个字符。",
            Self::Malformed => "用户名只能包含字母、数字和 + = , . @ - _。",
            Self::LooksLikeUin => "12 位数字的用户名会被当作 UIN，请加上字母。",
            Self::Illegible(illegible) => return illegible.zh("用户名").into(),
            Self::Reserved => "该名称在日志中指 Camlock 本身，请更换。",
        };
        text.into()
    }
}

impl UserName {
    /// Accepts 1–64 letters, digits and `+=,.@-_`, but nothing that reads as a UIN or looks like something else.
    pub fn parse(text: &str) -> Result<Self, UserNameRefusal> {
        if text.is_empty() {
            return Err(UserNameRefusal::Missing);
        }
        if text.chars().count() > 64 {
            return Err(UserNameRefusal::TooLong);
        }
        let legible = names::ensure_legible(text);
        let form = match &legible {
            Err(Illegible::Hidden) => return Err(UserNameRefusal::Illegible(Illegible::Hidden)),
            Err(Illegible::Spelling(form)) => form,
            _ => text,
        };
        if !form.chars().all(|c| c.is_alphanumeric() || "+=,.@-_".contains(c)) {
            return Err(UserNameRefusal::Malformed);
        }
        legible.map_err(UserNameRefusal::Illegible)?;
        if Uin::parse(text).is_ok() {
            return Err(UserNameRefusal::LooksLikeUin);
        }
        if names::is_reserved(text) {
            return Err(UserNameRefusal::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared and sorted.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Checks that `SetMfaFlag` demands of one user.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// At sign-in: the user must have an authenticator app.
    #[serde(rename = "login")]
    pub sign_in: bool,
    /// Before protected operations: the user must enter a code.
    pub action: bool,
}

/// A membership, as lists and details show it.
#[derive(Clone, Debug)]
pub struct User {
    pub uid: Uid,
    pub uin: Uin,
    pub owner_uin: Uin,
    pub kind: UserKind,
    pub name: String,
    pub note: String,
    pub phone: String,
    pub email: String,
    /// The phone number's country, digits without `+`; kept for the API.
    pub country_code: String,
    /// Which checks this user must pass beyond what the account asks of everybody.
    pub protection: Protection,
    /// Whether this user may sign in to the console.
    pub console_login: bool,
    pub created_at: i64,
    pub last_activity_at: Option<i64>,
}

impl User {
    /// The resource that policies name this user by.
    pub fn resource(&self) -> String {
        resource_of(self.owner_uin, self.uin)
    }
}

/// The resource of the user `uin` in the account of `owner`.
pub fn resource_of(owner: Uin, uin: Uin) -> String {
    format!("qcs::cam::uin/{owner}:uin/{uin}")
}
