//! Permission boundaries: what a user's policies may allow at most.

use crate::app::caller::Caller;
use crate::app::users::changeable;
use crate::app::{App, Failure};
use crate::domain::permission::action;
use crate::domain::policies::PolicyRefusal;
use crate::domain::user::{Uin, UserKind};
use crate::store::policies::{self, StoredPolicy};
use crate::store::{Conn, boundaries, dialect, grants, users};

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
        self.store.write(move |conn| app.put_boundary_in(conn, &asker, (uin, policy))).await
    }

    pub(in crate::app) fn put_boundary_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (uin, policy): (Uin, i64),
    ) -> Result<(), Failure> {
        caller.ensure(action::PUT_BOUNDARY, uin)?;
        dialect::lock_account(conn, caller.owner())?;
        let user = changeable(conn, caller, uin)?;
        let policy =
            policies::find(conn, caller.owner(), policy)?.ok_or(PolicyRefusal::NoSuchPolicy(policy))?;
        if user.kind == UserKind::Root {
            return Err(PolicyRefusal::RootHasNoBoundary.into());
        }
        dialect::lock_user(conn, user.uid)?;
        boundaries::put(conn, user.uid, policy.id)?;
        let mark = caller.mark_on_user(self, action::PUT_BOUNDARY, uin)?;
        if let Some(at) = mark.waits_from() {
            grants::loosen_user(conn, user.uid, at)?;
        }
        let event = caller.event("PutUserPermissionsBoundary").on(&user).object(&policy.name);
        event.fact("policy_id", policy.id).write(conn, self)
    }

    /// Removes it; a user without one stays as it is.
    pub async fn delete_boundary(&self, caller: &Caller, uin: Uin) -> Result<(), Failure> {
        caller.ensure(action::DELETE_BOUNDARY, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store.write(move |conn| app.delete_boundary_in(conn, &asker, uin)).await
    }

    pub(in crate::app) fn delete_boundary_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        uin: Uin,
    ) -> Result<(), Failure> {
        caller.ensure(action::DELETE_BOUNDARY, uin)?;
        let user = changeable(conn, caller, uin)?;
        dialect::lock_user(conn, user.uid)?;
        let before = boundaries::find(conn, user.uid)?;
        let Some(before) = before else { return Ok(()) };
        boundaries::delete(conn, user.uid)?;
        let mark = caller.mark_on_user(self, action::DELETE_BOUNDARY, uin)?;
        if let Some(at) = mark.waits_from() {
            grants::loosen_user(conn, user.uid, at)?;
        }
        let event = caller.event("DeleteUserPermissionsBoundary").on(&user).object(&before.name);
        event.fact("policy_id", before.id).write(conn, self)
    }
}
