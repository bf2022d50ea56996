//! A database of an older version, and what is known of it; see `tests/fixtures`.

use super::database::TestDatabase;
use super::people::Person;
use super::{Browser, Client, TestApp};
use camlock::store::StoreError;
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use reqwest::StatusCode;
use serde_json::Value;
use std::ops::Index;
use std::path::Path;

/// The server on such a database, a minute after it was left.
pub struct Upgraded {
    pub app: TestApp,
    facts: Value,
}

impl Index<&str> for Upgraded {
    type Output = Value;

    /// What is known of the database, by JSON pointer.
    fn index(&self, pointer: &str) -> &Value {
        self.facts.pointer(pointer).unwrap_or_else(|| panic!("no fact {pointer}"))
    }
}

/// A file of the SQLite database of commit fd014a5.
pub fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fd014a5/sqlite");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

impl Upgraded {
    /// The server on the database of commit fd014a5.
    pub fn open() -> Self {
        let kind = if std::env::var("TEST_DATABASE_URL").is_ok() { "postgres" } else { "sqlite" };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fd014a5").join(kind);
        let read = |file| std::fs::read_to_string(folder.join(file)).unwrap();
        let facts: Value = serde_json::from_str(&read("facts.json")).unwrap();
        let now = facts["now"].as_i64().unwrap();
        let app = TestApp::spawn_over(&read("dump.sql"), &read("master.key"), now + 60);
        Self { app, facts }
    }

    /// The server on a copy of the SQLite database of that commit, which `make` puts where it is to be.
    pub fn copied(make: impl FnOnce(&Path, &TestDatabase)) -> Self {
        let facts: Value = serde_json::from_str(&fixture("facts.json")).unwrap();
        let now = facts["now"].as_i64().unwrap();
        let app = TestApp::spawn_prepared(&fixture("master.key"), now + 60, make);
        Self { app, facts }
    }

    pub fn text(&self, pointer: &str) -> &str {
        self[pointer].as_str().unwrap()
    }

    pub fn key(&self, name: &str) -> Client {
        let of = |part| self.text(&format!("/keys/{name}/{part}"));
        self.app.client(of("secret_id"), of("secret_key"))
    }

    /// The browser of a session that was open.
    pub fn session(&self, name: &str) -> Browser {
        let browser = self.app.browser();
        browser.take_cookies(self.text(&format!("/sessions/{name}")));
        browser
    }

    /// A person in the account Acme, with a browser that was never here.
    pub fn person(&self, name: &str) -> Person {
        let owner = self.text("/accounts/acme/owner_uin");
        let (uin, seed) = if name == "root" {
            (owner, self.text("/accounts/acme/seed"))
        } else {
            let user = &self["/users"][name];
            (user["uin"].as_str().unwrap(), user["seed"].as_str().unwrap_or_default())
        };
        let mut person = Person::known(&self.app, (owner, uin, name));
        if !seed.is_empty() {
            person.remember_seed(seed);
        }
        person
    }

    pub async fn root(&self) -> Person {
        let root = self.person("root");
        root.browser.take_cookies(self.text("/sessions/root"));
        assert_eq!(root.browser.get("/users").await.status, StatusCode::OK);
        root
    }

    pub fn rows(&self, table: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            rows: i64,
        }
        let query = format!("SELECT count(*) AS rows FROM {table}");
        let ask = |conn: &mut _| Ok::<_, StoreError>(diesel::sql_query(&query).get_result::<Count>(conn)?);
        self.app.app.store.read_now(ask).unwrap().rows
    }
}
