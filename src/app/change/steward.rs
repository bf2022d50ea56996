//! Whoever looks after the things of an account: somebody whose policies allow it, or the operator.

use super::event::{Draft, OPERATOR};
use super::{Outsider, Spend};
use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::permission::Denial;
use crate::domain::user::Uin;
use crate::store::{Conn, accounts};

/// Somebody who changes what belongs to an account, and to no user.
pub trait Steward: Spend {
    /// The account.
    fn account_of(&self) -> Uin;
    /// Who it was, for what is kept.
    fn called(&self) -> &str;
    /// Starts an event of theirs.
    fn draft(&self, name: EventName) -> StewardDraft;
    /// Refuses what their policies do not allow on the account.
    fn ensure_allowed(&self, action: &'static str) -> Result<(), Denial>;
    /// Refuses a person who has to be asked for a code first.
    fn ensure_asked(&self, app: &App, action: &'static str) -> Result<(), Failure>;
}

/// An event of a steward on its way into the log.
pub struct StewardDraft(pub(in crate::app) Draft);

/// The operator at the command line, for one account.
#[derive(Clone, Copy, Debug)]
pub struct Operator(Uin);

impl Operator {
    /// For an account that is there.
    pub async fn of(app: &App, owner: Uin) -> Result<Self, Failure> {
        let account = app.store.read(move |conn| accounts::find(conn, owner)).await?;
        account.map(|_| Self(owner)).ok_or(Failure::NotFound)
    }
}

impl Spend for Operator {
    fn spend(&self, conn: &mut Conn, is_done: bool) -> Result<(), Failure> {
        Outsider.spend(conn, is_done)
    }
}

impl Steward for Operator {
    fn account_of(&self) -> Uin {
        self.0
    }

    fn called(&self) -> &str {
        OPERATOR
    }

    fn draft(&self, name: EventName) -> StewardDraft {
        StewardDraft(Draft::by_operator(name, self.0))
    }

    fn ensure_allowed(&self, _: &'static str) -> Result<(), Denial> {
        Ok(())
    }

    fn ensure_asked(&self, _: &App, _: &'static str) -> Result<(), Failure> {
        Ok(())
    }
}

impl Steward for Caller {
    fn account_of(&self) -> Uin {
        self.owner()
    }

    fn called(&self) -> &str {
        &self.user.name
    }

    fn draft(&self, name: EventName) -> StewardDraft {
        StewardDraft(self.event(name))
    }

    fn ensure_allowed(&self, action: &'static str) -> Result<(), Denial> {
        self.ensure_here(action)
    }

    fn ensure_asked(&self, app: &App, action: &'static str) -> Result<(), Failure> {
        self.mark_on_user(app, action, self.owner()).map(drop)
    }
}
