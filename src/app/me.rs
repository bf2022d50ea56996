//! What people do to their own way in: password, devices, recovery codes, preferences.

use crate::app::caller::{Caller, Duty, Preferences};
use crate::app::change::Change;
use crate::app::factors::ask::{Asked, Detail, Wish, ask};
use crate::app::factors::devices::ensure_password;
use crate::app::factors::new_password::{Former, acceptable, ensure_new};
use crate::app::session::rename_session;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::secret::Password;
use crate::domain::sentence::Sentence;
use crate::domain::step_up::Purpose;
use crate::store::identities::{self, Likes, StoredPassword};
use crate::store::{dialect, recovery_codes, sessions, totp_devices};
use zeroize::Zeroizing;

/// How a wish to change the password goes on.
pub enum PasswordStep {
    /// Done; the new cookie value.
    Done(String),
    Asked(Asked),
}

/// Changes the caller's password. With an authenticator app, a step-up comes first.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    current: Password,
    new: Password,
) -> Result<PasswordStep, Failure> {
    ensure_password(app, caller, current, "current_password").await?;
    let new = acceptable(caller.chosen(new, "new_password")).await?;
    let rules = &caller.account.password_rules;
    let former = Former { uin: caller.user.uin, field: "new_password", rules };
    ensure_new(app, &new, former).await?;
    let hash = Zeroizing::new(app.passwords.hash(new).await?);
    // Who came in by a recovery code has no app to ask, and must not be kept from what is asked of it.
    let has_app = caller.has_mfa() && !(caller.is_recovering() && caller.duty() == Duty::ChangePassword);
    if has_app {
        let wish = Wish {
            purpose: Purpose::ChangePassword,
            target: &caller.user,
            object: "",
            detail: Detail::default(),
            secret: Some(hash),
        };
        return ask(app, caller, wish).await.map(PasswordStep::Asked);
    }
    app.change(caller, move |change| {
        set_own_password(change, &hash)?;
        rename_session(change.app, change.conn, change.by.session()?, |_| ()).map(PasswordStep::Done)
    })
    .await
}

pub(in crate::app) fn set_own_password(
    change: &mut Change<'_>,
    hash: &Zeroizing<String>,
) -> Result<(), Failure> {
    let stored = StoredPassword {
        hash: hash.as_str().to_owned(),
        changed_at: change.app.clock.now(),
        must_change: false,
    };
    dialect::lock_identity(change.conn, change.by.user.uin)?;
    let remembered = change.by.account.password_rules.reuse_limit;
    identities::set_password(change.conn, change.by.user.uin, &stored, remembered)?;
    sessions::delete_others(change.conn, change.by.user.uin, &change.by.session()?.family)?;
    change.event(EventName::CHANGE_PASSWORD).record(change);
    Ok(())
}

/// Wishes to add another authenticator app; one that exists has to vouch for it.
pub async fn ask_new_device(app: &App, caller: &Caller) -> Result<Asked, Failure> {
    ask_for_oneself(app, caller, Purpose::AddMfaDevice, "").await
}

/// Wishes to remove an authenticator app.
pub async fn ask_device_removal(app: &App, caller: &Caller, id: String) -> Result<Asked, Failure> {
    let (uin, wanted) = (caller.user.uin, id.clone());
    let held = app.store.read(move |conn| totp_devices::of_identity(conn, uin)).await?;
    if !held.iter().any(|device| device.id == wanted) {
        return Err(Failure::NotFound);
    }
    ensure_may_be_last(caller, held.len())?;
    ask_for_oneself(app, caller, Purpose::RemoveMfaDevice, &id).await
}

pub(in crate::app) fn remove_device_in(change: &mut Change<'_>, id: &str) -> Result<(), Failure> {
    let uin = change.by.user.uin;
    dialect::lock_identity(change.conn, uin)?;
    let held = totp_devices::of_identity(change.conn, uin)?;
    ensure_may_be_last(change.by, held.len())?;
    let device = held.iter().find(|device| device.id == id).ok_or(Failure::NotFound)?;
    totp_devices::delete(change.conn, uin, id)?;
    if held.len() == 1 {
        recovery_codes::delete_all(change.conn, uin)?;
    }
    sessions::delete_others(change.conn, uin, &change.by.session()?.family)?;
    change.event(EventName::REMOVE_MFA_DEVICE).fact("device", device.name.as_str()).record(change);
    Ok(())
}

/// Wishes for new recovery codes in place of the old ones.
pub async fn ask_recovery_codes(app: &App, caller: &Caller) -> Result<Asked, Failure> {
    ask_for_oneself(app, caller, Purpose::ReplaceRecoveryCodes, "").await
}

async fn ask_for_oneself(
    app: &App,
    caller: &Caller,
    purpose: Purpose,
    object: &str,
) -> Result<Asked, Failure> {
    let wish = Wish { purpose, target: &caller.user, object, detail: Detail::default(), secret: None };
    ask(app, caller, wish).await
}

/// Keeps how the caller likes pages.
pub async fn set_preferences(app: &App, caller: &Caller, preferences: Preferences) -> Result<(), Failure> {
    let (uin, event) = (caller.user.uin, caller.event(EventName::UPDATE_PREFERENCES));
    let Preferences { theme, density, page_size } = caller.preferences();
    app.change(caller, move |change| {
        let likes = Likes {
            theme: &preferences.theme,
            density: &preferences.density,
            page_size: preferences.page_size,
        };
        identities::set_preferences(change.conn, uin, &likes)?;
        let changed = [
            ("theme", theme.into(), preferences.theme.into()),
            ("density", density.into(), preferences.density.into()),
            ("page_size", page_size.into(), preferences.page_size.into()),
        ];
        event.changed(changed).record(change);
        Ok(())
    })
    .await
}

/// Because of how many wrong codes the caller has to change its password, if that is why.
pub async fn told_wrong_codes(app: &App, caller: &Caller) -> Result<Option<i64>, Failure> {
    let uin = caller.user.uin;
    let identity = app.store.read(move |conn| identities::find(conn, uin)).await?;
    Ok(identity.and_then(|identity| identity.told_wrong_codes))
}

/// When the caller's password was last changed.
pub async fn password_changed_at(app: &App, caller: &Caller) -> Result<Option<i64>, Failure> {
    let uin = caller.user.uin;
    let identity = app.store.read(move |conn| identities::find(conn, uin)).await?;
    Ok(identity.and_then(|identity| identity.password_changed_at))
}

fn ensure_may_be_last(caller: &Caller, held: usize) -> Result<(), Failure> {
    if held <= 1 && (caller.account.settings.mfa_required || caller.user.protection.sign_in) {
        return Err(Failure::refused(Sentence::on_page(
            "This account requires an authenticator app. Add another one before removing the last.",
        )));
    }
    Ok(())
}
