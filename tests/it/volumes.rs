//! Data directories on fresh volumes, and what SQLite leaves beside its file.

use crate::support::TestApp;
use crate::support::process::{camlock, refusal, started, stop};
use camlock::store::StoreError;
use diesel::sql_types::Integer;
use diesel::{QueryableByName, RunQueryDsl};
use std::fs;

#[test]
fn a_fresh_volume_may_hold_what_belongs_to_the_file_system() {
    for own in [
        "lost+found",
        ".snapshot",
        ".snapshots",
        ".zfs",
        ".snap",
        "..data",
        "..2026_11_28",
        ".nfs000000000000001",
        ".Trash-1000",
        "@eaDir",
        "System Volume Information",
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("camlock-data").join(own)).unwrap();
        let (child, line) = started(&mut camlock(folder.path(), &["serve"]));
        assert!(stop(child).status.success() && line.contains("/setup?token="), "{own}");
    }
    for other in ["data", "master.key.bak", "camlock.db.old", "snapshot", ".hidden"] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("camlock-data").join(other)).unwrap();
        assert!(refusal(&mut camlock(folder.path(), &["serve"])).contains("not empty"), "{other}");
    }
}

#[derive(QueryableByName)]
struct Pragma {
    #[diesel(sql_type = Integer)]
    temp_store: i32,
}

#[actix_web::test]
async fn sqlite_needs_no_folder_for_temporary_files() {
    let app = TestApp::spawn();
    if !app.database.is_sqlite() {
        return;
    }
    let ask = |conn: &mut camlock::store::Conn| {
        Ok::<_, StoreError>(diesel::sql_query("PRAGMA temp_store").get_result::<Pragma>(conn)?.temp_store)
    };
    assert_eq!(app.app.store.read_now(ask).unwrap(), 2, "in memory");
}

#[actix_web::test]
async fn a_rollback_that_fails_does_not_hide_the_first_error() {
    let app = TestApp::spawn();
    if !app.database.is_sqlite() {
        return;
    }
    let failed = app.app.store.write_now(|conn| {
        diesel::sql_query("ROLLBACK").execute(conn)?;
        Err::<(), _>(StoreError::Corrupt("the first error"))
    });
    assert!(failed.unwrap_err().to_string().contains("the first error"));
    app.app.store.write_now(|_| Ok::<_, StoreError>(())).unwrap();
}
