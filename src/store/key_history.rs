//! What the numbers of one key add up to: a range of one index each, however many keys there are.

use super::key_hours::Total;
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use crate::domain::key_history::{DayOutcome, Seen};
use crate::domain::key_hours::{ALLOWED, DELETED_KEY, DISABLED_KEY, EXPIRED_KEY};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = BigInt)]
    calls: i64,
}

/// What came of the calls with a key since then, by day.
pub fn by_day(conn: &mut Conn, id: &SecretId, since: i64) -> Result<Vec<DayOutcome>, StoreError> {
    let rows: Vec<DayRow> = diesel::sql_query(
        "SELECT hour - hour % 86400 AS day, outcome, CAST(sum(calls) AS BIGINT) AS calls FROM key_hours \
         WHERE secret_id = $1 AND hour >= $2 GROUP BY 1, 2",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .load(conn)?;
    Ok(rows.into_iter().map(|DayRow { day, outcome, calls }| DayOutcome { day, outcome, calls }).collect())
}

#[derive(QueryableByName)]
struct SeenRow {
    #[diesel(sql_type = Text)]
    network: String,
    #[diesel(sql_type = Text)]
    client: String,
    #[diesel(sql_type = BigInt)]
    first_hour: i64,
}

/// Where accepted calls came from since then, each network and client with its first hour, in the order of time.
pub fn first_seen(conn: &mut Conn, id: &SecretId, since: i64, most: i64) -> Result<Vec<Seen>, StoreError> {
    let rows: Vec<SeenRow> = diesel::sql_query(
        "SELECT network, client, min(hour) AS first_hour FROM key_hours \
         WHERE secret_id = $1 AND hour >= $2 AND outcome = $3 GROUP BY network, client ORDER BY 3, 1, 2 LIMIT $4",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .bind::<Text, _>(ALLOWED)
    .bind::<BigInt, _>(most)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|SeenRow { network, client, first_hour }| Seen { network, client, hour: first_hour })
        .collect())
}

/// Since when the numbers of a key are added up, in unix seconds: the last day, the last 30, all that are kept.
#[derive(Clone, Copy, Debug)]
pub struct Spans {
    pub day: i64,
    pub month: i64,
    pub kept: i64,
}

/// Accepted calls of one kind of caller.
#[derive(Clone, Debug, QueryableByName)]
pub struct Calls {
    #[diesel(sql_type = Text)]
    pub service: String,
    #[diesel(sql_type = Text)]
    pub network: String,
    #[diesel(sql_type = Text)]
    pub client: String,
    #[diesel(sql_type = BigInt)]
    pub day: i64,
    #[diesel(sql_type = BigInt)]
    pub month: i64,
    #[diesel(sql_type = BigInt)]
    pub kept: i64,
    /// When the hour of the last one began, in unix seconds.
    #[diesel(sql_type = BigInt)]
    pub last_hour: i64,
}

/// Whose calls with a key were accepted, those of the last day first.
pub fn accepted(conn: &mut Conn, id: &SecretId, spans: Spans, most: i64) -> Result<Vec<Calls>, StoreError> {
    Ok(diesel::sql_query(
        "SELECT service, network, client, \
         CAST(sum(CASE WHEN hour >= $1 THEN calls ELSE 0 END) AS BIGINT) AS day, \
         CAST(sum(CASE WHEN hour >= $2 THEN calls ELSE 0 END) AS BIGINT) AS month, \
         CAST(sum(calls) AS BIGINT) AS kept, max(hour) AS last_hour FROM key_hours \
         WHERE secret_id = $3 AND hour >= $4 AND outcome = $5 GROUP BY service, network, client \
         ORDER BY 4 DESC, 5 DESC, 6 DESC, 1, 2, 3 LIMIT $6",
    )
    .bind::<BigInt, _>(spans.day)
    .bind::<BigInt, _>(spans.month)
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(spans.kept)
    .bind::<Text, _>(ALLOWED)
    .bind::<BigInt, _>(most)
    .load(conn)?)
}

/// How many calls with a key there were, of all its callers.
#[derive(Clone, Copy, Debug, Default, QueryableByName)]
pub struct Sums {
    #[diesel(sql_type = BigInt)]
    pub day: i64,
    #[diesel(sql_type = BigInt)]
    pub month: i64,
    #[diesel(sql_type = BigInt)]
    pub kept: i64,
    #[diesel(sql_type = BigInt)]
    pub refused_day: i64,
    #[diesel(sql_type = BigInt)]
    pub refused_month: i64,
}

/// How many were accepted and how many refused.
pub fn sums(conn: &mut Conn, id: &SecretId, spans: Spans) -> Result<Sums, StoreError> {
    Ok(diesel::sql_query(
        "SELECT CAST(coalesce(sum(CASE WHEN outcome = 'allowed' AND hour >= $1 THEN calls ELSE 0 END), 0) AS BIGINT) AS day, \
         CAST(coalesce(sum(CASE WHEN outcome = 'allowed' AND hour >= $2 THEN calls ELSE 0 END), 0) AS BIGINT) AS month, \
         CAST(coalesce(sum(CASE WHEN outcome = 'allowed' THEN calls ELSE 0 END), 0) AS BIGINT) AS kept, \
         CAST(coalesce(sum(CASE WHEN outcome <> 'allowed' AND hour >= $3 THEN calls ELSE 0 END), 0) AS BIGINT) AS refused_day, \
         CAST(coalesce(sum(CASE WHEN outcome <> 'allowed' AND hour >= $4 THEN calls ELSE 0 END), 0) AS BIGINT) AS refused_month \
         FROM key_hours WHERE secret_id = $5 AND hour >= $6",
    )
    .bind::<BigInt, _>(spans.day)
    .bind::<BigInt, _>(spans.month)
    .bind::<BigInt, _>(spans.day)
    .bind::<BigInt, _>(spans.month)
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(spans.kept)
    .get_result(conn)?)
}

/// Who still called since then with a key that was disabled, had expired or was deleted, the latest first.
pub fn still_calling(
    conn: &mut Conn,
    id: &SecretId,
    since: i64,
    most: i64,
) -> Result<Vec<Total>, StoreError> {
    Ok(diesel::sql_query(
        "SELECT service, network, client, outcome, CAST(sum(calls) AS BIGINT) AS calls, max(hour) AS last_hour \
         FROM key_hours WHERE secret_id = $1 AND hour >= $2 AND outcome IN ($3, $4, $5) \
         GROUP BY service, network, client, outcome ORDER BY 6 DESC, 5 DESC, 1, 2, 3 LIMIT $6",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .bind::<Text, _>(DISABLED_KEY)
    .bind::<Text, _>(EXPIRED_KEY)
    .bind::<Text, _>(DELETED_KEY)
    .bind::<BigInt, _>(most)
    .load(conn)?)
}
