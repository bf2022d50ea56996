//! Users deleted: in the console once they have no keys, by programs with their keys if they say so.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::change::event::Draft;
use crate::app::keys::HeldKey;
use crate::app::keys::deeds::{self, Via};
use crate::app::users::changeable;
use crate::app::users::named::named;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::key::{Key, KeyStatus};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::{Conn, accounts, api_keys, dialect, identities, sessions, users};

/// How a deletion ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deletion {
    Done,
    HasKeys,
    /// The account wants keys disabled before they are deleted.
    HasEnabledKeys,
}

/// Deletes a user for good, unless it still has keys.
pub async fn delete_user(app: &App, caller: &Caller, uin: Uin, confirm: String) -> Result<(), Failure> {
    caller.ensure(action::DELETE_USER, uin)?;
    app.change(caller, move |change| {
        let user = changeable(change.conn, change.by, uin)?;
        dialect::lock_user(change.conn, user.uid)?;
        ensure_deletable(change.conn, change.by, &user)?;
        if confirm.trim() != user.name {
            let told = format!("Type the user name: {}.", user.name);
            return Err(FieldError::on_page("confirm", told).into());
        }
        remove(change.conn, &user)?;
        change.by.event_of_removal(&user).record(change);
        Ok(())
    })
    .await
}

/// Deletes a user for good; with `force`, its keys too.
pub async fn delete_named_user(
    app: &App,
    caller: &Caller,
    name: String,
    force: bool,
) -> Result<Deletion, Failure> {
    app.change(caller, move |change| {
        let user = named(change.conn, change.by, action::DELETE_USER, &name)?;
        let user = changeable(change.conn, change.by, user.uin)?;
        ensure_removable(change.by, &user)?;
        dialect::lock_user(change.conn, user.uid)?;
        let keys = api_keys::of_user(change.conn, user.uid)?;
        if !keys.is_empty() && !force {
            return Ok(change.undone(Deletion::HasKeys));
        }
        let may_delete_enabled = change.by.account.settings.api_delete_enabled_keys;
        if !may_delete_enabled && keys.iter().any(Key::is_enabled) {
            return Ok(change.undone(Deletion::HasEnabledKeys));
        }
        delete_keys_of(change, &user)?;
        remove(change.conn, &user)?;
        change.by.event_of_removal(&user).record(change);
        Ok(Deletion::Done)
    })
    .await
}

/// Disables and deletes every key of a user.
fn delete_keys_of(change: &mut Change<'_>, user: &User) -> Result<(), Failure> {
    for key in api_keys::of_user(change.conn, user.uid)? {
        change.by.ensure_none_denied(&[action::DELETE_ACCESS_KEY], user.uin)?;
        change.by.ensure(action::DELETE_KEY, user.uin)?;
        let held = HeldKey { holder: user.clone(), key };
        deeds::set_status(change, &held, KeyStatus::Disabled, Via::Console)?;
        deeds::delete(change, &held, Via::Console)?;
    }
    Ok(())
}

impl Caller {
    /// The event of a user's end.
    fn event_of_removal(&self, user: &User) -> Draft {
        self.event(EventName::DeleteUser).on(user).fact("kind", user.kind.as_str())
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
