//! An account: what a root owns, and how it wants its secrets guarded.

use crate::domain::grant::GrantRules;
use crate::domain::key_limits::expiry::KeyExpiry;
use crate::domain::password_rules::PasswordRules;
use crate::domain::sign_in_rules::SignInRules;
use crate::domain::user::Uin;

/// When a SecretKey may be seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecretReveal {
    /// Any time, after a second-factor check.
    StepUp,
    /// Once, when the key is created.
    Once,
}

impl SecretReveal {
    /// The name in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StepUp => "step_up",
            Self::Once => "once",
        }
    }

    /// The setting of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::StepUp, Self::Once].into_iter().find(|reveal| reveal.as_str() == name)
    }
}

/// What an account's root decides about security.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AccountSettings {
    pub secret_reveal: SecretReveal,
    /// Minutes that one second-factor check serves further reveals; 0: each asks anew.
    pub step_up_window_minutes: i64,
    /// Whether every console user must have an authenticator app.
    pub mfa_required: bool,
    /// Whether creating, enabling and deleting keys asks for a second-factor check.
    pub operation_protection: bool,
    /// Whether the API's `DeleteAccessKey` may delete a key that is still enabled.
    pub api_delete_enabled_keys: bool,
    /// Characters that a password needs at least.
    pub password_min_length: i64,
    /// Whether the API takes the old parameter signatures.
    pub signature_v1: bool,
    /// Whether changes over the API have to sign the name of their action.
    pub signed_action: bool,
    /// Minutes that a right code lets a session grant rights; 0: each grant asks.
    pub grant_window_minutes: i64,
    /// Hours that an app, and a grant without a code behind it, wait before they show others' keys; 0: none.
    pub grant_age_hours: i64,
    /// When keys have to end.
    pub key_expiry: KeyExpiry,
}

impl AccountSettings {
    /// What is asked of grants.
    pub fn grants(&self) -> GrantRules {
        GrantRules { window: self.grant_window_minutes * 60, age: self.grant_age_hours * 3600 }
    }
}

/// The longest step-up window, in minutes.
pub const MAX_STEP_UP_WINDOW: i64 = 15;

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    pub owner_uin: Uin,
    pub app_id: i64,
    pub name: String,
    pub user_count: i64,
    pub settings: AccountSettings,
    pub password_rules: PasswordRules,
    /// Where sub-users may sign in from.
    pub sign_in_rules: SignInRules,
}

/// How many things of each sort an account has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counts {
    /// Of its own, without the presets.
    pub policies: i64,
    pub groups: i64,
    /// Users in groups, each as often as it is in one.
    pub members: i64,
    pub collaborators: i64,
}
