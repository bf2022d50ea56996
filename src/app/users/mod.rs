//! Users of an account: found, added, edited, deleted.

pub mod boundary;
pub mod head;
pub mod lists;
pub mod named;
pub(super) mod names;
pub mod permissions;
pub(super) mod planned;
pub mod removal;
pub mod security;

use super::caller::Caller;
use super::{App, Failure};
use crate::app::deferred::SHOW_SECONDS;
use crate::app::factors::new_password::Chosen;
use crate::app::session::tickets::Door;
use crate::app::users::names::ensure_free_name;
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::secret::Password;
use crate::domain::user::{MAX_OWNERS_OF_COLLABORATOR, Protection, Uid, Uin, User, UserKind, UserName};
use crate::store::identities::{self, StoredPassword};
use crate::store::sequences::{self, Sequence};
use crate::store::{Conn, accounts, api_keys, dialect, grants, policies, totp_devices, user_search, users};
use serde_json::Value;

pub use crate::store::user_search::{Cursor, Filter, KeyFilter, Listed};

/// Rows of one page of the User List.
pub const PAGE_SIZE: usize = 50;
/// Letters and digits of a generated password.
pub(in crate::app) const GENERATED_LENGTH: usize = 20;
/// The purpose of the ticket for an initial password.
pub const INITIAL_PASSWORD: &str = "initial_password";

/// A page of the User List.
pub struct UserPage {
    pub users: Vec<Listed>,
    pub has_previous: bool,
    pub has_next: bool,
    /// Sub-users and collaborators of the account, and how many there may be.
    pub count: i64,
    pub limit: i64,
}

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
    },
    /// By the UIN of an existing root account.
    Collaborator(Uin),
}

/// A user that was added; the ticket opens the page with a generated password.
pub struct Added {
    pub uid: Uid,
    pub uin: Uin,
    pub ticket: Option<String>,
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

impl App {
    /// One page of the User List.
    pub async fn users(&self, caller: &Caller, filter: Filter, cursor: Cursor) -> Result<UserPage, Failure> {
        caller.ensure_here(action::LIST_USERS)?;
        let (owner, limit) = (caller.owner(), self.rules.users_per_account);
        let count = caller.account.user_count;
        self.store
            .read(move |conn| {
                let size = i64::try_from(PAGE_SIZE).unwrap_or(i64::MAX);
                let mut found = user_search::page(conn, owner, &filter, &cursor, size)?;
                let has_more = found.len() > PAGE_SIZE;
                found.truncate(PAGE_SIZE);
                let backwards = matches!(cursor, Cursor::Before(_));
                if backwards {
                    found.reverse();
                }
                Ok(UserPage {
                    users: user_search::with_details(conn, found)?,
                    has_previous: if backwards { has_more } else { cursor != Cursor::Start },
                    has_next: if backwards { true } else { has_more },
                    count,
                    limit,
                })
            })
            .await
    }

    /// A user of the account.
    pub async fn user(&self, caller: &Caller, uin: Uin) -> Result<UserDetails, Failure> {
        caller.ensure(action::GET_USER, uin)?;
        let owner = caller.owner();
        self.store
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
    pub(in crate::app) async fn login_of(
        &self,
        caller: &Caller,
        new: &NewUser,
    ) -> Result<Option<Login>, Failure> {
        let NewUserKind::SubUser { console_login: true, password, must_change } = &new.kind else {
            return Ok(None);
        };
        let corrupt = |_| Failure::Corrupt("password");
        let (password, shown, must_change) = if let Some(chosen) = password {
            let password = Password::parse(chosen.expose()).map_err(corrupt)?;
            let chosen = Chosen { user_name: new.name.as_str(), ..caller.chosen(password, "password") };
            (self.acceptable(chosen).await?, None, *must_change)
        } else {
            let text = self.generated_password(&caller.account.password_rules, GENERATED_LENGTH)?;
            (Password::parse(&text).map_err(corrupt)?, Some(text), true)
        };
        let hash = self.passwords.hash(password).await?;
        Ok(Some(Login { stored: StoredPassword { hash, changed_at: self.clock.now(), must_change }, shown }))
    }

    pub(in crate::app) fn add_user_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (new, login): (&NewUser, Option<&Login>),
    ) -> Result<Added, Failure> {
        caller.ensure_here(action::ADD_USER)?;
        let owner = caller.owner();
        dialect::lock_account(conn, owner)?;
        self.ensure_room_for_user(conn, owner)?;
        ensure_free_name(conn, owner, (&new.name, None))?;
        let (uin, kind, console_login) = match new.kind {
            NewUserKind::Collaborator(uin) => {
                ensure_can_collaborate(conn, owner, uin)?;
                (uin, UserKind::Collaborator, true)
            }
            NewUserKind::SubUser { console_login, .. } => {
                let uin = Uin(sequences::next(conn, Sequence::Uin)?);
                identities::insert(conn, uin, login.map(|login| &login.stored))?;
                (uin, UserKind::SubUser, console_login)
            }
        };
        let user = User {
            uid: Uid(sequences::next(conn, Sequence::Uid)?),
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
            created_at: self.clock.now(),
            last_activity_at: None,
        };
        users::insert(conn, &user, caller.user.uin)?;
        if console_login || !new.policies.is_empty() {
            grants::mark_user(conn, user.uid, caller.mark_on_user(self, action::ADD_USER, owner)?)?;
        }
        accounts::count_user(conn, owner, 1)?;
        let name = if kind == UserKind::Collaborator { "AddCollaborator" } else { "AddUser" };
        caller.event(name).on(&user).fact("console_login", console_login).write(conn, self)?;
        self.attach_first(conn, caller, (&user, &new.policies))?;
        let door =
            Door { session: &caller.session.id_hash, purpose: INITIAL_PASSWORD, uid: user.uid, object: "" };
        let shown = login.and_then(|login| login.shown.as_ref());
        let ticket = shown.map(|text| self.mint(conn, &door, Some(text), SHOW_SECONDS)).transpose()?;
        Ok(Added { uid: user.uid, uin, ticket })
    }

    fn ensure_room_for_user(&self, conn: &mut Conn, owner: Uin) -> Result<(), Failure> {
        let count = accounts::find(conn, owner)?.map_or(0, |account| account.user_count);
        if count < self.rules.users_per_account {
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
    fn attach_first(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (user, names): (&User, &[String]),
    ) -> Result<(), Failure> {
        if names.is_empty() {
            return Ok(());
        }
        let known = policies::of_account(conn, caller.owner())?;
        for name in names {
            let policy = known.iter().find(|policy| policy.name == *name).ok_or_else(|| {
                FieldError::new(
                    "policy",
                    (
                        format!("There is no policy named {name}. Choose one from the list."),
                        format!("没有名为 {name} 的策略，请从列表中选择。"),
                    ),
                )
            })?;
            self.attach_in(conn, caller, user, policy)?;
        }
        Ok(())
    }

    /// Changes a user's name, note, phone and e-mail.
    pub async fn update_user(&self, caller: &Caller, uin: Uin, details: Details) -> Result<(), Failure> {
        caller.ensure(action::UPDATE_USER, uin)?;
        let (app, asker) = (self.clone(), caller.clone());
        self.store
            .write(move |conn| {
                dialect::lock_account(conn, asker.owner())?;
                let before = changeable(conn, &asker, uin)?;
                let renamed = details.name.as_ref().filter(|name| name.as_str() != before.name);
                if let Some(name) = renamed {
                    ensure_free_name(conn, asker.owner(), (name, Some(before.uid)))?;
                }
                let after = User {
                    name: renamed.map_or_else(|| before.name.clone(), |name| name.as_str().to_owned()),
                    note: details.note,
                    phone: details.phone,
                    email: details.email,
                    ..before.clone()
                };
                users::update(conn, &after)?;
                let event = asker.event("UpdateUser").on(&after);
                event.changed(changes(&before, &after)).write(conn, &app)
            })
            .await
    }
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

pub(in crate::app) struct Login {
    pub stored: StoredPassword,
    /// The password itself, when it was generated and is to be shown once.
    pub shown: Option<zeroize::Zeroizing<String>>,
}

/// A user that the caller may change: root belongs to root alone.
pub(in crate::app) fn changeable(conn: &mut Conn, caller: &Caller, uin: Uin) -> Result<User, Failure> {
    let user = users::find(conn, caller.owner(), uin)?.ok_or(Failure::NotFound)?;
    if user.kind == UserKind::Root && !caller.is_root() {
        return Err(Failure::refused((
            "Only the root account itself can change its own user.",
            "只有主账号本身可以修改主账号用户。",
        )));
    }
    Ok(user)
}

fn ensure_can_collaborate(conn: &mut Conn, owner: Uin, uin: Uin) -> Result<(), Failure> {
    let refuse = |text: &str| Err(FieldError::on_page("uin", text).into());
    if uin == owner {
        return refuse("This is the account’s own UIN. Enter the UIN of another root account.");
    }
    dialect::lock_identity(conn, uin)?;
    let memberships = users::of_identity(conn, uin)?;
    if !memberships.iter().any(|user| user.kind == UserKind::Root) {
        return refuse(
            "There is no root account with this UIN. Whoever runs this server makes one with: camlock admin create-root",
        );
    }
    if memberships.iter().any(|user| user.owner_uin == owner) {
        return refuse("This account is a collaborator here already.");
    }
    if memberships.iter().filter(|user| user.kind == UserKind::Collaborator).count()
        >= MAX_OWNERS_OF_COLLABORATOR
    {
        return refuse("This account collaborates in ten accounts, which is the limit.");
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
