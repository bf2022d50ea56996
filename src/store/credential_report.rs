//! What proves who users are, and their keys, a page of users at a time.

use super::schema::{api_keys, identities, key_usage, totp_devices, users};
use super::users::Row;
use super::{Conn, StoreError};
use crate::domain::credential_report::{Credentials, KeyCredentials};
use crate::domain::key::KeyStatus;
use crate::domain::user::{Uin, User};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

type Ways = (Row, Option<String>, Option<i64>);

#[derive(Queryable)]
struct FoundKey {
    uid: i64,
    secret_id: String,
    slot: i16,
    status: String,
    created_at: i64,
    last_used_ms: Option<i64>,
    last_used_from: Option<String>,
    expires_at: Option<i64>,
    idle_days: Option<i64>,
    networks: String,
    has_policy: bool,
    review_at: Option<i64>,
}

/// Users of an account behind a UIN, in the order of their UINs, `most` of them.
pub fn page(conn: &mut Conn, owner: Uin, after: Uin, most: i64) -> Result<Vec<Credentials>, StoreError> {
    // The same bound on both sides: a merge join of PostgreSQL would begin at the first of all identities otherwise.
    let behind = users::uin.gt(after.0).and(identities::uin.gt(after.0));
    let found: Vec<Ways> = users::table
        .inner_join(identities::table)
        .filter(users::owner_uin.eq(owner.0).and(behind))
        .order(users::uin)
        .limit(most)
        .select((Row::as_select(), identities::password_hash, identities::password_changed_at))
        .load(conn)?;
    let mut rows = Vec::with_capacity(found.len());
    for (row, password_hash, password_changed_at) in found {
        rows.push(Credentials {
            user: User::try_from(row)?,
            has_password: password_hash.is_some(),
            password_changed_at,
            has_mfa: false,
            keys: Vec::new(),
        });
    }
    let (uids, uins): (Vec<i64>, Vec<i64>) = rows.iter().map(|row| (row.user.uid.0, row.user.uin.0)).unzip();
    let with_app: Vec<i64> =
        totp_devices::table.filter(totp_devices::uin.eq_any(uins)).select(totp_devices::uin).load(conn)?;
    let (with_app, mut keys) = (HashSet::<i64>::from_iter(with_app), keys_of(conn, uids)?);
    for row in &mut rows {
        row.has_mfa = with_app.contains(&row.user.uin.0);
        row.keys = keys.remove(&row.user.uid.0).unwrap_or_default();
    }
    Ok(rows)
}

fn keys_of(conn: &mut Conn, uids: Vec<i64>) -> Result<HashMap<i64, Vec<KeyCredentials>>, StoreError> {
    let found: Vec<FoundKey> = api_keys::table
        .left_join(key_usage::table.on(key_usage::secret_id.eq(api_keys::secret_id)))
        .filter(api_keys::uid.eq_any(uids))
        .select((
            api_keys::uid,
            api_keys::secret_id,
            api_keys::slot,
            api_keys::status,
            api_keys::created_at,
            key_usage::last_used_ms.nullable(),
            key_usage::ip.nullable(),
            api_keys::expires_at,
            api_keys::idle_days,
            api_keys::networks,
            api_keys::own_policy.is_not_null(),
            api_keys::review_at,
        ))
        .load(conn)?;
    let mut keys: HashMap<i64, Vec<KeyCredentials>> = HashMap::new();
    for key in found {
        keys.entry(key.uid).or_default().push(KeyCredentials {
            secret_id: key.secret_id,
            slot: key.slot,
            status: KeyStatus::from_name(&key.status).ok_or(StoreError::Corrupt("api_keys.status"))?,
            created_at: key.created_at,
            last_used_at: key.last_used_ms.map(|ms| ms / 1_000),
            last_used_from: key.last_used_from,
            expires_at: key.expires_at,
            idle_days: key.idle_days,
            networks: key.networks.split_whitespace().count(),
            has_policy: key.has_policy,
            review_at: key.review_at,
        });
    }
    Ok(keys)
}
