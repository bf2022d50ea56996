//! The names of events.

/// What was done, as the log and its filter name it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EventName {
    name: &'static str,
    is_sensitive: bool,
}

impl EventName {
    pub const SETUP: Self = Self::plain("Setup");
    pub const SIGN_IN: Self = Self::plain("SignIn");
    pub const SIGN_OUT: Self = Self::plain("SignOut");
    pub const END_SESSION: Self = Self::plain("EndSession");
    pub const SWITCH_IDENTITY: Self = Self::plain("SwitchIdentity");
    pub const STEP_UP: Self = Self::plain("StepUp");
    pub const END_VERIFICATION: Self = Self::plain("EndVerification");
    pub const CREATE_ACCESS_KEY: Self = Self::sensitive("CreateAccessKey");
    pub const UPDATE_ACCESS_KEY: Self = Self::sensitive("UpdateAccessKey");
    pub const DELETE_ACCESS_KEY: Self = Self::sensitive("DeleteAccessKey");
    pub const CREATE_API_KEY: Self = Self::sensitive("CreateApiKey");
    pub const IMPORT_API_KEY: Self = Self::sensitive("ImportApiKey");
    pub const ENABLE_API_KEY: Self = Self::sensitive("EnableApiKey");
    pub const DISABLE_API_KEY: Self = Self::sensitive("DisableApiKey");
    pub const DELETE_API_KEY: Self = Self::sensitive("DeleteApiKey");
    pub const UPDATE_API_KEY: Self = Self::plain("UpdateApiKey");
    pub const UPDATE_KEY_LIMITS: Self = Self::sensitive("UpdateKeyLimits");
    pub const KEY_IDLE_SOON: Self = Self::plain("KeyIdleSoon");
    pub const START_KEY_TRIAL: Self = Self::sensitive("StartKeyTrial");
    pub const END_KEY_TRIAL: Self = Self::sensitive("EndKeyTrial");
    pub const START_KEY_ROTATION: Self = Self::plain("StartKeyRotation");
    pub const UPDATE_KEY_ROTATION: Self = Self::plain("UpdateKeyRotation");
    pub const STEP_KEY_ROTATION: Self = Self::plain("StepKeyRotation");
    pub const CANCEL_KEY_ROTATION: Self = Self::plain("CancelKeyRotation");
    pub const STOP_KEY_ROTATION: Self = Self::plain("StopKeyRotation");
    pub const FINISH_KEY_ROTATION: Self = Self::plain("FinishKeyRotation");
    pub const SHOW_SECRET_KEY: Self = Self::sensitive("ShowSecretKey");
    pub const USE_TICKET: Self = Self::plain("UseTicket");
    pub const CREATE_CLAIM_LINK: Self = Self::sensitive("CreateClaimLink");
    pub const OPEN_CLAIM_LINK: Self = Self::sensitive("OpenClaimLink");
    pub const REVOKE_CLAIM_LINK: Self = Self::plain("RevokeClaimLink");
    pub const CREATE_INVITATION: Self = Self::sensitive("CreateInvitation");
    pub const ACCEPT_INVITATION: Self = Self::sensitive("AcceptInvitation");
    pub const DECLINE_INVITATION: Self = Self::plain("DeclineInvitation");
    pub const REVOKE_INVITATION: Self = Self::plain("RevokeInvitation");
    pub const SEAL_SECRET_KEY: Self = Self::sensitive("SealSecretKey");
    pub const ADD_USER: Self = Self::sensitive("AddUser");
    pub const ADD_COLLABORATOR: Self = Self::sensitive("AddCollaborator");
    pub const UPDATE_USER: Self = Self::sensitive("UpdateUser");
    pub const DELETE_USER: Self = Self::sensitive("DeleteUser");
    pub const ENABLE_CONSOLE: Self = Self::sensitive("EnableConsole");
    pub const DISABLE_CONSOLE: Self = Self::plain("DisableConsole");
    pub const RESET_PASSWORD: Self = Self::sensitive("ResetPassword");
    pub const RESET_MFA: Self = Self::sensitive("ResetMfa");
    pub const CHANGE_PASSWORD: Self = Self::plain("ChangePassword");
    pub const ADD_MFA_DEVICE: Self = Self::plain("AddMfaDevice");
    pub const REMOVE_MFA_DEVICE: Self = Self::sensitive("RemoveMfaDevice");
    pub const REPLACE_RECOVERY_CODES: Self = Self::sensitive("ReplaceRecoveryCodes");
    pub const USE_RECOVERY_CODE: Self = Self::sensitive("UseRecoveryCode");
    pub const ATTACH_USER_POLICY: Self = Self::sensitive("AttachUserPolicy");
    pub const DETACH_USER_POLICY: Self = Self::sensitive("DetachUserPolicy");
    pub const CREATE_POLICY: Self = Self::sensitive("CreatePolicy");
    pub const UPDATE_POLICY: Self = Self::sensitive("UpdatePolicy");
    pub const DELETE_POLICY: Self = Self::sensitive("DeletePolicy");
    pub const CREATE_POLICY_VERSION: Self = Self::sensitive("CreatePolicyVersion");
    pub const SET_DEFAULT_POLICY_VERSION: Self = Self::sensitive("SetDefaultPolicyVersion");
    pub const DELETE_POLICY_VERSION: Self = Self::plain("DeletePolicyVersion");
    pub const PUT_USER_PERMISSIONS_BOUNDARY: Self = Self::sensitive("PutUserPermissionsBoundary");
    pub const DELETE_USER_PERMISSIONS_BOUNDARY: Self = Self::sensitive("DeleteUserPermissionsBoundary");
    pub const CREATE_GROUP: Self = Self::plain("CreateGroup");
    pub const UPDATE_GROUP: Self = Self::plain("UpdateGroup");
    pub const DELETE_GROUP: Self = Self::sensitive("DeleteGroup");
    pub const ADD_USER_TO_GROUP: Self = Self::sensitive("AddUserToGroup");
    pub const REMOVE_USER_FROM_GROUP: Self = Self::sensitive("RemoveUserFromGroup");
    pub const ATTACH_GROUP_POLICY: Self = Self::sensitive("AttachGroupPolicy");
    pub const DETACH_GROUP_POLICY: Self = Self::sensitive("DetachGroupPolicy");
    pub const UPDATE_ACCOUNT_SETTINGS: Self = Self::sensitive("UpdateAccountSettings");
    pub const SET_MFA_FLAG: Self = Self::sensitive("SetMfaFlag");
    pub const UPDATE_PASSWORD_RULES: Self = Self::sensitive("UpdatePasswordRules");
    pub const CREATE_SUB_ACCOUNT_LOGIN_IP_POLICY: Self = Self::sensitive("CreateSubAccountLoginIpPolicy");
    pub const UPDATE_PREFERENCES: Self = Self::plain("UpdatePreferences");
    pub const CREATE_ACCOUNT: Self = Self::plain("CreateAccount");
    pub const CREATE_SERVICE: Self = Self::sensitive("CreateService");
    pub const UPDATE_SERVICE: Self = Self::sensitive("UpdateService");
    pub const DELETE_SERVICE: Self = Self::plain("DeleteService");
    pub const CREATE_GATE_TOKEN: Self = Self::sensitive("CreateGateToken");
    pub const REVOKE_GATE_TOKEN: Self = Self::plain("RevokeGateToken");
    pub const VEND_SIGNING_KEY: Self = Self::sensitive("VendSigningKey");
    pub const CREATE_CANARY: Self = Self::plain("CreateCanary");
    pub const DELETE_CANARY: Self = Self::sensitive("DeleteCanary");
    pub const TOUCH_CANARY: Self = Self::plain("TouchCanary");
    pub const QUARANTINE_KEY: Self = Self::sensitive("QuarantineKey");
    pub const UNLOCK: Self = Self::sensitive("Unlock");
    pub const GET_CREDENTIAL_REPORT: Self = Self::sensitive("GetCredentialReport");
    pub const EXPORT_AUDIT_LOG: Self = Self::sensitive("ExportAuditLog");
    pub const EXPORT_USERS: Self = Self::sensitive("ExportUsers");
    pub const SAVE_FILTER: Self = Self::plain("SaveFilter");
    pub const DELETE_FILTER: Self = Self::plain("DeleteFilter");
    pub const KEY_EXPIRES_SOON: Self = Self::plain("KeyExpiresSoon");
    pub const CREATE_WEBHOOK: Self = Self::sensitive("CreateWebhook");
    pub const UPDATE_WEBHOOK: Self = Self::sensitive("UpdateWebhook");
    pub const DELETE_WEBHOOK: Self = Self::sensitive("DeleteWebhook");
    pub const TEST_WEBHOOK: Self = Self::plain("TestWebhook");
    pub const RENEW_WEBHOOK_SECRET: Self = Self::sensitive("RenewWebhookSecret");
    pub const STOP_WEBHOOK: Self = Self::sensitive("StopWebhook");
    pub const GIVE_UP_DELIVERY: Self = Self::plain("GiveUpDelivery");
    pub const LOCK_OUT: Self = Self::plain("LockOut");

    /// All of them.
    pub const ALL: [Self; 97] = [
        Self::SETUP,
        Self::SIGN_IN,
        Self::SIGN_OUT,
        Self::END_SESSION,
        Self::SWITCH_IDENTITY,
        Self::STEP_UP,
        Self::END_VERIFICATION,
        Self::CREATE_ACCESS_KEY,
        Self::UPDATE_ACCESS_KEY,
        Self::DELETE_ACCESS_KEY,
        Self::CREATE_API_KEY,
        Self::IMPORT_API_KEY,
        Self::ENABLE_API_KEY,
        Self::DISABLE_API_KEY,
        Self::DELETE_API_KEY,
        Self::UPDATE_API_KEY,
        Self::UPDATE_KEY_LIMITS,
        Self::KEY_IDLE_SOON,
        Self::START_KEY_TRIAL,
        Self::END_KEY_TRIAL,
        Self::START_KEY_ROTATION,
        Self::UPDATE_KEY_ROTATION,
        Self::STEP_KEY_ROTATION,
        Self::CANCEL_KEY_ROTATION,
        Self::STOP_KEY_ROTATION,
        Self::FINISH_KEY_ROTATION,
        Self::SHOW_SECRET_KEY,
        Self::USE_TICKET,
        Self::CREATE_CLAIM_LINK,
        Self::OPEN_CLAIM_LINK,
        Self::REVOKE_CLAIM_LINK,
        Self::CREATE_INVITATION,
        Self::ACCEPT_INVITATION,
        Self::DECLINE_INVITATION,
        Self::REVOKE_INVITATION,
        Self::SEAL_SECRET_KEY,
        Self::ADD_USER,
        Self::ADD_COLLABORATOR,
        Self::UPDATE_USER,
        Self::DELETE_USER,
        Self::ENABLE_CONSOLE,
        Self::DISABLE_CONSOLE,
        Self::RESET_PASSWORD,
        Self::RESET_MFA,
        Self::CHANGE_PASSWORD,
        Self::ADD_MFA_DEVICE,
        Self::REMOVE_MFA_DEVICE,
        Self::REPLACE_RECOVERY_CODES,
        Self::USE_RECOVERY_CODE,
        Self::ATTACH_USER_POLICY,
        Self::DETACH_USER_POLICY,
        Self::CREATE_POLICY,
        Self::UPDATE_POLICY,
        Self::DELETE_POLICY,
        Self::CREATE_POLICY_VERSION,
        Self::SET_DEFAULT_POLICY_VERSION,
        Self::DELETE_POLICY_VERSION,
        Self::PUT_USER_PERMISSIONS_BOUNDARY,
        Self::DELETE_USER_PERMISSIONS_BOUNDARY,
        Self::CREATE_GROUP,
        Self::UPDATE_GROUP,
        Self::DELETE_GROUP,
        Self::ADD_USER_TO_GROUP,
        Self::REMOVE_USER_FROM_GROUP,
        Self::ATTACH_GROUP_POLICY,
        Self::DETACH_GROUP_POLICY,
        Self::UPDATE_ACCOUNT_SETTINGS,
        Self::SET_MFA_FLAG,
        Self::UPDATE_PASSWORD_RULES,
        Self::CREATE_SUB_ACCOUNT_LOGIN_IP_POLICY,
        Self::UPDATE_PREFERENCES,
        Self::CREATE_ACCOUNT,
        Self::CREATE_SERVICE,
        Self::UPDATE_SERVICE,
        Self::DELETE_SERVICE,
        Self::CREATE_GATE_TOKEN,
        Self::REVOKE_GATE_TOKEN,
        Self::VEND_SIGNING_KEY,
        Self::CREATE_CANARY,
        Self::DELETE_CANARY,
        Self::TOUCH_CANARY,
        Self::QUARANTINE_KEY,
        Self::UNLOCK,
        Self::GET_CREDENTIAL_REPORT,
        Self::EXPORT_AUDIT_LOG,
        Self::EXPORT_USERS,
        Self::SAVE_FILTER,
        Self::DELETE_FILTER,
        Self::KEY_EXPIRES_SOON,
        Self::CREATE_WEBHOOK,
        Self::UPDATE_WEBHOOK,
        Self::DELETE_WEBHOOK,
        Self::TEST_WEBHOOK,
        Self::RENEW_WEBHOOK_SECRET,
        Self::STOP_WEBHOOK,
        Self::GIVE_UP_DELIVERY,
        Self::LOCK_OUT,
    ];

    const fn plain(name: &'static str) -> Self {
        Self { name, is_sensitive: false }
    }

    const fn sensitive(name: &'static str) -> Self {
        Self { name, is_sensitive: true }
    }

    /// The name in the database, in the filter and in what is exported.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// Whether the overview shows it among the last sensitive operations: it shows a secret or tells who there is to somebody
    /// outside, gives a right or takes one away, turns a key on or off, or takes away what guards or warns.
    pub const fn is_sensitive(self) -> bool {
        self.is_sensitive
    }
}
