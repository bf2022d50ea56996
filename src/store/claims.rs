//! Claim links. Triggers end those of keys that are disabled, of users who are kept out, and of a password that was given otherwise.

use super::schema::claims;
use super::{Conn, StoreError};
use crate::domain::claim::{Claim, ClaimPlace, Claimed, LISTED_SECONDS};
use crate::domain::key::SecretId;
use crate::domain::paging::Slice;
use crate::domain::source::Source;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = claims)]
struct Row {
    id: String,
    uid: i64,
    owner_uin: i64,
    secret_id: Option<String>,
    made_at: i64,
    made_by: String,
    expires_at: i64,
    browser: Option<String>,
    opened_at: Option<i64>,
    opened_ip: Option<String>,
    opened_client: Option<String>,
    used_at: Option<i64>,
}

impl TryFrom<Row> for Claim {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let claimed = match row.secret_id {
            None => Claimed::Password,
            Some(id) => {
                Claimed::Key(SecretId::parse(&id).map_err(|_| StoreError::Corrupt("claims.secret_id"))?)
            }
        };
        Ok(Self {
            id: row.id,
            uid: Uid(row.uid),
            owner: Uin(row.owner_uin),
            claimed,
            made_at: row.made_at,
            made_by: row.made_by,
            expires_at: row.expires_at,
            browser: row.browser,
            opened_at: row.opened_at,
            opened_by: row.opened_ip.zip(row.opened_client),
            used_at: row.used_at,
        })
    }
}

/// Keeps a new link under the digest of its token.
pub fn insert(conn: &mut Conn, claim: &Claim, digest: &str) -> Result<(), StoreError> {
    let secret_id = match &claim.claimed {
        Claimed::Password => None,
        Claimed::Key(id) => Some(id.as_str()),
    };
    diesel::insert_into(claims::table)
        .values((
            claims::id.eq(&claim.id),
            claims::digest.eq(digest),
            claims::uid.eq(claim.uid.0),
            claims::owner_uin.eq(claim.owner.0),
            claims::secret_id.eq(secret_id),
            claims::made_at.eq(claim.made_at),
            claims::made_by.eq(&claim.made_by),
            claims::expires_at.eq(claim.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The link of a token, by its digest.
pub fn by_digest(conn: &mut Conn, digest: &str) -> Result<Option<Claim>, StoreError> {
    let row: Option<Row> = claims::table
        .filter(claims::digest.eq(digest))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Claim::try_from).transpose()
}

/// The link of a name.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Claim>, StoreError> {
    let row: Option<Row> = claims::table.find(id).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Claim::try_from).transpose()
}

/// The browser that opens a link, by its digest, from where, and when.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    pub browser: &'a str,
    pub source: &'a Source,
    pub at: i64,
}

/// Opens a link for a browser; `false` when one was first.
pub fn open(conn: &mut Conn, claim: &Claim, by: Opener<'_>) -> Result<bool, StoreError> {
    let Opener { browser, source, at } = by;
    let touched = diesel::update(claims::table.find(&claim.id).filter(claims::opened_at.is_null()))
        .set((
            claims::browser.eq(Some(browser)),
            claims::opened_at.eq(Some(at)),
            claims::opened_ip.eq(Some(&source.ip)),
            claims::opened_client.eq(Some(&source.user_agent)),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Uses a link up; `false` when it was used or ended before.
pub fn take(conn: &mut Conn, claim: &Claim, now: i64) -> Result<bool, StoreError> {
    let opened = claims::table.find(&claim.id).filter(claims::used_at.is_null());
    let touched = diesel::update(opened).set(claims::used_at.eq(Some(now))).execute(conn)?;
    Ok(touched == 1)
}

/// Ends a link of a user that was not used; gives what it was.
pub fn revoke(conn: &mut Conn, uid: Uid, id: &str) -> Result<Option<Claim>, StoreError> {
    let Some(claim) = find(conn, id)?.filter(|claim| claim.uid == uid) else { return Ok(None) };
    let unused = claims::table.find(id).filter(claims::used_at.is_null());
    Ok((diesel::delete(unused).execute(conn)? == 1).then_some(claim))
}

/// The links of a user, the newest first.
pub fn of_user(conn: &mut Conn, uid: Uid, most: i64) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<Row> = claims::table
        .filter(claims::uid.eq(uid.0))
        .order((claims::made_at.desc(), claims::id))
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Claim::try_from).collect()
}

/// The links of an account from a place on, the newest first.
pub fn of_account(
    conn: &mut Conn,
    owner: Uin,
    slice: Slice<Option<ClaimPlace>>,
) -> Result<Vec<Claim>, StoreError> {
    let (at, id) = slice.cursor.map_or((i64::MAX, String::new()), |place| (place.made_at, place.id));
    let rows: Vec<Row> = claims::table
        .filter(claims::owner_uin.eq(owner.0).and(claims::made_at.le(at)))
        .filter(claims::made_at.lt(at).or(claims::id.lt(id)))
        .order((claims::made_at.desc(), claims::id.desc()))
        .limit(slice.size)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Claim::try_from).collect()
}

/// Removes what is long over.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(claims::table.filter(claims::expires_at.lt(now - LISTED_SECONDS))).execute(conn)?;
    Ok(())
}
