//! Policies attached to users, and detached.

use super::caller::Caller;
use super::users::changeable;
use super::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::user::{Uin, User};
use crate::store::{Conn, dialect, policies, users};

pub use crate::store::policies::{Attachment, StoredPolicy};

/// Policies attached directly to one user.
pub const MAX_ATTACHED: usize = 200;

impl App {
    /// What is attached to a user.
    pub async fn attached(&self, caller: &Caller, uin: Uin) -> Result<Vec<Attachment>, Failure> {
        caller.ensure(action::LIST_ATTACHED, uin)?;
        let owner = caller.owner();
        self.store
            .read(move |conn| {
                let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
                Ok(policies::attached(conn, user.uid)?)
            })
            .await
    }

    /// Policies that the caller's account can attach.
    pub async fn policies(&self, caller: &Caller) -> Result<Vec<StoredPolicy>, Failure> {
        let owner = caller.owner();
        Ok(self.store.read(move |conn| policies::of_account(conn, owner)).await?)
    }

    /// Attaches policies to a user, all or none.
    pub async fn attach_policies(&self, caller: &Caller, uin: Uin, ids: Vec<i64>) -> Result<usize, Failure> {
        caller.ensure(action::ATTACH_POLICY, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                let user = changeable(conn, &asker, uin)?;
                for id in &ids {
                    let policy = policies::find(conn, asker.owner(), *id)?.ok_or_else(|| {
                        FieldError::new(
                            "policy",
                            "One of the chosen policies does not exist any more. Choose again.",
                        )
                    })?;
                    app.attach_in(conn, &asker, &user, &policy)?;
                }
                Ok(ids.len())
            })
            .await
    }

    pub(super) fn attach_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        user: &User,
        policy: &StoredPolicy,
    ) -> Result<(), Failure> {
        caller.ensure(action::ATTACH_POLICY, user.uin)?;
        dialect::lock_user(conn, user.uid)?;
        if policies::attached(conn, user.uid)?.len() >= MAX_ATTACHED {
            return Err(Failure::refused(
                "200 policies are attached to this user, as many as may be. Detach one first.",
            ));
        }
        if policies::attach(conn, user.uid, policy.id, &caller.user.name, self.clock.now())? {
            caller
                .event("AttachUserPolicy")
                .on(user)
                .object(&policy.name)
                .fact("policy_id", policy.id)
                .write(conn, self)?;
        }
        Ok(())
    }

    /// Detaches a policy from a user.
    pub async fn detach_policy(&self, caller: &Caller, uin: Uin, id: i64) -> Result<(), Failure> {
        caller.ensure(action::DETACH_POLICY, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                let user = changeable(conn, &asker, uin)?;
                let policy = policies::find(conn, asker.owner(), id)?.ok_or(Failure::NotFound)?;
                if !policies::detach(conn, user.uid, id)? {
                    return Err(Failure::NotFound);
                }
                asker
                    .event("DetachUserPolicy")
                    .on(&user)
                    .object(&policy.name)
                    .fact("policy_id", id)
                    .write(conn, &app)
            })
            .await
    }
}
