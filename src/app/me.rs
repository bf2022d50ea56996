//! What people do to their own way in: password, devices, recovery codes, preferences.

use crate::app::caller::{Caller, Duty, Preferences};
use crate::app::deferred::{Asked, Detail, Wish};
use crate::app::{App, Failure};
use crate::domain::secret::Password;
use crate::domain::sentence::Sentence;
use crate::domain::step_up::Purpose;
use crate::store::identities::{self, StoredPassword};
use crate::store::{Conn, dialect, recovery_codes, sessions, totp_devices};
use zeroize::Zeroizing;

/// How a wish to change the password goes on.
pub enum PasswordStep {
    /// Done; the new cookie value.
    Done(String),
    Asked(Asked),
}

impl App {
    /// Changes the caller's password. With an authenticator app, a step-up comes first.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: Password,
        new: Password,
    ) -> Result<PasswordStep, Failure> {
        self.ensure_password(caller, current, "current_password").await?;
        let new = self.acceptable(caller.chosen(new, "new_password")).await?;
        self.ensure_new(caller.user.uin, &new, ("new_password", &caller.account.password_rules)).await?;
        let hash = Zeroizing::new(self.passwords.hash(new).await?);
        // Who came in by a recovery code has no app to ask, and must not be kept from what is asked of it.
        let has_app = caller.has_mfa && !(caller.is_recovering() && caller.duty == Duty::ChangePassword);
        if has_app {
            let wish = Wish {
                purpose: Purpose::ChangePassword,
                target: &caller.user,
                object: "",
                detail: Detail::default(),
                secret: Some(hash),
            };
            return self.ask(caller, wish).await.map(PasswordStep::Asked);
        }
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                app.set_own_password(conn, &asker, &hash)?;
                app.rename_session(conn, &asker.session, |_| ()).map(PasswordStep::Done)
            })
            .await
    }

    pub(in crate::app) fn set_own_password(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        hash: &Zeroizing<String>,
    ) -> Result<(), Failure> {
        let stored = StoredPassword {
            hash: hash.as_str().to_owned(),
            changed_at: self.clock.now(),
            must_change: false,
        };
        dialect::lock_identity(conn, caller.user.uin)?;
        let remembered = caller.account.password_rules.reuse_limit;
        identities::set_password(conn, caller.user.uin, &stored, remembered)?;
        sessions::delete_others(conn, caller.user.uin, &caller.session.family)?;
        caller.event("ChangePassword").write(conn, self)
    }

    /// Wishes to add another authenticator app; one that exists has to vouch for it.
    pub async fn ask_new_device(&self, caller: &Caller) -> Result<Asked, Failure> {
        self.ask_for_oneself(caller, Purpose::AddMfaDevice, "").await
    }

    /// Wishes to remove an authenticator app.
    pub async fn ask_device_removal(&self, caller: &Caller, id: String) -> Result<Asked, Failure> {
        let (uin, wanted) = (caller.user.uin, id.clone());
        let held = self.store.read(move |conn| totp_devices::of_identity(conn, uin)).await?;
        if !held.iter().any(|device| device.id == wanted) {
            return Err(Failure::NotFound);
        }
        ensure_may_be_last(caller, held.len())?;
        self.ask_for_oneself(caller, Purpose::RemoveMfaDevice, &id).await
    }

    pub(in crate::app) fn remove_device_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        id: &str,
    ) -> Result<(), Failure> {
        let uin = caller.user.uin;
        dialect::lock_identity(conn, uin)?;
        let held = totp_devices::of_identity(conn, uin)?;
        ensure_may_be_last(caller, held.len())?;
        let device = held.iter().find(|device| device.id == id).ok_or(Failure::NotFound)?;
        totp_devices::delete(conn, uin, id)?;
        if held.len() == 1 {
            recovery_codes::delete_all(conn, uin)?;
        }
        sessions::delete_others(conn, uin, &caller.session.family)?;
        caller.event("RemoveMfaDevice").fact("device", device.name.as_str()).write(conn, self)
    }

    /// Wishes for new recovery codes in place of the old ones.
    pub async fn ask_recovery_codes(&self, caller: &Caller) -> Result<Asked, Failure> {
        self.ask_for_oneself(caller, Purpose::ReplaceRecoveryCodes, "").await
    }

    async fn ask_for_oneself(
        &self,
        caller: &Caller,
        purpose: Purpose,
        object: &str,
    ) -> Result<Asked, Failure> {
        let wish = Wish { purpose, target: &caller.user, object, detail: Detail::default(), secret: None };
        self.ask(caller, wish).await
    }

    /// Keeps how the caller likes pages.
    pub async fn set_preferences(&self, caller: &Caller, preferences: Preferences) -> Result<(), Failure> {
        let (app, uin, event) = (self.clone(), caller.user.uin, caller.event("UpdatePreferences"));
        let Preferences { theme, density } = caller.preferences.clone();
        self.store
            .write(move |conn| {
                identities::set_preferences(conn, uin, &preferences.theme, &preferences.density)?;
                let changed = [
                    ("theme", theme.into(), preferences.theme.into()),
                    ("density", density.into(), preferences.density.into()),
                ];
                event.changed(changed).write(conn, &app)
            })
            .await
    }

    /// Because of how many wrong codes the caller has to change its password, if that is why.
    pub async fn told_wrong_codes(&self, caller: &Caller) -> Result<Option<i64>, Failure> {
        let uin = caller.user.uin;
        let identity = self.store.read(move |conn| identities::find(conn, uin)).await?;
        Ok(identity.and_then(|identity| identity.told_wrong_codes))
    }

    /// When the caller's password was last changed.
    pub async fn password_changed_at(&self, caller: &Caller) -> Result<Option<i64>, Failure> {
        let uin = caller.user.uin;
        let identity = self.store.read(move |conn| identities::find(conn, uin)).await?;
        Ok(identity.and_then(|identity| identity.password_changed_at))
    }
}

fn ensure_may_be_last(caller: &Caller, held: usize) -> Result<(), Failure> {
    if held <= 1 && (caller.account.settings.mfa_required || caller.user.protection.login) {
        return Err(Failure::refused(Sentence::on_page(
            "This account requires an authenticator app. Add another one before removing the last.",
        )));
    }
    Ok(())
}
