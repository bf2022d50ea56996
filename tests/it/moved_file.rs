//! A SQLite file that is not there any more, or is another one: nothing goes on as if it were.

use crate::support::TestApp;
use crate::support::process::{camlock, refusal, started, stop, text};
use camlock::config::DatabaseUrl;
use camlock::store::{Store, bulk, new_file};
use reqwest::StatusCode;
use std::fs;

fn file_of(app: &TestApp) -> Option<String> {
    app.database.is_sqlite().then(|| app.database.url.trim_start_matches("sqlite://").to_owned())
}

#[actix_web::test]
async fn the_console_refuses_while_its_file_is_moved_and_nothing_is_lost() {
    let app = TestApp::spawn();
    let Some(file) = file_of(&app) else { return };
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    let csrf = root.browser.get(&keys).await.csrf();
    let away = format!("{file}.away");

    for is_replaced in [false, true] {
        fs::rename(&file, &away).unwrap();
        if is_replaced {
            fs::copy(&away, &file).unwrap();
        }
        let disabled = root.browser.post(&format!("{keys}/{id}/disable"), &csrf, &[]).await;
        assert_eq!(disabled.status, StatusCode::SERVICE_UNAVAILABLE);
        for page in ["/users", "/audit", &keys] {
            assert_eq!(root.browser.get(page).await.status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
        }
        let visitor = app.browser();
        let login = visitor.get("/login").await;
        if login.status.is_success() {
            let fields = [("user_name", "root"), ("password", crate::support::people::PASSWORD)];
            let answer = visitor.post("/login", &login.csrf(), &fields).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        }
        fs::rename(&away, &file).unwrap();
    }

    let row = format!("tr[data-secret-id={id}]");
    assert_eq!(root.browser.get(&keys).await.attribute(&row, "data-status"), Some("enabled".to_owned()));
    assert_eq!(
        root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
}

#[test]
fn commands_beside_a_moved_file_say_one_clear_line_and_make_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("camlock-data/camlock.db");
    let (child, _) = started(&mut camlock(folder.path(), &["serve"]));
    fs::rename(&database, folder.path().join("away")).unwrap();

    let said = refusal(&mut camlock(folder.path(), &["setup-url"]));
    let is_made = database.exists();
    let ended = stop(child);

    assert!(said.contains("camlock.db"), "{said}");
    assert!(!is_made);
    assert!(!text(&ended.stderr).contains("panicked"));
}

#[test]
fn opening_a_database_that_is_not_there_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a place & 100% + #1.db");
    let url = DatabaseUrl::Sqlite(file.clone());
    let (opened, filled) = (Store::open(&url, 1).map(|_| ()), bulk::open(&url).map(|_| ()));
    for refused in [opened, filled] {
        assert!(refused.unwrap_err().to_string().contains("100%"));
    }
    assert_eq!(new_file::look(&file).vault_check, None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
