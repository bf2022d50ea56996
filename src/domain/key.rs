//! API keys: two at most, disabled before deleted.

use crate::domain::key_limits::KeyLimits;
use crate::domain::number::in_words;
use crate::domain::permission::action;
use crate::domain::sentence::Worded;
use crate::domain::span::DAY;
use crate::domain::user::{Uid, Uin};
use crate::random::{Random, RandomFailure};
use std::borrow::Cow;
use std::fmt;

/// Keys per membership, disabled ones included.
pub const MAX_KEYS_PER_USER: usize = 2;

/// The public half of a key: `AKID` and 32 letters and digits.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretId(String);

/// Text that is not a SecretId.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("A SecretId is AKID and 32 letters or digits.")]
pub struct MalformedSecretId;

/// Characters of a `SecretId` that are enough to look for it.
pub const START: usize = 8;

impl SecretId {
    /// Whether a text is one or the beginning of one, however short.
    pub fn is_begun_by(text: &str) -> bool {
        let tail = text.strip_prefix("AKID");
        tail.is_some_and(|tail| tail.len() <= 32 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }

    /// Accepts only the exact shape, so a `SecretId` in hand is always well formed.
    pub fn parse(text: &str) -> Result<Self, MalformedSecretId> {
        let tail = text.strip_prefix("AKID").ok_or(MalformedSecretId)?;
        let well_formed = tail.len() == 32 && tail.bytes().all(|b| b.is_ascii_alphanumeric());
        well_formed.then(|| Self(text.to_owned())).ok_or(MalformedSecretId)
    }

    /// A new one, from the CSPRNG.
    pub fn generate(random: &Random) -> Result<Self, RandomFailure> {
        Ok(Self(format!("AKID{}", random.alphanumeric(32)?.as_str())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four characters: what a person types to confirm a deletion.
    pub fn tail(&self) -> &str {
        self.0.split_at(self.0.len().saturating_sub(4)).1
    }

    /// First six and last four characters, for sentences.
    pub fn short(&self) -> String {
        format!("{}…{}", self.0.split_at(6).0, self.tail())
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether requests signed with a key are accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyStatus {
    Enabled,
    Disabled,
}

impl KeyStatus {
    /// The name in the database and in `data-status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled].into_iter().find(|status| status.as_str() == name)
    }
}

/// A key without its secret.
#[derive(Clone, Debug)]
pub struct Key {
    pub secret_id: SecretId,
    pub uid: Uid,
    pub owner_uin: Uin,
    pub uin: Uin,
    pub slot: i16,
    pub status: KeyStatus,
    pub note: String,
    pub created_at: i64,
    pub created_by: String,
    /// When and by whom the status last changed.
    pub changed_at: i64,
    pub changed_by: String,
    pub limits: KeyLimits,
    /// When they were last changed.
    pub limits_at: Option<i64>,
    /// Whether its secret was sealed to somebody when it was made: here nobody but its user sees it.
    pub made_sealed: bool,
}

impl Key {
    /// Whether a user is kept from seeing the secret, whatever policies say.
    pub fn is_sealed_from(&self, reader: Uid) -> bool {
        self.made_sealed && self.uid != reader
    }

    pub fn is_enabled(&self) -> bool {
        self.status == KeyStatus::Enabled
    }

    /// What keeps the key from being used at a moment, whoever calls and for what.
    pub fn halt_at(&self, now: i64) -> Option<Halt> {
        if !self.is_enabled() {
            return Some(Halt::Disabled);
        }
        self.limits.is_expired_at(now).then_some(Halt::Expired)
    }

    /// From when on its silence counts: the latest of what is a sign that it is wanted. `used_at` is its last accepted call.
    pub fn silent_since(&self, used_at: Option<i64>) -> i64 {
        let signs = [self.changed_at, self.limits_at.unwrap_or(i64::MIN), used_at.unwrap_or(i64::MIN)];
        signs.into_iter().fold(self.created_at, i64::max)
    }

    /// Whether it is enabled and was silent since that second. `used_at` is its last accepted call.
    pub fn is_stale(&self, used_at: Option<i64>, since: i64) -> bool {
        self.is_enabled() && self.silent_since(used_at) <= since
    }

    /// When it is switched off unless it is called with before, in unix seconds.
    pub fn idle_end(&self, used_at: Option<i64>) -> Option<i64> {
        let days = self.limits.idle_days.filter(|_| self.is_enabled())?;
        Some(self.silent_since(used_at) + days * DAY)
    }

    /// Since when it cannot be used, in unix seconds; nothing while it can.
    pub fn off_since(&self, now: i64) -> Option<i64> {
        let disabled = (!self.is_enabled()).then_some(self.changed_at);
        let expired = self.limits.expires_at.filter(|end| now >= *end);
        disabled.into_iter().chain(expired).min()
    }
}

/// Why a key cannot be used at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Halt {
    Disabled,
    Expired,
}

impl Halt {
    /// The stable name.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Disabled => "disabled_key",
            Self::Expired => "expired_key",
        }
    }

    /// The same for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Disabled => "The key is disabled.",
            Self::Expired => "The key has expired.",
        }
    }
}

/// A rule said no; the text is fit to show to the person who asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyRefusal {
    #[error(
        "A user can have at most {} keys, disabled ones included. Delete one first.",
        in_words(MAX_KEYS_PER_USER)
    )]
    LimitReached,
    #[error("This key is enabled. Disable it before deleting it.")]
    StillEnabled,
    #[error("This key is disabled already. Only an enabled key can be tried off.")]
    NothingToTry,
    #[error("A key with this SecretId was deleted. A deleted SecretId never works again.")]
    Retired,
    #[error("This account shows a SecretKey once, when it is created. It cannot be shown again.")]
    ShownOnce,
    #[error(
        "This SecretKey was sealed to a public key when it was made. Only the key’s user and whoever holds the private key see it."
    )]
    Sealed,
}

impl Worded for KeyRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::LimitReached => "每个用户最多拥有两个密钥（含已禁用的），请先删除一个。",
            Self::StillEnabled => "该密钥处于启用状态，请先禁用再删除。",
            Self::NothingToTry => "该密钥已处于禁用状态，只有启用的密钥才能试停。",
            Self::Retired => "使用该 SecretId 的密钥已被删除，已删除的 SecretId 不能再次使用。",
            Self::ShownOnce => "本账号的 SecretKey 仅在创建时显示一次，无法再次查看。",
            Self::Sealed => "该 SecretKey 在创建时已用公钥加密交付，仅密钥所属用户和私钥持有者可以查看。",
        };
        text.into()
    }
}

/// Why the API does not find or touch a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AccessKeyRefusal {
    #[error("Only the root account itself manages its keys.")]
    OfRoot,
    #[error("There is no user `{0}` in this account.")]
    NoSuchUser(Uin),
    #[error("The key belongs to another user; name that user as `TargetUin`.")]
    OfAnother,
    #[error("There is no such key.")]
    NoSuchKey,
}

impl AccessKeyRefusal {
    /// The code that API clients know.
    pub fn code(self) -> &'static str {
        match self {
            Self::OfRoot => "OperationDenied.SubUin",
            Self::NoSuchUser(_) | Self::OfAnother => "OperationDenied.UinNotMatch",
            Self::NoSuchKey => "ResourceNotFound.SecretNotExist",
        }
    }
}

impl Worded for AccessKeyRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::OfRoot => "只有主账号本身可以管理主账号的密钥。",
            Self::NoSuchUser(uin) => return format!("本账号中没有用户 `{uin}`。").into(),
            Self::OfAnother => "密钥属于其他用户，请用 `TargetUin` 指明该用户。",
            Self::NoSuchKey => "密钥不存在。",
        };
        text.into()
    }
}

/// The slot for one more key, unless both are taken.
pub fn free_slot(held: &[Key]) -> Result<i16, KeyRefusal> {
    [1, 2].into_iter().find(|slot| held.iter().all(|key| key.slot != *slot)).ok_or(KeyRefusal::LimitReached)
}

/// Refuses to delete a key that still works.
pub fn ensure_deletable(key: &Key) -> Result<(), KeyRefusal> {
    if key.is_enabled() { Err(KeyRefusal::StillEnabled) } else { Ok(()) }
}

/// Whose keys a page is about: one's own, or those of a user of the account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    Own,
    Of(Uin),
}

/// A key, and the page that it is on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRef {
    pub place: Place,
    pub id: SecretId,
}

/// What may be wished of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    Query,
    Create,
    Enable,
    Disable,
    Delete,
}

impl Operation {
    /// The policy action: managing others' keys and one's own are different things.
    pub const fn action(self, place: Place) -> &'static str {
        match (self, place) {
            (Self::Query, Place::Own) => action::QUERY_OWN_KEY,
            (Self::Create, Place::Own) => action::CREATE_OWN_KEY,
            (Self::Enable, Place::Own) => action::ENABLE_OWN_KEY,
            (Self::Disable, Place::Own) => action::DISABLE_OWN_KEY,
            (Self::Delete, Place::Own) => action::DELETE_OWN_KEY,
            (Self::Query, Place::Of(_)) => action::QUERY_KEY,
            (Self::Create, Place::Of(_)) => action::CREATE_KEY,
            (Self::Enable, Place::Of(_)) => action::ENABLE_KEY,
            (Self::Disable, Place::Of(_)) => action::DISABLE_KEY,
            (Self::Delete, Place::Of(_)) => action::DELETE_KEY,
        }
    }

    /// The name under which programs do the same.
    pub const fn api_action(self) -> &'static str {
        match self {
            Self::Query => action::LIST_ACCESS_KEYS,
            Self::Create => action::CREATE_ACCESS_KEY,
            Self::Enable | Self::Disable => action::UPDATE_ACCESS_KEY,
            Self::Delete => action::DELETE_ACCESS_KEY,
        }
    }
}
