//! Filters of the log combine by the one that fewest events fit, and what was not looked at is not said to be absent.

use crate::support::TestApp;
use crate::support::people::Person;
use camlock::domain::user::{Uid, Uin, User};
use camlock::store::{StoreError, identities, users};
use reqwest::StatusCode;

const DAY: i64 = 86_400;

/// An event as it comes many times over.
struct Many<'a> {
    event: &'a str,
    actor: (i64, &'a str),
    target: (i64, &'a str),
    at: i64,
}

impl Many<'_> {
    /// Writes it so many times, with the numbers that come next. In a target, `#` is which one it is.
    fn write(&self, app: &TestApp, owner: &str, times: i64) {
        let Many { event, actor, target, at } = self;
        app.execute(&format!(
            "INSERT INTO audit_events (seq, at, owner_uin, event, actor_uin, actor, target_uin, target, result, reason, ip, \
             user_agent, request_id, detail) \
             WITH RECURSIVE one (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM one WHERE x < {times}) \
             SELECT (SELECT value FROM sequences WHERE name = 'audit') + x, {at}, {owner}, '{event}', {}, '{}', {}, \
             replace('{}', '#', CAST(x AS TEXT)), 'allowed', '', '192.0.2.1', '', '-', '{{}}' FROM one",
            actor.0, actor.1, target.0, target.1
        ));
        app.execute("UPDATE sequences SET value = (SELECT MAX(seq) FROM audit_events) WHERE name = 'audit'");
    }
}

async fn events(person: &Person, query: &str) -> Vec<String> {
    let page = person.browser.get(&format!("/audit?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {:?}", page.text("[role=alert]"));
    assert_eq!(page.count("#looked"), 0, "{query}");
    page.texts("tr[data-seq] td[data-label=What] small")
}

#[actix_web::test]
async fn the_few_events_of_one_filter_are_found_however_many_the_others_fit() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let busy = (100_000_009_001, "busy");
    Many { event: "DeleteUser", actor: busy, target: (100_000_009_002, "rare"), at: app.now() }
        .write(&app, &root.uin, 1);
    Many { event: "SignIn", actor: busy, target: busy, at: app.now() }.write(&app, &root.uin, 3_000);

    for query in [
        "actor=100000009001&target=100000009002",
        "actor=100000009001&target=%22rare%22",
        "q=100000009001&event=DeleteUser",
        "q=192.0.2.1&event=DeleteUser&result=allowed",
        "q=rare&actor=100000009001&event=users&result=allowed",
    ] {
        assert_eq!(events(&root, query).await, ["DeleteUser"], "{query}");
    }
    assert_eq!(events(&root, "actor=100000009001&target=100000009003").await, [""; 0]);
}

#[actix_web::test]
async fn where_every_filter_fits_very_many_the_page_says_how_far_it_looked_and_goes_on() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (one, other) = ((100_000_009_001, "one"), (100_000_009_002, "other"));
    let at = app.now() - DAY;
    Many { event: "CreatePolicy", actor: one, target: (0, "p"), at }.write(&app, &root.uin, 1);
    Many { event: "SignIn", actor: one, target: one, at }.write(&app, &root.uin, 3_000);
    Many { event: "CreatePolicy", actor: other, target: (0, "p"), at }.write(&app, &root.uin, 3_000);
    let query = "/audit?actor=100000009001&event=CreatePolicy";

    let first = root.browser.get(query).await;
    let onward = first.attribute("#looked a", "href").unwrap();
    let second = root.browser.get(&format!("/audit{onward}")).await;
    let last = root.browser.get(&format!("/audit{}", onward.replace("older=", "newer="))).await;
    let fields = [("filter", "?actor=100000009001&event=CreatePolicy"), ("format", "csv")];
    let file = root.browser.submit("/audit", "/audit/export", &fields).await;

    assert_eq!(first.count("tr[data-seq]"), 0);
    assert!(
        first.text("#looked").unwrap().contains("2,500 were looked at, back to"),
        "{:?}",
        first.text("#looked")
    );
    assert!(!first.body.contains("No events match"));
    assert_eq!(first.attribute(".empty .btn", "href"), Some(onward));
    assert_eq!(second.texts("tr[data-seq] td[data-label=What] small"), ["CreatePolicy"]);
    assert_eq!((second.count("#looked"), last.count("tr[data-seq]")), (0, 0));
    assert_eq!(file.body.lines().count(), 2, "{}", file.body);
}

#[actix_web::test]
async fn a_day_is_found_by_its_own_numbers_and_so_is_what_a_wrong_clock_wrote() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let one = (100_000_009_001, "one");
    let many = |event, at| Many { event, actor: one, target: one, at };
    let (past, now) = (app.now() - 10 * DAY, app.now());
    many("DeleteUser", past).write(&app, &root.uin, 1);
    many("SignIn", now).write(&app, &root.uin, 3_000);
    // A clock that is behind, and one that is ahead.
    many("UpdateUser", past).write(&app, &root.uin, 1);
    many("DeletePolicy", now + 10 * DAY).write(&app, &root.uin, 1);
    many("SignIn", now).write(&app, &root.uin, 3_000);
    many("CreatePolicy", now + DAY).write(&app, &root.uin, 1);
    let day = |at: i64| camlock::clock::iso(at).chars().take(10).collect::<String>();
    let of = |at: i64| format!("from={}&to={}", day(at), day(at));

    assert_eq!(events(&root, &of(past)).await, ["UpdateUser", "DeleteUser"]);
    assert_eq!(events(&root, &of(now + 10 * DAY)).await, ["DeletePolicy"]);
    assert_eq!(events(&root, &of(now + DAY)).await, ["CreatePolicy"]);
    assert_eq!(events(&root, &of(now)).await.len(), 50);
    assert_eq!(events(&root, &format!("{}&actor=100000009001", of(past))).await.len(), 2);
    assert_eq!(events(&root, &of(now + 2 * DAY)).await, [""; 0]);
    assert_eq!(events(&root, &format!("from={}&event=DeletePolicy", day(now))).await, ["DeletePolicy"]);
}

#[actix_web::test]
async fn the_operator_and_the_server_itself_are_two_and_each_has_its_own_events() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let now = app.now();
    Many { event: "ResetMfa", actor: (0, "operator"), target: (100_000_009_001, "one"), at: now }
        .write(&app, &root.uin, 1);
    Many { event: "DisableApiKey", actor: (0, "camlock"), target: (100_000_009_001, "one"), at: now }
        .write(&app, &root.uin, 3_000);

    for field in ["q", "actor"] {
        assert_eq!(events(&root, &format!("{field}=operator")).await, ["ResetMfa", "CreateAccount"]);
        let own = events(&root, &format!("{field}=camlock")).await;
        assert_eq!((own.len(), own.iter().all(|event| event == "DisableApiKey")), (50, true));
    }
    assert_eq!(events(&root, "target=operator").await, [""; 0]);
}

#[actix_web::test]
async fn what_could_stand_for_some_of_many_is_not_searched_for() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let target = (100_000_009_001, "one / AKIDsame#zzzzzzzzzzzzzzzzzzzzzzzzzzz");
    Many { event: "CreateApiKey", actor: target, target, at: app.now() }.write(&app, &root.uin, 21);
    app.sub_user(&root, "quiet-anna", &[]).await;
    let owner = Uin::parse(&root.uin).unwrap();
    let added = app.app.store.write_now(|conn| {
        let known = users::by_name(conn, owner, "quiet-anna")?.unwrap();
        for number in 1..=201 {
            let uin = Uin(900_000_000_000 + number);
            let (uid, name) = (Uid(800_000_000 + number), format!("batch-{number}"));
            identities::insert(conn, uin, None)?;
            users::insert(
                conn,
                &User { uid, uin, name, note: "quietly".to_owned(), ..known.clone() },
                owner,
            )?;
        }
        Ok::<_, StoreError>(())
    });
    added.unwrap();

    let keys = root.browser.get("/audit?q=AKIDsame").await;
    let people = root.browser.get("/audit?actor=quiet").await;

    assert!(keys.text(".error-summary").unwrap().contains("More than 20 SecretIds"));
    assert!(people.text(".error-summary").unwrap().contains("More than 200 users"));
    assert_eq!([keys.status, people.status], [StatusCode::UNPROCESSABLE_ENTITY; 2]);
    assert_eq!(events(&root, "q=AKIDsame2").await.len(), 3);
    assert_eq!(events(&root, "target=%22quiet-anna%22").await, ["AddUser"]);
}
