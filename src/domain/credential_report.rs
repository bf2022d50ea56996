//! The credential report: one row for each user, with what proves who it is and its keys.

use super::account::Account;
use super::key::KeyStatus;
use super::user::{Uin, User, UserKind};
use crate::clock::iso;
use crate::domain::span::DAY;

/// The columns: the 25 of CAM's report under their names, those of keys with the slot before them, then ours.
pub const COLUMNS: [&str; 41] = [
    "AccountID",
    "Username",
    "UserType",
    "CreationTime",
    "PasswordEnabled",
    "PasswordLastRotation",
    "LoginConsoleActive",
    "LoginProtectionActive",
    "OperationProtectionActive",
    "MFADeviceActive",
    "AbnormalLoginsNumWithin30Days",
    "Key1SecretId",
    "Key1MayBeAtRisk",
    "Key1CreationTime",
    "Key1Status",
    "Key1lastUsedDate",
    "Key1CreatedOver90Days",
    "Key1CreatedOver30Days",
    "Key2SecretId",
    "Key2MayBeAtRisk",
    "Key2CreationTime",
    "Key2Status",
    "Key2lastUsedDate",
    "Key2CreatedOver90Days",
    "Key2CreatedOver30Days",
    "UIN",
    "LastActivityTime",
    "Key1LastUsedTime",
    "Key1LastUsedAddress",
    "Key2LastUsedTime",
    "Key2LastUsedAddress",
    "Key1ExpiresAt",
    "Key1IdleDays",
    "Key1Networks",
    "Key1OwnPolicy",
    "Key1ReviewAt",
    "Key2ExpiresAt",
    "Key2IdleDays",
    "Key2Networks",
    "Key2OwnPolicy",
    "Key2ReviewAt",
];

/// What is not there.
const NONE: &str = "N/A";
/// What Camlock does not judge.
const NOT_SUPPORTED: &str = "not_supported";

/// What is known of a user's ways in.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub user: User,
    pub has_password: bool,
    /// In unix seconds.
    pub password_changed_at: Option<i64>,
    pub has_mfa: bool,
    pub keys: Vec<KeyCredentials>,
}

/// What is known of a key, but its secret.
#[derive(Clone, Debug)]
pub struct KeyCredentials {
    pub secret_id: String,
    /// 1 or 2.
    pub slot: i16,
    pub status: KeyStatus,
    pub created_at: i64,
    /// In unix seconds.
    pub last_used_at: Option<i64>,
    pub last_used_from: Option<String>,
    /// In unix seconds, as the review.
    pub expires_at: Option<i64>,
    pub idle_days: Option<i64>,
    /// How many networks it may be used from; 0: all.
    pub networks: usize,
    /// Whether a policy of its own limits it.
    pub has_policy: bool,
    pub review_at: Option<i64>,
}

impl Credentials {
    /// The cells of its row, in the order of [`COLUMNS`].
    pub fn cells(&self, account: &Account, now: i64) -> Vec<String> {
        let user = &self.user;
        let mut cells = vec![user.owner_uin.to_string(), user.name.clone(), kind(user.kind).to_owned()];
        cells.push(iso(user.created_at));
        cells.extend(self.password());
        cells.push(truth(user.console_login));
        cells.push(truth(user.console_login && (account.settings.mfa_required || user.protection.sign_in)));
        cells.push(truth(account.settings.operation_protection || user.protection.action));
        cells.push(truth(self.has_mfa));
        cells.push(NOT_SUPPORTED.to_owned());
        let of_slot = |slot| self.keys.iter().find(|key| key.slot == slot);
        for slot in [1, 2] {
            cells.extend(key_cells(of_slot(slot), now));
        }
        cells.push(user.uin.to_string());
        cells.push(time(user.last_activity_at));
        for slot in [1, 2] {
            let key = of_slot(slot);
            cells.push(time(key.and_then(|key| key.last_used_at)));
            cells.push(key.and_then(|key| key.last_used_from.clone()).unwrap_or_else(|| NONE.to_owned()));
        }
        for slot in [1, 2] {
            cells.extend(limit_cells(of_slot(slot)));
        }
        cells
    }

    /// A collaborator's password belongs to its own account, whose matter it is.
    fn password(&self) -> [String; 2] {
        if self.user.kind == UserKind::Collaborator {
            return [NONE.to_owned(), NONE.to_owned()];
        }
        let changed = if self.has_password { time(self.password_changed_at) } else { NONE.to_owned() };
        [truth(self.has_password), changed]
    }

    /// Where the next page begins.
    pub fn place(&self) -> Uin {
        self.user.uin
    }
}

fn key_cells(key: Option<&KeyCredentials>, now: i64) -> [String; 7] {
    let Some(key) = key else { return std::array::from_fn(|_| NONE.to_owned()) };
    let is_older = |days: i64| truth(now - key.created_at > days * DAY);
    let status = match key.status {
        KeyStatus::Enabled => "Active",
        KeyStatus::Disabled => "Disable",
    };
    let day = time(key.last_used_at).split('T').next().unwrap_or_default().to_owned();
    [
        key.secret_id.clone(),
        NOT_SUPPORTED.to_owned(),
        iso(key.created_at),
        status.to_owned(),
        day,
        is_older(90),
        is_older(30),
    ]
}

fn limit_cells(key: Option<&KeyCredentials>) -> [String; 5] {
    let Some(key) = key else { return std::array::from_fn(|_| NONE.to_owned()) };
    [
        time(key.expires_at),
        key.idle_days.map_or_else(|| NONE.to_owned(), |days| days.to_string()),
        key.networks.to_string(),
        truth(key.has_policy),
        time(key.review_at),
    ]
}

fn kind(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Root => "Root",
        UserKind::SubUser => "Sub-user",
        UserKind::Collaborator => "Collaborator",
    }
}

fn truth(is_so: bool) -> String {
    (if is_so { "TRUE" } else { "FALSE" }).to_owned()
}

fn time(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| NONE.to_owned(), iso)
}
