//! The credential report and the log as files: by a browser, a signed call and the command line.

use crate::support::people::Person;
use crate::support::process::operate;
use crate::support::{Answer, TestApp, code};
use camlock::domain::credential_report::COLUMNS;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::HashMap;

const PAGE: &str = "/reports/credentials";
/// The columns of CAM's report; those of keys stand there once for each key.
const OF_CAM: [&str; 11] = [
    "AccountID",
    "Username",
    "UserType",
    "CreationTime",
    "PasswordEnabled",
    "PasswordLastRotation",
    "LoginConsoleActive",
    "LoginProtectionActive",
    "OperationProtectionActive",
    "MFADeviceActive",
    "AbnormalLoginsNumWithin30Days",
];
const OF_KEYS: [&str; 7] = [
    "SecretId",
    "MayBeAtRisk",
    "CreationTime",
    "Status",
    "lastUsedDate",
    "CreatedOver90Days",
    "CreatedOver30Days",
];

/// The columns of limits, once for each key, after all others.
const OF_LIMITS: [&str; 5] = ["ExpiresAt", "IdleDays", "Networks", "OwnPolicy", "ReviewAt"];

/// Asks for the report, passes the check, and gives the address of the file.
async fn report_address(app: &TestApp, person: &Person, format: &str) -> String {
    let question = person.browser.submit(PAGE, PAGE, &[("format", format)]).await.redirect();
    let ready = person.pass(app, &question).await.redirect();
    person.browser.get(&ready).await.attribute("#report-download", "href").unwrap()
}

async fn report(app: &TestApp, person: &Person, format: &str) -> Answer {
    let address = report_address(app, person, format).await;
    let answer = person.browser.get(&address).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer
}

async fn export(person: &Person, filter: &str, format: &str) -> Answer {
    let fields = [("filter", filter), ("format", format)];
    person.browser.submit("/audit", "/audit/export", &fields).await
}

fn by_name(text: &str) -> HashMap<String, Value> {
    let rows: Vec<Value> = serde_json::from_str(text).unwrap();
    rows.into_iter().map(|row| (row["Username"].as_str().unwrap().to_owned(), row)).collect()
}

/// Adds users with plain statements, as many as a test of size wants.
fn crowd(app: &TestApp, root: &Person, count: i64) {
    use diesel::connection::SimpleConnection;
    let owner: i64 = root.uin.parse().unwrap();
    let mut text = "/* test */".to_owned();
    for number in 0..count {
        let (uid, uin) = (800_000_000 + number, 700_000_000_000 + number);
        let identity = format!("INSERT INTO identities (uin) VALUES ({uin});");
        let user = format!(
            "INSERT INTO users (uid, owner_uin, uin, kind, name, name_key, note, phone, email, console_login, created_at, \
             created_by) VALUES ({uid}, {owner}, {uin}, 'sub_user', 'u-{number}', 'u-{number}', '', '', '', FALSE, 0, {owner});"
        );
        text.extend([identity, user]);
    }
    let run =
        |conn: &mut camlock::store::Conn| conn.batch_execute(&text).map_err(camlock::store::StoreError::from);
    app.app.store.write_now(run).unwrap();
}

#[test]
fn the_report_begins_with_the_columns_of_cam() {
    let keys = [1, 2].map(|slot| OF_KEYS.map(|name| format!("Key{slot}{name}")));
    let wanted: Vec<String> =
        OF_CAM.iter().map(|name| (*name).to_owned()).chain(keys.into_iter().flatten()).collect();

    assert_eq!(wanted.len(), 25);
    assert_eq!(COLUMNS[..25], wanted);
}

#[actix_web::test]
async fn a_row_tells_what_is_known_of_a_user_and_its_keys() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    let client = app.key_of(&alice).await;
    app.wait(31 * 86_400);
    root.sign_in(&app).await;
    client.call("cam", "GetUserAppId", json!({})).await;

    let rows = by_name(&report(&app, &root, "json").await.body);

    let row = &rows["dev-alice"];
    assert_eq!(row.as_object().unwrap().len(), COLUMNS.len());
    assert_eq!(
        (&row["AccountID"], &row["UserType"], &row["UIN"]),
        (&json!(root.uin), &json!("Sub-user"), &json!(alice.uin))
    );
    assert_eq!((&row["Key1SecretId"], &row["Key1Status"]), (&json!(id), &json!("Disable")));
    assert_eq!((&row["Key1lastUsedDate"], &row["Key1LastUsedAddress"]), (&json!("N/A"), &json!("N/A")));
    assert_eq!((&row["Key2Status"], &row["Key2LastUsedAddress"]), (&json!("Active"), &json!("127.0.0.1")));
    assert_eq!(row["Key2lastUsedDate"].as_str().unwrap().len(), "2026-11-28".len());
    assert_eq!(
        (&row["Key2CreatedOver30Days"], &row["Key2CreatedOver90Days"]),
        (&json!("TRUE"), &json!("FALSE"))
    );
    assert_eq!(
        (&row["MFADeviceActive"], &row["Key1MayBeAtRisk"]),
        (&json!("FALSE"), &json!("not_supported"))
    );
    let own = &rows["root"];
    assert_eq!((&own["UserType"], &own["MFADeviceActive"]), (&json!("Root"), &json!("TRUE")));
    assert_eq!((&own["Key1SecretId"], &own["PasswordEnabled"]), (&json!("N/A"), &json!("TRUE")));
}

#[actix_web::test]
async fn each_download_takes_a_code_and_is_one_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let address = report_address(&app, &root, "csv").await;
    assert_eq!(root.events("GetCredentialReport").await, 0);
    root.browser.look_ahead(&address).await;

    let first = root.browser.get(&address).await;
    let again = root.browser.get(&address).await;
    let other = root.browser.get(&address.replace("csv", "json")).await;
    let bare = root.browser.get("/reports/credentials/download?format=csv").await;

    assert_eq!(first.headers["content-type"], "text/csv; charset=utf-8");
    assert!(first.headers["content-disposition"].to_str().unwrap().contains("attachment"));
    assert_eq!(first.headers["cache-control"], "no-store");
    assert_eq!(first.body.lines().next().unwrap(), COLUMNS.join(","));
    assert_eq!([again.redirect(), other.redirect(), bare.redirect()], [PAGE, PAGE, PAGE].map(str::to_owned));
    let page = root.browser.get("/audit?event=GetCredentialReport&result=allowed").await;
    assert_eq!(page.count("tr[data-seq]"), 1);

    let late = report_address(&app, &root, "csv").await;
    app.wait(61);
    assert_eq!(root.browser.get(&late).await.redirect(), PAGE);
}

#[actix_web::test]
async fn the_first_rows_are_shown_after_the_code_until_the_download() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("rival").await;
    app.sub_user(&other, "stranger", &[]).await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let names = |page: &Answer| page.texts("#first-rows tbody th");
    let question = root.browser.submit(PAGE, PAGE, &[("format", "csv")]).await.redirect();
    let ready = root.pass(&app, &question).await.redirect();

    let before = root.browser.get(PAGE).await;
    let guess = root.browser.get(&format!("{PAGE}?t=guess&format=csv")).await;
    let shown = root.browser.get(&ready).await;
    let again = root.browser.get(&ready).await;
    let elsewhere = root.browser.get(&ready.replace("csv", "json")).await;

    for page in [&before, &guess, &elsewhere] {
        assert_eq!((page.count("#first-rows"), page.count("#report-download")), (0, 0), "{}", page.body);
    }
    assert_eq!(
        (names(&shown), names(&again)),
        (vec!["root".to_owned(), "dev-alice".to_owned()], names(&shown))
    );
    assert_eq!(shown.text("#first-h").as_deref(), Some("All rows"));
    let heads = shown.texts("#first-rows thead code");
    assert!(heads.iter().all(|head| COLUMNS.contains(&head.as_str())), "{heads:?}");
    let cells = shown.texts("#first-rows tbody tr:last-child td");
    let made = camlock::clock::iso(app.now())[..10].to_owned();
    assert_eq!(cells, ["Sub-user", &made, "TRUE", "FALSE", "Active", "N/A", "FALSE"]);
    assert_eq!(shown.texts("#first-rows .is-bad"), ["FALSE"], "an authenticator app that is not there");
    root.browser.get(&shown.attribute("#report-download", "href").unwrap()).await;
    assert_eq!(root.browser.get(&ready).await.count("#first-rows"), 0, "the code is used up");
}

#[actix_web::test]
async fn who_had_the_report_is_listed_for_readers_of_the_log() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let policy = r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:GetCredentialReport","resource":"*"}]}"#;
    let fields = [("name", "report-only"), ("document", policy)];
    root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
    let reader = app.signed_in(&root, "reader", &["report-only"]).await;
    let none = root.browser.get(PAGE).await;
    for format in ["csv", "json"] {
        report(&app, &root, format).await;
    }
    let client = app.key_of(&root).await;
    client.call("camlock", "GetCredentialReport", json!({})).await;

    let page = root.browser.get(PAGE).await;
    let for_reader = reader.browser.get(PAGE).await;

    assert_eq!((none.count("#earlier-h"), none.count("#earlier li")), (1, 0));
    assert_eq!(page.texts("#earlier a"), ["A page of rows", "JSON", "CSV"]);
    assert_eq!(page.text("#earlier small").as_deref(), Some("Signed call, from 127.0.0.1"));
    assert_eq!(page.texts("#earlier .cut"), ["root"; 3]);
    assert_eq!(for_reader.status, StatusCode::OK);
    assert_eq!(for_reader.count("#earlier-h"), 0);
}

#[actix_web::test]
async fn no_more_than_ten_rows_are_shown_and_none_after_a_minute() {
    let app = TestApp::spawn();
    let root = app.root().await;
    crowd(&app, &root, 10);
    let question = root.browser.submit(PAGE, PAGE, &[("format", "json")]).await.redirect();
    let ready = root.pass(&app, &question).await.redirect();

    let shown = root.browser.get(&ready).await;
    app.wait(61);
    let late = root.browser.get(&ready).await;

    assert_eq!(shown.count("#first-rows tbody tr"), 10);
    assert_eq!(shown.text("#first-h").as_deref(), Some("First rows"));
    assert_eq!(late.count("#first-rows"), 0);
}

#[actix_web::test]
async fn the_limits_of_each_key_stand_at_the_end_of_its_row() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let client = app.key_of(&alice).await;
    let admin = app.key_of(&root).await;
    let policy =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;
    let (end, review) = (app.now() + 30 * 86_400, app.now() + 20 * 86_400);
    let limits = json!({
        "AccessKeyId": client.secret_id, "TargetUin": alice.uin.parse::<i64>().unwrap(),
        "ExpiresAt": camlock::clock::iso(end), "IdleDays": 14, "Networks": ["127.0.0.0/8", "10.0.0.0/16"], "Policy": policy,
        "ReviewAt": camlock::clock::iso(review),
    });
    let limited = admin.call("camlock", "UpdateKeyLimits", limits).await;
    assert_eq!(code(&limited), "", "{limited}");

    let rows = by_name(&report(&app, &root, "json").await.body);

    let names: Vec<String> =
        [1, 2].iter().flat_map(|slot| OF_LIMITS.map(|name| format!("Key{slot}{name}"))).collect();
    assert_eq!(COLUMNS[31..], names);
    let cells =
        |user: &str| OF_LIMITS.map(|name| rows[user][format!("Key1{name}")].as_str().unwrap().to_owned());
    let (end, review) = (camlock::clock::iso(end), camlock::clock::iso(review));
    assert_eq!(cells("dev-alice"), [end.as_str(), "14", "2", "TRUE", review.as_str()]);
    assert_eq!(cells("root"), ["N/A", "N/A", "0", "FALSE", "N/A"], "a key without limits");
    assert_eq!(rows["dev-alice"]["Key2Networks"], json!("N/A"), "no key");
    let csv = report(&app, &root, "csv").await.body;
    assert!(csv.contains(&format!("{end},14,2,TRUE,{review},N/A,N/A,N/A,N/A,N/A")), "{csv}");
    let page = admin.call("camlock", "GetCredentialReport", json!({})).await;
    assert!(page["Users"].as_array().unwrap().iter().any(|row| row["Key1ExpiresAt"] == json!(end)), "{page}");
}

#[actix_web::test]
async fn whoever_may_not_read_the_report_gets_none() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let plain = app.enrolled(&root, "plain", &[]).await;
    let reader = app.enrolled(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;

    assert_eq!(plain.browser.get(PAGE).await.status, StatusCode::FORBIDDEN);
    let token = plain.browser.get("/me/security").await.csrf();
    let refused = plain.browser.post("/audit/export", &token, &[("format", "csv")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let refused = app.key_of(&plain).await.call("camlock", "GetCredentialReport", json!({})).await;
    assert_eq!(code(&refused), "AuthFailure.UnauthorizedOperation");
    assert!(by_name(&report(&app, &reader, "json").await.body).contains_key("root"));
    assert_eq!(export(&reader, "", "csv").await.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn thousands_of_users_come_whole_in_every_way_and_nobody_else_does() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.bare_root("elsewhere").await;
    crowd(&app, &root, 2_100);

    let rows = by_name(&report(&app, &root, "json").await.body);
    assert_eq!(rows.len(), 2_101);
    assert!(rows.values().all(|row| row["AccountID"] == json!(root.uin)));
    assert_eq!(report(&app, &root, "csv").await.body.lines().count(), 2_102);

    let client = app.key_of(&root).await;
    let (mut cursor, mut found) = (String::new(), Vec::new());
    loop {
        let body = json!({ "Cursor": cursor, "Limit": 200 });
        let answer = client.call("camlock", "GetCredentialReport", body).await;
        assert_eq!(code(&answer), "", "{answer}");
        let page = answer["Users"].as_array().unwrap().clone();
        assert!(page.len() <= 200);
        found.extend(page.into_iter().map(|row| row["UIN"].as_str().unwrap().to_owned()));
        cursor = answer["NextCursor"].as_str().unwrap().to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 2_101);
    for body in [json!({ "Limit": 201 }), json!({ "Cursor": "x" })] {
        let refused = client.call("camlock", "GetCredentialReport", body).await;
        assert_eq!(code(&refused), "InvalidParameterValue");
    }

    let told = operate(&app, &["report", "--owner", &other.uin, "--format", "json"]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert_eq!(by_name(&String::from_utf8(told.stdout).unwrap()).len(), 1);
    let file = app.folder.path().join("report.csv");
    let told = operate(&app, &["report", "--owner", &root.uin, "--output", file.to_str().unwrap()]);
    assert!(told.status.success() && told.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2_102);
    assert_eq!(root.events("GetCredentialReport").await, 4);
}

#[actix_web::test]
async fn a_text_that_a_spreadsheet_would_compute_is_made_harmless() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.bare_root("@elsewhere").await;
    let page = "/users/new";
    let fields = [("kind", "sub_user"), ("user_name", "-dash")];
    let made = root.grant(&app, page, page, &fields).await;
    assert!(made.location().is_some(), "{}", made.body);

    let csv = report(&app, &root, "csv").await.body;
    let rows = by_name(&report(&app, &root, "json").await.body);
    let log = export(&root, "event=AddUser", "csv").await.body;

    assert!(csv.contains(",'-dash,") && !csv.contains(",-dash,"), "{csv}");
    assert!(rows.contains_key("-dash"));
    assert!(log.contains(",'-dash,") && !log.contains(",-dash,"), "{log}");
}

#[actix_web::test]
async fn the_log_comes_as_its_page_filters_it_and_the_export_is_one_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    for number in 0..3 {
        app.sub_user(&root, &format!("user-{number}"), &[]).await;
    }
    let page = root.browser.get("/audit?event=AddUser").await;
    assert_eq!(page.attribute(".page-head [name=filter]", "value").as_deref(), Some("?event=AddUser"));

    let rows: Vec<Value> = serde_json::from_str(&export(&root, "event=AddUser", "json").await.body).unwrap();
    let csv = export(&root, "event=AddUser", "csv").await;
    let all: Vec<Value> = serde_json::from_str(&export(&root, "", "json").await.body).unwrap();
    let day: Value = serde_json::from_str(&export(&root, "to=2001-01-01", "json").await.body).unwrap();

    let targets: Vec<&str> = rows.iter().map(|row| row["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["user-2", "user-1", "user-0"]);
    assert_eq!(csv.body.lines().count(), 4);
    assert!(all.len() > 5 && all[0]["event"] == "ExportAuditLog");
    assert_eq!(day, json!([]));
    assert_eq!(root.events("ExportAuditLog").await, 4);
    assert_eq!(export(&root, "from=never", "csv").await.redirect(), "/audit?from=never");
}
