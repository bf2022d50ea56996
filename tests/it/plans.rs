//! No statement reads a table from one end to the other: each is asked how the database would go about it.
//!
//! The statements are those that a part of the suite sends, which runs for this in a program of its own. Whoever wants to
//! know it of all the suite runs it with `STATEMENTS_TO=/a/file`, then this test with `STATEMENTS_FROM=/a/file`.

use crate::support::TestApp;
use crate::support::statements::FILE;
use camlock::store::{Conn, StoreError};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Tests that together open every page, send every form and call every action.
const STORIES: [&str; 41] = [
    "canaries::",
    "quarantine::",
    "last_use::",
    "leftovers::",
    "session_cap::",
    "policy_holders::",
    "totp::",
    "snapshots::",
    "every_action_answers",
    "authorisation::everyone",
    "user_lists::",
    "users::",
    "audit_search::",
    "audit_field::",
    "audit_narrow::",
    "account_counts::",
    "policy_uses::",
    "admin_unlock::counters",
    "gate_services::",
    "impact::",
    "impact_keys::",
    "upgrade::",
    "api_usage::",
    "key_history::",
    "key_trials",
    "key_rotations::",
    "key_limits::",
    "key_expiry::",
    "key_idle_default::",
    "key_effect::",
    "reports::",
    "selection::",
    "saved_filters::",
    "overview",
    "claims::",
    "webhooks",
    "notices::",
    "claims_list::",
    "invitations::",
    "api_rotations::",
    "attention_count::",
];

/// What may be read as a whole: a part of the statement, and the reason.
const WHOLE: [(&str, &str); 14] = [
    (
        "FROM rotations WHERE ((rotations.uid = $1) AND (rotations.ended_at IS NULL))",
        "PostgreSQL begins at the user as soon as there are rows; of none it may as well read those under way",
    ),
    ("UPDATE rotations SET ended_at", "the same with the id"),
    ("LIMIT $2) AS counted", "as many rows as the limit, which an index led to"),
    ("LIMIT $3) AS counted", "the same"),
    ("ORDER BY authority_log.number DESC LIMIT", "the newest one, in the order of the key"),
    ("DELETE FROM nodes", "as many rows as there are servers"),
    ("FROM nodes WHERE (nodes.seen_at >=", "as many rows as there are servers"),
    ("SELECT value FROM meta", "a handful of rows"),
    ("ORDER BY accounts.owner_uin LIMIT", "the first two accounts, in the order of the key"),
    (
        "FROM (gate_token_services INNER JOIN gate_tokens ON",
        "PostgreSQL begins at the service as soon as there are rows; of none it may as well read those that are not revoked",
    ),
    ("DELETE FROM setup_tokens", "one row, of the first start"),
    ("DELETE FROM key_count_changes", "what changed since it was last folded in, all of which is folded in"),
    (
        "DELETE FROM account_count_changes",
        "what changed since it was last folded in, all of which is folded in",
    ),
    ("DELETE FROM policy_use_changes", "what changed since it was last folded in, all of which is folded in"),
];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[actix_web::test]
async fn no_statement_reads_a_whole_table() {
    if std::env::var_os(FILE).is_some() {
        return; // The part of the suite that tells its statements.
    }
    let app = TestApp::spawn();
    let told = match std::env::var_os("STATEMENTS_FROM") {
        Some(path) => std::fs::read_to_string(path).unwrap(),
        None => statements_of_the_stories(app.folder.path()),
    };
    let statements: BTreeSet<&str> = told.lines().filter(|line| is_planned(line)).collect();
    assert!(statements.len() > 200, "only {} statements were told", statements.len());

    let mut faults = Vec::new();
    for statement in &statements {
        let steps = plan(&app, statement);
        let whole: Vec<&String> = steps.iter().filter(|step| reads_all(step)).collect();
        if whole.is_empty() {
            continue;
        }
        let bare = statement.replace(['`', '"'], "");
        if !WHOLE.iter().any(|(part, _)| bare.contains(part)) {
            faults.push(format!("{statement}\n    {whole:?}"));
        }
    }

    assert!(faults.is_empty(), "{} statements read everything:\n\n{}", faults.len(), faults.join("\n\n"));
}

fn statements_of_the_stories(folder: &Path) -> String {
    let path = folder.join("statements");
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(STORIES)
        .env(FILE, &path)
        .env("INSTA_UPDATE", "no")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    std::fs::read_to_string(path).unwrap()
}

/// Whether a statement looks for rows at all.
fn is_planned(statement: &str) -> bool {
    let start = statement.split(' ').next().unwrap_or_default().to_uppercase();
    matches!(start.as_str(), "SELECT" | "UPDATE" | "DELETE" | "INSERT" | "WITH")
        // Questions of the tests themselves; and lists of nobody, for which nothing is read.
        && !["/* test */", "AS rows FROM", "(SELECT seed FROM", "(1=0)"].iter().any(|part| statement.contains(part))
        && !["pg_catalog", "pg_advisory", "pg_try_advisory", "sqlite_master", "pragma_", "__diesel"]
            .iter()
            .any(|part| statement.contains(part))
}

/// The steps that the database would take, whatever the values.
fn plan(app: &TestApp, statement: &str) -> Vec<String> {
    let ask = |conn: &mut Conn| -> Result<Vec<String>, StoreError> {
        let question = match conn {
            Conn::Sqlite(_) => format!("EXPLAIN QUERY PLAN {statement}"),
            Conn::Postgres(conn) => {
                // Empty tables are cheapest to read as a whole, so that is made dear, and so is what begins with it.
                conn.batch_execute(&format!(
                    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                     SET plan_cache_mode = force_generic_plan; \
                     DEALLOCATE ALL; PREPARE asked AS {statement}"
                ))?;
                let values = vec!["NULL"; places(statement)].join(", ");
                let values = if values.is_empty() { values } else { format!("({values})") };
                format!("EXPLAIN EXECUTE asked{values}")
            }
        };
        match conn {
            Conn::Sqlite(conn) => {
                let rows = diesel::sql_query(question).load::<Step>(conn)?;
                Ok(rows.into_iter().map(|step| step.detail).collect())
            }
            Conn::Postgres(conn) => postgres_plan(conn, &question),
        }
    };
    app.other_connection().read_now(ask).unwrap_or_else(|error| panic!("{statement}: {error}"))
}

fn postgres_plan(conn: &mut diesel::PgConnection, question: &str) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        #[diesel(column_name = "QUERY PLAN")]
        line: String,
    }
    let lines: Vec<String> =
        diesel::sql_query(question).load::<Line>(conn)?.into_iter().map(|row| row.line).collect();
    let mut steps: Vec<String> = Vec::new();
    for line in lines {
        let line = line.trim();
        // What belongs to a step stands under it.
        match steps.last_mut().filter(|_| line.contains("Cond:")) {
            Some(step) => step.push_str(" with a condition"),
            None => steps.push(line.to_owned()),
        }
    }
    Ok(steps)
}

/// How many values a statement takes on PostgreSQL.
fn places(statement: &str) -> usize {
    let number = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    statement.split('$').skip(1).filter_map(number).max().unwrap_or_default()
}

/// Whether a step reads all there is: of a table, or of an index that is not one of a few rows.
fn reads_all(step: &str) -> bool {
    let few = ["users_without_looks", "user_lines_unsearchable"];
    if few.iter().any(|index| step.contains(index)) {
        return false;
    }
    let is_sqlite_scan = step.starts_with("SCAN ")
        && !["CONSTANT ROW", "ROW VALUES CLAUSE", "SCAN part", "SCAN found", "SCAN (", "VIRTUAL TABLE"]
            .iter()
            .any(|part| step.contains(part));
    let is_index = ["Index Scan", "Index Only Scan"].iter().any(|kind| step.contains(kind));
    is_sqlite_scan
        || step.contains("AUTOMATIC")
        || step.contains("Seq Scan on")
        || (is_index && !step.contains("with a condition"))
}
