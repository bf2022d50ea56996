//! The User List: one page of an account's users, in the order of their names.

use super::schema::{api_keys, totp_devices, user_terms, users};
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use crate::domain::paging::Slice;
use crate::domain::user::{MAX_TERM, Uid, Uin, User};
use crate::domain::user_search::{KeyFilter, Listed, UserCursor, UserFilter};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::HashMap;

/// One page in the order of names, with one row more than `size` if there are more in that direction.
pub fn page(
    conn: &mut Conn,
    owner: Uin,
    filter: &UserFilter,
    part: &Slice<UserCursor>,
) -> Result<Vec<User>, StoreError> {
    let Slice { cursor, size } = part;
    let mut query =
        users::table.filter(users::owner_uin.eq(owner.0)).select(super::users::Row::as_select()).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(users::kind.eq(kind.as_str()));
    }
    if let Some(on) = filter.mfa {
        let registered = exists(totp_devices::table.filter(totp_devices::uin.eq(users::uin)));
        query = if on { query.filter(registered) } else { query.filter(diesel::dsl::not(registered)) };
    }
    if let Some(keys) = filter.keys {
        let held = api_keys::table.filter(api_keys::uid.eq(users::uid));
        query = match keys {
            KeyFilter::None => query.filter(diesel::dsl::not(exists(held))),
            KeyFilter::Any => query.filter(exists(held)),
            KeyFilter::Enabled => query.filter(exists(held.filter(api_keys::status.eq("enabled")))),
            KeyFilter::Disabled => query.filter(exists(held.filter(api_keys::status.eq("disabled")))),
        };
    }
    let text = filter.text.trim();
    let (from, to) = range_of(text);
    let matching = user_terms::table
        .filter(user_terms::owner_uin.eq(owner.0))
        .filter(user_terms::term.ge(from))
        .filter(user_terms::term.lt(to))
        .select(user_terms::uid);
    if let Ok(id) = SecretId::parse(text) {
        let holder =
            api_keys::table.filter(api_keys::secret_id.eq(id.as_str().to_owned())).select(api_keys::uid);
        query = query.filter(users::uid.eq_any(holder));
    } else if let Ok(uin) = Uin::parse(text) {
        query = query.filter(users::uin.eq(uin.0).or(users::uid.eq_any(matching)));
    } else if !text.is_empty() {
        query = query.filter(users::uid.eq_any(matching));
    }
    let query = match cursor {
        UserCursor::Start => query.order(users::name_key.asc()),
        UserCursor::After(name) => {
            query.filter(users::name_key.gt(name.clone())).order(users::name_key.asc())
        }
        UserCursor::Before(name) => {
            query.filter(users::name_key.lt(name.clone())).order(users::name_key.desc())
        }
    };
    let rows: Vec<super::users::Row> = query.limit(size + 1).load(conn)?;
    rows.into_iter().map(User::try_from).collect()
}

/// The range of terms that begin with a text; phone numbers are found with or without their spaces and dashes.
fn range_of(text: &str) -> (String, String) {
    let lower = text.to_lowercase();
    let is_phone = lower.chars().all(|c| c.is_ascii_digit() || " -+".contains(c));
    let wanted: String = lower.chars().filter(|c| !is_phone || c.is_ascii_digit()).take(MAX_TERM).collect();
    let end = format!("{wanted}{}", char::MAX);
    (wanted, end)
}

/// Adds what the list shows beside each user: keys held, whether an authenticator app is registered.
pub fn with_details(conn: &mut Conn, found: Vec<User>) -> Result<Vec<Listed>, StoreError> {
    let uids: Vec<i64> = found.iter().map(|user| user.uid.0).collect();
    let uins: Vec<i64> = found.iter().map(|user| user.uin.0).collect();
    let mut keys: HashMap<Uid, usize> = HashMap::new();
    for uid in api_keys::table.filter(api_keys::uid.eq_any(uids)).select(api_keys::uid).load::<i64>(conn)? {
        *keys.entry(Uid(uid)).or_default() += 1;
    }
    let with_mfa: Vec<i64> = totp_devices::table
        .filter(totp_devices::uin.eq_any(uins))
        .select(totp_devices::uin)
        .distinct()
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|user| Listed {
            keys: keys.get(&user.uid).copied().unwrap_or_default(),
            mfa: with_mfa.contains(&user.uin.0),
            user,
        })
        .collect())
}
