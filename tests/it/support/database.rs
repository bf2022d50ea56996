//! A database of its own for each test: a SQLite file, or a PostgreSQL schema when `TEST_DATABASE_URL` is set.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use std::path::Path;

/// Ends with the test; a PostgreSQL schema is dropped.
pub struct TestDatabase {
    pub url: String,
    schema: Option<(String, String)>,
}

impl TestDatabase {
    pub fn new(folder: &Path) -> Self {
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            return Self { url: format!("sqlite://{}", folder.join("camlock.db").display()), schema: None };
        };
        let schema = format!("test_{}", uuid::Uuid::new_v4().simple());
        let mut conn = PgConnection::establish(&server).expect("PostgreSQL of TEST_DATABASE_URL");
        conn.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema");
        let joiner = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joiner}application_name={schema}&options=-csearch_path%3D{schema}");
        Self { url, schema: Some((server, schema)) }
    }

    /// Fills the empty database with what a dump holds; on PostgreSQL its schema is called `fixture`.
    pub fn load(&self, dump: &str) {
        match &self.schema {
            None => {
                let path = self.url.trim_start_matches("sqlite://");
                let mut conn = SqliteConnection::establish(path).expect("a new file");
                conn.batch_execute("PRAGMA foreign_keys = OFF").expect("a pragma");
                conn.batch_execute(dump).expect("a dump");
            }
            Some((server, schema)) => {
                let dump = dump.replace("fixture.", &format!("{schema}."));
                let mut conn = PgConnection::establish(server).expect("PostgreSQL of TEST_DATABASE_URL");
                conn.batch_execute(&dump).expect("a dump");
            }
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.schema.is_none()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some((server, schema)) = &self.schema else { return };
        if let Ok(mut conn) = PgConnection::establish(server) {
            let _ = conn.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}
