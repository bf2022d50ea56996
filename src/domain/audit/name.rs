//! The names of events.

/// What was done, as the log and its filter name it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EventName(&'static str);

impl EventName {
    pub const SETUP: Self = Self("Setup");
    pub const SIGN_IN: Self = Self("SignIn");
    pub const SIGN_OUT: Self = Self("SignOut");
    pub const END_SESSION: Self = Self("EndSession");
    pub const SWITCH_IDENTITY: Self = Self("SwitchIdentity");
    pub const STEP_UP: Self = Self("StepUp");
    pub const END_VERIFICATION: Self = Self("EndVerification");
    pub const CREATE_ACCESS_KEY: Self = Self("CreateAccessKey");
    pub const UPDATE_ACCESS_KEY: Self = Self("UpdateAccessKey");
    pub const DELETE_ACCESS_KEY: Self = Self("DeleteAccessKey");
    pub const CREATE_API_KEY: Self = Self("CreateApiKey");
    pub const IMPORT_API_KEY: Self = Self("ImportApiKey");
    pub const ENABLE_API_KEY: Self = Self("EnableApiKey");
    pub const DISABLE_API_KEY: Self = Self("DisableApiKey");
    pub const DELETE_API_KEY: Self = Self("DeleteApiKey");
    pub const UPDATE_API_KEY: Self = Self("UpdateApiKey");
    pub const UPDATE_KEY_LIMITS: Self = Self("UpdateKeyLimits");
    pub const KEY_IDLE_SOON: Self = Self("KeyIdleSoon");
    pub const START_KEY_TRIAL: Self = Self("StartKeyTrial");
    pub const END_KEY_TRIAL: Self = Self("EndKeyTrial");
    pub const START_KEY_ROTATION: Self = Self("StartKeyRotation");
    pub const UPDATE_KEY_ROTATION: Self = Self("UpdateKeyRotation");
    pub const STEP_KEY_ROTATION: Self = Self("StepKeyRotation");
    pub const CANCEL_KEY_ROTATION: Self = Self("CancelKeyRotation");
    pub const STOP_KEY_ROTATION: Self = Self("StopKeyRotation");
    pub const FINISH_KEY_ROTATION: Self = Self("FinishKeyRotation");
    pub const SHOW_SECRET_KEY: Self = Self("ShowSecretKey");
    pub const USE_TICKET: Self = Self("UseTicket");
    pub const CREATE_CLAIM_LINK: Self = Self("CreateClaimLink");
    pub const OPEN_CLAIM_LINK: Self = Self("OpenClaimLink");
    pub const REVOKE_CLAIM_LINK: Self = Self("RevokeClaimLink");
    pub const CREATE_INVITATION: Self = Self("CreateInvitation");
    pub const ACCEPT_INVITATION: Self = Self("AcceptInvitation");
    pub const DECLINE_INVITATION: Self = Self("DeclineInvitation");
    pub const REVOKE_INVITATION: Self = Self("RevokeInvitation");
    pub const SEAL_SECRET_KEY: Self = Self("SealSecretKey");
    pub const ADD_USER: Self = Self("AddUser");
    pub const ADD_COLLABORATOR: Self = Self("AddCollaborator");
    pub const UPDATE_USER: Self = Self("UpdateUser");
    pub const DELETE_USER: Self = Self("DeleteUser");
    pub const ENABLE_CONSOLE: Self = Self("EnableConsole");
    pub const DISABLE_CONSOLE: Self = Self("DisableConsole");
    pub const RESET_PASSWORD: Self = Self("ResetPassword");
    pub const RESET_MFA: Self = Self("ResetMfa");
    pub const CHANGE_PASSWORD: Self = Self("ChangePassword");
    pub const ADD_MFA_DEVICE: Self = Self("AddMfaDevice");
    pub const REMOVE_MFA_DEVICE: Self = Self("RemoveMfaDevice");
    pub const REPLACE_RECOVERY_CODES: Self = Self("ReplaceRecoveryCodes");
    pub const USE_RECOVERY_CODE: Self = Self("UseRecoveryCode");
    pub const ATTACH_USER_POLICY: Self = Self("AttachUserPolicy");
    pub const DETACH_USER_POLICY: Self = Self("DetachUserPolicy");
    pub const CREATE_POLICY: Self = Self("CreatePolicy");
    pub const UPDATE_POLICY: Self = Self("UpdatePolicy");
    pub const DELETE_POLICY: Self = Self("DeletePolicy");
    pub const CREATE_POLICY_VERSION: Self = Self("CreatePolicyVersion");
    pub const SET_DEFAULT_POLICY_VERSION: Self = Self("SetDefaultPolicyVersion");
    pub const DELETE_POLICY_VERSION: Self = Self("DeletePolicyVersion");
    pub const PUT_USER_PERMISSIONS_BOUNDARY: Self = Self("PutUserPermissionsBoundary");
    pub const DELETE_USER_PERMISSIONS_BOUNDARY: Self = Self("DeleteUserPermissionsBoundary");
    pub const CREATE_GROUP: Self = Self("CreateGroup");
    pub const UPDATE_GROUP: Self = Self("UpdateGroup");
    pub const DELETE_GROUP: Self = Self("DeleteGroup");
    pub const ADD_USER_TO_GROUP: Self = Self("AddUserToGroup");
    pub const REMOVE_USER_FROM_GROUP: Self = Self("RemoveUserFromGroup");
    pub const ATTACH_GROUP_POLICY: Self = Self("AttachGroupPolicy");
    pub const DETACH_GROUP_POLICY: Self = Self("DetachGroupPolicy");
    pub const UPDATE_ACCOUNT_SETTINGS: Self = Self("UpdateAccountSettings");
    pub const SET_MFA_FLAG: Self = Self("SetMfaFlag");
    pub const UPDATE_PASSWORD_RULES: Self = Self("UpdatePasswordRules");
    pub const CREATE_SUB_ACCOUNT_LOGIN_IP_POLICY: Self = Self("CreateSubAccountLoginIpPolicy");
    pub const UPDATE_PREFERENCES: Self = Self("UpdatePreferences");
    pub const CREATE_ACCOUNT: Self = Self("CreateAccount");
    pub const CREATE_SERVICE: Self = Self("CreateService");
    pub const UPDATE_SERVICE: Self = Self("UpdateService");
    pub const DELETE_SERVICE: Self = Self("DeleteService");
    pub const CREATE_GATE_TOKEN: Self = Self("CreateGateToken");
    pub const REVOKE_GATE_TOKEN: Self = Self("RevokeGateToken");
    pub const VEND_SIGNING_KEY: Self = Self("VendSigningKey");
    pub const CREATE_CANARY: Self = Self("CreateCanary");
    pub const DELETE_CANARY: Self = Self("DeleteCanary");
    pub const TOUCH_CANARY: Self = Self("TouchCanary");
    pub const QUARANTINE_KEY: Self = Self("QuarantineKey");
    pub const UNLOCK: Self = Self("Unlock");
    pub const GET_CREDENTIAL_REPORT: Self = Self("GetCredentialReport");
    pub const EXPORT_AUDIT_LOG: Self = Self("ExportAuditLog");
    pub const EXPORT_USERS: Self = Self("ExportUsers");
    pub const SAVE_FILTER: Self = Self("SaveFilter");
    pub const DELETE_FILTER: Self = Self("DeleteFilter");
    pub const KEY_EXPIRES_SOON: Self = Self("KeyExpiresSoon");
    pub const CREATE_WEBHOOK: Self = Self("CreateWebhook");
    pub const UPDATE_WEBHOOK: Self = Self("UpdateWebhook");
    pub const DELETE_WEBHOOK: Self = Self("DeleteWebhook");
    pub const TEST_WEBHOOK: Self = Self("TestWebhook");
    pub const RENEW_WEBHOOK_SECRET: Self = Self("RenewWebhookSecret");
    pub const STOP_WEBHOOK: Self = Self("StopWebhook");
    pub const GIVE_UP_DELIVERY: Self = Self("GiveUpDelivery");
    pub const LOCK_OUT: Self = Self("LockOut");

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

    /// The name in the database, in the filter and in what is exported.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}
