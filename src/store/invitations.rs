//! Invitations of collaborators.

use super::schema::invitations;
use super::{Conn, StoreError};
use crate::domain::invitation::{Invitation, LISTED_SECONDS};
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
struct Row {
    id: String,
    owner_uin: i64,
    maker_uid: i64,
    made_by: String,
    made_ip: String,
    made_at: i64,
    is_vouched_for: bool,
    expires_at: i64,
    wish: String,
    answered_at: Option<i64>,
    is_accepted: Option<bool>,
    answered_by: Option<i64>,
}

impl TryFrom<Row> for Invitation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            owner: Uin(row.owner_uin),
            maker: Uid(row.maker_uid),
            made_by: row.made_by,
            made_ip: row.made_ip,
            made_at: row.made_at,
            is_vouched_for: row.is_vouched_for,
            expires_at: row.expires_at,
            wish: serde_json::from_str(&row.wish).map_err(|_| StoreError::Corrupt("invitations.wish"))?,
            answered: row.answered_at.zip(row.is_accepted),
            answered_by: row.answered_by.map(Uin),
        })
    }
}

/// Keeps a new invitation under the digest of its token.
pub fn insert(conn: &mut Conn, invitation: &Invitation, digest: &str) -> Result<(), StoreError> {
    let wish =
        serde_json::to_string(&invitation.wish).map_err(|_| StoreError::Corrupt("invitations.wish"))?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(&invitation.id),
            invitations::digest.eq(digest),
            invitations::owner_uin.eq(invitation.owner.0),
            invitations::maker_uid.eq(invitation.maker.0),
            invitations::made_by.eq(&invitation.made_by),
            invitations::made_ip.eq(&invitation.made_ip),
            invitations::made_at.eq(invitation.made_at),
            invitations::is_vouched_for.eq(invitation.is_vouched_for),
            invitations::expires_at.eq(invitation.expires_at),
            invitations::wish.eq(wish),
        ))
        .execute(conn)?;
    Ok(())
}

/// The invitation of a token, by its digest.
pub fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Row> = invitations::table
        .filter(invitations::digest.eq(digest))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Invitation::try_from).transpose()
}

/// The answer to an invitation, and the root who gives it.
#[derive(Clone, Copy)]
pub struct Reply {
    pub at: i64,
    pub is_accepted: bool,
    pub by: Uin,
}

/// Notes an answer; `false` when there was one before, or it is gone.
pub fn answer(conn: &mut Conn, id: &str, reply: Reply) -> Result<bool, StoreError> {
    let open = invitations::table.find(id).filter(invitations::answered_at.is_null());
    let touched = diesel::update(open)
        .set((
            invitations::answered_at.eq(Some(reply.at)),
            invitations::is_accepted.eq(Some(reply.is_accepted)),
            invitations::answered_by.eq(Some(reply.by.0)),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Ends one of an account that was not answered; gives what it was.
pub fn revoke(conn: &mut Conn, owner: Uin, id: &str) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Row> =
        invitations::table.find(id).select(Row::as_select()).get_result(conn).optional()?;
    let Some(row) = row.filter(|row| row.owner_uin == owner.0) else { return Ok(None) };
    let open = invitations::table.find(id).filter(invitations::answered_at.is_null());
    if diesel::delete(open).execute(conn)? == 1 { Ok(Some(row.try_into()?)) } else { Ok(None) }
}

/// Those of an account that can be answered at that time, the newest first.
pub fn open(conn: &mut Conn, owner: Uin, now: i64, most: i64) -> Result<Vec<Invitation>, StoreError> {
    let rows: Vec<Row> = invitations::table
        .filter(invitations::owner_uin.eq(owner.0).and(invitations::expires_at.gt(now)))
        .filter(invitations::answered_at.is_null())
        .order((invitations::expires_at.desc(), invitations::id.desc()))
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Invitation::try_from).collect()
}

/// Those of an account, the newest first.
pub fn of_account(conn: &mut Conn, owner: Uin, most: i64) -> Result<Vec<Invitation>, StoreError> {
    let rows: Vec<Row> = invitations::table
        .filter(invitations::owner_uin.eq(owner.0))
        .order((invitations::made_at.desc(), invitations::id.desc()))
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Invitation::try_from).collect()
}

/// Removes what is long over.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(invitations::table.filter(invitations::expires_at.lt(now - LISTED_SECONDS)))
        .execute(conn)?;
    Ok(())
}
