//! Identities: who can prove who it is, and how it likes its pages.

use super::schema::identities;
use super::{Conn, StoreError};
use crate::domain::user::Uin;
use diesel::prelude::*;

/// An identity without its factors.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = identities)]
pub struct Identity {
    pub uin: i64,
    pub password_hash: Option<String>,
    pub password_changed_at: Option<i64>,
    pub must_change_password: bool,
    pub last_sign_in_at: Option<i64>,
    pub last_sign_in_ip: Option<String>,
    pub theme: String,
    pub density: String,
    former_passwords: String,
    /// Wrong codes at the second step since the last right one.
    pub wrong_codes: i64,
    /// Because of how many a new password is asked for, if it is.
    pub told_wrong_codes: Option<i64>,
    /// Rows of a page of a list.
    pub page_size: i16,
}

impl Identity {
    /// Hashes of the latest passwords, the present one first, at most so many.
    pub fn latest_passwords(&self, most: i64) -> Result<Vec<String>, StoreError> {
        let former: Vec<String> = serde_json::from_str(&self.former_passwords)
            .map_err(|_| StoreError::Corrupt("identities.former_passwords"))?;
        let most = usize::try_from(most).unwrap_or_default();
        Ok(self.password_hash.iter().cloned().chain(former).take(most).collect())
    }
}

/// How a person likes pages.
pub struct Likes<'a> {
    pub theme: &'a str,
    pub density: &'a str,
    pub page_size: i16,
}

/// A password as it is kept.
#[derive(Clone)]
pub struct StoredPassword {
    pub hash: String,
    pub changed_at: i64,
    pub must_change: bool,
}

/// Keeps a new identity; without a password it cannot sign in.
pub fn insert(conn: &mut Conn, uin: Uin, password: Option<&StoredPassword>) -> Result<(), StoreError> {
    diesel::insert_into(identities::table)
        .values((
            identities::uin.eq(uin.0),
            identities::password_hash.eq(password.map(|password| password.hash.as_str())),
            identities::password_changed_at.eq(password.map(|password| password.changed_at)),
            identities::must_change_password.eq(password.is_some_and(|password| password.must_change)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The identity of that UIN.
pub fn find(conn: &mut Conn, uin: Uin) -> Result<Option<Identity>, StoreError> {
    Ok(identities::table.find(uin.0).select(Identity::as_select()).get_result(conn).optional()?)
}

/// Replaces the password, and remembers the latest ones so that they can be refused.
pub fn set_password(
    conn: &mut Conn,
    uin: Uin,
    password: &StoredPassword,
    remembered: i64,
) -> Result<(), StoreError> {
    let former = match find(conn, uin)? {
        Some(identity) => identity.latest_passwords(remembered)?,
        None => Vec::new(),
    };
    let former =
        serde_json::to_string(&former).map_err(|_| StoreError::Corrupt("identities.former_passwords"))?;
    diesel::update(identities::table.find(uin.0))
        .set((
            identities::password_hash.eq(Some(password.hash.as_str())),
            identities::password_changed_at.eq(Some(password.changed_at)),
            identities::must_change_password.eq(password.must_change),
            identities::former_passwords.eq(former),
            identities::wrong_codes.eq(0),
            identities::told_wrong_codes.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces the hash of the same password.
pub fn set_hash(conn: &mut Conn, uin: Uin, hash: &str) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0))
        .set(identities::password_hash.eq(Some(hash)))
        .execute(conn)?;
    Ok(())
}

/// Says whether the password has to be changed at the next sign-in.
pub fn set_must_change(conn: &mut Conn, uin: Uin, must_change: bool) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0))
        .set(identities::must_change_password.eq(must_change))
        .execute(conn)?;
    Ok(())
}

/// Remembers that a recovery code was used, or forgets it.
pub fn set_recovered(conn: &mut Conn, uin: Uin, at: Option<i64>) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0)).set(identities::recovered_at.eq(at)).execute(conn)?;
    Ok(())
}

/// When a recovery code was last used.
pub fn recovered_at(conn: &mut Conn, uin: Uin) -> Result<Option<i64>, StoreError> {
    let found = identities::table.find(uin.0).select(identities::recovered_at).get_result(conn).optional()?;
    Ok(found.flatten())
}

/// Replaces how many codes were wrong since the last right one.
pub fn set_wrong_codes(conn: &mut Conn, uin: Uin, count: i64) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0)).set(identities::wrong_codes.eq(count)).execute(conn)?;
    Ok(())
}

/// Begins to count wrong codes of everybody anew.
pub fn forget_wrong_codes(conn: &mut Conn) -> Result<(), StoreError> {
    diesel::update(identities::table.filter(identities::wrong_codes.ne(0)))
        .set(identities::wrong_codes.eq(0))
        .execute(conn)?;
    Ok(())
}

/// Asks for a new password because of so many wrong codes.
pub fn ask_new_password(conn: &mut Conn, uin: Uin, wrong_codes: i64) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0))
        .set((identities::must_change_password.eq(true), identities::told_wrong_codes.eq(Some(wrong_codes))))
        .execute(conn)?;
    Ok(())
}

/// Remembers a sign-in.
pub fn set_last_sign_in(conn: &mut Conn, uin: Uin, at: i64, ip: &str) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0))
        .set((identities::last_sign_in_at.eq(Some(at)), identities::last_sign_in_ip.eq(Some(ip))))
        .execute(conn)?;
    Ok(())
}

/// Replaces how this person likes pages.
pub fn set_preferences(conn: &mut Conn, uin: Uin, likes: &Likes<'_>) -> Result<(), StoreError> {
    diesel::update(identities::table.find(uin.0))
        .set((
            identities::theme.eq(likes.theme),
            identities::density.eq(likes.density),
            identities::page_size.eq(likes.page_size),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes an identity that no account knows any more; its factors and sessions go with it.
pub fn delete(conn: &mut Conn, uin: Uin) -> Result<(), StoreError> {
    diesel::delete(identities::table.find(uin.0)).execute(conn)?;
    Ok(())
}
