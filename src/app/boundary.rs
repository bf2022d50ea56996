//! Permission boundaries: what a user's policies may allow at most.

use super::caller::Caller;
use super::users::changeable;
use super::{App, Failure};
use crate::domain::permission::action;
use crate::domain::policies::PolicyRefusal;
use crate::domain::user::{Uin, UserKind};
use crate::store::policies::{self, StoredPolicy};
use crate::store::{boundaries, dialect, users};

impl App {
    /// The boundary of a user, if it has one.
    pub async fn boundary(&self, caller: &Caller, uin: Uin) -> Result<Option<StoredPolicy>, Failure> {
        caller.ensure(action::GET_BOUNDARY, uin)?;
        let owner = caller.owner();
        self.store
            .read(move |conn| {
                let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
                Ok(boundaries::find(conn, user.uid)?)
            })
            .await
    }

    /// Sets or replaces it: from the next request on nothing outside of it is allowed.
    pub async fn put_boundary(&self, caller: &Caller, uin: Uin, policy: i64) -> Result<(), Failure> {
        caller.ensure(action::PUT_BOUNDARY, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                dialect::lock_account(conn, asker.owner())?;
                let user = changeable(conn, &asker, uin)?;
                let known = policies::find(conn, asker.owner(), policy)?;
                let policy = known.ok_or(PolicyRefusal::NoSuchPolicy(policy))?;
                if user.kind == UserKind::Root {
                    return Err(PolicyRefusal::RootHasNoBoundary.into());
                }
                dialect::lock_user(conn, user.uid)?;
                boundaries::put(conn, user.uid, policy.id)?;
                asker
                    .event("PutUserPermissionsBoundary")
                    .on(&user)
                    .object(&policy.name)
                    .fact("policy_id", policy.id)
                    .write(conn, &app)
            })
            .await
    }

    /// Removes it; a user without one stays as it is.
    pub async fn delete_boundary(&self, caller: &Caller, uin: Uin) -> Result<(), Failure> {
        caller.ensure(action::DELETE_BOUNDARY, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                let user = changeable(conn, &asker, uin)?;
                dialect::lock_user(conn, user.uid)?;
                let before = boundaries::find(conn, user.uid)?;
                let Some(before) = before else { return Ok(()) };
                boundaries::delete(conn, user.uid)?;
                asker
                    .event("DeleteUserPermissionsBoundary")
                    .on(&user)
                    .object(&before.name)
                    .fact("policy_id", before.id)
                    .write(conn, &app)
            })
            .await
    }
}
