//! What the operator does at the command line: makes root accounts, lets people in again.

use crate::app::account::setup::{NewRoot, RootPlan, create_root_in};
use crate::app::change::Outsider;
use crate::app::change::event::Draft;
use crate::app::factors::guard::{forgive_network, forgive_person};
use crate::app::factors::new_password::{Chosen, acceptable};
use crate::app::users::security::forget_factors;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::network::Network;
use crate::domain::password_rules::PasswordRules;
use crate::domain::secret::Password;
use crate::domain::user::{Uin, User, UserKind, UserName};
use crate::store::identities::{self, StoredPassword};
use crate::store::{Conn, accounts, dialect, sessions, throttles, users};

/// Makes a root account with a password that the operator chose.
pub async fn create_root(
    app: &App,
    account_name: String,
    user_name: UserName,
    password: Password,
) -> Result<NewRoot, Failure> {
    let chosen = Chosen {
        password,
        field: "password",
        user_name: user_name.as_str(),
        account_name: &account_name,
        rules: PasswordRules::default(),
    };
    let password = acceptable(chosen).await?;
    let password_hash = app.passwords.hash(password).await?;
    app.change(&Outsider, move |change| {
        let plan = RootPlan { account_name: &account_name, user_name: &user_name, password_hash };
        let (user, root) = create_root_in(change.app, change.conn, plan)?;
        crate::store::setup_tokens::delete_all(change.conn)?;
        let event = Draft::by_operator(EventName::CreateAccount, user.owner_uin).on(&user);
        event.fact("account_name", account_name).record(change);
        Ok(root)
    })
    .await
}

/// Gives an identity a new password; it must be changed at the next sign-in. All its sessions end.
pub async fn operator_reset_password(app: &App, uin: Uin, password: Password) -> Result<(), Failure> {
    let owner = app.store.read(move |conn| home(conn, uin)).await?;
    let chosen = Chosen {
        password,
        field: "password",
        user_name: &owner.name,
        account_name: "",
        rules: PasswordRules::default(),
    };
    let password = acceptable(chosen).await?;
    let hash = app.passwords.hash(password).await?;
    app.change(&Outsider, move |change| {
        let stored = StoredPassword { hash, changed_at: change.app.clock.now(), must_change: true };
        dialect::lock_identity(change.conn, uin)?;
        let account = accounts::find(change.conn, owner.owner_uin)?;
        let remembered = account.map_or(0, |account| account.password_rules.reuse_limit);
        identities::set_password(change.conn, uin, &stored, remembered)?;
        sessions::delete_others(change.conn, uin, "")?;
        Draft::by_operator(EventName::ResetPassword, owner.owner_uin).on(&owner).record(change);
        Ok(())
    })
    .await
}

/// Removes an identity's authenticator apps and recovery codes. All its sessions end.
pub async fn operator_reset_mfa(app: &App, uin: Uin) -> Result<(), Failure> {
    app.change(&Outsider, move |change| {
        let user = home(change.conn, uin)?;
        dialect::lock_identity(change.conn, uin)?;
        forget_factors(change.conn, uin)?;
        sessions::delete_others(change.conn, uin, "")?;
        Draft::by_operator(EventName::ResetMfa, user.owner_uin).on(&user).record(change);
        Ok(())
    })
    .await
}

/// Forgets what was counted: wrong passwords and codes of one person, of whoever sits in a network, or of all.
pub async fn operator_unlock(app: &App, whom: Locked) -> Result<(), Failure> {
    app.change(&Outsider, move |change| {
        let event = match whom {
            Locked::Person(uin) => {
                dialect::lock_identity(change.conn, uin)?;
                let user = home(change.conn, uin)?;
                forgive_person(change.app, change.conn, uin)?;
                Draft::by_operator(EventName::Unlock, user.owner_uin).on(&user)
            }
            Locked::Network(network) => {
                forgive_network(change.app, change.conn, &network)?;
                Draft::by_operator(EventName::Unlock, Uin(0)).about("a network")
            }
            Locked::Everybody => {
                forgive_everybody(change.conn)?;
                Draft::by_operator(EventName::Unlock, Uin(0)).about("everybody")
            }
        };
        event.record(change);
        Ok(())
    })
    .await
}

/// Whom wrong guesses keep waiting.
pub enum Locked {
    Person(Uin),
    Network(Network),
    Everybody,
}

/// One kind of counter after the other, in the order in which an attempt is charged to them.
fn forgive_everybody(conn: &mut Conn) -> Result<(), Failure> {
    identities::forget_wrong_codes(conn)?;
    for kind in ["user+network:", "user:", "network:", ""] {
        throttles::clear_all(conn, kind)?;
    }
    Ok(())
}

/// The membership where an identity is at home: its own account, or the one that made it.
fn home(conn: &mut Conn, uin: Uin) -> Result<User, Failure> {
    users::of_identity(conn, uin)?
        .into_iter()
        .find(|user| user.kind != UserKind::Collaborator)
        .ok_or(Failure::NotFound)
}
