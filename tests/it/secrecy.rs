//! A secret leaves the process in the ways it may, and no other: not in a page, a log, an event or the database.

use crate::support::TestApp;
use crate::support::people::PASSWORD;
use data_encoding::HEXLOWER;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[actix_web::test]
async fn no_page_log_line_event_or_database_row_holds_a_secret_in_clear() {
    let log = Log::default();
    // Everything at trace level, but for the libraries by which this test reads the pages.
    let filter = "trace,html5ever=off,markup5ever=off,selectors=off,reqwest=off,hyper=off,hyper_util=off,cookie_store=off";
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.clone()).init();
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let page = root.browser.seed_page("/me/mfa/totp/new").await;
    let seed = page.text("#totp-secret").unwrap();
    root.remember_seed(&seed);
    let code = root.fresh_code(&app);
    let enrol = [("name", "Phone"), ("code", code.as_str())];
    let codes = root.browser.post("/me/mfa/totp/new", &page.csrf(), &enrol).await.redirect();
    let recovery = root.browser.get(&codes).await.texts("#recovery-codes li");
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    let secret = root.reveal(&app, &keys, &id).await.text("#secret-key").unwrap();

    let planted =
        [secret.as_str(), seed.as_str(), recovery[0].as_str(), PASSWORD, &PASSWORD.replace(' ', "+")];
    for path in [
        &keys,
        "/users",
        "/audit",
        "/me/security",
        &format!("/users/{}/activity", alice.uin),
        "/settings/security",
    ] {
        let body = root.browser.get(path).await.body;
        ensure_absent(path, body.as_bytes(), &planted);
    }
    let events = root.browser.get("/audit").await;
    for link in links(&events.body) {
        ensure_absent(&link, root.browser.get(&link).await.body.as_bytes(), &planted);
    }
    let lines = log.0.lock().unwrap().clone();
    assert!(lines.len() > 10_000, "the log was listened to");
    ensure_absent("the log", &lines, &planted);
    ensure_absent("the database", &everything_stored(&app), &planted);
}

fn links(body: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(body);
    let links = scraper::Selector::parse("tr[data-seq] a").unwrap();
    page.select(&links).filter_map(|link| link.value().attr("href").map(str::to_owned)).collect()
}

fn ensure_absent(place: &str, bytes: &[u8], planted: &[&str]) {
    for secret in planted {
        let hex = HEXLOWER.encode(secret.as_bytes());
        for form in [secret.as_bytes(), hex.as_bytes()] {
            assert!(!bytes.windows(form.len()).any(|window| window == form), "{place} holds {secret}");
        }
    }
}

/// The bytes of the SQLite files, or every row of PostgreSQL as text.
fn everything_stored(app: &TestApp) -> Vec<u8> {
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    if app.database.is_sqlite() {
        let files = ["camlock.db", "camlock.db-wal"];
        return files
            .iter()
            .flat_map(|name| std::fs::read(app.folder.path().join(name)).unwrap_or_default())
            .collect();
    }
    let tables = [
        "accounts",
        "identities",
        "users",
        "api_keys",
        "totp_devices",
        "recovery_codes",
        "sessions",
        "step_ups",
        "tickets",
        "enrolments",
        "setup_tokens",
        "throttles",
        "audit_events",
        "meta",
    ];
    let mut found = String::new();
    app.app
        .store
        .read_now(|conn| {
            for table in tables {
                let rows: Vec<Row> =
                    diesel::sql_query(format!("SELECT t::text AS text FROM {table} t")).load(conn)?;
                for row in &rows {
                    found.push_str(&row.text);
                }
            }
            Ok::<_, camlock::store::StoreError>(())
        })
        .unwrap();
    assert!(found.len() > 1000);
    found.into_bytes()
}

#[actix_web::test]
async fn a_secret_moved_to_another_row_does_not_open() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let (first, second) = (root.create_key(&keys).await, root.create_key(&keys).await);
    app.app
        .store
        .write_now(|conn| {
            use diesel::RunQueryDsl;
            let swap = format!("UPDATE api_keys SET secret = (SELECT secret FROM api_keys WHERE secret_id = '{first}') WHERE secret_id = '{second}'");
            diesel::sql_query(swap).execute(conn)?;
            Ok::<_, camlock::store::StoreError>(())
        })
        .unwrap();

    let answer = root.reveal(&app, &keys, &second).await;

    assert_eq!(answer.status.as_u16(), 500);
    assert!(answer.text("#request-id").is_some());
    assert!(root.reveal(&app, &keys, &first).await.text("#secret-key").is_some());
}
