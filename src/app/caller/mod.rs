//! Who is asking: found from the session alone, with what it may do.

pub mod access;
pub(super) mod access_age;
pub(super) mod clearance;
pub(super) mod compiled;
pub(super) mod once;
pub mod sending;
pub mod simulation;

use crate::app::caller::access::{Access, Mfa};
use crate::app::caller::access_age::AccessQuestion;
use crate::app::caller::clearance::Clearance;
use crate::app::caller::once::Once;
use crate::app::caller::sending::Sending;
use crate::domain::account::Account;
use crate::domain::grant::AppAge;
use crate::domain::permission::Denial;
use crate::domain::session::SignInMethod;
use crate::domain::source::Source;
use crate::domain::user::{Uin, User, UserKind, resource_of};
use crate::store::api_keys::Signer;
use crate::store::sessions::Session;
use std::sync::{Arc, LazyLock};

/// How a person likes pages.
#[derive(Clone, Debug)]
pub struct Preferences {
    pub theme: String,
    pub density: String,
}

/// What stands between a signed-in person and the console.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Duty {
    None,
    /// The password was set by somebody else.
    ChangePassword,
    /// The account demands an authenticator app and there is none.
    EnrolMfa,
}

/// A signed-in person, acting in one account.
#[derive(Clone, Debug)]
pub struct Caller {
    pub session: Arc<Session>,
    pub user: Arc<User>,
    pub account: Arc<Account>,
    pub preferences: Preferences,
    pub has_mfa: bool,
    /// Whether there is another account to switch to.
    pub can_switch: bool,
    pub duty: Duty,
    pub source: Arc<Source>,
    /// Of a signed call that changes something: its signature, which is good for that once.
    pub(in crate::app) once: Option<Arc<Once>>,
    /// Of a form that makes something: it is good for that once.
    pub(in crate::app) sending: Option<Arc<Sending>>,
    pub(in crate::app) access: Access,
    /// The authenticator apps, by their age.
    pub(in crate::app) apps: Arc<Vec<AppAge>>,
    pub(in crate::app) clearance: Clearance,
}

impl Caller {
    pub fn is_root(&self) -> bool {
        self.user.kind == UserKind::Root
    }

    /// The account acted in.
    pub fn owner(&self) -> Uin {
        self.user.owner_uin
    }

    /// Refuses what the policies do not allow on a resource.
    pub fn ensure_on(&self, action: &'static str, resource: &str) -> Result<(), Denial> {
        self.access.ensure(AccessQuestion { action, resource, ip: &self.source.ip, mfa: Mfa::NotChecked })
    }

    /// Refuses what the policies do not allow on a user of this account.
    pub fn ensure(&self, action: &'static str, target: Uin) -> Result<(), Denial> {
        self.ensure_on(action, &resource_of(self.owner(), target))
    }

    /// Refuses what the policies do not allow on the account as a whole.
    pub fn ensure_here(&self, action: &'static str) -> Result<(), Denial> {
        self.ensure(action, self.owner())
    }

    /// Whether a statement denies an action on a user outright, whatever else allows.
    pub(in crate::app) fn is_denied(&self, action: &'static str, target: Uin) -> bool {
        self.access.is_denied(action, &resource_of(self.owner(), target), &self.source.ip)
    }

    /// Refuses what a statement denies outright under any of the names that it goes by.
    pub(in crate::app) fn ensure_none_denied(
        &self,
        names: &[&'static str],
        target: Uin,
    ) -> Result<(), Denial> {
        let denied = names.iter().find(|name| self.is_denied(name, target));
        denied.map_or(Ok(()), |name| self.ensure(name, target))
    }

    /// Refuses what the policies do not allow, for an action that they tie to a step-up, as if that had been passed.
    pub fn ensure_with_mfa(&self, action: &'static str, target: Uin) -> Result<(), Denial> {
        let resource = resource_of(self.owner(), target);
        let asked = AccessQuestion { action, resource: &resource, ip: &self.source.ip, mfa: Mfa::Passed };
        self.access.ensure(asked)
    }

    /// Whether the policies allow an action on a user.
    pub fn may(&self, action: &'static str, target: Uin) -> bool {
        self.ensure(action, target).is_ok()
    }

    /// Whether the policies allow an action on the account as a whole.
    pub fn may_here(&self, action: &'static str) -> bool {
        self.ensure_here(action).is_ok()
    }

    /// The membership that a key belongs to, as its policies are now. There is no session behind it.
    pub(in crate::app) fn of_key(signer: &Signer, access: Access, source: Arc<Source>) -> Self {
        Self {
            session: no_session(),
            preferences: Preferences { theme: String::new(), density: String::new() },
            has_mfa: false,
            can_switch: false,
            duty: Duty::None,
            once: None,
            sending: None,
            apps: Arc::default(),
            clearance: Clearance::Program,
            user: Arc::clone(&signer.user),
            account: Arc::clone(&signer.account),
            source,
            access,
        }
    }

    /// The same person, sending a form that makes something.
    #[must_use]
    pub fn sending(&self, sending: Sending) -> Self {
        Self { sending: Some(Arc::new(sending)), ..self.clone() }
    }

    /// Whether this session began by setting up the first account.
    pub fn has_just_set_up(&self) -> bool {
        self.session.method == SignInMethod::Setup.as_str()
    }

    /// Whether this session signed in with a recovery code: it may enrol again, and nothing that needs a factor.
    pub fn is_recovering(&self) -> bool {
        self.session.method == SignInMethod::RecoveryCode.as_str()
    }
}

/// Stands where a browser's session would be; no row has its empty id.
fn no_session() -> Arc<Session> {
    static NONE: LazyLock<Arc<Session>> = LazyLock::new(|| {
        Arc::new(Session {
            id_hash: String::new(),
            family: String::new(),
            state: String::new(),
            stage: String::new(),
            uin: 0,
            uid: 0,
            method: "API key".to_owned(),
            ip: String::new(),
            user_agent: String::new(),
            created_at: 0,
            last_seen_at: 0,
            expires_at: 0,
            step_up_at: None,
            former_id: None,
            code_at: None,
            code_device: None,
        })
    });
    Arc::clone(&NONE)
}
