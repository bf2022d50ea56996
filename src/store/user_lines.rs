//! What lists of users sort and filter by. Triggers of the schema keep it but for the last use.

use super::counted::Counted;
use super::schema::{sequences, user_lines, users};
use super::{Conn, StoreError, dialect};
use crate::domain::user::{Uid, Uin, User};
use crate::domain::user_search::{Facet, Listed, UserFilter, UserPlace, UserSort};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::{BTreeMap, HashMap};

/// The sequence that says up to which UID users have their line.
const LISTED: &str = "listed";

/// A line with the facet as triggers compute it.
const LINES: &str = "\
    INSERT INTO user_lines (uid, owner_uin, name_key, created_at, facet, last_used_at) \
    SELECT u.uid, u.owner_uin, u.name_key, u.created_at, \
    CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END \
    + CASE WHEN EXISTS (SELECT 1 FROM totp_devices d WHERE d.uin = u.uin) THEN 16 ELSE 0 END \
    + COALESCE((SELECT SUM(CASE k.status WHEN 'enabled' THEN 5 ELSE 4 END) FROM api_keys k WHERE k.uid = u.uid), 0), \
    COALESCE((SELECT MAX(g.last_used_ms) / 60000 * 60 FROM api_keys k JOIN key_usage g ON g.secret_id = k.secret_id \
    WHERE k.uid = u.uid), 0) \
    FROM users u WHERE u.uid > $1 AND u.uid <= $2 \
    ON CONFLICT (uid) DO UPDATE SET last_used_at = excluded.last_used_at WHERE user_lines.last_used_at = 0";

/// Gives the next users of an older database their lines; `false` when all have theirs.
///
/// Whoever changes a key meanwhile makes the line of its user, or waits for it and computes it anew.
pub fn fill(conn: &mut Conn, most: i64) -> Result<bool, StoreError> {
    walk(conn, LISTED, &[LINES], most)
}

/// Carries statements out for the next users, between whose UIDs `$1` (excluded) and `$2` they are; `false` when that was done
/// for all. The sequence of that name says how far it came.
pub(super) fn walk(
    conn: &mut Conn,
    name: &'static str,
    statements: &[&str],
    most: i64,
) -> Result<bool, StoreError> {
    dialect::lock_text(conn, name)?;
    let from: i64 = sequences::table.find(name).select(sequences::value).get_result(conn)?;
    if from == i64::MAX {
        return Ok(false);
    }
    let next: Option<i64> = users::table
        .filter(users::uid.gt(from))
        .order(users::uid)
        .offset(most - 1)
        .limit(1)
        .select(users::uid)
        .get_result(conn)
        .optional()?;
    let to = next.unwrap_or(i64::MAX);
    for text in statements {
        diesel::sql_query(*text).bind::<BigInt, _>(from).bind::<BigInt, _>(to).execute(conn)?;
    }
    diesel::update(sequences::table.find(name)).set(sequences::value.eq(to)).execute(conn)?;
    Ok(next.is_some())
}

/// Notes when keys of users were last used, unix seconds, in the order in which every node locks the lines.
pub fn note_uses(conn: &mut Conn, uses: &BTreeMap<Uid, i64>) -> Result<(), StoreError> {
    for (uid, at) in uses {
        let line = user_lines::table.find(uid.0).filter(user_lines::last_used_at.lt(*at));
        diesel::update(line).set(user_lines::last_used_at.eq(*at)).execute(conn)?;
    }
    Ok(())
}

/// Those of some users that fit a filter, each with its place in the order that is asked for.
pub fn places(
    conn: &mut Conn,
    owner: Uin,
    uids: &[i64],
    filter: &UserFilter,
) -> Result<Vec<(UserPlace, i64)>, StoreError> {
    // Of which account they are is looked at here: SQLite would take the account's index and read all of it.
    let rows: Vec<(i64, i64, i16, String, i64, i64)> = user_lines::table
        .filter(user_lines::uid.eq_any(uids))
        .select((
            user_lines::owner_uin,
            user_lines::uid,
            user_lines::facet,
            user_lines::name_key,
            user_lines::created_at,
            user_lines::last_used_at,
        ))
        .load(conn)?;
    let fitting = rows.into_iter().filter(|(of, _, facet, ..)| *of == owner.0 && filter.fits(Facet(*facet)));
    let place = |(_, uid, facet, name, created_at, last_used_at)| match filter.order.sort {
        UserSort::Name => (UserPlace::Name(name), uid),
        UserSort::Created => (UserPlace::Created(created_at, uid), uid),
        UserSort::LastUse => (UserPlace::LastUse(last_used_at, uid), uid),
        UserSort::Keys => (UserPlace::Keys(Facet(facet).held(), name), uid),
    };
    Ok(fitting.map(place).collect())
}

/// How many users have one of these facets, counted up to a most. As many entries of an index are read as are counted.
pub fn count(conn: &mut Conn, owner: Uin, facets: &[Facet], most: i64) -> Result<i64, StoreError> {
    if facets.is_empty() {
        return Ok(0);
    }
    let facets: Vec<String> = facets.iter().map(|facet| facet.0.to_string()).collect();
    let text = format!(
        "SELECT COUNT(*) AS number FROM (SELECT uid FROM user_lines WHERE owner_uin = $1 AND facet IN ({}) \
         LIMIT $2) AS counted",
        facets.join(", ")
    );
    let query = diesel::sql_query(text).bind::<BigInt, _>(owner.0).bind::<BigInt, _>(most);
    Ok(query.get_result::<Counted>(conn)?.number)
}

/// The users at these places with what lists show of them, in that order.
pub fn listed(conn: &mut Conn, places: Vec<(UserPlace, i64)>) -> Result<Vec<Listed>, StoreError> {
    let uids: Vec<i64> = places.iter().map(|(_, uid)| *uid).collect();
    let rows: Vec<(super::users::Row, i16, i64)> = users::table
        .inner_join(user_lines::table)
        .filter(users::uid.eq_any(&uids))
        .select((super::users::Row::as_select(), user_lines::facet, user_lines::last_used_at))
        .load(conn)?;
    let mut found: HashMap<i64, (User, Facet, i64)> = HashMap::with_capacity(rows.len());
    for (row, facet, last_used_at) in rows {
        let user = User::try_from(row)?;
        found.insert(user.uid.0, (user, Facet(facet), last_used_at));
    }
    Ok(places
        .into_iter()
        .filter_map(|(place, uid)| {
            let (user, facet, last_used_at) = found.remove(&uid)?;
            Some(Listed {
                keys: usize::try_from(facet.held()).unwrap_or_default(),
                mfa: facet.mfa(),
                last_used_at: (last_used_at > 0).then_some(last_used_at),
                user,
                place,
            })
        })
        .collect())
}
