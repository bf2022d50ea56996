//! Who is asking: found from the session alone, with what it may do.

pub mod access;
pub(super) mod access_age;
pub(super) mod clearance;
pub(super) mod compiled;
pub(super) mod once;
pub mod sending;
pub mod simulation;

use crate::app::Failure;
use crate::app::caller::access::{Access, Mfa};
use crate::app::caller::access_age::AccessQuestion;
use crate::app::caller::clearance::Clearance;
use crate::app::caller::once::Once;
use crate::app::caller::sending::Sending;
use crate::domain::account::Account;
use crate::domain::grant::AppAge;
use crate::domain::paging::{PAGE_SIZE, PAGE_SIZES};
use crate::domain::permission::Denial;
use crate::domain::session::{Session, SignInMethod};
use crate::domain::source::Source;
use crate::domain::user::{Uin, User, UserKind, resource_of};
use crate::store::api_keys::Signer;
use std::sync::Arc;

/// How a person likes pages.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    pub theme: String,
    pub density: String,
    /// Rows of a page of a list, one of [`PAGE_SIZES`].
    pub page_size: i16,
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

/// By what right somebody acts.
#[derive(Clone, Debug)]
pub enum By {
    /// A person who is signed in.
    Session(SignedIn),
    /// A program with a key. Of a call that changes something: its signature, which is good for that once.
    Key(Option<Arc<Once>>),
}

/// What a person has who is signed in, and a program does not.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Arc<Session>,
    pub preferences: Preferences,
    pub has_mfa: bool,
    /// Whether there is another account to switch to.
    pub can_switch: bool,
    pub duty: Duty,
    /// Bad notices that are not read yet, counted up to a hundred; none for whoever may not read them.
    pub alarms: usize,
    /// Of a form that makes something: it is good for that once.
    pub(in crate::app) sending: Option<Arc<Sending>>,
}

/// A person or a program, acting in one account.
#[derive(Clone, Debug)]
pub struct Caller {
    pub by: By,
    pub user: Arc<User>,
    pub account: Arc<Account>,
    pub source: Arc<Source>,
    pub(in crate::app) access: Access,
    /// The authenticator apps, by their age.
    pub(in crate::app) apps: Arc<Vec<AppAge>>,
    pub(in crate::app) clearance: Clearance,
}

impl Caller {
    pub fn is_root(&self) -> bool {
        self.user.kind == UserKind::Root
    }

    /// Whether a user of the account is its root, and the caller is not: nobody else touches root.
    pub fn is_barred_from(&self, user: &User) -> bool {
        user.kind == UserKind::Root && !self.is_root()
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

    /// The membership that a key belongs to, as its policies are now.
    pub(in crate::app) fn of_key(signer: &Signer, access: Access, source: Arc<Source>) -> Self {
        Self {
            by: By::Key(None),
            apps: Arc::default(),
            clearance: Clearance::Program,
            user: Arc::clone(&signer.user),
            account: Arc::clone(&signer.account),
            source,
            access,
        }
    }

    /// What a person has who is signed in.
    pub fn signed_in(&self) -> Option<&SignedIn> {
        match &self.by {
            By::Session(signed_in) => Some(signed_in),
            By::Key(_) => None,
        }
    }

    fn signed_in_mut(&mut self) -> Option<&mut SignedIn> {
        match &mut self.by {
            By::Session(signed_in) => Some(signed_in),
            By::Key(_) => None,
        }
    }

    /// Takes note of bad notices that are not read yet.
    pub(in crate::app) fn set_alarms(&mut self, alarms: usize) {
        if let Some(signed_in) = self.signed_in_mut() {
            signed_in.alarms = alarms;
        }
    }

    /// The session acted in; a program has none, and what needs one is refused to it.
    pub fn session(&self) -> Result<&Arc<Session>, Failure> {
        self.signed_in().map(|signed_in| &signed_in.session).ok_or(Failure::NotSignedIn)
    }

    /// What names the session whatever its id is, for form tokens; empty for a program, which sends no forms.
    pub fn family(&self) -> &str {
        self.signed_in().map_or("", |signed_in| &signed_in.session.family)
    }

    /// Whether there is an authenticator app to ask.
    pub fn has_mfa(&self) -> bool {
        self.signed_in().is_some_and(|signed_in| signed_in.has_mfa)
    }

    /// How the person likes pages.
    pub fn preferences(&self) -> Preferences {
        self.signed_in().map(|signed_in| signed_in.preferences.clone()).unwrap_or_default()
    }

    /// Rows of a page of a list, as the person likes it.
    pub fn page_size(&self) -> usize {
        let liked = self.signed_in().map_or(PAGE_SIZE, |signed_in| signed_in.preferences.page_size);
        let known = PAGE_SIZES.into_iter().find(|size| *size == liked);
        usize::try_from(known.unwrap_or(PAGE_SIZE)).unwrap_or_default()
    }

    /// What stands before everything else.
    pub fn duty(&self) -> Duty {
        self.signed_in().map_or(Duty::None, |signed_in| signed_in.duty)
    }

    /// The form on its way, if it makes something.
    pub(in crate::app) fn form(&self) -> Option<&Arc<Sending>> {
        self.signed_in().and_then(|signed_in| signed_in.sending.as_ref())
    }

    /// The signature of a call that changes something.
    pub(in crate::app) fn signature(&self) -> Option<&Arc<Once>> {
        match &self.by {
            By::Key(once) => once.as_ref(),
            By::Session(_) => None,
        }
    }

    /// The same person, sending a form that makes something.
    #[must_use]
    pub fn sending(&self, sending: Sending) -> Self {
        let mut caller = self.clone();
        if let Some(signed_in) = caller.signed_in_mut() {
            signed_in.sending = Some(Arc::new(sending));
        }
        caller
    }

    /// The same person, whose session has changed.
    pub(in crate::app) fn with_session(&self, change: impl FnOnce(&mut Session)) -> Self {
        let mut caller = self.clone();
        if let Some(signed_in) = caller.signed_in_mut() {
            change(Arc::make_mut(&mut signed_in.session));
        }
        caller
    }

    fn has_begun_by(&self, method: SignInMethod) -> bool {
        self.signed_in().is_some_and(|signed_in| signed_in.session.method == method.as_str())
    }

    /// Whether this session began by setting up the first account.
    pub fn has_just_set_up(&self) -> bool {
        self.has_begun_by(SignInMethod::Setup)
    }

    /// Whether this session signed in with a recovery code: it may enrol again, and nothing that needs a factor.
    pub fn is_recovering(&self) -> bool {
        self.has_begun_by(SignInMethod::RecoveryCode)
    }
}
