//! Users of an account: found, added, edited, deleted.

pub mod boundary;
pub mod head;
pub mod invitations;
pub mod lists;
pub mod named;
pub(super) mod names;
pub mod permissions;
pub(super) mod planned;
pub mod removal;
pub mod search;
pub mod security;

use super::caller::Caller;
use super::{App, Failure};
use crate::app::change::Change;
use crate::app::factors::new_password::{Chosen, acceptable, generated_password};
use crate::app::handing::hand_over_password;
use crate::app::session::tickets::{Door, NewTicket, SHOWN_ONCE_SECONDS, mint};
use crate::app::users::names::ensure_free_name;
use crate::app::users::permissions::attach_in;
use crate::domain::audit::EventName;
use crate::domain::claim::Hours;
use crate::domain::field::FieldError;
use crate::domain::number::in_words;
use crate::domain::permission::action;
use crate::domain::policies::StoredPolicy;
use crate::domain::secret::Password;
use crate::domain::sentence::Sentence;
use crate::domain::user::{MAX_OWNERS_OF_COLLABORATOR, Protection, Uid, Uin, User, UserKind, UserName};
use crate::store::identities::{self, StoredPassword};
use crate::store::sequences::{self, Sequence};
use crate::store::{Conn, accounts, api_keys, dialect, grants, policies, totp_devices, users};
use serde_json::Value;

/// Letters and digits of a generated password.
pub(in crate::app) const GENERATED_LENGTH: usize = 20;
/// The purpose of the ticket for an initial password.
pub const INITIAL_PASSWORD: &str = "initial_password";

/// What the form for a new user says.
pub struct NewUser {
    pub name: UserName,
    pub note: String,
    pub phone: String,
    pub email: String,
    /// Of the phone number; only the API asks for it.
    pub country_code: String,
    pub policies: Vec<String>,
    pub kind: NewUserKind,
}

/// What is special about each kind.
pub enum NewUserKind {
    SubUser {
        console_login: bool,
        password: Option<Password>,
        must_change: bool,
        /// For so long a link lets the user choose the first password, and nobody gives one.
        claim: Option<Hours>,
    },
    /// By the UIN of an existing root account.
    Collaborator(Uin),
}

/// A user that was added; the ticket opens the page with a generated password.
pub struct Added {
    pub uid: Uid,
    pub uin: Uin,
    pub ticket: Option<String>,
    /// Opens the page with the link that the user chooses the first password by.
    pub handed: Option<String>,
}

/// What a user's details may be changed to.
pub struct Details {
    /// `None` stays as it is, whatever today's rules say of it.
    pub name: Option<UserName>,
    pub note: String,
    pub phone: String,
    pub email: String,
}

/// A user with what the head of its pages shows.
pub struct UserDetails {
    pub user: User,
    pub mfa: bool,
    pub keys: usize,
    pub last_sign_in: Option<(i64, String)>,
    pub password_changed_at: Option<i64>,
    pub must_change_password: bool,
}

/// A user of the account.
pub async fn user(app: &App, caller: &Caller, uin: Uin) -> Result<UserDetails, Failure> {
    caller.ensure(action::GET_USER, uin)?;
    let owner = caller.owner();
    app.store
        .read(move |conn| {
            let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
            let identity = identities::find(conn, uin)?.ok_or(Failure::NotFound)?;
            Ok(UserDetails {
                mfa: totp_devices::count(conn, uin)? > 0,
                keys: api_keys::of_user(conn, user.uid)?.len(),
                last_sign_in: identity
                    .last_sign_in_at
                    .map(|at| (at, identity.last_sign_in_ip.unwrap_or_default())),
                password_changed_at: identity.password_changed_at,
                must_change_password: identity.must_change_password,
                user,
            })
        })
        .await
}

/// The password a new user gets: its hash, and the text itself when it was made here.
pub(in crate::app) async fn first_password(
    app: &App,
    caller: &Caller,
    new: &NewUser,
) -> Result<Option<FirstPassword>, Failure> {
    let NewUserKind::SubUser { console_login: true, password, must_change, claim: None } = &new.kind else {
        return Ok(None);
    };
    let corrupt = |_| Failure::Corrupt("password");
    let (password, shown, must_change) = if let Some(chosen) = password {
        let password = Password::parse(chosen.expose()).map_err(corrupt)?;
        let chosen = Chosen { user_name: new.name.as_str(), ..caller.chosen(password, "password") };
        (acceptable(chosen).await?, None, *must_change)
    } else {
        let text = generated_password(app, &caller.account.password_rules, GENERATED_LENGTH)?;
        (Password::parse(&text).map_err(corrupt)?, Some(text), true)
    };
    let hash = app.passwords.hash(password).await?;
    Ok(Some(FirstPassword {
        stored: StoredPassword { hash, changed_at: app.clock.now(), must_change },
        shown,
    }))
}

pub(in crate::app) fn add_user_in(
    change: &mut Change<'_>,
    new: &NewUser,
    first: Option<&FirstPassword>,
) -> Result<Added, Failure> {
    change.by.ensure_here(action::ADD_USER)?;
    let owner = change.by.owner();
    dialect::lock_account(change.conn, owner)?;
    ensure_room_for_user(change.app, change.conn, owner)?;
    ensure_free_name(change.conn, owner, &new.name, None)?;
    let user = new_member(change, new, first)?;
    let console_login = user.console_login;
    users::insert(change.conn, &user, change.by.user.uin)?;
    if console_login || !new.policies.is_empty() {
        grants::mark_user(
            change.conn,
            user.uid,
            change.by.mark_on_user(change.app, action::ADD_USER, owner)?,
        )?;
    }
    accounts::count_user(change.conn, owner, 1)?;
    let name =
        if user.kind == UserKind::Collaborator { EventName::ADD_COLLABORATOR } else { EventName::ADD_USER };
    change.event(name).on(&user).fact("console_login", console_login).record(change);
    attach_first(change, &user, &new.policies)?;
    let shown = first.and_then(|first| first.shown.as_ref());
    let ticket = shown.map(|text| password_ticket(change, &user, text)).transpose()?;
    let handed = match new.kind {
        NewUserKind::SubUser { console_login: true, claim: Some(hours), .. } => {
            Some(hand_over_password(change, &user, hours)?)
        }
        _ => None,
    };
    Ok(Added { uid: user.uid, uin: user.uin, ticket, handed })
}

/// Opens the page that shows a generated password once.
fn password_ticket(change: &mut Change<'_>, user: &User, text: &str) -> Result<String, Failure> {
    let door =
        Door { session: &change.by.session()?.id_hash, purpose: INITIAL_PASSWORD, uid: user.uid, object: "" };
    mint(change.app, change.conn, &NewTicket { door: &door, shown: Some(text), seconds: SHOWN_ONCE_SECONDS })
}

/// The membership to add; a sub-user gets an identity of its own, a collaborator brings one.
fn new_member(
    change: &mut Change<'_>,
    new: &NewUser,
    first: Option<&FirstPassword>,
) -> Result<User, Failure> {
    let owner = change.by.owner();
    let (uin, kind, console_login) = match new.kind {
        NewUserKind::Collaborator(uin) => {
            ensure_can_collaborate(change.conn, owner, uin)?;
            (uin, UserKind::Collaborator, true)
        }
        NewUserKind::SubUser { console_login, .. } => {
            let uin = Uin(sequences::next(change.conn, Sequence::Uin)?);
            identities::insert(change.conn, uin, first.map(|first| &first.stored))?;
            (uin, UserKind::SubUser, console_login)
        }
    };
    Ok(User {
        uid: Uid(sequences::next(change.conn, Sequence::Uid)?),
        uin,
        owner_uin: owner,
        kind,
        name: new.name.as_str().to_owned(),
        note: new.note.clone(),
        phone: new.phone.clone(),
        email: new.email.clone(),
        country_code: new.country_code.clone(),
        protection: Protection::default(),
        console_login,
        created_at: change.app.clock.now(),
        last_activity_at: None,
    })
}

pub(in crate::app) fn ensure_room_for_user(app: &App, conn: &mut Conn, owner: Uin) -> Result<(), Failure> {
    let count = accounts::find(conn, owner)?.map_or(0, |account| account.user_count);
    if count < app.rules.users_per_account {
        return Ok(());
    }
    Err(Failure::refused((
        format!(
            "This account has {count} users, which is the limit. Delete one first, or ask the operator to raise limits.users_per_account."
        ),
        format!(
            "该账号已有 {count} 个用户，达到上限。请先删除用户，或联系运维人员调高 limits.users_per_account。"
        ),
    )))
}

/// Attaches the policies that a new user starts with.
fn attach_first(change: &mut Change<'_>, user: &User, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    for name in names {
        let policy = policy_named(change.conn, change.by.owner(), name)?;
        attach_in(change, user, &policy)?;
    }
    Ok(())
}

/// The policy of that name, which the field of a form names.
pub(in crate::app) fn policy_named(conn: &mut Conn, owner: Uin, name: &str) -> Result<StoredPolicy, Failure> {
    policies::by_name(conn, owner, name)?.ok_or_else(|| {
        let told = (
            format!("There is no policy named {name}. Choose one from the list."),
            format!("没有名为 {name} 的策略，请从列表中选择。"),
        );
        FieldError::new("policy", told).into()
    })
}

/// Changes a user's name, note, phone and e-mail.
pub async fn update_user(app: &App, caller: &Caller, uin: Uin, details: Details) -> Result<(), Failure> {
    caller.ensure(action::UPDATE_USER, uin)?;
    app.change(caller, move |change| {
        dialect::lock_account(change.conn, change.by.owner())?;
        let before = changeable(change.conn, change.by, uin)?;
        let renamed = details.name.as_ref().filter(|name| name.as_str() != before.name);
        if let Some(name) = renamed {
            ensure_free_name(change.conn, change.by.owner(), name, Some(before.uid))?;
        }
        let after = User {
            name: renamed.map_or_else(|| before.name.clone(), |name| name.as_str().to_owned()),
            note: details.note,
            phone: details.phone,
            email: details.email,
            ..before.clone()
        };
        users::update(change.conn, &after)?;
        let event = change.event(EventName::UPDATE_USER).on(&after);
        event.changed(changes(&before, &after)).record(change);
        Ok(())
    })
    .await
}

/// What an edit made of a user.
pub(in crate::app) fn changes(before: &User, after: &User) -> [(&'static str, Value, Value); 5] {
    let pair = |name, of: fn(&User) -> Value| (name, of(before), of(after));
    [
        pair("name", |user| user.name.as_str().into()),
        pair("note", |user| user.note.as_str().into()),
        pair("phone", |user| user.phone.as_str().into()),
        pair("email", |user| user.email.as_str().into()),
        pair("console_login", |user| user.console_login.into()),
    ]
}

pub(in crate::app) struct FirstPassword {
    pub stored: StoredPassword,
    /// The password itself, when it was generated and is to be shown once.
    pub shown: Option<zeroize::Zeroizing<String>>,
}

/// A user that the caller may change: root belongs to root alone.
pub(in crate::app) fn changeable(conn: &mut Conn, caller: &Caller, uin: Uin) -> Result<User, Failure> {
    let user = users::find(conn, caller.owner(), uin)?.ok_or(Failure::NotFound)?;
    ensure_changeable(caller, &user).map_err(Failure::Refused)?;
    Ok(user)
}

/// Refuses changes of the root user to everybody else.
pub(in crate::app) fn ensure_changeable(caller: &Caller, user: &User) -> Result<(), Sentence> {
    if caller.is_barred_from(user) {
        return Err(Sentence::from((
            "Only the root account itself can change its own user.",
            "只有主账号本身可以修改主账号用户。",
        )));
    }
    Ok(())
}

fn ensure_can_collaborate(conn: &mut Conn, owner: Uin, uin: Uin) -> Result<(), Failure> {
    let refuse = |text: String| Err(FieldError::on_page("uin", text).into());
    if uin == owner {
        return refuse("This is the account’s own UIN. Enter the UIN of another root account.".to_owned());
    }
    dialect::lock_identity(conn, uin)?;
    let memberships = users::of_identity(conn, uin)?;
    if !memberships.iter().any(|user| user.kind == UserKind::Root) {
        return refuse(
            "There is no root account with this UIN. Whoever runs this server makes one with: camlock admin create-root".to_owned(),
        );
    }
    if memberships.iter().any(|user| user.owner_uin == owner) {
        return refuse("This account is a collaborator here already.".to_owned());
    }
    if memberships.iter().filter(|user| user.kind == UserKind::Collaborator).count()
        >= MAX_OWNERS_OF_COLLABORATOR
    {
        let most = in_words(MAX_OWNERS_OF_COLLABORATOR);
        return refuse(format!("This account collaborates in {most} accounts, which is the limit."));
    }
    Ok(())
}

impl Caller {
    /// A password that the caller chose, judged by the rules of its account.
    pub(in crate::app) fn chosen(&self, password: Password, field: &'static str) -> Chosen<'_> {
        Chosen {
            password,
            field,
            user_name: &self.user.name,
            account_name: &self.account.name,
            rules: self.account.password_rules.clone(),
        }
    }
}
