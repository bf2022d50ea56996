//! A PostgreSQL database whose tables are gone, or whose start was killed before the key had its name.

use crate::support::database::TestDatabase;
use crate::support::process::{camlock, refusal, started, stop, text};
use camlock::config::DatabaseUrl;
use camlock::store::{Conn, Store, StoreError};
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use std::fs;

#[test]
fn a_postgres_database_without_tables_and_a_key_of_an_earlier_start_is_a_lost_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::new(folder.path());
    if database.is_sqlite() {
        return;
    }
    let key_file = folder.path().join("camlock-data/master.key");
    let with = |arguments: &[&str]| {
        let mut command = camlock(folder.path(), arguments);
        command.env("CAMLOCK_DATABASE__URL", &database.url);
        command
    };
    stop(started(&mut with(&["serve"])).0);
    let key = fs::read_to_string(&key_file).unwrap();
    drop_tables(&database);

    let said = refusal(&mut with(&["serve"]));
    assert!(said.contains("no tables") && said.contains("serve --new-database"), "{said}");
    assert_eq!(tables(&database), 0);
    let (child, line) = started(&mut with(&["serve", "--new-database"]));
    assert!(text(&stop(child).stderr).contains("new installation") && line.contains("/setup?token="));
    assert_eq!(fs::read_to_string(&key_file).unwrap(), key);

    // Killed after the tables, before the key had its name.
    fs::rename(&key_file, key_file.with_extension("key.new")).unwrap();
    stop(started(&mut with(&["serve"])).0);
    assert_eq!(fs::read_to_string(&key_file).unwrap(), key);

    // The key is gone: no other one is made.
    fs::remove_file(&key_file).unwrap();
    assert!(refusal(&mut with(&["serve"])).contains("missing"));
    assert!(!key_file.exists());
}

fn store(database: &TestDatabase) -> Store {
    Store::open(&DatabaseUrl::parse(&database.url).unwrap(), 1).unwrap()
}

fn drop_tables(database: &TestDatabase) {
    let sql = "DO $$ BEGIN EXECUTE format('DROP SCHEMA %I CASCADE', current_schema()); END $$";
    let schema = database.url.split("search_path%3D").nth(1).unwrap();
    store(database)
        .read_now(|conn| {
            conn.batch_execute(sql)?;
            Ok::<_, StoreError>(conn.batch_execute(&format!("CREATE SCHEMA {schema}"))?)
        })
        .unwrap();
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn tables(database: &TestDatabase) -> i64 {
    let sql = "SELECT count(*) AS count FROM pg_tables WHERE schemaname = current_schema()";
    let count =
        |conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(sql).get_result::<Count>(conn)?.count);
    store(database).read_now(count).unwrap()
}
