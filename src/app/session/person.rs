//! The signed-in person behind a session.

use crate::app::caller::access::Access;
use crate::app::caller::clearance::Clearance;
use crate::app::caller::{By, Caller, Duty, Preferences, SignedIn};
use crate::app::session::rules::live_session;
use crate::app::{App, Failure};
use crate::domain::account::Account;
use crate::domain::permission::action;
use crate::domain::session::Stage;
use crate::domain::source::Source;
use crate::domain::user::{User, UserKind};
use crate::store::identities::Identity;
use crate::store::{
    Conn, StoreError, accounts, identities, notices, policies, sessions, totp_devices, users,
};
use std::sync::Arc;

/// The signed-in person behind a session, unless it has ended in one of the ways a session ends.
pub async fn caller(app: &App, session: String, source: Source) -> Result<Caller, Failure> {
    let (node, now) = (app.clone(), app.clock.now());
    let caller = app.store.read(move |conn| load_caller(&node, conn, &session, source)).await?;
    let session = caller.session()?;
    if now - session.last_seen_at >= 60 {
        let (id, uid) = (session.id_hash.clone(), caller.user.uid);
        app.store
            .write(move |conn| -> Result<(), StoreError> {
                // The user first, as everywhere: whoever keeps a user out changes the two in this order.
                users::touch(conn, uid, now)?;
                sessions::touch(conn, &id, now)
            })
            .await?;
    }
    Ok(caller)
}

fn load_caller(app: &App, conn: &mut Conn, id_hash: &str, source: Source) -> Result<Caller, Failure> {
    let session = live_session(app, conn, id_hash)?;
    if !session.is_at(Stage::SignedIn) {
        return Err(Failure::NotSignedIn);
    }
    let uin = session.uin;
    let memberships = users::of_identity(conn, uin)?;
    let can_switch = memberships.len() > 1;
    let user = memberships
        .into_iter()
        .find(|user| user.uid == session.uid && user.console_login)
        .ok_or(Failure::NotSignedIn)?;
    let account = accounts::find(conn, user.owner_uin)?.ok_or(Failure::Corrupt("users.owner_uin"))?;
    if user.kind != UserKind::Root && !account.sign_in_rules.admit(&source.ip) {
        return Err(Failure::NotSignedIn);
    }
    let identity = identities::find(conn, uin)?.ok_or(Failure::NotSignedIn)?;
    let apps = totp_devices::ages(conn, uin)?;
    let has_mfa = !apps.is_empty();
    let signed_in = SignedIn {
        duty: if must_change_password(&user, &identity, &account, app.clock.now()) {
            Duty::ChangePassword
        } else if (account.settings.mfa_required || user.protection.sign_in) && !has_mfa {
            Duty::EnrolMfa
        } else {
            Duty::None
        },
        preferences: Preferences {
            theme: identity.theme,
            density: identity.density,
            page_size: identity.page_size,
        },
        session: Arc::new(session),
        has_mfa,
        can_switch,
        alarms: 0,
        sending: None,
    };
    let mut caller = Caller {
        by: By::Session(signed_in),
        access: access_of(conn, &user, &account, app.clock.now())?,
        user: Arc::new(user),
        account: Arc::new(account),
        source: Arc::new(source),
        apps: Arc::new(apps),
        clearance: Clearance::Closed,
    };
    if caller.may_here(action::READ_AUDIT) {
        let alarms = notices::new_alarms(conn, caller.owner(), caller.user.uid)?;
        caller.set_alarms(alarms);
    }
    Ok(caller.cleared_by_session(app.clock.now()))
}

/// What decides about a membership: read anew for every request from a browser.
fn access_of(conn: &mut Conn, user: &User, account: &Account, now: i64) -> Result<Access, Failure> {
    let in_force = policies::in_force(conn, user.uid)?;
    Ok(Access::new(user, account.app_id, in_force, now))
}

fn must_change_password(user: &User, identity: &Identity, account: &Account, now: i64) -> bool {
    let rules = &account.password_rules;
    let is_expired = user.kind == UserKind::SubUser && rules.is_expired(identity.password_changed_at, now);
    identity.must_change_password || (is_expired && !rules.expiry_needs_reset)
}
