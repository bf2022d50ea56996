//! API keys. A row's secret is sealed before it comes here.

use super::schema::{accounts, api_keys, users};
use super::{Conn, StoreError, retired_ids};
use crate::domain::account::Account;
use crate::domain::key::{Key, KeyStatus, SecretId};
use crate::domain::key_limits::{KeyLimits, Networks};
use crate::domain::user::{Uid, Uin, User};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::sync::Arc;

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct Row {
    secret_id: String,
    uid: i64,
    owner_uin: i64,
    uin: i64,
    slot: i16,
    status: String,
    note: String,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
    expires_at: Option<i64>,
    idle_days: Option<i64>,
    networks: String,
    own_policy: Option<String>,
    purpose: String,
    responsible: String,
    review_at: Option<i64>,
    limits_at: Option<i64>,
    made_sealed: bool,
}

impl TryFrom<Row> for Key {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            secret_id: SecretId::parse(&row.secret_id)
                .map_err(|_| StoreError::Corrupt("api_keys.secret_id"))?,
            uid: Uid(row.uid),
            owner_uin: Uin(row.owner_uin),
            uin: Uin(row.uin),
            slot: row.slot,
            status: KeyStatus::from_name(&row.status).ok_or(StoreError::Corrupt("api_keys.status"))?,
            note: row.note,
            created_at: row.created_at,
            created_by: row.created_by,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
            limits: KeyLimits {
                expires_at: row.expires_at,
                idle_days: row.idle_days,
                networks: Networks::parse(&row.networks)
                    .map_err(|_| StoreError::Corrupt("api_keys.networks"))?,
                policy: row.own_policy.map(Into::into),
                purpose: row.purpose,
                owner: row.responsible,
                review_at: row.review_at,
            },
            limits_at: row.limits_at,
            made_sealed: row.made_sealed,
        })
    }
}

/// Keeps a new key with its sealed secret.
pub fn insert(conn: &mut Conn, key: &Key, sealed: &[u8]) -> Result<(), StoreError> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::secret_id.eq(key.secret_id.as_str()),
            api_keys::uid.eq(key.uid.0),
            api_keys::owner_uin.eq(key.owner_uin.0),
            api_keys::uin.eq(key.uin.0),
            api_keys::slot.eq(key.slot),
            api_keys::secret.eq(sealed),
            api_keys::status.eq(key.status.as_str()),
            api_keys::note.eq(&key.note),
            api_keys::created_at.eq(key.created_at),
            api_keys::created_by.eq(&key.created_by),
            api_keys::changed_at.eq(key.changed_at),
            api_keys::changed_by.eq(&key.changed_by),
            api_keys::made_sealed.eq(key.made_sealed),
        ))
        .execute(conn)?;
    Ok(())
}

/// The keys of one membership, oldest first.
pub fn of_user(conn: &mut Conn, uid: Uid) -> Result<Vec<Key>, StoreError> {
    api_keys::table
        .filter(api_keys::uid.eq(uid.0))
        .order((api_keys::created_at, api_keys::slot))
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(|row: Row| Key::try_from(row))
        .collect()
}

/// The keys of several memberships, each membership's oldest first.
pub fn of_users(conn: &mut Conn, uids: &[Uid]) -> Result<Vec<Key>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    api_keys::table
        .filter(api_keys::uid.eq_any(uids))
        .order((api_keys::created_at, api_keys::slot))
        .select(Row::as_select())
        .load(conn)?
        .into_iter()
        .map(|row: Row| Key::try_from(row))
        .collect()
}

/// The ids of the keys of several memberships, each with whose it is.
pub fn ids_of_users(conn: &mut Conn, uids: &[Uid]) -> Result<Vec<(Uid, SecretId)>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let rows: Vec<(i64, String)> = api_keys::table
        .filter(api_keys::uid.eq_any(uids))
        .select((api_keys::uid, api_keys::secret_id))
        .load(conn)?;
    rows.into_iter()
        .map(|(uid, id)| {
            let id = SecretId::parse(&id).map_err(|_| StoreError::Corrupt("api_keys.secret_id"))?;
            Ok((Uid(uid), id))
        })
        .collect()
}

/// That membership's key of that id.
pub fn find(conn: &mut Conn, uid: Uid, id: &SecretId) -> Result<Option<Key>, StoreError> {
    let row: Option<Row> = api_keys::table
        .find(id.as_str())
        .filter(api_keys::uid.eq(uid.0))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Key::try_from).transpose()
}

#[derive(QueryableByName)]
struct Holding {
    #[diesel(sql_type = Text)]
    secret_id: String,
    #[diesel(sql_type = BigInt)]
    uid: i64,
}

/// Keys of an account whose SecretIds begin like that, in their order, as many as that at most, each with its holder.
pub fn begun_by(
    conn: &mut Conn,
    owner: Uin,
    start: &str,
    most: usize,
) -> Result<Vec<(SecretId, Uid)>, StoreError> {
    let column = match conn {
        Conn::Postgres(_) => "secret_id COLLATE \"C\"",
        Conn::Sqlite(_) => "secret_id",
    };
    let text = format!(
        "SELECT secret_id, uid FROM api_keys WHERE owner_uin = $1 AND {column} >= $2 AND {column} < $3 \
         ORDER BY {column} LIMIT {most}"
    );
    let found: Vec<Holding> = diesel::sql_query(text)
        .bind::<BigInt, _>(owner.0)
        .bind::<Text, _>(start)
        .bind::<Text, _>(format!("{start}{}", char::MAX))
        .load(conn)?;
    let pair = |row: Holding| {
        let id = SecretId::parse(&row.secret_id).map_err(|_| StoreError::Corrupt("api_keys.secret_id"))?;
        Ok((id, Uid(row.uid)))
    };
    found.into_iter().map(pair).collect()
}

/// The sealed secret of that membership's key.
pub fn sealed_secret(conn: &mut Conn, uid: Uid, id: &SecretId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(api_keys::table
        .find(id.as_str())
        .filter(api_keys::uid.eq(uid.0))
        .select(api_keys::secret)
        .get_result(conn)
        .optional()?)
}

/// Who signs with a key: all that one read tells.
pub struct Signer {
    pub key: Key,
    pub sealed: Vec<u8>,
    pub user: Arc<User>,
    pub account: Arc<Account>,
    /// Whether it is no key, but made to look like a disabled one.
    pub is_canary: bool,
}

/// The key of that id, whatever its status, with its holder and account.
pub fn signer(conn: &mut Conn, id: &SecretId) -> Result<Option<Signer>, StoreError> {
    let row: Option<(Row, Vec<u8>, super::users::Row, super::accounts::Row)> = api_keys::table
        .inner_join(users::table.inner_join(accounts::table))
        .filter(api_keys::secret_id.eq(id.as_str()))
        .select((
            Row::as_select(),
            api_keys::secret,
            super::users::Row::as_select(),
            super::accounts::Row::as_select(),
        ))
        .get_result(conn)
        .optional()?;
    let Some((key, sealed, user, account)) = row else { return Ok(None) };
    let (key, user, account) = (key.try_into()?, user.try_into()?, account.try_into()?);
    Ok(Some(Signer { key, sealed, user: Arc::new(user), account: Arc::new(account), is_canary: false }))
}

/// Who changes a key, and when.
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    pub by: &'a str,
    pub at: i64,
}

/// Sets the status of a membership's key; `false` when it has no such key in the other status.
pub fn set_status(
    conn: &mut Conn,
    key: &Key,
    status: KeyStatus,
    stamp: Stamp<'_>,
) -> Result<bool, StoreError> {
    let touched = diesel::update(api_keys::table.find(key.secret_id.as_str()))
        .filter(api_keys::uid.eq(key.uid.0).and(api_keys::status.ne(status.as_str())))
        .set((
            api_keys::status.eq(status.as_str()),
            api_keys::changed_at.eq(stamp.at),
            api_keys::changed_by.eq(stamp.by),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Notes that somebody wants a membership's key as it is.
pub fn confirm(conn: &mut Conn, key: &Key, stamp: Stamp<'_>) -> Result<bool, StoreError> {
    let touched = diesel::update(api_keys::table.find(key.secret_id.as_str()))
        .filter(api_keys::uid.eq(key.uid.0))
        .set((api_keys::changed_at.eq(stamp.at), api_keys::changed_by.eq(stamp.by)))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Replaces what limits a membership's key.
pub fn set_limits(conn: &mut Conn, key: &Key, limits: &KeyLimits, at: i64) -> Result<bool, StoreError> {
    let touched = diesel::update(api_keys::table.find(key.secret_id.as_str()))
        .filter(api_keys::uid.eq(key.uid.0))
        .set((
            api_keys::expires_at.eq(limits.expires_at),
            api_keys::idle_days.eq(limits.idle_days),
            api_keys::networks.eq(limits.networks.to_string()),
            api_keys::own_policy.eq(limits.policy.as_deref()),
            api_keys::purpose.eq(&limits.purpose),
            api_keys::responsible.eq(&limits.owner),
            api_keys::review_at.eq(limits.review_at),
            api_keys::limits_at.eq(at),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Replaces what is said of a key, which limits nothing: its purpose, its owner and the day of review.
pub fn set_words(conn: &mut Conn, key: &Key, limits: &KeyLimits) -> Result<bool, StoreError> {
    let touched = diesel::update(api_keys::table.find(key.secret_id.as_str()))
        .filter(api_keys::uid.eq(key.uid.0))
        .set((
            api_keys::purpose.eq(&limits.purpose),
            api_keys::responsible.eq(&limits.owner),
            api_keys::review_at.eq(limits.review_at),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Replaces a key's note.
pub fn set_note(conn: &mut Conn, key: &Key, note: &str) -> Result<bool, StoreError> {
    let touched = diesel::update(api_keys::table.find(key.secret_id.as_str()))
        .filter(api_keys::uid.eq(key.uid.0))
        .set(api_keys::note.eq(note))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Deletes a membership's key if it is disabled, and retires its SecretId; `false` when there is no such key.
pub fn delete_disabled(conn: &mut Conn, key: &Key) -> Result<bool, StoreError> {
    let touched = diesel::delete(api_keys::table.find(key.secret_id.as_str()))
        .filter(api_keys::uid.eq(key.uid.0).and(api_keys::status.eq(KeyStatus::Disabled.as_str())))
        .execute(conn)?;
    if touched == 1 {
        retired_ids::retire(conn, &key.secret_id)?;
    }
    Ok(touched == 1)
}
