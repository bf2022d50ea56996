//! Events in the words of people: what was done, what it belongs to, what its target is.

pub use super::group::EventGroup;

use super::EventName;

/// What stands in an event's target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// A user, perhaps with something of it: `dev-alice / AKID…`.
    User,
    /// A policy of the account.
    Policy,
    /// A group of the account, perhaps with a policy.
    Group,
    /// Nobody in particular.
    Other,
}

/// An event for people to read.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    pub name: EventName,
    pub group: EventGroup,
    pub about: About,
    /// Such as "Disabled a key".
    pub done: &'static str,
    /// Such as "disable a key", of what was tried.
    act: &'static str,
}

impl Words {
    /// The words for an event; an event of a newer version has none.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        WORDS.iter().find(|words| words.name.as_str() == name)
    }

    /// The words for how it ended.
    #[must_use]
    pub fn told(&self, is_allowed: bool) -> String {
        if is_allowed { self.done.to_owned() } else { format!("Tried to {}", self.act) }
    }
}

const fn words(name: EventName, group: EventGroup, about: About, [done, act]: [&'static str; 2]) -> Words {
    Words { name, group, about, done, act }
}

/// Of an event that belongs to the account and to nobody in particular.
const fn of_account(name: EventName, told: [&'static str; 2]) -> Words {
    words(name, EventGroup::Settings, About::Other, told)
}

/// Of an event about somebody who is no user yet.
const fn of_invitation(name: EventName, told: [&'static str; 2]) -> Words {
    words(name, EventGroup::Users, About::Other, told)
}

/// Of an event about how somebody signs in.
const fn of_sign_in(name: EventName, told: [&'static str; 2]) -> Words {
    words(name, EventGroup::SignIn, About::User, told)
}

/// Of an event about a user's key.
const fn of_key(name: EventName, told: [&'static str; 2]) -> Words {
    words(name, EventGroup::Keys, About::User, told)
}

/// Every event that there is, once.
pub const WORDS: &[Words] = &[
    of_sign_in(EventName::SIGN_IN, ["Signed in", "sign in"]),
    of_sign_in(EventName::SIGN_OUT, ["Signed out", "sign out"]),
    of_sign_in(EventName::END_SESSION, ["Ended a session", "end a session"]),
    of_sign_in(EventName::SWITCH_IDENTITY, ["Switched account", "switch account"]),
    of_sign_in(EventName::STEP_UP, ["Passed a verification", "pass a verification"]),
    of_sign_in(EventName::END_VERIFICATION, ["Ended a verification", "end a verification"]),
    of_sign_in(EventName::USE_TICKET, ["Opened a page once", "open a page again"]),
    of_sign_in(EventName::USE_RECOVERY_CODE, ["Used a recovery code", "use a recovery code"]),
    of_sign_in(EventName::CHANGE_PASSWORD, ["Changed a password", "change a password"]),
    of_sign_in(EventName::ADD_MFA_DEVICE, ["Added an authenticator app", "add an authenticator app"]),
    of_sign_in(EventName::REMOVE_MFA_DEVICE, ["Removed an authenticator app", "remove an authenticator app"]),
    of_sign_in(EventName::REPLACE_RECOVERY_CODES, ["Replaced recovery codes", "replace recovery codes"]),
    of_sign_in(EventName::LOCK_OUT, ["Signed in or verified too often", "sign in or verify too often"]),
    of_sign_in(EventName::UNLOCK, ["Lifted a wait after wrong tries", "lift a wait after wrong tries"]),
    of_key(EventName::CREATE_API_KEY, ["Created a key", "create a key"]),
    of_key(EventName::CREATE_ACCESS_KEY, ["Created a key by the API", "create a key by the API"]),
    of_key(EventName::IMPORT_API_KEY, ["Imported a key", "import a key"]),
    of_key(EventName::ENABLE_API_KEY, ["Enabled a key", "enable a key"]),
    of_key(EventName::DISABLE_API_KEY, ["Disabled a key", "disable a key"]),
    of_key(EventName::DELETE_API_KEY, ["Deleted a key", "delete a key"]),
    of_key(EventName::UPDATE_API_KEY, ["Changed the note of a key", "change the note of a key"]),
    of_key(EventName::UPDATE_KEY_LIMITS, ["Changed the limits of a key", "change the limits of a key"]),
    of_key(
        EventName::KEY_IDLE_SOON,
        ["Warned that an unused key will be disabled", "warn that an unused key will be disabled"],
    ),
    of_key(EventName::KEY_EXPIRES_SOON, ["Warned that a key will expire", "warn that a key will expire"]),
    of_key(
        EventName::UPDATE_ACCESS_KEY,
        ["Changed the status of a key by the API", "change the status of a key by the API"],
    ),
    of_key(EventName::DELETE_ACCESS_KEY, ["Deleted a key by the API", "delete a key by the API"]),
    of_key(EventName::START_KEY_TRIAL, ["Tried a key off for 10 minutes", "try a key off for 10 minutes"]),
    of_key(
        EventName::END_KEY_TRIAL,
        ["Enabled a key again after its trial", "enable a key again after its trial"],
    ),
    of_key(EventName::START_KEY_ROTATION, ["Began to replace a key", "begin to replace a key"]),
    of_key(
        EventName::UPDATE_KEY_ROTATION,
        ["Changed how the replacement of a key ends", "change how the replacement of a key ends"],
    ),
    of_key(
        EventName::STEP_KEY_ROTATION,
        ["Went on with the replacement of a key", "go on with the replacement of a key"],
    ),
    of_key(
        EventName::CANCEL_KEY_ROTATION,
        ["Cancelled the replacement of a key", "cancel the replacement of a key"],
    ),
    of_key(
        EventName::STOP_KEY_ROTATION,
        ["Stopped the replacement of a key", "stop the replacement of a key"],
    ),
    of_key(
        EventName::FINISH_KEY_ROTATION,
        ["Finished the replacement of a key", "finish the replacement of a key"],
    ),
    of_key(
        EventName::QUARANTINE_KEY,
        ["Disabled a key by a call that the key signed", "disable a key by a call that the key signed"],
    ),
    words(
        EventName::CREATE_CANARY,
        EventGroup::Keys,
        About::Other,
        ["Made a canary key", "make a canary key"],
    ),
    words(
        EventName::DELETE_CANARY,
        EventGroup::Keys,
        About::Other,
        ["Deleted a canary key", "delete a canary key"],
    ),
    words(EventName::TOUCH_CANARY, EventGroup::Keys, About::Other, ["Used a canary key", "use a canary key"]),
    of_key(EventName::SHOW_SECRET_KEY, ["Showed a SecretKey", "show a SecretKey"]),
    of_key(EventName::VEND_SIGNING_KEY, ["Handed out a signing key", "hand out a signing key"]),
    of_key(
        EventName::SEAL_SECRET_KEY,
        ["Sealed a SecretKey to a public key", "seal a SecretKey to a public key"],
    ),
    words(
        EventName::CREATE_CLAIM_LINK,
        EventGroup::Users,
        About::User,
        ["Made a claim link", "make a claim link"],
    ),
    words(
        EventName::OPEN_CLAIM_LINK,
        EventGroup::Users,
        About::User,
        ["Opened a claim link", "open a claim link"],
    ),
    words(
        EventName::REVOKE_CLAIM_LINK,
        EventGroup::Users,
        About::User,
        ["Revoked a claim link", "revoke a claim link"],
    ),
    of_invitation(EventName::CREATE_INVITATION, ["Invited a collaborator", "invite a collaborator"]),
    of_invitation(EventName::ACCEPT_INVITATION, ["Accepted an invitation", "accept an invitation"]),
    of_invitation(EventName::DECLINE_INVITATION, ["Declined an invitation", "decline an invitation"]),
    of_invitation(EventName::REVOKE_INVITATION, ["Revoked an invitation", "revoke an invitation"]),
    words(EventName::ADD_USER, EventGroup::Users, About::User, ["Created a user", "create a user"]),
    words(
        EventName::ADD_COLLABORATOR,
        EventGroup::Users,
        About::User,
        ["Added a collaborator", "add a collaborator"],
    ),
    words(EventName::UPDATE_USER, EventGroup::Users, About::User, ["Changed a user", "change a user"]),
    words(EventName::DELETE_USER, EventGroup::Users, About::User, ["Deleted a user", "delete a user"]),
    words(
        EventName::ENABLE_CONSOLE,
        EventGroup::Users,
        About::User,
        ["Gave console access", "give console access"],
    ),
    words(
        EventName::DISABLE_CONSOLE,
        EventGroup::Users,
        About::User,
        ["Stopped console access", "stop console access"],
    ),
    words(
        EventName::RESET_PASSWORD,
        EventGroup::Users,
        About::User,
        ["Reset a password", "reset a password"],
    ),
    words(
        EventName::RESET_MFA,
        EventGroup::Users,
        About::User,
        ["Reset an authenticator", "reset an authenticator"],
    ),
    words(
        EventName::SET_MFA_FLAG,
        EventGroup::Users,
        About::User,
        ["Set which verifications a user needs", "set which verifications a user needs"],
    ),
    words(
        EventName::ATTACH_USER_POLICY,
        EventGroup::Policies,
        About::User,
        ["Attached a policy", "attach a policy"],
    ),
    words(
        EventName::DETACH_USER_POLICY,
        EventGroup::Policies,
        About::User,
        ["Detached a policy", "detach a policy"],
    ),
    words(
        EventName::CREATE_POLICY,
        EventGroup::Policies,
        About::Policy,
        ["Created a policy", "create a policy"],
    ),
    words(
        EventName::UPDATE_POLICY,
        EventGroup::Policies,
        About::Policy,
        ["Changed a policy", "change a policy"],
    ),
    words(
        EventName::DELETE_POLICY,
        EventGroup::Policies,
        About::Policy,
        ["Deleted a policy", "delete a policy"],
    ),
    words(
        EventName::CREATE_POLICY_VERSION,
        EventGroup::Policies,
        About::Policy,
        ["Made a new version of a policy", "make a new version of a policy"],
    ),
    words(
        EventName::SET_DEFAULT_POLICY_VERSION,
        EventGroup::Policies,
        About::Policy,
        ["Chose another version of a policy", "choose another version of a policy"],
    ),
    words(
        EventName::DELETE_POLICY_VERSION,
        EventGroup::Policies,
        About::Policy,
        ["Deleted a version of a policy", "delete a version of a policy"],
    ),
    words(
        EventName::PUT_USER_PERMISSIONS_BOUNDARY,
        EventGroup::Policies,
        About::User,
        ["Set a permission boundary", "set a permission boundary"],
    ),
    words(
        EventName::DELETE_USER_PERMISSIONS_BOUNDARY,
        EventGroup::Policies,
        About::User,
        ["Removed a permission boundary", "remove a permission boundary"],
    ),
    words(EventName::CREATE_GROUP, EventGroup::Groups, About::Group, ["Created a group", "create a group"]),
    words(EventName::UPDATE_GROUP, EventGroup::Groups, About::Group, ["Changed a group", "change a group"]),
    words(EventName::DELETE_GROUP, EventGroup::Groups, About::Group, ["Deleted a group", "delete a group"]),
    words(
        EventName::ADD_USER_TO_GROUP,
        EventGroup::Groups,
        About::User,
        ["Added a user to a group", "add a user to a group"],
    ),
    words(
        EventName::REMOVE_USER_FROM_GROUP,
        EventGroup::Groups,
        About::User,
        ["Took a user out of a group", "take a user out of a group"],
    ),
    words(
        EventName::ATTACH_GROUP_POLICY,
        EventGroup::Groups,
        About::Group,
        ["Attached a policy to a group", "attach a policy to a group"],
    ),
    words(
        EventName::DETACH_GROUP_POLICY,
        EventGroup::Groups,
        About::Group,
        ["Detached a policy from a group", "detach a policy from a group"],
    ),
    words(EventName::SETUP, EventGroup::Settings, About::User, ["Set up the account", "set up the account"]),
    words(
        EventName::CREATE_ACCOUNT,
        EventGroup::Settings,
        About::User,
        ["Created the account", "create the account"],
    ),
    words(
        EventName::UPDATE_ACCOUNT_SETTINGS,
        EventGroup::Settings,
        About::Other,
        ["Changed account security", "change account security"],
    ),
    words(
        EventName::UPDATE_PASSWORD_RULES,
        EventGroup::Settings,
        About::Other,
        ["Changed the password rules", "change the password rules"],
    ),
    words(
        EventName::CREATE_SUB_ACCOUNT_LOGIN_IP_POLICY,
        EventGroup::Settings,
        About::Other,
        ["Changed where sub-users may sign in from", "change where sub-users may sign in from"],
    ),
    of_account(EventName::CREATE_SERVICE, ["Created a service", "create a service"]),
    of_account(EventName::UPDATE_SERVICE, ["Changed a service", "change a service"]),
    of_account(EventName::DELETE_SERVICE, ["Deleted a service", "delete a service"]),
    of_account(EventName::CREATE_GATE_TOKEN, ["Made a gate token", "make a gate token"]),
    of_account(EventName::REVOKE_GATE_TOKEN, ["Revoked a gate token", "revoke a gate token"]),
    of_account(
        EventName::GET_CREDENTIAL_REPORT,
        ["Downloaded the credential report", "download the credential report"],
    ),
    of_account(EventName::CREATE_WEBHOOK, ["Made a webhook", "make a webhook"]),
    of_account(EventName::UPDATE_WEBHOOK, ["Changed a webhook", "change a webhook"]),
    of_account(EventName::DELETE_WEBHOOK, ["Deleted a webhook", "delete a webhook"]),
    of_account(EventName::TEST_WEBHOOK, ["Sent a test to a webhook", "send a test to a webhook"]),
    of_account(EventName::RENEW_WEBHOOK_SECRET, ["Renewed a webhook’s secret", "renew a webhook’s secret"]),
    of_account(EventName::STOP_WEBHOOK, ["Turned a webhook off", "turn a webhook off"]),
    of_account(EventName::GIVE_UP_DELIVERY, ["Gave a delivery up", "give a delivery up"]),
    of_account(EventName::EXPORT_AUDIT_LOG, ["Exported the audit log", "export the audit log"]),
    words(
        EventName::UPDATE_PREFERENCES,
        EventGroup::Settings,
        About::User,
        ["Changed own preferences", "change own preferences"],
    ),
    of_account(EventName::EXPORT_USERS, ["Exported the User List", "export the User List"]),
    words(
        EventName::SAVE_FILTER,
        EventGroup::Settings,
        About::User,
        ["Saved a filter of a list", "save a filter of a list"],
    ),
    words(
        EventName::DELETE_FILTER,
        EventGroup::Settings,
        About::User,
        ["Deleted a saved filter", "delete a saved filter"],
    ),
];
