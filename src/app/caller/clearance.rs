//! Whether a person may grant rights now, and what is noted on what it grants.

use crate::app::caller::access::Mfa;
use crate::app::caller::access_age::AccessQuestion;
use crate::app::caller::{Caller, SignedIn, compiled};
use crate::app::{App, Failure};
use crate::domain::grant::{AppAge, GrantRules, Mark};
use crate::domain::group::{self, GroupId};
use crate::domain::policies::{self, PolicyId, StoredPolicy};
use crate::domain::user::{Uin, resource_of};
use crate::store::{Conn, grants};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a caller may grant at the moment.
#[derive(Clone, Debug)]
pub(in crate::app) enum Clearance {
    /// A program. Nobody can be asked, and no code stands behind what it grants.
    Program,
    /// A person who gave no code lately.
    Closed,
    /// A person who gave one; whether the app that it came from counts.
    Open { counts: bool },
    /// Tries what is to be done and takes it back; remembers whether it grants something.
    Rehearsal(Arc<AtomicBool>),
}

impl Caller {
    pub(in crate::app) fn grant_rules(&self) -> GrantRules {
        self.account.settings.grants()
    }

    /// What is noted on a grant that an action on a resource makes. Refuses a person who has to be asked first.
    fn mark(&self, app: &App, action: &'static str, resource: &str) -> Result<Mark, Failure> {
        let at = app.clock.now();
        let stepped_up = match &self.clearance {
            Clearance::Closed => return Err(Failure::StepUpNeeded),
            Clearance::Program => false,
            Clearance::Open { counts } => *counts && self.is_ripe(action, resource, at),
            Clearance::Rehearsal(grants) => {
                grants.store(true, Ordering::Relaxed);
                false
            }
        };
        Ok(Mark { at, stepped_up })
    }

    pub(in crate::app) fn mark_on_user(
        &self,
        app: &App,
        action: &'static str,
        uin: Uin,
    ) -> Result<Mark, Failure> {
        self.mark(app, action, &resource_of(self.owner(), uin))
    }

    pub(in crate::app) fn mark_on_group(
        &self,
        app: &App,
        action: &'static str,
        id: GroupId,
    ) -> Result<Mark, Failure> {
        self.mark(app, action, &group::resource_of(self.owner(), id))
    }

    pub(in crate::app) fn mark_on_policy(
        &self,
        app: &App,
        action: &'static str,
        id: PolicyId,
    ) -> Result<Mark, Failure> {
        self.mark(app, action, &policies::resource_of(self.owner(), id))
    }

    /// Whether what the right to do something rests on has waited long enough.
    fn is_ripe(&self, action: &'static str, resource: &str, now: i64) -> bool {
        let asked = AccessQuestion { action, resource, ip: &self.source.ip, mfa: Mfa::NotChecked };
        self.access.ripe_at(asked, self.grant_rules()).is_some_and(|at| at <= now)
    }

    /// When an authenticator app of the caller counts for others' keys.
    pub(in crate::app) fn app_ripe_at(&self, app: &AppAge) -> i64 {
        let rules = self.grant_rules();
        if self.is_root() { app.ripe_for_root_at(rules) } else { app.ripe_at(rules) }
    }

    /// Whether the app of that id is one of the caller's and counts.
    pub(in crate::app) fn counts(&self, device: Option<&str>, now: i64) -> bool {
        let app = self.apps.iter().find(|app| Some(app.id.as_str()) == device);
        app.is_some_and(|app| self.app_ripe_at(app) <= now)
    }

    /// The caller with what the last right code of its session is still worth.
    pub(in crate::app) fn cleared_by_session(mut self, now: i64) -> Self {
        let Some(SignedIn { session, .. }) = self.signed_in() else { return self };
        if self.grant_rules().window_left(session.code_at, now) > 0 {
            let counts = self.counts(session.code_device.as_deref(), now);
            self.clearance = Clearance::Open { counts };
        }
        self
    }

    /// The caller right after a code from one of its apps.
    pub(in crate::app) fn cleared_by(&self, device: &str, now: i64) -> Self {
        let counts = self.counts(Some(device), now);
        let cleared = self.with_session(|session| {
            session.code_at = Some(now);
            session.code_device = Some(device.to_owned());
        });
        Self { clearance: Clearance::Open { counts }, ..cleared }
    }
}

/// Whether a policy takes something from those who have it, or did until lately.
pub(in crate::app) fn limits(conn: &mut Conn, policy: &StoredPolicy) -> Result<bool, Failure> {
    let holds_deny = compiled::policy(&policy.document).holds_deny();
    Ok(holds_deny || grants::policy_loosened_at(conn, policy.id)?.is_some())
}

/// What is to be noted as loosened where a policy was taken away.
pub(in crate::app) fn loosened(
    conn: &mut Conn,
    policy: &StoredPolicy,
    mark: Mark,
) -> Result<Option<i64>, Failure> {
    match mark.waits_from() {
        Some(at) if limits(conn, policy)? => Ok(Some(at)),
        _ => Ok(None),
    }
}
