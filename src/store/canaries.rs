//! Canaries: pairs that look like keys, and who used them. A row's secret is sealed before it comes here.

use super::api_keys::Signer;
use super::schema::{accounts, canaries, canary_alerts, canary_touches, users};
use super::{Conn, StoreError};
use crate::domain::canary::{Canary, DELETED_SHOWN, KEPT_TOUCHES, MAX_CANARIES, MOST_ALERTS, Proof, Touch};
use crate::domain::key::{Key, KeyStatus, SecretId};
use crate::domain::key_limits::KeyLimits;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;
use std::sync::Arc;

/// Hours for which it is remembered that the log has an event.
const KEPT_HOURS: i64 = 24;

#[derive(Queryable, Selectable)]
#[diesel(table_name = canaries)]
struct Row {
    secret_id: String,
    owner_uin: i64,
    name: String,
    created_at: i64,
    created_by: String,
    deleted_at: Option<i64>,
    deleted_by: String,
    touches: i64,
    touched_ms: i64,
}

impl TryFrom<Row> for Canary {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            secret_id: SecretId::parse(&row.secret_id)
                .map_err(|_| StoreError::Corrupt("canaries.secret_id"))?,
            owner_uin: Uin(row.owner_uin),
            name: row.name,
            created_at: row.created_at,
            created_by: row.created_by,
            deleted_at: row.deleted_at,
            deleted_by: row.deleted_by,
            touches: row.touches,
            touched_ms: row.touched_ms,
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = canary_touches)]
struct TouchRow {
    secret_id: String,
    at_ms: i64,
    request_id: String,
    ip: String,
    client: String,
    face: String,
    service: String,
    action: String,
    proof: String,
}

impl TryFrom<TouchRow> for Touch {
    type Error = StoreError;

    fn try_from(row: TouchRow) -> Result<Self, StoreError> {
        Ok(Self {
            at_ms: row.at_ms,
            request_id: row.request_id,
            ip: row.ip,
            client: row.client,
            face: row.face,
            service: row.service,
            action: row.action,
            proof: Proof::from_name(&row.proof).ok_or(StoreError::Corrupt("canary_touches.proof"))?,
        })
    }
}

/// Keeps a new canary with its sealed secret. A SecretId that a key has is a duplicate.
pub fn insert(conn: &mut Conn, canary: &Canary, sealed: &[u8]) -> Result<(), StoreError> {
    diesel::insert_into(canaries::table)
        .values((
            canaries::secret_id.eq(canary.secret_id.as_str()),
            canaries::owner_uin.eq(canary.owner_uin.0),
            canaries::secret.eq(sealed),
            canaries::name.eq(&canary.name),
            canaries::created_at.eq(canary.created_at),
            canaries::created_by.eq(&canary.created_by),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many canaries an account has that are not deleted.
pub fn count_living(conn: &mut Conn, owner: Uin) -> Result<i64, StoreError> {
    let living = canaries::table.filter(canaries::owner_uin.eq(owner.0).and(canaries::deleted_at.is_null()));
    Ok(living.count().get_result(conn)?)
}

/// The canaries of an account: what was used last first, and the newest of those that are deleted after that.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Vec<Canary>, StoreError> {
    let own = canaries::table.filter(canaries::owner_uin.eq(owner.0));
    let mut rows: Vec<Row> = own
        .filter(canaries::deleted_at.is_null())
        .order((canaries::touched_ms.desc(), canaries::created_at.desc(), canaries::secret_id))
        .limit(MAX_CANARIES)
        .select(Row::as_select())
        .load(conn)?;
    let deleted: Vec<Row> = own
        .filter(canaries::deleted_at.is_not_null())
        .order((canaries::deleted_at.desc(), canaries::secret_id))
        .limit(DELETED_SHOWN)
        .select(Row::as_select())
        .load(conn)?;
    rows.extend(deleted);
    rows.into_iter().map(Canary::try_from).collect()
}

/// The canary of that id, deleted or not.
pub fn find(conn: &mut Conn, id: &SecretId) -> Result<Option<Canary>, StoreError> {
    let row: Option<Row> =
        canaries::table.find(id.as_str()).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Canary::try_from).transpose()
}

/// Deletes a canary: its record stays. `false` when it was deleted before.
pub fn delete(conn: &mut Conn, id: &SecretId, by: &str, at: i64) -> Result<bool, StoreError> {
    let living = canaries::table.find(id.as_str()).filter(canaries::deleted_at.is_null());
    let touched = diesel::update(living)
        .set((canaries::deleted_at.eq(at), canaries::deleted_by.eq(by)))
        .execute(conn)?;
    Ok(touched == 1)
}

/// What a request with a canary is judged by: as if it were a disabled key of the account's root. Nothing that a holder is
/// remembered by is shared with root, so that whoever has a canary cannot get into root's way.
pub fn signer(conn: &mut Conn, id: &SecretId) -> Result<Option<(Signer, Uid)>, StoreError> {
    let row: Option<(Row, Vec<u8>, super::users::Row, super::accounts::Row)> = canaries::table
        .inner_join(accounts::table)
        .inner_join(
            users::table.on(users::owner_uin.eq(canaries::owner_uin).and(users::uin.eq(canaries::owner_uin))),
        )
        .filter(canaries::secret_id.eq(id.as_str()).and(canaries::deleted_at.is_null()))
        .select((
            Row::as_select(),
            canaries::secret,
            super::users::Row::as_select(),
            super::accounts::Row::as_select(),
        ))
        .get_result(conn)
        .optional()?;
    let Some((canary, sealed, user, account)) = row else { return Ok(None) };
    let (canary, mut user): (Canary, crate::domain::user::User) = (canary.try_into()?, user.try_into()?);
    let root = user.uid;
    user.uid = Uid(-canary.owner_uin.0);
    let signer = Signer {
        key: like_a_key(canary, user.uid),
        sealed,
        user: Arc::new(user),
        account: Arc::new(account.try_into()?),
        is_canary: true,
    };
    Ok(Some((signer, root)))
}

fn like_a_key(canary: Canary, uid: Uid) -> Key {
    Key {
        secret_id: canary.secret_id,
        uid,
        owner_uin: canary.owner_uin,
        uin: canary.owner_uin,
        slot: 1,
        status: KeyStatus::Disabled,
        note: String::new(),
        created_at: canary.created_at,
        created_by: canary.created_by.clone(),
        changed_at: canary.created_at,
        changed_by: canary.created_by,
        limits: KeyLimits::default(),
        limits_at: None,
        made_sealed: false,
    }
}

/// Counts uses of a canary; `false` when there is none.
pub fn count_touches(conn: &mut Conn, id: &SecretId, more: i64, last_ms: i64) -> Result<bool, StoreError> {
    let row = canaries::table.find(id.as_str());
    let counted = diesel::update(row).set(canaries::touches.eq(canaries::touches + more)).execute(conn)? == 1;
    diesel::update(row.filter(canaries::touched_ms.lt(last_ms)))
        .set(canaries::touched_ms.eq(last_ms))
        .execute(conn)?;
    Ok(counted)
}

/// Keeps uses of a canary, and the newest only.
pub fn put_touches<'a>(
    conn: &mut Conn,
    id: &SecretId,
    touches: impl IntoIterator<Item = &'a Touch>,
) -> Result<(), StoreError> {
    for touch in touches {
        let row = (id.as_str(), touch.at_ms, touch.request_id.as_str());
        diesel::delete(canary_touches::table.find(row)).execute(conn)?;
        diesel::insert_into(canary_touches::table).values(row_of(id, touch)).execute(conn)?;
    }
    let surplus: Vec<(i64, String)> = canary_touches::table
        .filter(canary_touches::secret_id.eq(id.as_str()))
        .order((canary_touches::at_ms.desc(), canary_touches::request_id.desc()))
        .offset(kept())
        .limit(1_000)
        .select((canary_touches::at_ms, canary_touches::request_id))
        .load(conn)?;
    for (at_ms, request_id) in surplus {
        diesel::delete(canary_touches::table.find((id.as_str(), at_ms, request_id))).execute(conn)?;
    }
    Ok(())
}

fn kept() -> i64 {
    i64::try_from(KEPT_TOUCHES).unwrap_or(i64::MAX)
}

fn row_of(id: &SecretId, touch: &Touch) -> TouchRow {
    TouchRow {
        secret_id: id.to_string(),
        at_ms: touch.at_ms,
        request_id: touch.request_id.clone(),
        ip: touch.ip.clone(),
        client: touch.client.clone(),
        face: touch.face.clone(),
        service: touch.service.clone(),
        action: touch.action.clone(),
        proof: touch.proof.as_str().to_owned(),
    }
}

/// The uses of a canary that are kept, newest first.
pub fn touches(conn: &mut Conn, id: &SecretId) -> Result<Vec<Touch>, StoreError> {
    let rows: Vec<TouchRow> = canary_touches::table
        .filter(canary_touches::secret_id.eq(id.as_str()))
        .order((canary_touches::at_ms.desc(), canary_touches::request_id.desc()))
        .limit(kept())
        .select(TouchRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Touch::try_from).collect()
}

/// Whether the log is to have an event of an address and hour: once, and of a few addresses an hour.
pub fn alert(conn: &mut Conn, id: &SecretId, hour: i64, address: &str) -> Result<bool, StoreError> {
    let own = canary_alerts::table.filter(canary_alerts::secret_id.eq(id.as_str()));
    let told: Vec<String> = own
        .filter(canary_alerts::hour.eq(hour))
        .select(canary_alerts::address)
        .limit(MOST_ALERTS)
        .load(conn)?;
    let is_full = i64::try_from(told.len()).unwrap_or(i64::MAX) >= MOST_ALERTS;
    if is_full || told.iter().any(|known| known == address) {
        return Ok(false);
    }
    diesel::delete(own.filter(canary_alerts::hour.lt(hour - KEPT_HOURS))).execute(conn)?;
    diesel::insert_into(canary_alerts::table)
        .values((
            canary_alerts::secret_id.eq(id.as_str()),
            canary_alerts::hour.eq(hour),
            canary_alerts::address.eq(address),
        ))
        .execute(conn)?;
    Ok(true)
}
