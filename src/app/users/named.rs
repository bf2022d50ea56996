//! Sub-users as programs manage them: addressed by name, with a key and a password in one answer.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::factors::new_password::{Chosen, Former, acceptable, ensure_new, generated_password};
use crate::app::keys::deeds::{self, Via};
use crate::app::users::{
    NewUser, NewUserKind, add_user_in, changeable, changes as changes_of, first_password,
};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::key::SecretId;
use crate::domain::permission::{Denial, action};
use crate::domain::secret::{Password, SecretKey};
use crate::domain::user::{Uin, User, UserKind};
use crate::store::identities::{self, StoredPassword};
use crate::store::{Conn, dialect, grants, sessions, users};
use zeroize::Zeroizing;

/// Letters and digits of a generated password: 32 characters with the dashes between them.
const GENERATED_LENGTH: usize = 27;

/// A sub-user that was added, and what only this answer shows.
pub struct NamedUser {
    pub user: User,
    /// Where it was generated.
    pub password: Option<Zeroizing<String>>,
    pub key: Option<(SecretId, SecretKey)>,
}

/// What is to change about a user; the rest stays.
#[derive(Default)]
pub struct Changes {
    pub note: Option<String>,
    pub phone: Option<String>,
    pub country_code: Option<String>,
    pub email: Option<String>,
    pub console_login: Option<bool>,
    /// Without effect on a user who may not sign in to the console.
    pub password: Option<Password>,
    pub must_change: Option<bool>,
}

/// The UIN behind a name, for a caller who may do that to it.
pub async fn named_user(
    app: &App,
    caller: &Caller,
    action: &'static str,
    name: String,
) -> Result<User, Failure> {
    app.view(caller, move |view| named(view.conn, view.by, action, &name)).await
}

/// Adds a sub-user, with a key where one is wanted. A password that is missing is generated.
pub async fn add_named_user(
    app: &App,
    caller: &Caller,
    mut new: NewUser,
    with_key: bool,
) -> Result<NamedUser, Failure> {
    caller.ensure_here(action::ADD_USER)?;
    let mut generated = None;
    if let NewUserKind::SubUser { console_login: true, password: password @ None, .. } = &mut new.kind {
        let text = generated_password(app, &caller.account.password_rules, GENERATED_LENGTH)?;
        *password = Some(Password::parse(&text).map_err(|_| Failure::Corrupt("password"))?);
        generated = Some(text);
    }
    let first = first_password(app, caller, &new).await?;
    app.change(caller, move |change| {
        let added = add_user_in(change, &new, first.as_ref())?;
        let user = users::find(change.conn, change.by.owner(), added.uin)?.ok_or(Failure::NotFound)?;
        let key = if with_key { Some(first_key_in(change, &user)?) } else { None };
        Ok(NamedUser { user, password: generated, key })
    })
    .await
}

fn first_key_in(change: &mut Change<'_>, user: &User) -> Result<(SecretId, SecretKey), Failure> {
    if change.by.ensure(action::CREATE_KEY, user.uin).is_err() {
        change.by.ensure_none_denied(&[action::CREATE_KEY], user.uin)?;
        change.by.ensure(action::CREATE_ACCESS_KEY, user.uin)?;
    }
    let (key, secret) = deeds::create(change, user, "", Via::Console)?;
    Ok((key.secret_id, secret))
}

/// Changes a user. Taking the console away, or a new password, ends its sessions.
pub async fn update_named_user(
    app: &App,
    caller: &Caller,
    name: String,
    mut changes: Changes,
) -> Result<(), Failure> {
    let target = named_user(app, caller, action::UPDATE_USER, name.clone()).await?;
    ensure_fitting(caller, &target, &changes)?;
    let hash = match changes.password.take() {
        Some(password) if changes.console_login.unwrap_or(target.console_login) => {
            Some(hash_of_new(app, caller, &target, password).await?)
        }
        _ => None,
    };
    app.change(caller, move |change| {
        let user = named(change.conn, change.by, action::UPDATE_USER, &name)?;
        if user.uid != target.uid {
            return Err(Failure::NotFound);
        }
        // First, as at sign-in: a person who signs in meanwhile waits, or is waited for.
        dialect::lock_identity(change.conn, user.uin)?;
        let user = changeable(change.conn, change.by, user.uin)?;
        ensure_fitting(change.by, &user, &changes)?;
        update_in(change, &user, changes, hash)
    })
    .await
}

async fn hash_of_new(
    app: &App,
    caller: &Caller,
    target: &User,
    password: Password,
) -> Result<String, Failure> {
    let chosen = Chosen { user_name: &target.name, ..caller.chosen(password, "password") };
    let password = acceptable(chosen).await?;
    let rules = &caller.account.password_rules;
    ensure_new(app, &password, Former { uin: target.uin, field: "password", rules }).await?;
    Ok(app.passwords.hash(password).await?)
}

fn update_in(
    change: &mut Change<'_>,
    user: &User,
    changes: Changes,
    hash: Option<String>,
) -> Result<(), Failure> {
    let after = User {
        note: changes.note.unwrap_or_else(|| user.note.clone()),
        phone: changes.phone.unwrap_or_else(|| user.phone.clone()),
        country_code: changes.country_code.unwrap_or_else(|| user.country_code.clone()),
        email: changes.email.unwrap_or_else(|| user.email.clone()),
        console_login: changes.console_login.unwrap_or(user.console_login),
        ..user.clone()
    };
    dialect::lock_identity(change.conn, user.uin)?;
    users::update(change.conn, &after)?;
    // Whoever sets a password can sign in as that user, as does whoever opens the console to it.
    if hash.is_some() || (after.console_login && !user.console_login) {
        let mark = change.by.mark_on_user(change.app, action::UPDATE_USER, user.uin)?;
        grants::mark_user(change.conn, user.uid, mark)?;
    }
    let has_new_password = hash.is_some();
    if let Some(hash) = hash {
        let must_change = changes.must_change.unwrap_or(false);
        let stored = StoredPassword { hash, changed_at: change.app.clock.now(), must_change };
        identities::set_password(
            change.conn,
            user.uin,
            &stored,
            change.by.account.password_rules.reuse_limit,
        )?;
    } else if let Some(must_change) = changes.must_change.filter(|_| is_in_charge(change.by, user)) {
        identities::set_must_change(change.conn, user.uin, must_change)?;
    }
    if has_new_password || !after.console_login {
        sessions::delete_of_user(change.conn, user.uid)?;
    }
    change
        .event(EventName::UpdateUser)
        .on(&after)
        .changed(changes_of(user, &after))
        .fact("password_set", has_new_password)
        .record(change);
    Ok(())
}

/// The user of that name, once the policies allow the action on it.
///
/// A refusal names every user as its resource: who may not look does not learn which names there are.
pub(in crate::app) fn named(
    conn: &mut Conn,
    caller: &Caller,
    action: &'static str,
    name: &str,
) -> Result<User, Failure> {
    let found = users::by_name(conn, caller.owner(), name)?;
    let uin = found.as_ref().map_or(caller.owner(), |user| user.uin);
    caller.ensure(action, uin).map_err(|denial| on_any_user(denial, caller.owner()))?;
    found.ok_or(Failure::NotFound)
}

fn on_any_user(denial: Denial, owner: Uin) -> Denial {
    Denial { resource: format!("qcs::cam::uin/{owner}:uin/*"), ..denial }
}

/// Whether the caller decides about the user's password; elsewhere a 0 is only what clients send for "not set".
fn is_in_charge(caller: &Caller, user: &User) -> bool {
    user.kind == UserKind::SubUser && user.uid != caller.user.uid
}

/// Refuses what belongs to somebody else's account, or to the person itself.
fn ensure_fitting(caller: &Caller, user: &User, changes: &Changes) -> Result<(), Failure> {
    let is_own = user.uid == caller.user.uid;
    let touches_sign_in = changes.password.is_some() || changes.must_change == Some(true);
    if is_own && (touches_sign_in || changes.console_login == Some(false)) {
        return Err(Failure::refused((
            "This is you. Change your own sign-in in the console, at My security.",
            "这是您自己的用户，请在控制台的“我的安全设置”中修改登录方式。",
        )));
    }
    if touches_sign_in && user.kind != UserKind::SubUser {
        return Err(Failure::refused((
            "Only a sub-user's password can be set here; others look after their own.",
            "此处只能设置子用户的密码，其他用户的密码由其本人管理。",
        )));
    }
    if user.kind == UserKind::Root && changes.console_login == Some(false) {
        return Err(Failure::refused((
            "The root user cannot be kept out of the console.",
            "不能禁止主账号用户登录控制台。",
        )));
    }
    Ok(())
}
