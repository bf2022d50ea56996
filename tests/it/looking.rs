//! What a look at a database leaves as it was: a wrong key, a check, a command beside nothing.

use crate::support::app::keep_key;
use crate::support::database::TestDatabase;
use crate::support::process::{camlock, text};
use camlock::config::DatabaseUrl;
use camlock::store::{StoreError, bulk};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use std::path::{Path, PathBuf};
use std::process::Command;

const OTHER_KEY: &str = "1:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\n";

/// A database of an earlier version, and its master key.
struct Earlier {
    folder: tempfile::TempDir,
    database: TestDatabase,
    key: String,
}

#[derive(diesel::QueryableByName)]
struct Steps {
    #[diesel(sql_type = BigInt)]
    steps: i64,
}

impl Earlier {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(folder.path());
        let kind = if database.is_sqlite() { "sqlite" } else { "postgres" };
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fd014a5").join(kind);
        let read = |file| std::fs::read_to_string(kept.join(file)).unwrap();
        database.load(&read("dump.sql"));
        Self { folder, database, key: read("master.key") }
    }

    fn data(&self, name: &str, key: &str) -> PathBuf {
        let data = self.folder.path().join(name);
        keep_key(&data, key);
        data
    }

    fn command(&self, data: &Path, name: &str) -> Command {
        let mut command = camlock(self.folder.path(), &[name]);
        command.env("CAMLOCK_DATA_DIR", data).env("CAMLOCK_DATABASE__URL", &self.database.url);
        command
    }

    fn steps(&self) -> i64 {
        let mut conn = bulk::open(&DatabaseUrl::parse(&self.database.url).unwrap()).unwrap();
        let ask = "SELECT count(*) AS steps FROM __diesel_schema_migrations";
        diesel::sql_query(ask).get_result::<Steps>(&mut conn).map_err(StoreError::from).unwrap().steps
    }
}

#[test]
fn a_wrong_master_key_is_refused_before_the_schema_is_changed() {
    let earlier = Earlier::new();
    let (wrong, before) = (earlier.data("wrong", OTHER_KEY), earlier.steps());
    for name in ["serve", "setup-url", "doctor"] {
        let output = earlier.command(&wrong, name).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success() && said.contains("does not match this database"), "{name}: {said}");
        assert_eq!(earlier.steps(), before, "{name}");
    }
}

#[test]
fn doctor_changes_no_schema_and_says_that_the_database_is_of_an_earlier_version() {
    let earlier = Earlier::new();
    let (data, before) = (earlier.data("data", &earlier.key), earlier.steps());
    let looked = text(&earlier.command(&data, "doctor").output().unwrap().stdout);
    assert!(looked.contains("of an earlier version"), "{looked}");
    assert_eq!(earlier.steps(), before);

    let mut unlock = camlock(earlier.folder.path(), &["admin", "unlock", "--all"]);
    unlock.env("CAMLOCK_DATA_DIR", &data).env("CAMLOCK_DATABASE__URL", &earlier.database.url);
    assert!(unlock.output().unwrap().status.success());
    let known = text(&earlier.command(&data, "doctor").output().unwrap().stdout);
    assert!(earlier.steps() > before && known.contains("ok    accounts: set up"), "{known}");
    assert!(known.contains("no server runs now"), "{known}");
}

#[test]
fn commands_that_need_a_database_make_none() {
    let asked: [&[&str]; 5] = [
        &["doctor"],
        &["report", "--owner", "100000000001"],
        &["who-can", "--owner", "100000000001", "--action", "cam:ListUsers", "--resource", "*"],
        &["service", "list", "--owner", "100000000001"],
        &["admin", "unlock", "--all"],
    ];
    for arguments in asked {
        let folder = tempfile::tempdir().unwrap();
        let output = camlock(folder.path(), arguments).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}: {said}");
        assert!(said.contains("There is no database at"), "{arguments:?}: {said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    }
}
