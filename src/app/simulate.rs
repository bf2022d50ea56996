//! The simulator: what a user may do, asked of the same engine that decides requests.

use super::access::Access;
use super::caller::Caller;
use super::{App, Failure};
use crate::domain::permission::action;
use crate::domain::policy::evaluate::{Decision, Reason};
use crate::domain::user::Uin;
use crate::store::{policies, users};

/// A question of the kind "may this user …?".
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Such as `cam:ListUsers`; of any service.
    pub action: String,
    /// Six segments, or `*`.
    pub resource: String,
    /// Condition keys and their values; they replace what a request would bring.
    pub context: Vec<(String, Vec<String>)>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// Root is not asked for policies: it may do everything in its account.
    pub is_root: bool,
    pub decision: Decision,
}

impl App {
    /// Decides a made-up request of a user, for whoever may see that user's policies.
    pub async fn simulate(
        &self,
        caller: &Caller,
        uin: Uin,
        question: Question,
    ) -> Result<Simulation, Failure> {
        caller.ensure(action::LIST_ATTACHED, uin)?;
        let (owner, app_id, now) = (caller.owner(), caller.account.app_id, self.clock.now());
        self.store
            .read(move |conn| {
                let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
                let access = Access::new(&user, app_id, policies::in_force(conn, user.uid)?, now);
                Ok(access.simulate(&question))
            })
            .await
    }
}

impl Simulation {
    /// Of a root account's holder.
    pub(super) fn of_root() -> Self {
        let decision = Decision { allowed: true, reason: Reason::Allowed, by: None, unevaluable: Vec::new() };
        Self { is_root: true, decision }
    }
}
