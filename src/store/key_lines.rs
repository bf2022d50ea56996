//! What the overview asks of keys: each question is a range of one index. Triggers of the schema keep the rows.

use super::counted::Counted;
use super::schema::{key_lines, sequences, users};
use super::{Conn, StoreError, user_lines};
use crate::domain::attention::{KeyCause, KeyFound, Named, Spot, When};
use crate::domain::key::SecretId;
use crate::domain::paging::Tally;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::HashMap;

/// The sequence that says up to which UID keys and users are known to the overview.
const SURVEYED: &str = "surveyed";

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = key_lines)]
struct Row {
    secret_id: String,
    uid: i64,
    is_enabled: bool,
    was_used: bool,
    quiet_since: i64,
    created_at: i64,
    expires_at: Option<i64>,
    refused_at: Option<i64>,
    halted_at: Option<i64>,
}

impl TryFrom<Row> for KeyFound {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            secret_id: SecretId::parse(&row.secret_id).map_err(|_| StoreError::Corrupt("key_lines"))?,
            uid: Uid(row.uid),
            is_enabled: row.is_enabled,
            was_used: row.was_used,
            quiet_since: row.quiet_since,
            created_at: row.created_at,
            expires_at: row.expires_at,
            refused_at: row.refused_at,
            halted_at: row.halted_at,
        })
    }
}

/// Keys of an account with a cause: the index's range, and the column that it is in the order of.
struct Range {
    text: String,
    column: &'static str,
    /// Whether the latest come first.
    is_latest_first: bool,
}

fn range(Wanted { owner, cause, when }: Wanted) -> Range {
    let (start, end, now) = (when.start(cause), when.end(cause), when.now);
    let (column, rest) = match cause {
        KeyCause::NeverUsed => {
            ("quiet_since", format!("is_enabled = TRUE AND was_used = FALSE AND quiet_since < {end}"))
        }
        KeyCause::Unused => {
            ("quiet_since", format!("is_enabled = TRUE AND was_used = TRUE AND quiet_since < {end}"))
        }
        KeyCause::Old => ("created_at", format!("is_enabled = TRUE AND created_at < {end}")),
        KeyCause::Ending => {
            ("expires_at", format!("is_enabled = TRUE AND expires_at > {start} AND expires_at < {end}"))
        }
        KeyCause::Halted => (
            "halted_at",
            format!("halted_at >= {start} AND (is_enabled = FALSE OR COALESCE(expires_at, {end}) <= {now})"),
        ),
        KeyCause::Refused => ("refused_at", format!("refused_at >= {start}")),
    };
    Range {
        text: format!("FROM key_lines WHERE owner_uin = {owner} AND {rest}"),
        column,
        is_latest_first: matches!(cause, KeyCause::Halted | KeyCause::Refused),
    }
}

/// How many keys of an account have a cause, up to what is counted.
pub fn tally(conn: &mut Conn, wanted: Wanted) -> Result<Tally, StoreError> {
    let Range { text, .. } = range(wanted);
    let most = Tally::MOST + 1;
    let ask = format!("SELECT count(*) AS number FROM (SELECT 1 AS one {text} LIMIT {most}) AS part");
    Ok(Tally::of(diesel::sql_query(ask).get_result::<Counted>(conn)?.number))
}

/// Where a list begins, and how long it is.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub after: Option<&'a Spot>,
    pub limit: usize,
}

/// Whose keys are looked for, why, and as of when.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub owner: Uin,
    pub cause: KeyCause,
    pub when: When,
}

/// Keys of an account with a cause, the worst first.
pub fn page(conn: &mut Conn, wanted: Wanted, part: Part<'_>) -> Result<Vec<KeyFound>, StoreError> {
    let Range { text, column, is_latest_first } = range(wanted);
    let (beyond, way) = if is_latest_first { ("<", "DESC") } else { (">", "ASC") };
    let after = part
        .after
        .map(|spot| format!("AND ({column}, secret_id) {beyond} ({}, $1)", spot.at))
        .unwrap_or_default();
    let query = diesel::sql_query(format!(
        "SELECT secret_id, uid, is_enabled, was_used, quiet_since, created_at, expires_at, refused_at, halted_at \
         {text} {after} ORDER BY {column} {way}, secret_id {way} LIMIT {}",
        part.limit
    ));
    let rows: Vec<Row> = match part.after {
        Some(spot) => query.bind::<Text, _>(&spot.id).load(conn)?,
        None => query.load(conn)?,
    };
    rows.into_iter().map(KeyFound::try_from).collect()
}

/// The keys of one user.
pub fn of_user(conn: &mut Conn, uid: Uid) -> Result<Vec<KeyFound>, StoreError> {
    // The ids come from the keys themselves, which have an index of their users.
    let ids = super::schema::api_keys::table
        .filter(super::schema::api_keys::uid.eq(uid.0))
        .select(super::schema::api_keys::secret_id);
    let ids: Vec<String> = ids.load(conn)?;
    let rows: Vec<Row> =
        key_lines::table.filter(key_lines::secret_id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(KeyFound::try_from).collect()
}

/// Whether a key of an account was ever used.
pub fn is_any_used(conn: &mut Conn, owner: Uin) -> Result<bool, StoreError> {
    for is_enabled in ["TRUE", "FALSE"] {
        let ask = format!(
            "SELECT count(*) AS number FROM (SELECT 1 AS one FROM key_lines WHERE owner_uin = {owner} \
             AND is_enabled = {is_enabled} AND was_used = TRUE LIMIT 1) AS part"
        );
        if diesel::sql_query(ask).get_result::<Counted>(conn)?.number > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

#[derive(QueryableByName)]
struct Reason {
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = BigInt)]
    calls: i64,
}

/// How often calls with a key were refused since then, by the stable names of the reasons, the most frequent first.
pub fn refused_since(conn: &mut Conn, id: &SecretId, since: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let rows: Vec<Reason> = diesel::sql_query(
        "SELECT outcome, CAST(sum(calls) AS BIGINT) AS calls FROM key_hours \
         WHERE secret_id = $1 AND hour >= $2 AND outcome <> 'allowed' GROUP BY outcome ORDER BY 2 DESC, 1",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<BigInt, _>(since)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.outcome, row.calls)).collect())
}

/// Who these memberships are.
pub fn named(conn: &mut Conn, uids: &[Uid]) -> Result<HashMap<Uid, Named>, StoreError> {
    let uids: Vec<i64> = uids.iter().map(|uid| uid.0).collect();
    let rows: Vec<(i64, i64, String)> = users::table
        .filter(users::uid.eq_any(uids))
        .select((users::uid, users::uin, users::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(uid, uin, name)| (Uid(uid), Named { uin: Uin(uin), name })).collect())
}

/// How many keys an account has.
#[derive(Clone, Copy, Debug, Default, QueryableByName)]
pub struct Counts {
    #[diesel(sql_type = BigInt)]
    pub enabled: i64,
    /// Disabled ones included.
    #[diesel(sql_type = BigInt)]
    pub held: i64,
}

impl Counts {
    pub fn disabled(self) -> i64 {
        self.held - self.enabled
    }
}

/// How many keys an account has, in one statement for what is kept and what is not folded in yet.
pub fn counts(conn: &mut Conn, owner: Uin) -> Result<Counts, StoreError> {
    let part = |table: &str| format!("SELECT enabled, held FROM {table} WHERE owner_uin = {owner}");
    let (kept, changed) = (part("key_counts"), part("key_count_changes"));
    let rows: Vec<Counts> = diesel::sql_query(format!("{kept} UNION ALL {changed}")).load(conn)?;
    Ok(rows.into_iter().fold(Counts::default(), |sum, row| Counts {
        enabled: sum.enabled + row.enabled,
        held: sum.held + row.held,
    }))
}

/// Folds changes of how many keys accounts have into the numbers that are kept. SQLite keeps them at once.
pub fn fold_counts(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query(
            "WITH changed AS (DELETE FROM key_count_changes RETURNING owner_uin, enabled, held) \
             INSERT INTO key_counts (owner_uin, enabled, held) \
             SELECT owner_uin, SUM(enabled), SUM(held) FROM changed GROUP BY owner_uin \
             ON CONFLICT (owner_uin) DO UPDATE SET enabled = key_counts.enabled + excluded.enabled, \
             held = key_counts.held + excluded.held",
        )
        .execute(conn)?;
    }
    Ok(())
}

/// Whether all keys and users that an older version left are known to the overview.
pub fn is_filled(conn: &mut Conn) -> Result<bool, StoreError> {
    let upto: i64 = sequences::table.find(SURVEYED).select(sequences::value).get_result(conn)?;
    Ok(upto == i64::MAX)
}

const KEYS: &str = "\
    INSERT INTO key_lines (secret_id, owner_uin, uid, is_enabled, was_used, quiet_since, created_at, expires_at) \
    SELECT k.secret_id, k.owner_uin, k.uid, k.status = 'enabled', g.secret_id IS NOT NULL, \
    COALESCE(g.last_used_ms / 1000, k.created_at), k.created_at, k.expires_at \
    FROM api_keys k LEFT JOIN key_usage g ON g.secret_id = k.secret_id WHERE k.uid > $1 AND k.uid <= $2 \
    ON CONFLICT (secret_id) DO NOTHING";

const ACTIVE: &str = "\
    UPDATE user_lines SET active_at = CASE \
    WHEN COALESCE((SELECT u.last_activity_at FROM users u WHERE u.uid = user_lines.uid), 0) > \
    CASE WHEN last_used_at > created_at THEN last_used_at ELSE created_at END \
    THEN (SELECT u.last_activity_at FROM users u WHERE u.uid = user_lines.uid) \
    WHEN last_used_at > created_at THEN last_used_at ELSE created_at END \
    WHERE uid > $1 AND uid <= $2 AND active_at = 0";

/// Makes the next users of an older database and their keys known to the overview; `false` when all are.
///
/// Whoever changes a key meanwhile makes its line, or waits for it.
pub fn fill(conn: &mut Conn, most: i64) -> Result<bool, StoreError> {
    user_lines::walk(conn, SURVEYED, &[ACTIVE, KEYS], most)
}
