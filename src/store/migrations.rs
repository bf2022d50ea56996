//! The schema's history, the same steps in two dialects.

use super::{Conn, StoreError, meta};
use diesel::RunQueryDsl;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::{Duration, Instant};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long nodes of earlier versions may be at it.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Brings the schema up to date. Several nodes may start at once: they take turns.
pub fn run(conn: &mut Conn) -> Result<(), StoreError> {
    ensure_readable(conn)?;
    // With nothing to do, nobody who holds the lock keeps a start waiting.
    if has_table(conn)? && is_current(conn)? {
        return Ok(());
    }
    let ran = match conn {
        Conn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(|_| ()),
        Conn::Postgres(conn) => run_postgres(conn),
    };
    ran.map_err(|error| StoreError::Version(format!("The database could not be migrated: {error}")))
}

fn run_postgres(conn: &mut diesel::PgConnection) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let end = Instant::now() + PATIENCE;
    let ask = "SELECT pg_try_advisory_lock(7311) AS found";
    while !diesel::sql_query(ask).get_result::<Table>(conn)?.found {
        if Instant::now() >= end {
            return Err("another Camlock has been at it for a minute".into());
        }
        std::thread::sleep(PAUSE);
    }
    // A step may take longer than a question of a page may.
    diesel::sql_query("SET statement_timeout = 0").execute(conn)?;
    let ran = conn.run_pending_migrations(POSTGRES).map(|_| ());
    diesel::sql_query("SET statement_timeout = '9s'").execute(conn)?;
    diesel::sql_query("SELECT pg_advisory_unlock(7311)").execute(conn)?;
    ran
}

/// Whether every migration of this version has run; looks only, which needs no right to make tables.
pub fn is_current(conn: &mut Conn) -> Result<bool, StoreError> {
    let applied = applied(conn)?;
    Ok(versions().iter().all(|version| applied.contains(version)))
}

/// Whether it is exactly the schema of this version.
pub fn is_ours(conn: &mut Conn) -> Result<bool, StoreError> {
    let (mut applied, mut known) = (applied(conn)?, versions());
    applied.sort();
    known.sort();
    Ok(applied == known)
}

fn applied(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let rows = diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load::<Applied>(conn)?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

#[derive(diesel::QueryableByName)]
struct Applied {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Undoes everything and does it again: only for tests of the migrations themselves.
pub fn redo_all(conn: &mut Conn) -> Result<(), StoreError> {
    let undone = match conn {
        Conn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(|_| ()),
        Conn::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(|_| ()),
    };
    undone.map_err(|error| StoreError::Version(error.to_string()))?;
    run(conn)
}

/// Refuses a schema of a newer version, unless it has only grown since this one.
pub fn ensure_readable(conn: &mut Conn) -> Result<(), StoreError> {
    if !has_table(conn)? {
        return Ok(());
    }
    let Some(version) = unknown(conn)? else { return Ok(()) };
    if oldest_reader(conn)?.is_some_and(|oldest| newest() >= oldest) {
        return Ok(());
    }
    Err(StoreError::Version(format!(
        "The database was written by a newer Camlock (migration {version}). Start that version, or restore a backup."
    )))
}

/// Whether a newer version has added to the schema.
pub fn is_newer(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(unknown(conn)?.is_some())
}

fn unknown(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    let known = versions();
    Ok(applied(conn)?.into_iter().find(|version| !known.contains(version)))
}

/// The oldest newest step with which a program can still work on this schema.
fn oldest_reader(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let value = meta::find(conn, meta::OLDEST_READER)?;
    Ok(value.and_then(|value| String::from_utf8(value).ok()).and_then(|text| text.parse().ok()))
}

fn versions() -> Vec<String> {
    use diesel::migration::MigrationSource;
    let found: Result<Vec<Box<dyn diesel::migration::Migration<diesel::sqlite::Sqlite>>>, _> =
        SQLITE.migrations();
    found.unwrap_or_default().iter().map(|migration| migration.name().version().to_string()).collect()
}

/// The newest step, as a number.
pub fn newest() -> i64 {
    versions().iter().filter_map(|version| version.replace('-', "").parse().ok()).max().unwrap_or_default()
}

/// Whether no migration has ever run here; looks only, and makes no table.
pub fn is_untouched(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(!has_table(conn)? || applied(conn)?.is_empty())
}

fn has_table(conn: &mut Conn) -> Result<bool, StoreError> {
    let question = match conn {
        Conn::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations') AS found"
        }
        Conn::Postgres(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS found",
    };
    Ok(diesel::sql_query(question).get_result::<Table>(conn)?.found)
}

#[derive(diesel::QueryableByName)]
struct Table {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}
