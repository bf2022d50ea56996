//! What the pages about one user show before anything is done to it.

use crate::app::caller::Caller;
use crate::app::users::changeable;
use crate::app::users::removal::ensure_removable;
use crate::app::{App, Failure};
use crate::domain::key::SecretId;
use crate::domain::permission::{Denial, action};
use crate::domain::user::{Uin, User};
use crate::store::{api_keys, totp_devices, trials, users};

/// A user as the head of its pages shows it, and which of them the caller may open.
pub struct Head {
    pub user: User,
    pub mfa: bool,
    /// Whether one of its keys is tried off, for who may see its keys.
    pub is_tried_off: bool,
    pub may_edit: bool,
    pub tabs: Tabs,
}

/// The pages of a user that the caller's policies allow.
#[derive(Clone, Copy, Debug)]
pub struct Tabs {
    pub permissions: bool,
    pub groups: bool,
    pub security: bool,
    pub keys: bool,
    pub activity: bool,
}

impl Tabs {
    /// Those of one user.
    pub fn of(caller: &Caller, user: &User) -> Self {
        let may = |action| caller.may(action, user.uin);
        Self {
            permissions: may(action::LIST_ATTACHED),
            groups: may(action::LIST_GROUPS_OF_USER),
            security: may(action::GET_USER),
            keys: !caller.is_barred_from(user) && may(action::QUERY_KEY),
            activity: may(action::READ_AUDIT),
        }
    }

    /// Whether one of them may be opened.
    pub fn is_any(self) -> bool {
        [self.permissions, self.groups, self.security, self.keys, self.activity].contains(&true)
    }
}

/// Name, UIN and tabs of a user, for anyone who may open at least one of its pages.
pub async fn user_head(app: &App, caller: &Caller, uin: Uin) -> Result<Head, Failure> {
    ensure_any(caller, uin)?;
    let owner = caller.owner();
    let (user, mfa, is_tried_off) = app
        .store
        .read(move |conn| {
            let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
            let is_tried_off = !trials::of_users(conn, &[user.uid])?.is_empty();
            Ok::<_, Failure>((user, totp_devices::count(conn, uin)? > 0, is_tried_off))
        })
        .await?;
    let tabs = Tabs::of(caller, &user);
    let is_tried_off = is_tried_off && tabs.keys;
    if !tabs.is_any() {
        caller.ensure(action::GET_USER, uin)?;
    }
    Ok(Head { may_edit: may_edit(caller, &user), tabs, user, mfa, is_tried_off })
}

/// Whether the caller may change the details of a user.
pub fn may_edit(caller: &Caller, user: &User) -> bool {
    let both = [action::GET_USER, action::UPDATE_USER];
    !caller.is_barred_from(user) && both.into_iter().all(|action| caller.may(action, user.uin))
}

/// A user whose details the caller may change.
pub async fn user_to_edit(app: &App, caller: &Caller, uin: Uin) -> Result<User, Failure> {
    caller.ensure(action::GET_USER, uin)?;
    caller.ensure(action::UPDATE_USER, uin)?;
    app.view(caller, move |view| changeable(view.conn, view.by, uin)).await
}

/// A user that the caller may delete, and the keys that have to go first.
pub async fn user_to_delete(app: &App, caller: &Caller, uin: Uin) -> Result<(User, Vec<SecretId>), Failure> {
    caller.ensure(action::DELETE_USER, uin)?;
    app.view(caller, move |view| {
        let user = changeable(view.conn, view.by, uin)?;
        ensure_removable(view.by, &user)?;
        let keys = api_keys::of_user(view.conn, user.uid)?;
        Ok((user, keys.into_iter().map(|key| key.secret_id).collect()))
    })
    .await
}

/// Denied before missing: who may open no page of a user does not learn whether it exists.
fn ensure_any(caller: &Caller, uin: Uin) -> Result<(), Denial> {
    let others = [action::LIST_ATTACHED, action::LIST_GROUPS_OF_USER, action::QUERY_KEY, action::READ_AUDIT];
    if others.into_iter().any(|action| caller.may(action, uin)) {
        return Ok(());
    }
    caller.ensure(action::GET_USER, uin)
}
