//! What administrators do to a user's way in: password, factors, console access.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::factors::ask::{Asked, Detail, Wish, ask};
use crate::app::factors::new_password::generated_password;
use crate::app::session::tickets::{Door, NewTicket, OncePage, SHOWN_ONCE_SECONDS, mint, shown_once};
use crate::app::users::{GENERATED_LENGTH, INITIAL_PASSWORD, changeable};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::secret::Password;
use crate::domain::sentence::Sentence;
use crate::domain::step_up::Purpose;
use crate::domain::user::{Uin, User, UserKind};
use crate::store::identities::{self, StoredPassword};
use crate::store::{Conn, dialect, grants, recovery_codes, sessions, totp_devices, users};
use zeroize::Zeroizing;

/// Lets a user into the console, or keeps it out; its sessions end at once.
pub(in crate::app) fn set_console_in(
    change: &mut Change<'_>,
    uin: Uin,
    on: Option<bool>,
) -> Result<(), Failure> {
    change.by.ensure(action::UPDATE_USER, uin)?;
    dialect::lock_identity(change.conn, uin)?;
    let user = changeable(change.conn, change.by, uin)?;
    ensure_other(change.by, &user)?;
    let on = on.ok_or_else(|| FieldError::on_page("on", "Say whether console access is to be on or off."))?;
    if user.console_login == on {
        return Ok(());
    }
    users::update(change.conn, &User { console_login: on, ..user.clone() })?;
    if on {
        let mark = change.by.mark_on_user(change.app, action::UPDATE_USER, uin)?;
        grants::mark_user(change.conn, user.uid, mark)?;
    } else {
        sessions::delete_of_user(change.conn, user.uid)?;
    }
    let name = if on { EventName::EnableConsole } else { EventName::DisableConsole };
    change.event(name).on(&user).record(change);
    Ok(())
}

/// Wishes to give a sub-user a new, generated password. A second-factor check comes first.
pub async fn ask_password_reset(app: &App, caller: &Caller, uin: Uin) -> Result<Asked, Failure> {
    let user = resettable(app, caller, uin).await?;
    let shown = generated_password(app, &caller.account.password_rules, GENERATED_LENGTH)?;
    let hash = app.passwords.hash(Password::parse(&shown).map_err(|_| Failure::Corrupt("password"))?).await?;
    let secret = Some(Zeroizing::new(format!("{}\n{hash}", shown.as_str())));
    let wish = Wish {
        purpose: Purpose::ResetPassword,
        target: &user,
        object: "",
        detail: Detail::default(),
        secret,
    };
    ask(app, caller, wish).await
}

/// Gives a user the new password; the ticket opens the page that shows it once.
pub(in crate::app) fn reset_password_in(
    change: &mut Change<'_>,
    user: &User,
    secret: &Zeroizing<String>,
) -> Result<String, Failure> {
    change.by.ensure(action::UPDATE_USER, user.uin)?;
    ensure_resettable(change.by, user)?;
    let (shown, hash) = secret.split_once('\n').ok_or(Failure::Corrupt("step_ups.detail"))?;
    let stored =
        StoredPassword { hash: hash.to_owned(), changed_at: change.app.clock.now(), must_change: true };
    dialect::lock_identity(change.conn, user.uin)?;
    identities::set_password(change.conn, user.uin, &stored, change.by.account.password_rules.reuse_limit)?;
    sessions::delete_of_user(change.conn, user.uid)?;
    change.event(EventName::ResetPassword).on(user).record(change);
    let door =
        Door { session: &change.by.session()?.id_hash, purpose: INITIAL_PASSWORD, uid: user.uid, object: "" };
    mint(change.app, change.conn, &NewTicket { door: &door, shown: Some(shown), seconds: SHOWN_ONCE_SECONDS })
}

/// A user with its generated password, for the page that shows it once; `None` when it was shown already.
pub async fn initial_password(
    app: &App,
    caller: &Caller,
    uin: Uin,
    ticket: String,
) -> Result<Option<(User, Zeroizing<String>)>, Failure> {
    let owner = caller.owner();
    let found = app.store.read(move |conn| users::find(conn, owner, uin)).await?;
    if let Some(user) = &found {
        let shown =
            shown_once(app, caller, OncePage { purpose: INITIAL_PASSWORD, uid: user.uid }, ticket).await?;
        if let Some(password) = shown {
            return Ok(Some((user.clone(), password)));
        }
    }
    caller.ensure(action::GET_USER, uin)?;
    found.map(|_| None).ok_or(Failure::NotFound)
}

/// Wishes to remove a sub-user's authenticator apps and recovery codes. A second-factor check comes first.
pub async fn ask_mfa_reset(app: &App, caller: &Caller, uin: Uin) -> Result<Asked, Failure> {
    let user = resettable(app, caller, uin).await?;
    let wish = Wish {
        purpose: Purpose::ResetMfa,
        target: &user,
        object: "",
        detail: Detail::default(),
        secret: None,
    };
    ask(app, caller, wish).await
}

pub(in crate::app) fn reset_mfa_in(change: &mut Change<'_>, user: &User) -> Result<(), Failure> {
    change.by.ensure(action::UPDATE_USER, user.uin)?;
    ensure_resettable(change.by, user)?;
    dialect::lock_identity(change.conn, user.uin)?;
    forget_factors(change.conn, user.uin)?;
    sessions::delete_of_user(change.conn, user.uid)?;
    change.event(EventName::ResetMfa).on(user).record(change);
    Ok(())
}

async fn resettable(app: &App, caller: &Caller, uin: Uin) -> Result<User, Failure> {
    caller.ensure(action::UPDATE_USER, uin)?;
    app.view(caller, move |view| {
        let user = changeable(view.conn, view.by, uin)?;
        ensure_resettable(view.by, &user)?;
        Ok(user)
    })
    .await
}

/// Removes every second factor of an identity and what was counted against it.
pub(in crate::app) fn forget_factors(conn: &mut Conn, uin: Uin) -> Result<(), Failure> {
    totp_devices::delete_all(conn, uin)?;
    recovery_codes::delete_all(conn, uin)?;
    identities::set_recovered(conn, uin, None)?;
    crate::app::factors::guard::forgive_codes(conn, uin)
}

fn ensure_other(caller: &Caller, user: &User) -> Result<(), Failure> {
    if user.uid == caller.user.uid {
        return Err(Failure::refused(Sentence::on_page(
            "This is you. Use My security for your own sign-in.",
        )));
    }
    Ok(())
}

/// Collaborators look after their own password and factors, in their own account.
fn ensure_resettable(caller: &Caller, user: &User) -> Result<(), Failure> {
    ensure_other(caller, user)?;
    match user.kind {
        UserKind::SubUser => Ok(()),
        UserKind::Collaborator => Err(Failure::refused(Sentence::on_page(
            "A collaborator’s password and authenticator belong to its own account and are reset there.",
        ))),
        UserKind::Root => {
            let text = "The root user looks after its own password and authenticator.";
            Err(Failure::refused(Sentence::on_page(text)))
        }
    }
}
