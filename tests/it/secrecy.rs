//! A secret leaves the process in the ways it may, and no other: not in a page, a log, an event or the database.

use crate::support::people::{PASSWORD, Person};
use crate::support::places::Places;
use crate::support::{TestApp, code};
use camlock::store::StoreError;
use camlock::web::routes::ENDPOINTS;
use data_encoding::{BASE32_NOPAD, BASE64, BASE64_NOPAD, HEXLOWER, HEXUPPER};
use diesel::RunQueryDsl;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

const ADDED: &str = "seven copper lanterns drift 41";
const UPDATED: &str = "quiet harbour, nine tall masts";

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

/// Everything at trace level, but for the libraries by which this test reads the pages.
fn listen() -> Log {
    let log = Log::default();
    let filter = "trace,html5ever=off,markup5ever=off,selectors=off,reqwest=off,hyper=off,hyper_util=off,cookie_store=off";
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.clone()).init();
    log
}

#[actix_web::test]
async fn no_page_log_line_event_or_database_row_holds_a_secret_in_clear() {
    let log = listen();
    let app = TestApp::spawn();
    let mut planted = vec![PASSWORD.to_owned()];
    let root = enrolled_root(&app, &mut planted).await;
    let places = Places::new(&app, &root).await;
    plant_by_pages(&app, (&root, &places), &mut planted).await;
    let own_key = plant_by_calls(&app, &root, &mut planted).await;
    assert!(planted.len() >= 9 && planted.iter().all(|secret| secret.len() >= 8), "{planted:?}");

    let mut pages = 0;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "GET") {
        let path = places.fill(endpoint.path, &own_key);
        let answer = root.browser.get(&path).await;
        ensure_absent(&path, &answer.body, &planted);
        pages += usize::from(answer.status.is_success());
    }
    assert!(pages > 50, "only {pages} pages were shown");
    for link in links(&root.browser.get("/audit").await.body) {
        ensure_absent(&link, &root.browser.get(&link).await.body, &planted);
    }
    let lines = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(lines.len() > 10_000, "the log was listened to");
    ensure_absent("the log", &lines, &planted);
    ensure_absent("a file of the database", &files(&app), &planted);
    let tables = tables(&app);
    assert!(tables.iter().any(|(name, _)| name == "api_keys") && tables.len() > 20);
    for (name, rows) in tables {
        ensure_absent(&name, &rows, &planted);
    }
}

/// A root whose seed and recovery codes are known.
async fn enrolled_root(app: &TestApp, planted: &mut Vec<String>) -> Person {
    let mut root = app.bare_root("root").await;
    root.sign_in(app).await;
    let page = root.browser.seed_page("/me/mfa/totp/new").await;
    let seed = page.text("#totp-secret").unwrap();
    root.remember_seed(&seed);
    let code = root.fresh_code(app);
    let enrol = [("name", "Phone"), ("code", code.as_str())];
    let codes = root.browser.post("/me/mfa/totp/new", &page.csrf(), &enrol).await.redirect();
    planted.push(seed);
    planted.extend(root.browser.get(&codes).await.texts("#recovery-codes li"));
    root
}

/// The SecretKey of a user, once shown, and a seed that waits for its first code.
async fn plant_by_pages(app: &TestApp, (root, places): (&Person, &Places), planted: &mut Vec<String>) {
    let keys = format!("/users/{}/keys", places.user);
    planted.push(root.reveal(app, &keys, &places.key).await.text("#secret-key").unwrap());
    let alice = app.signed_in(root, "dev-alice", &[]).await;
    planted.push(alice.browser.seed_page("/me/mfa/totp/new").await.text("#totp-secret").unwrap());
    let new = "/settings/webhooks/new";
    let fields = [("name", "another"), ("url", "https://1.1.1.1/"), ("event", "keys"), ("enabled", "1")];
    let shown = root.grant(app, new, new, &fields).await.redirect();
    let secret = root.browser.get(&shown).await.text("#webhook-secret").unwrap();
    let bytes = BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).unwrap();
    planted.extend([secret, HEXUPPER.encode(&bytes)]);
    let renew = format!("/settings/webhooks/{}/renew", places.webhook);
    let shown = root.grant(app, &renew, &renew, &[]).await.redirect();
    planted.push(root.browser.get(&shown).await.text("#webhook-secret").unwrap());
    let asked = root.browser.submit(&keys, &keys, &[("delivery", "claim")]).await.redirect();
    let handed = root.browser.get(&root.pass(app, &asked).await.redirect()).await;
    let link = handed.text("#claim-url").unwrap();
    let (token, browser) = (link.split_once("t=").unwrap().1.to_owned(), app.browser());
    let opened = browser.submit(&format!("/claim?t={token}"), "/claim", &[("t", &token)]).await.redirect();
    planted.push(browser.get(&opened).await.text("#secret-key").unwrap());
    planted.push(token);
}

/// What the API made or was told; gives the SecretId of a key of the caller.
async fn plant_by_calls(app: &TestApp, root: &Person, planted: &mut Vec<String>) -> String {
    let client = app.key_of(root).await;
    planted.push(client.secret_key.clone());
    let made = client.call("cam", "CreateAccessKey", json!({})).await;
    planted.push(made["AccessKey"]["SecretAccessKey"].as_str().unwrap().to_owned());
    let wish = json!({ "Name": "jack", "ConsoleLogin": 1, "UseApi": 1 });
    let jack = client.call("cam", "AddUser", wish).await;
    planted.extend(["Password", "SecretKey"].map(|name| jack[name].as_str().unwrap().to_owned()));
    let wish = json!({ "Name": "jill", "ConsoleLogin": 1, "Password": ADDED });
    assert_eq!(code(&client.call("cam", "AddUser", wish).await), "");
    let wish = json!({ "Name": "jack", "Password": UPDATED });
    assert_eq!(code(&client.call("cam", "UpdateUser", wish).await), "");
    planted.extend([ADDED, UPDATED].map(str::to_owned));
    made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
}

fn links(body: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(body);
    let links = scraper::Selector::parse("tr[data-seq] a").unwrap();
    page.select(&links).filter_map(|link| link.value().attr("href").map(str::to_owned)).collect()
}

fn ensure_absent(place: &str, text: &str, planted: &[String]) {
    for secret in planted {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{place} holds {secret} as {form}");
        }
    }
}

/// A secret as programs write it down; a seed's bytes as well.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut forms = vec![secret.to_owned(), secret.replace(' ', "+"), secret.replace(' ', "%20")];
    forms.push(url::form_urlencoded::byte_serialize(bytes).collect());
    forms.extend([HEXLOWER.encode(bytes), HEXUPPER.encode(bytes), BASE64_NOPAD.encode(bytes)]);
    if let Ok(seed) = BASE32_NOPAD.decode(bytes) {
        forms.extend([HEXLOWER.encode(&seed), HEXUPPER.encode(&seed), BASE64_NOPAD.encode(&seed)]);
    }
    forms
}

/// The files of SQLite, with what is no longer in a row; nothing on PostgreSQL.
fn files(app: &TestApp) -> String {
    let names = ["camlock.db", "camlock.db-wal"];
    let files = names.map(|name| std::fs::read(app.folder.path().join(name)).unwrap_or_default());
    assert!(!app.database.is_sqlite() || files.concat().len() > 10_000);
    String::from_utf8_lossy(&files.concat()).into_owned()
}

/// Every table that the database has, with its rows as text.
fn tables(app: &TestApp) -> Vec<(String, String)> {
    let is_sqlite = app.database.is_sqlite();
    let names = if is_sqlite {
        "SELECT name AS text FROM sqlite_master WHERE type = 'table'"
    } else {
        "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = current_schema()"
    };
    let rows_of = |table: &str| {
        if !is_sqlite {
            return asked(app, &format!("SELECT t::text AS text FROM \"{table}\" t"));
        }
        let columns = asked(app, &format!("SELECT name AS text FROM pragma_table_info('{table}')"));
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        asked(app, &format!("SELECT {} AS text FROM \"{table}\"", quoted.join(" || ' ' || ")))
    };
    let names = asked(app, names);
    names.into_iter().map(|name| (name.clone(), rows_of(&name).join("\n"))).collect()
}

fn asked(app: &TestApp, question: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let rows: Vec<Row> =
        app.app.store.read_now(|conn| Ok::<_, StoreError>(diesel::sql_query(question).load(conn)?)).unwrap();
    rows.into_iter().map(|row| row.text).collect()
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
            let swap = format!("UPDATE api_keys SET secret = (SELECT secret FROM api_keys WHERE secret_id = '{first}') WHERE secret_id = '{second}'");
            diesel::sql_query(swap).execute(conn)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();

    let answer = root.reveal(&app, &keys, &second).await;

    assert_eq!(answer.status.as_u16(), 500);
    assert!(answer.text("#request-id").is_some());
    assert!(root.reveal(&app, &keys, &first).await.text("#secret-key").is_some());
}
