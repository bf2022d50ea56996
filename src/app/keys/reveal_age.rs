//! Others' secrets are shown only by an app, and on grants, that have waited long enough.

use crate::app::caller::Caller;
use crate::app::caller::access::Mfa;
use crate::app::caller::access_age::AccessQuestion;
use crate::app::{App, Failure};
use crate::clock;
use crate::domain::key::Key;
use crate::domain::permission::{Cause, Denial, action};
use crate::domain::sentence::Sentence;
use crate::domain::user::User;
use crate::store::grants;

/// Which of the caller's apps is to count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::app) enum Vouching {
    /// The oldest: the code is still to come.
    AnyApp,
    /// The one that gave the last right code.
    LastCode,
}

/// Why somebody has to wait, and until when.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wait {
    pub until: i64,
    /// Whether it is the app that is too new, not what the right rests on.
    pub is_app: bool,
}

impl Wait {
    /// Said to the person.
    pub fn sentence(self) -> String {
        let until = clock::readable(self.until);
        let why = if self.is_app {
            "your authenticator app was added too lately"
        } else {
            "what your right rests on was given too lately, with no code from an authenticator app behind it"
        };
        format!("SecretKeys of other users are shown to you from {until} on: {why}.")
    }
}

impl Caller {
    /// How long the caller has to wait for the secrets of a user; nobody waits for one's own.
    pub(in crate::app) fn wait_for(&self, holder: &User, by: Vouching, now: i64) -> Option<Wait> {
        if holder.uid == self.user.uid {
            return None;
        }
        let app = self.app_counts_at(by);
        let rights = self.rights_ripe_at(holder);
        let wait = Wait { until: app.max(rights), is_app: app >= rights };
        (wait.until > now).then_some(wait)
    }

    pub(in crate::app) fn ensure_waited(&self, holder: &User, by: Vouching, now: i64) -> Result<(), Denial> {
        let Some(wait) = self.wait_for(holder, by, now) else { return Ok(()) };
        let because = Sentence::on_page(wait.sentence());
        Err(Denial { action: action::SHOW_SECRET, resource: holder.resource(), cause: Cause::Rule, because })
    }

    /// Nobody hands over others' new keys earlier than their secrets would be shown to somebody of the same standing.
    pub(in crate::app) fn ensure_waited_to_hand_over(
        &self,
        holder: &User,
        by: Vouching,
        now: i64,
    ) -> Result<(), Denial> {
        if holder.uid == self.user.uid {
            return Ok(());
        }
        let app = self.app_counts_at(by);
        let made_at = self.ripe_at(action::CREATE_KEY, holder, Mfa::NotChecked);
        let until = app.max(made_at).max(self.ripe_at(action::CREATE_CLAIM_LINK, holder, Mfa::Passed));
        if until <= now {
            return Ok(());
        }
        let because = Sentence::on_page(format!(
            "You can hand over keys of other users from {} on: your authenticator app, or your right to it, was added too \
             lately.",
            clock::readable(until)
        ));
        let resource = holder.resource();
        Err(Denial { action: action::CREATE_CLAIM_LINK, resource, cause: Cause::Rule, because })
    }

    /// Who has no app is led to enrolment before this is asked again.
    fn app_counts_at(&self, by: Vouching) -> i64 {
        match by {
            Vouching::AnyApp => self.apps.iter().map(|app| self.app_ripe_at(app)).min().unwrap_or(0),
            Vouching::LastCode => {
                let last = self.signed_in().and_then(|signed_in| signed_in.session.code_device.as_deref());
                let app = self.apps.iter().find(|app| Some(app.id.as_str()) == last);
                app.map_or(i64::MAX, |app| self.app_ripe_at(app))
            }
        }
    }

    fn rights_ripe_at(&self, holder: &User) -> i64 {
        let listed = self.ripe_at(action::QUERY_KEY, holder, Mfa::NotChecked);
        listed.max(self.ripe_at(action::SHOW_SECRET, holder, Mfa::Passed))
    }

    fn ripe_at(&self, action: &'static str, holder: &User, mfa: Mfa) -> i64 {
        let resource = holder.resource();
        let asked = AccessQuestion { action, resource: &resource, ip: &self.source.ip, mfa };
        self.access.ripe_at(asked, self.grant_rules()).unwrap_or(i64::MAX)
    }
}

/// The same after a right code.
pub(in crate::app) fn ensure_code_counts(app: &App, caller: &Caller, holder: &User) -> Result<(), Failure> {
    Ok(caller.ensure_waited(holder, Vouching::LastCode, app.clock.now())?)
}

/// Somebody else who lets a user into the console, with no code behind it, may be the one who signs in then: keys that
/// are older than that wait too.
pub(in crate::app) async fn ensure_own_waited(app: &App, caller: &Caller, key: &Key) -> Result<(), Failure> {
    if key.uid != caller.user.uid {
        return Ok(());
    }
    let uid = key.uid;
    let let_in = app.store.read(move |conn| grants::let_in_at(conn, uid)).await?;
    let until = caller.grant_rules().ripe_at(let_in.filter(|at| key.created_at < *at));
    if until <= app.clock.now() {
        return Ok(());
    }
    let because = Sentence::on_page(format!(
        "Keys that are older than your way into the console are shown to you from {} on: it was given to you lately, with \
         no code from an authenticator app behind it.",
        clock::readable(until)
    ));
    let resource = caller.user.resource();
    Err(Denial { action: action::SHOW_SECRET, resource, cause: Cause::Rule, because }.into())
}
