//! What a second-factor check is for.

/// Seconds that a question may stay unanswered.
pub const CHALLENGE_SECONDS: i64 = 300;
/// Seconds that a passed step-up is worth: one reveal, one change.
pub const TICKET_SECONDS: i64 = 60;
/// Wrong codes before step-up is locked, and for how many seconds: of one session, and of all sessions of an identity.
pub const MAX_FAILURES: i64 = 5;
pub const MAX_FAILURES_OF_IDENTITY: i64 = 10;
pub const LOCK_SECONDS: i64 = 900;

/// The purpose of a step-up; a passed one serves no other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    ShowSecret,
    CreateKey,
    EnableKey,
    TryKeyOff,
    DeleteKey,
    /// Beginning to replace a key, or changing how that ends.
    RotateKey,
    AddMfaDevice,
    RemoveMfaDevice,
    ReplaceRecoveryCodes,
    ChangePassword,
    ResetPassword,
    ResetMfa,
    ChangeSettings,
    /// Giving a right, or taking away what limited one.
    Grant,
    /// The credential report.
    DownloadReport,
}

impl Purpose {
    const ALL: [Self; 15] = [
        Self::ShowSecret,
        Self::CreateKey,
        Self::EnableKey,
        Self::TryKeyOff,
        Self::DeleteKey,
        Self::RotateKey,
        Self::AddMfaDevice,
        Self::RemoveMfaDevice,
        Self::ReplaceRecoveryCodes,
        Self::ChangePassword,
        Self::ResetPassword,
        Self::ResetMfa,
        Self::ChangeSettings,
        Self::Grant,
        Self::DownloadReport,
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShowSecret => "show_secret",
            Self::CreateKey => "create_key",
            Self::EnableKey => "enable_key",
            Self::TryKeyOff => "try_key_off",
            Self::DeleteKey => "delete_key",
            Self::RotateKey => "rotate_key",
            Self::AddMfaDevice => "add_mfa_device",
            Self::RemoveMfaDevice => "remove_mfa_device",
            Self::ReplaceRecoveryCodes => "replace_recovery_codes",
            Self::ChangePassword => "change_password",
            Self::ResetPassword => "reset_password",
            Self::ResetMfa => "reset_mfa",
            Self::ChangeSettings => "change_settings",
            Self::Grant => "grant",
            Self::DownloadReport => "download_report",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}
