//! Users deleted: in the console once they have no keys, by programs with their keys if they say so.

use crate::app::caller::Caller;
use crate::app::change::event::Draft;
use crate::app::users::changeable;
use crate::app::users::named::named;
use crate::app::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::key::{Key, KeyStatus};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::api_keys::{self, Change};
use crate::store::{Conn, accounts, dialect, identities, key_usage, sessions, users};

/// How a deletion ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deletion {
    Done,
    HasKeys,
    /// The account wants keys disabled before they are deleted.
    HasEnabledKeys,
}

impl App {
    /// Deletes a user for good, unless it still has keys.
    pub async fn delete_user(&self, caller: &Caller, uin: Uin, confirm: String) -> Result<(), Failure> {
        caller.ensure(action::DELETE_USER, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                let user = changeable(conn, &asker, uin)?;
                dialect::lock_user(conn, user.uid)?;
                ensure_deletable(conn, &asker, &user)?;
                if confirm.trim() != user.name {
                    let told = format!("Type the user name: {}.", user.name);
                    return Err(FieldError::on_page("confirm", told).into());
                }
                remove(conn, &user)?;
                asker.event_of_removal(&user).write(conn, &app)
            })
            .await
    }

    /// Deletes a user for good; with `force`, its keys too.
    pub async fn delete_named_user(
        &self,
        caller: &Caller,
        name: String,
        force: bool,
    ) -> Result<Deletion, Failure> {
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                let user = named(conn, &asker, (action::DELETE_USER, &name))?;
                let user = changeable(conn, &asker, user.uin)?;
                ensure_removable(&asker, &user)?;
                dialect::lock_user(conn, user.uid)?;
                let keys = api_keys::of_user(conn, user.uid)?;
                if !keys.is_empty() && !force {
                    return Ok(Deletion::HasKeys);
                }
                let may_delete_enabled = asker.account.settings.api_delete_enabled_keys;
                if !may_delete_enabled && keys.iter().any(Key::is_enabled) {
                    return Ok(Deletion::HasEnabledKeys);
                }
                // Events come last: whoever waits for their numbers holds no lock that is wanted here.
                let events = app.delete_keys_in(conn, &asker, &user)?;
                remove(conn, &user)?;
                for event in events {
                    event.write(conn, &app)?;
                }
                asker.event_of_removal(&user).write(conn, &app)?;
                Ok(Deletion::Done)
            })
            .await
    }

    /// Disables and deletes every key of a user; gives the events of that, to be written.
    fn delete_keys_in(&self, conn: &mut Conn, caller: &Caller, user: &User) -> Result<Vec<Draft>, Failure> {
        let mut events = Vec::new();
        for key in api_keys::of_user(conn, user.uid)? {
            caller.ensure_none_denied(&[action::DELETE_ACCESS_KEY], user.uin)?;
            caller.ensure(action::DELETE_KEY, user.uin)?;
            let event = |name| caller.event(name).on(user).object(key.secret_id.as_str());
            let change = Change { by: &caller.user.name, at: self.clock.now() };
            if api_keys::set_status(conn, &key, KeyStatus::Disabled, change)? {
                events.push(event("DisableApiKey"));
            }
            if !api_keys::delete_disabled(conn, &key)? {
                return Err(Failure::NotFound);
            }
            key_usage::forget(conn, &key.secret_id)?;
            events.push(event("DeleteApiKey"));
        }
        Ok(events)
    }
}

impl Caller {
    /// The event of a user's end.
    fn event_of_removal(&self, user: &User) -> Draft {
        self.event("DeleteUser").on(user).fact("kind", user.kind.as_str())
    }
}

/// Removes a user who has no keys, and what belongs to it alone.
fn remove(conn: &mut Conn, user: &User) -> Result<(), Failure> {
    dialect::lock_identity(conn, user.uin)?;
    sessions::delete_of_user(conn, user.uid)?;
    users::delete(conn, user.uid)?;
    if user.kind == UserKind::SubUser {
        identities::delete(conn, user.uin)?;
    }
    accounts::count_user(conn, user.owner_uin, -1)?;
    Ok(())
}

fn ensure_deletable(conn: &mut Conn, caller: &Caller, user: &User) -> Result<(), Failure> {
    ensure_removable(caller, user)?;
    let held: Vec<String> =
        api_keys::of_user(conn, user.uid)?.iter().map(|key| key.secret_id.to_string()).collect();
    if held.is_empty() {
        return Ok(());
    }
    Err(Failure::refused((
        format!("This user still has API keys: {}. Disable and delete them first.", held.join(", ")),
        format!("该用户仍有 API 密钥：{}。请先禁用并删除。", held.join("、")),
    )))
}

/// Refuses to delete those who can never be deleted by this caller.
pub(in crate::app) fn ensure_removable(caller: &Caller, user: &User) -> Result<(), Failure> {
    if user.kind == UserKind::Root {
        return Err(Failure::refused((
            "The root user cannot be deleted: the account belongs to it.",
            "主账号用户不能删除，账号归其所有。",
        )));
    }
    if user.uid == caller.user.uid {
        return Err(Failure::refused((
            "You cannot delete yourself. Ask another administrator.",
            "不能删除自己，请联系其他管理员。",
        )));
    }
    Ok(())
}
