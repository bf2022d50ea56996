//! The names of what people may do, and the answer when they may not.

pub mod known;

use super::sentence::Sentence;

/// Actions that the console asks policies about.
pub mod action {
    pub const LIST_USERS: &str = "cam:ListUsers";
    pub const GET_USER: &str = "cam:GetUser";
    pub const ADD_USER: &str = "cam:AddUser";
    pub const UPDATE_USER: &str = "cam:UpdateUser";
    pub const DELETE_USER: &str = "cam:DeleteUser";
    pub const DESCRIBE_SUB_ACCOUNTS: &str = "cam:DescribeSubAccounts";
    pub const LIST_COLLABORATORS: &str = "cam:ListCollaborators";
    pub const LIST_ACCOUNTS: &str = "cam:ListAccounts";
    pub const SUMMARIZE_ACCOUNT: &str = "cam:GetAccountSummary";
    pub const DESCRIBE_OWN_PROTECTION: &str = "cam:DescribeSafeAuthFlag";
    pub const DESCRIBE_OWN_PROTECTION_INTL: &str = "cam:DescribeSafeAuthFlagIntl";
    pub const DESCRIBE_PROTECTION: &str = "cam:DescribeSafeAuthFlagColl";
    pub const SET_MFA_FLAG: &str = "cam:SetMfaFlag";
    pub const GET_PASSWORD_RULES: &str = "cam:GetPasswordRules";
    pub const UPDATE_PASSWORD_RULES: &str = "cam:UpdatePasswordRules";
    pub const SET_SIGN_IN_RULES: &str = "cam:CreateSubAccountLoginIpPolicy";
    pub const LIST_ACCESS_KEYS: &str = "cam:ListAccessKeys";
    pub const CREATE_ACCESS_KEY: &str = "cam:CreateAccessKey";
    pub const UPDATE_ACCESS_KEY: &str = "cam:UpdateAccessKey";
    pub const DELETE_ACCESS_KEY: &str = "cam:DeleteAccessKey";
    pub const QUERY_KEYS_OF_STS: &str = "sts:QueryApiKey";
    pub const QUERY_KEY: &str = "cam:QueryApiKey";
    pub const CREATE_KEY: &str = "cam:CreateApiKey";
    pub const ENABLE_KEY: &str = "cam:EnableApiKey";
    pub const DISABLE_KEY: &str = "cam:DisableApiKey";
    pub const DELETE_KEY: &str = "cam:DeleteApiKey";
    pub const QUERY_OWN_KEY: &str = "cam:QueryCollApiKey";
    pub const CREATE_OWN_KEY: &str = "cam:CreateCollApiKey";
    pub const ENABLE_OWN_KEY: &str = "cam:EnableCollApiKey";
    pub const DISABLE_OWN_KEY: &str = "cam:DisableCollApiKey";
    pub const DELETE_OWN_KEY: &str = "cam:DeleteCollApiKey";
    pub const QUERY_KEY_LIMITS: &str = "camlock:QueryKeyLimits";
    pub const UPDATE_KEY_LIMITS: &str = "camlock:UpdateKeyLimits";
    pub const ROTATE_KEY: &str = "camlock:RotateKey";
    pub const CREATE_CLAIM_LINK: &str = "camlock:CreateClaimLink";
    pub const SHOW_SECRET: &str = "account:QueryKeyBySecretId";
    pub const LIST_POLICIES: &str = "cam:ListPolicies";
    pub const GET_POLICY: &str = "cam:GetPolicy";
    pub const LIST_ATTACHED: &str = "cam:ListAttachedUserPolicies";
    pub const ATTACH_POLICY: &str = "cam:AttachUserPolicy";
    pub const DETACH_POLICY: &str = "cam:DetachUserPolicy";
    pub const CREATE_POLICY: &str = "cam:CreatePolicy";
    pub const UPDATE_POLICY: &str = "cam:UpdatePolicy";
    pub const DELETE_POLICY: &str = "cam:DeletePolicy";
    pub const LIST_POLICY_VERSIONS: &str = "cam:ListPolicyVersions";
    pub const GET_POLICY_VERSION: &str = "cam:GetPolicyVersion";
    pub const CREATE_POLICY_VERSION: &str = "cam:CreatePolicyVersion";
    pub const SET_DEFAULT_POLICY_VERSION: &str = "cam:SetDefaultPolicyVersion";
    pub const DELETE_POLICY_VERSION: &str = "cam:DeletePolicyVersion";
    pub const LIST_POLICY_ENTITIES: &str = "cam:ListEntitiesForPolicy";
    pub const LIST_ALL_ATTACHED: &str = "cam:ListAttachedUserAllPolicies";
    pub const GET_BOUNDARY: &str = "cam:GetUserPermissionBoundary";
    pub const PUT_BOUNDARY: &str = "cam:PutUserPermissionsBoundary";
    pub const DELETE_BOUNDARY: &str = "cam:DeleteUserPermissionsBoundary";
    pub const LIST_GROUPS: &str = "cam:ListGroups";
    pub const GET_GROUP: &str = "cam:GetGroup";
    pub const CREATE_GROUP: &str = "cam:CreateGroup";
    pub const UPDATE_GROUP: &str = "cam:UpdateGroup";
    pub const DELETE_GROUP: &str = "cam:DeleteGroup";
    pub const LIST_MEMBERS: &str = "cam:ListUsersForGroup";
    pub const LIST_GROUPS_OF_USER: &str = "cam:ListGroupsForUser";
    pub const ADD_MEMBER: &str = "cam:AddUserToGroup";
    pub const REMOVE_MEMBER: &str = "cam:RemoveUserFromGroup";
    pub const LIST_GROUP_POLICIES: &str = "cam:ListAttachedGroupPolicies";
    pub const ATTACH_GROUP_POLICY: &str = "cam:AttachGroupPolicy";
    pub const DETACH_GROUP_POLICY: &str = "cam:DetachGroupPolicy";
    pub const LAST_USED: &str = "cam:GetSecurityLastUsed";
    pub const READ_AUDIT: &str = "cam:DescribeAuditLog";
    pub const READ_SETTINGS: &str = "cam:DescribeAccountSettings";
    pub const CHANGE_SETTINGS: &str = "cam:UpdateAccountSettings";
    pub const LIST_SERVICES: &str = "camlock:ListServices";
    pub const CREATE_SERVICE: &str = "camlock:CreateService";
    pub const UPDATE_SERVICE: &str = "camlock:UpdateService";
    pub const DELETE_SERVICE: &str = "camlock:DeleteService";
    pub const LIST_GATE_TOKENS: &str = "camlock:ListGateTokens";
    pub const CREATE_GATE_TOKEN: &str = "camlock:CreateGateToken";
    pub const REVOKE_GATE_TOKEN: &str = "camlock:RevokeGateToken";
    pub const GET_OVERVIEW: &str = "camlock:GetOverview";
    pub const LIST_CANARIES: &str = "camlock:ListCanaries";
    pub const CREATE_CANARY: &str = "camlock:CreateCanary";
    pub const DELETE_CANARY: &str = "camlock:DeleteCanary";
    pub const GET_CREDENTIAL_REPORT: &str = "camlock:GetCredentialReport";
    pub const EXPORT_AUDIT: &str = "camlock:ExportAuditLog";
    pub const LIST_WEBHOOKS: &str = "camlock:ListWebhooks";
    pub const CREATE_WEBHOOK: &str = "camlock:CreateWebhook";
    pub const UPDATE_WEBHOOK: &str = "camlock:UpdateWebhook";
    pub const DELETE_WEBHOOK: &str = "camlock:DeleteWebhook";
}

/// The actions on the account as a whole: they know no single resource, so only a statement on `*` allows them.
///
/// CAM counts more among them (one's own keys, members of groups, attachments, versions). Camlock asks for those on
/// the user, group or policy in question, which is finer and never wider than what a policy says. Listing users and
/// reading the log are asked for on the account's own resource.
pub const OPERATION_LEVEL: [&str; 31] = [
    action::ADD_USER,
    action::DESCRIBE_SUB_ACCOUNTS,
    action::LIST_COLLABORATORS,
    action::LIST_ACCOUNTS,
    action::SUMMARIZE_ACCOUNT,
    action::GET_PASSWORD_RULES,
    action::UPDATE_PASSWORD_RULES,
    action::SET_SIGN_IN_RULES,
    action::LIST_POLICIES,
    action::CREATE_POLICY,
    action::LIST_GROUPS,
    action::CREATE_GROUP,
    action::READ_SETTINGS,
    action::CHANGE_SETTINGS,
    action::LIST_SERVICES,
    action::CREATE_SERVICE,
    action::UPDATE_SERVICE,
    action::DELETE_SERVICE,
    action::LIST_GATE_TOKENS,
    action::CREATE_GATE_TOKEN,
    action::REVOKE_GATE_TOKEN,
    action::GET_OVERVIEW,
    action::LIST_CANARIES,
    action::CREATE_CANARY,
    action::DELETE_CANARY,
    action::GET_CREDENTIAL_REPORT,
    action::EXPORT_AUDIT,
    action::LIST_WEBHOOKS,
    action::CREATE_WEBHOOK,
    action::UPDATE_WEBHOOK,
    action::DELETE_WEBHOOK,
];

/// The name that policies are asked about for a call of that name.
pub fn in_policies(called: &str) -> &str {
    match called {
        "camlock:ListWebhookDeliveries" => action::LIST_WEBHOOKS,
        "camlock:RenewWebhookSecret" | "camlock:TestWebhook" => action::UPDATE_WEBHOOK,
        own => own,
    }
}

/// Calls of the API that no policy is asked about: they tell callers what they hold, or only ever do less.
pub const UNASKED: [&str; 5] = [
    "cam:GetUserAppId",
    "camlock:QuarantineKey",
    "sts:GetCallerIdentity",
    "tag:DescribeResourceTagsByResourceIds",
    "tag:GetResources",
];

/// Whether no policy is asked about an action: everybody may do it.
pub fn needs_no_policy(action: &str) -> bool {
    UNASKED.iter().any(|known| known.eq_ignore_ascii_case(action))
}

/// Whether an action accepts only the resource `*`; names are compared without case, as in policies.
pub fn is_operation_level(action: &str) -> bool {
    OPERATION_LEVEL.iter().any(|known| known.eq_ignore_ascii_case(action))
}

/// Whether an action of this server only reads; `None` for those of other services, and for showing a SecretKey, which
/// changes nothing and is more than reading.
pub fn is_read_only(action: &str) -> Option<bool> {
    let lower = action.to_ascii_lowercase();
    let (service, name) = lower.split_once(':')?;
    let is_own = matches!(service, "cam" | "camlock" | "sts" | "account" | "tag");
    if !is_own || action.eq_ignore_ascii_case(action::SHOW_SECRET) {
        return None;
    }
    let reads = ["describe", "get", "list", "query"].iter().any(|verb| name.starts_with(verb));
    let gives_credentials = matches!(name, "getfederationtoken" | "getsessiontoken");
    Some(reads && !gives_credentials)
}

/// What stands behind a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// Nothing that the caller has allows it.
    NoPolicy,
    /// A statement denies it, whatever allows it.
    Deny,
    /// The caller's permission boundary does not allow it, whatever the policies allow.
    Boundary,
    /// A rule of Camlock that no policy changes.
    Rule,
}

/// A refusal that names what was missing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not allowed: {action} on {resource}")]
pub struct Denial {
    pub action: &'static str,
    pub resource: String,
    pub cause: Cause,
    /// The statement that decided, or why none did.
    pub because: Sentence,
}

impl Denial {
    /// Why, for the person who was refused.
    #[must_use]
    pub fn on_page(&self) -> String {
        let because = self.because.en();
        match self.cause {
            Cause::NoPolicy => "No policy attached to you allows this.".to_owned(),
            Cause::Deny => format!("A policy that you have denies this, whatever else allows it. {because}"),
            Cause::Boundary => {
                format!(
                    "Your permission boundary keeps you from this, whatever your policies allow. {because}"
                )
            }
            Cause::Rule => because.to_owned(),
        }
    }

    /// What an administrator would have to do; nothing where a rule says no.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.cause {
            Cause::NoPolicy => "Ask an administrator to allow this:",
            Cause::Deny => "Ask an administrator to change that policy, or to take it from you:",
            Cause::Boundary => "Ask an administrator to change your boundary:",
            Cause::Rule => "",
        }
    }
}

impl From<&Denial> for Sentence {
    fn from(denial: &Denial) -> Self {
        let Denial { action, resource, because, .. } = denial;
        let english = format!(
            "You are not authorized to perform the operation ({action}) on the resource ({resource}). {because}"
        );
        (english, format!("您没有权限执行操作 ({action})，资源 ({resource})。{}", because.zh())).into()
    }
}
