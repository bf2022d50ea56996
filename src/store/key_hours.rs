//! Calls with keys as numbers: by hour who called, by day what was done.

use super::schema::{key_actions, key_hours};
use super::statement::{Bind, Statement};
use super::{Conn, StoreError, dialect};
use crate::domain::impact::Used;
use crate::domain::key::SecretId;
use crate::domain::key_hours::{
    ALLOWED, Caller, Counted, Deed, Done, KEPT_DAYS, MOST_IN_A_DAY, MOST_IN_AN_HOUR,
};
use crate::domain::span::DAY;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Adds to the numbers of a key.
pub fn add(conn: &mut Conn, id: &SecretId, counted: &Counted) -> Result<(), StoreError> {
    for (caller, calls) in &counted.callers {
        if !add_calls(conn, id, caller, *calls)? {
            let fits = has_room_for_caller(conn, id, caller.hour)?;
            let row = if fits { caller } else { &caller.as_other() };
            put_calls(conn, id, row, *calls)?;
        }
    }
    for (deed, done) in &counted.deeds {
        if !add_done(conn, id, deed, *done)? {
            let fits = has_room_for_deed(conn, id, deed.day)?;
            let row = if fits { deed } else { &deed.as_other() };
            put_done(conn, id, row, *done)?;
        }
    }
    Ok(())
}

fn add_calls(conn: &mut Conn, id: &SecretId, caller: &Caller, calls: i64) -> Result<bool, StoreError> {
    let Caller { hour, service, network, client, outcome } = caller;
    let touched = Statement {
        text: "UPDATE key_hours SET calls = calls + ? WHERE secret_id = ? AND hour = ? AND service = ? \
               AND network = ? AND client = ? AND outcome = ?",
        binds: &[
            Bind::Number(calls),
            Bind::Text(id.as_str()),
            Bind::Number(*hour),
            Bind::Text(service),
            Bind::Text(network),
            Bind::Text(client),
            Bind::Text(outcome),
        ],
    };
    Ok(touched.run(conn)? > 0)
}

/// A row that is new; other nodes that would add one wait meanwhile.
fn has_room_for_caller(conn: &mut Conn, id: &SecretId, hour: i64) -> Result<bool, StoreError> {
    dialect::lock_text(conn, &format!("key_hours {id}"))?;
    let rows = key_hours::table.filter(key_hours::secret_id.eq(id.as_str()).and(key_hours::hour.eq(hour)));
    let count: i64 = rows.count().get_result(conn)?;
    // Two are for what there is no row for.
    Ok(usize::try_from(count).unwrap_or(usize::MAX) < MOST_IN_AN_HOUR - 2)
}

fn put_calls(conn: &mut Conn, id: &SecretId, caller: &Caller, calls: i64) -> Result<(), StoreError> {
    let Caller { hour, service, network, client, outcome } = caller;
    let put = Statement {
        text: "INSERT INTO key_hours (secret_id, hour, service, network, client, outcome, calls) \
               VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (secret_id, hour, service, network, client, outcome) \
               DO UPDATE SET calls = key_hours.calls + excluded.calls",
        binds: &[
            Bind::Text(id.as_str()),
            Bind::Number(*hour),
            Bind::Text(service),
            Bind::Text(network),
            Bind::Text(client),
            Bind::Text(outcome),
            Bind::Number(calls),
        ],
    };
    put.run(conn).map(drop)
}

fn add_done(conn: &mut Conn, id: &SecretId, deed: &Deed, done: Done) -> Result<bool, StoreError> {
    let Deed { day, service, action, resource } = deed;
    let touched = Statement {
        text: "UPDATE key_actions SET allowed = allowed + ?, \
               last_at = CASE WHEN last_at < ? THEN ? ELSE last_at END \
               WHERE secret_id = ? AND day = ? AND service = ? AND action = ? AND resource = ?",
        binds: &[
            Bind::Number(done.allowed),
            Bind::Number(done.last_at),
            Bind::Number(done.last_at),
            Bind::Text(id.as_str()),
            Bind::Number(*day),
            Bind::Text(service),
            Bind::Text(action),
            Bind::Text(resource),
        ],
    };
    Ok(touched.run(conn)? > 0)
}

fn has_room_for_deed(conn: &mut Conn, id: &SecretId, day: i64) -> Result<bool, StoreError> {
    dialect::lock_text(conn, &format!("key_hours {id}"))?;
    let rows =
        key_actions::table.filter(key_actions::secret_id.eq(id.as_str()).and(key_actions::day.eq(day)));
    let count: i64 = rows.count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX) < MOST_IN_A_DAY - 1)
}

fn put_done(conn: &mut Conn, id: &SecretId, deed: &Deed, done: Done) -> Result<(), StoreError> {
    let Deed { day, service, action, resource } = deed;
    let put = Statement {
        text: "INSERT INTO key_actions (secret_id, day, service, action, resource, allowed, last_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (secret_id, day, service, action, resource) DO UPDATE SET \
               allowed = key_actions.allowed + excluded.allowed, \
               last_at = CASE WHEN key_actions.last_at < excluded.last_at THEN excluded.last_at ELSE key_actions.last_at END",
        binds: &[
            Bind::Text(id.as_str()),
            Bind::Number(*day),
            Bind::Text(service),
            Bind::Text(action),
            Bind::Text(resource),
            Bind::Number(done.allowed),
            Bind::Number(done.last_at),
        ],
    };
    put.run(conn).map(drop)
}

/// Who called with a key since then, by hour.
pub fn callers(conn: &mut Conn, id: &SecretId, since: i64) -> Result<Vec<(Caller, i64)>, StoreError> {
    type Found = (i64, String, String, String, String, i64);
    let found: Vec<Found> = key_hours::table
        .filter(key_hours::secret_id.eq(id.as_str()).and(key_hours::hour.ge(since)))
        .select((
            key_hours::hour,
            key_hours::service,
            key_hours::network,
            key_hours::client,
            key_hours::outcome,
            key_hours::calls,
        ))
        .load(conn)?;
    let told = |(hour, service, network, client, outcome, calls): Found| {
        (Caller { hour, service, network, client, outcome }, calls)
    };
    Ok(found.into_iter().map(told).collect())
}

/// What was done with a key since then, by day.
pub fn deeds(conn: &mut Conn, id: &SecretId, since: i64) -> Result<Vec<(Deed, Done)>, StoreError> {
    type Found = (i64, String, String, String, i64, i64);
    let found: Vec<Found> = key_actions::table
        .filter(key_actions::secret_id.eq(id.as_str()).and(key_actions::day.ge(since)))
        .select((
            key_actions::day,
            key_actions::service,
            key_actions::action,
            key_actions::resource,
            key_actions::allowed,
            key_actions::last_at,
        ))
        .load(conn)?;
    let told = |(day, service, action, resource, allowed, last_at): Found| {
        (Deed { day, service, action, resource }, Done { allowed, last_at })
    };
    Ok(found.into_iter().map(told).collect())
}

/// What was done with a key since then, over all days: the most frequent kinds of calls.
pub fn used(conn: &mut Conn, id: &SecretId, since: i64, most: i64) -> Result<Vec<Used>, StoreError> {
    let found: Vec<UsedRow> = diesel::sql_query(
        "SELECT service, action, resource, CAST(sum(allowed) AS BIGINT) AS calls, max(last_at) AS last_at FROM key_actions \
         WHERE secret_id = $1 AND day >= $2 GROUP BY service, action, resource ORDER BY calls DESC, 1, 2, 3 LIMIT $3",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .bind::<BigInt, _>(most)
    .load(conn)?;
    let told = |UsedRow { service, action, resource, calls, last_at }| Used {
        service,
        action,
        resource,
        calls,
        last_at,
    };
    Ok(found.into_iter().map(told).collect())
}

#[derive(QueryableByName)]
struct UsedRow {
    #[diesel(sql_type = Text)]
    service: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    resource: String,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    last_at: i64,
}

/// How often one kind of caller came to one outcome.
#[derive(Clone, Debug, QueryableByName)]
pub struct Total {
    #[diesel(sql_type = Text)]
    pub service: String,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub client: String,
    #[diesel(sql_type = Text)]
    pub outcome: String,
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// When the hour of the last call began, in unix seconds.
    #[diesel(sql_type = BigInt)]
    pub last_hour: i64,
}

/// Who called with a key since then, the most frequent ones first.
pub fn totals(conn: &mut Conn, id: &SecretId, since: i64, most: i64) -> Result<Vec<Total>, StoreError> {
    Ok(diesel::sql_query(
        "SELECT service, network, client, outcome, CAST(sum(calls) AS BIGINT) AS calls, max(hour) AS last_hour FROM key_hours \
         WHERE secret_id = $1 AND hour >= $2 GROUP BY service, network, client, outcome ORDER BY calls DESC, 1, 2, 3, 4 LIMIT $3",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .bind::<BigInt, _>(most)
    .load(conn)?)
}

/// How many accepted calls came from one network.
#[derive(Clone, Debug, QueryableByName)]
pub struct FromNetwork {
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// When the hour of the last call began, in unix seconds.
    #[diesel(sql_type = BigInt)]
    pub last_hour: i64,
}

/// From where calls with a key were accepted since then, the most frequent networks first.
pub fn networks(
    conn: &mut Conn,
    id: &SecretId,
    since: i64,
    most: i64,
) -> Result<Vec<FromNetwork>, StoreError> {
    Ok(diesel::sql_query(
        "SELECT network, CAST(sum(calls) AS BIGINT) AS calls, max(hour) AS last_hour FROM key_hours \
         WHERE secret_id = $1 AND hour >= $2 AND outcome = 'allowed' GROUP BY network ORDER BY calls DESC, 1 LIMIT $3",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .bind::<BigInt, _>(most)
    .load(conn)?)
}

/// How often one outcome was that of a call in one hour.
#[derive(Clone, Debug, QueryableByName)]
pub struct HourSum {
    #[diesel(sql_type = BigInt)]
    pub hour: i64,
    #[diesel(sql_type = Text)]
    pub outcome: String,
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
}

impl HourSum {
    /// Whether the calls were carried out.
    pub fn is_accepted(&self) -> bool {
        self.outcome == ALLOWED
    }
}

/// What came of the calls with a key since then, by hour.
pub fn by_hour(conn: &mut Conn, id: &SecretId, since: i64) -> Result<Vec<HourSum>, StoreError> {
    Ok(diesel::sql_query(
        "SELECT hour, outcome, CAST(sum(calls) AS BIGINT) AS calls FROM key_hours \
         WHERE secret_id = $1 AND hour >= $2 GROUP BY hour, outcome",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .load(conn)?)
}

/// Accepted calls with a key since then.
pub fn accepted_since(conn: &mut Conn, id: &SecretId, since: i64) -> Result<i64, StoreError> {
    let sums = by_hour(conn, id, since)?;
    Ok(sums.iter().filter(|sum| sum.is_accepted()).map(|sum| sum.calls).sum())
}

/// Drops what is too old.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    let oldest = now - KEPT_DAYS * DAY;
    diesel::delete(key_hours::table.filter(key_hours::hour.lt(oldest))).execute(conn)?;
    diesel::delete(key_actions::table.filter(key_actions::day.lt(oldest))).execute(conn)?;
    Ok(())
}
