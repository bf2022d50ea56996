//! What the two databases spell differently.

use super::replays::SignedChange;
use super::schema::{api_keys, retired_ids, signed_changes};
use super::{Conn, StoreError};
use crate::domain::key::SecretId;
use crate::domain::user::{Uid, Uin};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

/// Makes concurrent writers for one membership take turns until the transaction ends.
///
/// SQLite needs nothing: its write transactions already exclude each other.
pub fn lock_user(conn: &mut Conn, uid: Uid) -> Result<(), StoreError> {
    lock(conn, uid.0)
}

/// The same for one identity, whose factors belong to it and not to a membership.
pub fn lock_identity(conn: &mut Conn, uin: Uin) -> Result<(), StoreError> {
    lock(conn, -uin.0)
}

/// The same for one account.
pub fn lock_account(conn: &mut Conn, owner: Uin) -> Result<(), StoreError> {
    lock(conn, i64::MAX - owner.0)
}

fn lock(conn: &mut Conn, number: i64) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(number).execute(conn)?;
    }
    Ok(())
}

/// The same for whatever a text names.
pub fn lock_text(conn: &mut Conn, text: &str) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<Text, _>(text)
            .execute(conn)?;
    }
    Ok(())
}

/// Whether nobody else has the turn that a text names; it lasts until the transaction ends and is not waited for. What else is in the
/// same PostgreSQL database, in another schema, has turns of its own.
pub fn take_turn(conn: &mut Conn, text: &str) -> Result<bool, StoreError> {
    let Conn::Postgres(conn) = conn else { return Ok(true) };
    let taken = diesel::sql_query(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1, 0)) AS taken",
    )
    .bind::<Text, _>(text)
    .get_result::<Turn>(conn)?;
    Ok(taken.taken)
}

/// Whether this connection may use the database beside others, which it says for as long as it lives; not while one uses it alone.
/// SQLite has a file for that.
pub fn use_with_others(conn: &mut Conn) -> Result<bool, StoreError> {
    hold(conn, "pg_try_advisory_lock_shared")
}

/// Whether no other connection says that it uses the database, nor comes to do so while this one lives.
pub fn use_alone(conn: &mut Conn) -> Result<bool, StoreError> {
    hold(conn, "pg_try_advisory_lock")
}

fn hold(conn: &mut Conn, lock: &str) -> Result<bool, StoreError> {
    let Conn::Postgres(conn) = conn else { return Ok(true) };
    let ask = format!("SELECT {lock}(7313, hashtext(coalesce(current_schema(), ''))) AS taken");
    Ok(diesel::sql_query(ask).get_result::<Turn>(conn)?.taken)
}

#[derive(QueryableByName)]
struct Turn {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Inserts many changes at once, each with its number.
pub fn insert_changes(conn: &mut Conn, changes: &[(&SignedChange, i64)]) -> Result<(), StoreError> {
    let rows = changes.iter().map(|(change, number)| (*change, signed_changes::number.eq(*number)));
    let rows: Vec<_> = rows.collect();
    let insert = diesel::insert_into(signed_changes::table).values(rows);
    match conn {
        Conn::Postgres(conn) => insert.execute(conn)?,
        Conn::Sqlite(conn) => insert.execute(conn)?,
    };
    Ok(())
}

/// Keeps a digest that may be there already.
pub fn insert_retired(conn: &mut Conn, digest: &[u8]) -> Result<(), StoreError> {
    let row = diesel::insert_into(retired_ids::table).values(retired_ids::digest.eq(digest));
    match conn {
        Conn::Postgres(conn) => row.on_conflict_do_nothing().execute(conn)?,
        Conn::Sqlite(conn) => row.on_conflict_do_nothing().execute(conn)?,
    };
    Ok(())
}

/// Who has a key, and in which account.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    pub uid: Uid,
    pub owner: Uin,
}

/// Who has the key of that id, if there is one; it stays as it is until the transaction ends. Whoever changes a key waits
/// for that before its triggers touch anything else, so that nobody has half of what the other wants.
pub fn keep_key(conn: &mut Conn, id: &SecretId) -> Result<Option<Holder>, StoreError> {
    let key = api_keys::table.find(id.as_str()).select((api_keys::uid, api_keys::owner_uin));
    let found: Option<(i64, i64)> = match conn {
        Conn::Postgres(conn) => key.for_share().get_result(conn).optional()?,
        Conn::Sqlite(conn) => key.get_result(conn).optional()?,
    };
    Ok(found.map(|(uid, owner)| Holder { uid: Uid(uid), owner: Uin(owner) }))
}

/// What the target of an event ends in: `AKID…` of `dev-alice / AKID…`, or all of it. There is an index on this very
/// expression.
pub fn last_of_target(conn: &Conn) -> &'static str {
    match conn {
        Conn::Postgres(_) => {
            "(CASE WHEN strpos(target, ' / ') > 0 THEN substr(target, strpos(target, ' / ') + 3) \
             ELSE target END COLLATE \"C\")"
        }
        Conn::Sqlite(_) => {
            "(CASE WHEN instr(target, ' / ') > 0 THEN substr(target, instr(target, ' / ') + 3) ELSE target END)"
        }
    }
}

/// What the target of an event begins with: the group of `night shift / deploy`, or all of it. There is an index on this very
/// expression, for policies of groups.
pub fn first_of_target(conn: &Conn) -> &'static str {
    match conn {
        Conn::Postgres(_) => "(split_part(target, ' / ', 1) COLLATE \"C\")",
        Conn::Sqlite(_) => "(substr(target, 1, instr(target || ' / ', ' / ') - 1))",
    }
}

#[derive(QueryableByName)]
struct Time {
    #[diesel(sql_type = BigInt)]
    ms: i64,
}

/// What time it is where the database runs, in unix milliseconds; SQLite has no clock of its own.
pub fn clock_ms(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let Conn::Postgres(conn) = conn else { return Ok(None) };
    let ask = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms";
    Ok(Some(diesel::sql_query(ask).get_result::<Time>(conn)?.ms))
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Refuses SQLite versions that can lose acknowledged writes (the WAL-reset bug, mended in 3.51.3), and PostgreSQL
/// databases that cannot hold every name.
pub fn ensure_sound(conn: &mut Conn) -> Result<(), StoreError> {
    let conn = match conn {
        Conn::Sqlite(conn) => conn,
        Conn::Postgres(conn) => return ensure_unicode(conn),
    };
    let found = diesel::sql_query("SELECT sqlite_version() AS version").get_result::<Version>(conn)?.version;
    let number =
        found.split('.').filter_map(|part| part.parse::<u32>().ok()).fold(0, |sum, part| sum * 1000 + part);
    if number < 3_051_003 {
        return Err(StoreError::Version(format!(
            "SQLite {found} can lose writes; Camlock needs 3.51.3 or newer."
        )));
    }
    Ok(())
}

fn ensure_unicode(conn: &mut diesel::PgConnection) -> Result<(), StoreError> {
    let ask = "SELECT current_setting('server_encoding') AS version";
    let encoding = diesel::sql_query(ask).get_result::<Version>(conn)?.version;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError::Version(format!(
        "its encoding is {encoding}; Camlock needs UTF8. Make another with: CREATE DATABASE camlock ENCODING 'UTF8' TEMPLATE template0"
    )))
}
