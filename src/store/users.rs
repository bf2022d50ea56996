//! Memberships: who belongs to an account.

use super::schema::users;
use super::{Conn, StoreError, user_looks, user_terms};
use crate::domain::user::{Protection, Uid, Uin, User, UserKind};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct Row {
    uid: i64,
    uin: i64,
    owner_uin: i64,
    kind: String,
    name: String,
    note: String,
    phone: String,
    email: String,
    country_code: String,
    protection: String,
    console_login: bool,
    created_at: i64,
    last_activity_at: Option<i64>,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            uid: Uid(row.uid),
            uin: Uin(row.uin),
            owner_uin: Uin(row.owner_uin),
            kind: UserKind::from_name(&row.kind).ok_or(StoreError::Corrupt("users.kind"))?,
            name: row.name,
            note: row.note,
            phone: row.phone,
            email: row.email,
            country_code: row.country_code,
            protection: serde_json::from_str(&row.protection)
                .map_err(|_| StoreError::Corrupt("users.protection"))?,
            console_login: row.console_login,
            created_at: row.created_at,
            last_activity_at: row.last_activity_at,
        })
    }
}

/// Keeps a new user and what a search finds it by.
pub fn insert(conn: &mut Conn, user: &User, created_by: Uin) -> Result<(), StoreError> {
    diesel::insert_into(users::table)
        .values((
            users::uid.eq(user.uid.0),
            users::uin.eq(user.uin.0),
            users::owner_uin.eq(user.owner_uin.0),
            users::kind.eq(user.kind.as_str()),
            users::name.eq(&user.name),
            users::name_key.eq(user.name.to_lowercase()),
            users::note.eq(&user.note),
            users::phone.eq(&user.phone),
            users::email.eq(&user.email),
            users::country_code.eq(&user.country_code),
            users::console_login.eq(user.console_login),
            users::created_at.eq(user.created_at),
            users::created_by.eq(created_by.0),
            users::has_looks.eq(true),
        ))
        .execute(conn)?;
    user_looks::replace(conn, user.owner_uin, user.uid, &user.name)?;
    user_terms::insert(conn, user)
}

/// Replaces name, note, phone, e-mail, country code and console access.
pub fn update(conn: &mut Conn, user: &User) -> Result<(), StoreError> {
    diesel::update(users::table.find(user.uid.0))
        .set((
            users::name.eq(&user.name),
            users::name_key.eq(user.name.to_lowercase()),
            users::note.eq(&user.note),
            users::phone.eq(&user.phone),
            users::email.eq(&user.email),
            users::country_code.eq(&user.country_code),
            users::console_login.eq(user.console_login),
            users::has_looks.eq(true),
        ))
        .execute(conn)?;
    user_looks::replace(conn, user.owner_uin, user.uid, &user.name)?;
    user_terms::replace(conn, user)
}

/// Replaces which checks a user must pass.
pub fn set_protection(conn: &mut Conn, uid: Uid, protection: Protection) -> Result<(), StoreError> {
    let text = serde_json::to_string(&protection).map_err(|_| StoreError::Corrupt("users.protection"))?;
    diesel::update(users::table.find(uid.0)).set(users::protection.eq(text)).execute(conn)?;
    Ok(())
}

/// Removes a user; `false` when there is none.
pub fn delete(conn: &mut Conn, uid: Uid) -> Result<bool, StoreError> {
    Ok(diesel::delete(users::table.find(uid.0)).execute(conn)? == 1)
}

/// The user of that UIN in that account.
pub fn find(conn: &mut Conn, owner: Uin, uin: Uin) -> Result<Option<User>, StoreError> {
    let row: Option<Row> = users::table
        .filter(users::owner_uin.eq(owner.0).and(users::uin.eq(uin.0)))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(User::try_from).transpose()
}

/// Those of some UINs that belong to that account, in the order of the UINs.
pub fn of_uins(conn: &mut Conn, owner: Uin, uins: &[Uin]) -> Result<Vec<User>, StoreError> {
    let uins: Vec<i64> = uins.iter().map(|uin| uin.0).collect();
    users::table
        .filter(users::owner_uin.eq(owner.0).and(users::uin.eq_any(uins)))
        .order(users::uin)
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(|row: Row| User::try_from(row))
        .collect()
}

/// The membership of that UID.
pub fn by_uid(conn: &mut Conn, uid: Uid) -> Result<Option<User>, StoreError> {
    let row: Option<Row> = users::table.find(uid.0).select(Row::as_select()).get_result(conn).optional()?;
    row.map(User::try_from).transpose()
}

/// The user of that name in that account, compared without case.
pub fn by_name(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<User>, StoreError> {
    let row: Option<Row> = users::table
        .filter(users::owner_uin.eq(owner.0).and(users::name_key.eq(name.to_lowercase())))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(User::try_from).transpose()
}

/// Roots of that name, two at most: enough to know whether the name says who is meant.
pub fn roots_by_name(conn: &mut Conn, name: &str) -> Result<Vec<User>, StoreError> {
    users::table
        .filter(users::name_key.eq(name.to_lowercase()).and(users::kind.eq("root")))
        .select(Row::as_select())
        .limit(2)
        .load(conn)?
        .into_iter()
        .map(|row: Row| User::try_from(row))
        .collect()
}

/// Every membership of an identity, its own account first.
pub fn of_identity(conn: &mut Conn, uin: Uin) -> Result<Vec<User>, StoreError> {
    let mut found: Vec<User> = users::table
        .filter(users::uin.eq(uin.0))
        .select(Row::as_select())
        .order(users::owner_uin)
        .load(conn)?
        .into_iter()
        .map(|row: Row| User::try_from(row))
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|user| user.kind == UserKind::Collaborator);
    Ok(found)
}

/// Remembers that a user did something; at most once a minute, so that reading stays cheap.
pub fn touch(conn: &mut Conn, uid: Uid, now: i64) -> Result<(), StoreError> {
    diesel::update(users::table.find(uid.0)).set(users::last_activity_at.eq(Some(now))).execute(conn)?;
    Ok(())
}
