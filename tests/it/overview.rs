//! The overview: each thing that needs attention is told by its cause and not beyond it, with a way that opens.

use crate::support::people::Person;
use crate::support::{Answer, Browser, Client, TestApp, Upgraded};
use camlock::app::keys::usage::flush_usage;
use camlock::app::operator::fill_in::fill_in;
use camlock::clock;
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use reqwest::StatusCode;
use serde_json::json;

const DAY: i64 = 86_400;

/// What a row of the page says: level, title, evidence, and the way on.
#[derive(Debug)]
struct Told {
    level: String,
    title: String,
    evidence: String,
    href: String,
}

fn told(page: &Answer) -> Vec<Told> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let levels = page.attributes(".attn li", "class");
    let titles = page.texts(".attn h3");
    let evidence = page.texts(".attn p");
    let hrefs = page.attributes(".attn li > a", "href");
    assert_eq!([levels.len(), titles.len(), evidence.len()], [hrefs.len(); 3], "each row has all of it");
    let rows = levels.into_iter().zip(titles).zip(evidence).zip(hrefs);
    rows.map(|(((level, title), evidence), href)| Told { level, title, evidence, href }).collect()
}

async fn rows(browser: &Browser) -> Vec<Told> {
    told(&browser.get("/").await)
}

/// The row whose way on is this one.
async fn row(browser: &Browser, href: &str) -> Option<Told> {
    rows(browser).await.into_iter().find(|row| row.href == href)
}

/// The keys that a list shows.
async fn listed(browser: &Browser, href: &str) -> Vec<String> {
    let page = browser.get(href).await;
    assert_eq!(page.status, StatusCode::OK, "{href}: {}", page.body);
    page.attributes("tr[data-secret-id]", "data-secret-id")
}

fn run(app: &TestApp, sql: &str) {
    let change = |conn: &mut Conn| {
        diesel::sql_query(format!("/* test */ {sql}")).execute(conn)?;
        Ok::<_, StoreError>(())
    };
    app.app.store.write_now(change).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn number(app: &TestApp, sql: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let ask = |conn: &mut Conn| {
        Ok::<_, StoreError>(diesel::sql_query(format!("/* test */ {sql}")).get_result::<Found>(conn)?)
    };
    app.app.store.read_now(ask).unwrap().number
}

/// Lines of keys that are not what the tables say, by the words of the schema and not by those of the code.
fn wrong_lines(app: &TestApp) -> i64 {
    number(
        app,
        "SELECT (SELECT COUNT(*) FROM api_keys k LEFT JOIN key_lines l ON l.secret_id = k.secret_id \
         LEFT JOIN key_usage g ON g.secret_id = k.secret_id WHERE l.secret_id IS NULL OR l.owner_uin <> k.owner_uin \
         OR l.uid <> k.uid OR (l.is_enabled AND k.status = 'disabled') OR (NOT l.is_enabled AND k.status = 'enabled') \
         OR (l.was_used AND g.secret_id IS NULL) OR (NOT l.was_used AND g.secret_id IS NOT NULL) \
         OR COALESCE(l.expires_at, 0) <> COALESCE(k.expires_at, 0) \
         OR l.quiet_since / 86400 <> COALESCE(g.last_used_ms / 1000, k.created_at) / 86400) \
         + (SELECT COUNT(*) FROM key_lines l LEFT JOIN api_keys k ON k.secret_id = l.secret_id WHERE k.uid IS NULL) \
         AS number",
    )
}

/// A root and a user with a key.
struct Scene {
    app: TestApp,
    root: Person,
    alice: Person,
    client: Client,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::spawn();
        let root = app.root().await;
        let alice = app.sub_user(&root, "alice", &[]).await;
        let client = app.key_of(&alice).await;
        Self { app, root, alice, client }
    }

    async fn call(&self, times: usize) {
        for _ in 0..times {
            self.client.call("cam", "GetUserAppId", json!({})).await;
        }
        flush_usage(&self.app.app).await.unwrap();
    }

    /// Lets days pass and signs root in again.
    async fn wait_days(&self, days: i64) {
        self.app.wait(days * DAY);
        self.root.sign_in(&self.app).await;
    }

    async fn send(&self, what: &str, fields: &[(&str, &str)]) {
        let list = format!("/users/{}/keys", self.alice.uin);
        let form = format!("{list}/{}/{what}", self.client.secret_id);
        self.root.browser.submit(&list, &form, fields).await.redirect();
    }

    async fn row(&self, href: &str) -> Option<Told> {
        row(&self.root.browser, href).await
    }
}

#[actix_web::test]
async fn a_key_is_told_as_never_used_unused_old_and_called_though_disabled_each_in_its_time() {
    let scene = Scene::new().await;
    assert!(scene.row("/attention/never-used").await.is_none(), "a new key may wait for its first call");

    scene.wait_days(31).await;
    let never = scene.row("/attention/never-used").await.unwrap();
    assert!(never.level == "off" && never.title.contains("1 key was never used"), "{never:?}");
    assert!(never.evidence.contains("31 days old (alice)"), "{never:?}");
    assert_eq!(listed(&scene.root.browser, &never.href).await, [scene.client.secret_id.as_str()]);

    scene.call(1).await;
    assert!(scene.row("/attention/never-used").await.is_none(), "used now");
    assert!(listed(&scene.root.browser, "/attention/never-used").await.is_empty());

    scene.wait_days(91).await;
    let unused = scene.row("/attention/unused").await.unwrap();
    assert!(
        unused.level == "warn" && unused.evidence.contains("91 days without a call (alice)"),
        "{unused:?}"
    );
    let old = scene.row("/attention/old").await.unwrap();
    assert!(old.title.contains("1 enabled key is older than 90 days"), "{old:?}");
    assert!(old.evidence.contains("122 days old (alice)"), "{old:?}");
    assert_eq!(listed(&scene.root.browser, &old.href).await, [scene.client.secret_id.as_str()]);

    scene.send("disable", &[]).await;
    for gone in ["/attention/unused", "/attention/old", "/attention/still-called"] {
        assert!(scene.row(gone).await.is_none(), "{gone}");
    }

    scene.call(2).await;
    let still = scene.row("/attention/still-called").await.unwrap();
    assert!(still.title.contains("1 key that is not in use is still called"), "{still:?}");
    assert_eq!(listed(&scene.root.browser, &still.href).await, [scene.client.secret_id.as_str()]);
    assert_eq!(wrong_lines(&scene.app), 0);

    scene.send("delete", &[("confirm", &scene.client.secret_id[32..])]).await;
    assert!(scene.row("/attention/still-called").await.is_none());
    assert_eq!(wrong_lines(&scene.app), 0);
}

#[actix_web::test]
async fn a_key_that_ends_within_days_is_told_and_once_it_has_ended_who_still_calls() {
    let scene = Scene::new().await;
    let end = clock::iso(scene.app.now() + 9 * DAY);
    scene.send("limits", &[("expires_at", &end)]).await;
    assert!(scene.row("/attention/ending").await.is_none(), "nine days are far");

    scene.wait_days(3).await;
    let ending = scene.row("/attention/ending").await.unwrap();
    assert!(ending.title.contains("1 key expires within 7 days"), "{ending:?}");
    assert!(ending.evidence.contains("2 Dec 2026 (alice)"), "{ending:?}");
    assert_eq!(listed(&scene.root.browser, &ending.href).await, [scene.client.secret_id.as_str()]);

    scene.wait_days(7).await;
    assert!(scene.row("/attention/ending").await.is_none(), "it has ended");
    assert!(scene.row("/attention/still-called").await.is_none(), "nobody calls");
    scene.call(1).await;
    let still = scene.root.browser.get("/attention/still-called").await;
    assert!(scene.row("/attention/still-called").await.is_some());
    assert!(still.text("tr[data-secret-id]").unwrap().contains("Expired"), "{}", still.body);
    assert_eq!(wrong_lines(&scene.app), 0);

    scene.wait_days(8).await;
    assert!(scene.row("/attention/still-called").await.is_none(), "that was long ago");
}

#[actix_web::test]
async fn a_key_of_root_is_told_and_is_worse_when_it_is_used() {
    let scene = Scene::new().await;
    assert!(scene.row("/attention/root-keys").await.is_none());
    let client = scene.app.key_of(&scene.root).await;

    let unused = scene.row("/attention/root-keys").await.unwrap();
    assert!(unused.level == "warn" && unused.evidence.contains("Never used"), "{unused:?}");
    client.call("cam", "GetUserAppId", json!({})).await;
    let found = rows(&scene.root.browser).await;

    assert_eq!(
        (found[0].level.as_str(), found[0].href.as_str()),
        ("bad", "/attention/root-keys"),
        "{found:?}"
    );
    assert!(found[0].title.contains("Root has 1 enabled key"), "{found:?}");
    let levels: Vec<&str> = found.iter().map(|row| row.level.as_str()).collect();
    let mut sorted = levels.clone();
    sorted.sort_by_key(|level| ["bad", "warn", "off"].iter().position(|known| known == level));
    assert_eq!(levels, sorted, "worst first");
    assert_eq!(listed(&scene.root.browser, "/attention/root-keys").await, [client.secret_id.as_str()]);
    scene.root.browser.submit("/keys", &format!("/keys/{}/disable", client.secret_id), &[]).await.redirect();
    assert!(scene.row("/attention/root-keys").await.is_none());
}

#[actix_web::test]
async fn an_administrator_without_an_app_is_told_directly_or_through_a_group_until_there_is_one() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let href = "/attention/administrators";
    app.enrolled(&root, "careful", &["AdministratorAccess"]).await;
    assert!(row(&root.browser, href).await.is_none());

    let mut bob = app.signed_in(&root, "bob", &["QcloudCamFullAccess"]).await;
    let carol = app.sub_user(&root, "carol", &["QcloudCamReadOnlyAccess"]).await;
    let made =
        root.browser.submit("/groups/new", "/groups/new", &[("group_name", "admins")]).await.redirect();
    let group = made.split('?').next().unwrap().to_owned();
    let attach = format!("{group}/permissions/attach");
    root.grant(&app, &attach, &attach, &[("policy", "AdministratorAccess")]).await.redirect();
    let one = row(&root.browser, href).await.unwrap();
    let add = format!("{group}/members/add");
    root.grant(&app, &add, &add, &[("member", &carol.uin)]).await.redirect();
    let both = row(&root.browser, href).await.unwrap();
    let names = root.browser.get(href).await.texts("tr[data-uin] th");

    assert!(one.level == "bad" && one.title.contains("1 of 3 administrators"), "{one:?}");
    assert!(one.evidence.starts_with("bob signs in with a password alone"), "{one:?}");
    assert!(both.evidence.starts_with("bob and carol sign in"), "{both:?}");
    assert_eq!(names, ["bob", "carol"]);
    bob.enrol(&app).await;
    let last = row(&root.browser, href).await.unwrap();
    assert!(last.evidence.starts_with("carol signs in"), "{last:?}");
    let leave = format!("{group}/members/{}/remove", carol.uin);
    root.browser.submit(&leave, &leave, &[]).await.redirect();
    assert!(row(&root.browser, href).await.is_none());
}

#[actix_web::test]
async fn a_user_who_neither_signs_in_nor_calls_for_long_is_told() {
    let scene = Scene::new().await;
    let href = "/attention/users";
    scene.wait_days(60).await;
    assert!(scene.row(href).await.is_none());
    scene.call(1).await;
    scene.wait_days(60).await;
    assert!(scene.row(href).await.is_none(), "a call 60 days ago is a use");
    scene.wait_days(31).await;
    let inactive = scene.row(href).await.unwrap();
    assert!(
        inactive.evidence.starts_with("alice for longest") && inactive.evidence.contains("91 days"),
        "{inactive:?}"
    );
    assert_eq!(scene.root.browser.get(href).await.texts("tr[data-uin] th"), ["alice"]);

    scene.alice.sign_in(&scene.app).await;
    scene.alice.browser.get("/me/security").await;

    assert!(scene.row(href).await.is_none());
}

#[actix_web::test]
async fn many_refused_calls_are_told_beside_what_is_usual() {
    let scene = Scene::new().await;
    scene.call(1).await;
    scene.wait_days(3).await;
    let dance = async |times: usize| {
        for _ in 0..times {
            scene.client.call("cam", "Dance", json!({})).await;
        }
    };
    dance(19).await;
    let href = "/attention/refused";
    assert!(scene.row(href).await.is_none(), "few");
    dance(2).await;

    let spike = scene.row(href).await.unwrap();

    assert_eq!(
        (spike.level.as_str(), spike.evidence.as_str()),
        ("warn", "21 in the last 24 hours, 0 a day is usual.")
    );
    let page = scene.root.browser.get(href).await;
    assert!(page.text("tr[data-secret-id]").unwrap().contains("21, mostly:"), "{}", page.body);
    scene.wait_days(2).await;
    assert!(scene.row(href).await.is_none());
    assert!(listed(&scene.root.browser, href).await.is_empty());
}

#[actix_web::test]
async fn the_figures_are_those_of_real_calls_and_keys() {
    let scene = Scene::new().await;
    let bob = scene.app.sub_user(&scene.root, "bob", &[]).await;
    let other = scene.app.key_of(&bob).await;
    scene.app.key_of(&bob).await;
    scene.call(3).await;
    scene.client.call("cam", "Dance", json!({})).await;
    other.call("cam", "GetUserAppId", json!({})).await;
    scene.app.wait(3_600);
    scene.root.sign_in(&scene.app).await;
    other.call("cam", "GetUserAppId", json!({})).await;
    scene.send("disable", &[]).await;
    scene.call(2).await;

    let page = scene.root.browser.get("/").await;

    let figure = |id: &str| page.text(id).unwrap();
    assert_eq!(figure("#accepted-today"), "5");
    assert_eq!(figure("#refused-today"), "3");
    assert!(figure("#enabled-keys").starts_with('2') && figure("#enabled-keys").contains("1 disabled"));
    assert!(figure("#all-users").starts_with('3'), "{}", figure("#all-users"));
    assert_eq!(page.texts(".twin tbody td"), ["5", "3"]);
    scene.wait_days(1).await;
    scene.send("enable", &[]).await;
    let page = scene.root.browser.get("/").await;
    assert_eq!(page.text("#accepted-today").unwrap(), "0");
    assert_eq!(page.texts(".twin tbody td"), ["5", "3"], "yesterday stays");
    assert!(page.text("#enabled-keys").unwrap().starts_with('3'));
    assert!(page.body.contains("Counted since 23 Nov 2026"));
}

#[actix_web::test]
async fn calls_of_two_servers_add_up_and_what_cannot_be_written_is_kept() {
    let scene = Scene::new().await;
    let second = scene.app.second_node();
    let mut there = scene.client.clone();
    there.address.clone_from(&second.address);
    scene.call(2).await;
    there.call("cam", "GetUserAppId", json!({})).await;
    flush_usage(&second.app).await.unwrap();
    run(&scene.app, "ALTER TABLE account_hours RENAME TO away");
    scene.client.call("cam", "GetUserAppId", json!({})).await;
    flush_usage(&scene.app.app).await.unwrap_err();
    run(&scene.app, "ALTER TABLE away RENAME TO account_hours");
    scene.call(1).await;

    let page = scene.root.browser.get("/").await;

    assert_eq!(page.text("#accepted-today").unwrap(), "5");
}

#[actix_web::test]
async fn what_is_in_another_account_is_not_told_here() {
    let scene = Scene::new().await;
    let other = scene.app.root_named("other").await;
    scene.app.sub_user(&scene.root, "bob", &["AdministratorAccess"]).await;
    scene.app.key_of(&scene.root).await;
    scene.call(4).await;
    scene.app.wait(100 * DAY);
    scene.root.sign_in(&scene.app).await;
    other.sign_in(&scene.app).await;
    scene.client.call("cam", "Dance", json!({})).await;

    let here: Vec<String> = rows(&scene.root.browser).await.into_iter().map(|row| row.href).collect();
    let there: Vec<String> = rows(&other.browser).await.into_iter().map(|row| row.href).collect();
    let page = other.browser.get("/").await;

    for href in ["administrators", "old", "unused", "root-keys", "users"] {
        assert!(here.contains(&format!("/attention/{href}")), "{href}: {here:?}");
        let list = other.browser.get(&format!("/attention/{href}")).await;
        assert_eq!(list.count("tbody tr"), 0, "{href}: {}", list.body);
    }
    assert_eq!(there, ["/#guide"], "only that it is not set up");
    for (id, told) in [("#accepted-today", "0"), ("#refused-today", "0"), ("#all-users", "1")] {
        assert!(page.text(id).unwrap().starts_with(told), "{id}");
    }
    assert!(page.text("#enabled-keys").unwrap().starts_with('0'));
    assert!(page.texts(".two-lines li").iter().all(|line| !line.contains("alice")));
}

#[actix_web::test]
async fn each_way_on_opens_and_no_list_that_is_not_one() {
    let scene = Scene::new().await;
    scene.app.sub_user(&scene.root, "bob", &["AdministratorAccess"]).await;
    scene.app.key_of(&scene.root).await;
    scene.wait_days(100).await;
    run(
        &scene.app,
        "INSERT INTO nodes (id, version, started_at, seen_at, lag_ms) VALUES ('slow', '0.0.1', 1, 9999999999, 2500)",
    );

    let found = rows(&scene.root.browser).await;

    assert!(found.len() >= 8, "{found:?}");
    for row in &found {
        let page = scene.root.browser.get(row.href.split('#').next().unwrap()).await;
        assert_eq!(page.status, StatusCode::OK, "{row:?}");
        assert!(row.evidence.chars().any(|letter| letter.is_ascii_digit()), "{row:?}");
        if row.href.starts_with("/attention") {
            assert!(page.count("tbody tr") > 0, "{row:?}");
        }
    }
    let slow = found.iter().find(|row| row.title.contains("answers slowly")).unwrap();
    assert!(slow.level == "bad" && slow.evidence.contains("2,500 ms"), "{slow:?}");
    assert!(found.iter().any(|row| row.title.contains("different versions")), "{found:?}");
    for nowhere in ["/attention/", "/attention/nothing", "/attention/old?after=x"] {
        assert_eq!(scene.root.browser.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
    let key = scene.root.browser.get("/attention/never-used").await.attribute("tbody th a", "href").unwrap();
    assert_eq!(scene.root.browser.get(&key).await.status, StatusCode::OK, "{key}");
}

#[actix_web::test]
async fn setting_up_ticks_itself_and_goes_when_it_is_done() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let done = async || root.browser.get("/").await.count(".guide .done");
    assert_eq!(done().await, 0);
    let alice = app.sub_user(&root, "alice", &[]).await;
    assert_eq!(done().await, 1);
    let client = app.key_of(&alice).await;
    assert_eq!(done().await, 2);
    client.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(done().await, 3);
    let row = row(&root.browser, "/#guide").await.unwrap();
    assert!(row.evidence.starts_with("3 of 4"), "{row:?}");

    let settings = "/settings/security";
    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("mfa_required", "1"),
    ];
    root.grant(&app, settings, settings, &fields).await.redirect();
    let page = root.browser.get("/").await;

    assert_eq!((page.count(".guide"), page.count("a[href='/#guide']")), (0, 0));
}

#[actix_web::test]
async fn who_may_not_see_the_overview_begins_where_it_did_and_a_key_finds_the_api_there() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let own = app.signed_in(&root, "own", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cam:ListUsers","cam:GetUser"],"resource":"*"}]}"#;
    root.browser
        .submit("/policies/new", "/policies/new", &[("name", "lists"), ("document", document)])
        .await
        .redirect();
    let lister = app.signed_in(&root, "lister", &["lists"]).await;

    let page = reader.browser.get("/").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.attributes(".side a", "href").first().map(String::as_str), Some("/"), "first of all");
    assert!(page.count("#server-h") == 1 && page.count("#operations-h") == 1, "{}", page.body);
    for (person, start) in [(&own, "/keys"), (&lister, "/users")] {
        assert_eq!(person.browser.get("/").await.redirect(), start);
        assert_eq!(person.browser.get("/attention/old").await.status, StatusCode::FORBIDDEN);
        assert!(!person.browser.get(start).await.attributes(".side a", "href").contains(&"/".to_owned()));
    }
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:GetOverview","resource":"*"}]}"#;
    root.browser
        .submit("/policies/new", "/policies/new", &[("name", "sees"), ("document", document)])
        .await
        .redirect();
    let seer = app.signed_in(&root, "seer", &["sees"]).await;
    let page = seer.browser.get("/").await;
    assert_eq!(
        [page.count("#server-h"), page.count("#operations-h"), page.count("a[href='/users/new']")],
        [0; 3]
    );
    let answer = app.key_of(&seer).await.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(answer["Uin"], seer.uin, "{answer}");
}

#[actix_web::test]
async fn the_last_sensitive_operations_are_shown_the_newest_first() {
    let scene = Scene::new().await;
    scene.send("disable", &[]).await;
    for _ in 0..6 {
        scene.send("enable", &[]).await;
        scene.send("disable", &[]).await;
    }

    let page = scene.root.browser.get("/").await;

    let lines = page.texts(".two-lines li");
    assert_eq!(lines.len(), 10, "{lines:?}");
    assert!(lines[0].contains("Disabled a key") && lines[0].contains("alice"), "{lines:?}");
    assert!(lines[1].contains("Enabled a key"), "{lines:?}");
    let first = page.attribute(".two-lines a", "href").unwrap();
    assert_eq!(scene.root.browser.get(&first).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_long_list_is_read_in_pages_that_leave_nothing_out() {
    let scene = Scene::new().await;
    let owner = &scene.root.uin;
    for at in 0..60 {
        let (uin, uid, time) =
            (200_000_000_000_i64 + at, 200_000_000 + at, scene.app.now() - (500 + at / 4) * DAY);
        run(&scene.app, &format!("INSERT INTO identities (uin) VALUES ({uin})"));
        run(
            &scene.app,
            &format!(
                "INSERT INTO users (uid, owner_uin, uin, kind, name, name_key, console_login, created_at, created_by) \
             VALUES ({uid}, {owner}, {uin}, 'sub_user', 'u{at}', 'u{at}', TRUE, {time}, 1)"
            ),
        );
        for slot in [1, 2] {
            run(
                &scene.app,
                &format!(
                    "INSERT INTO api_keys (secret_id, uid, owner_uin, uin, slot, secret, status, created_at, created_by, changed_at, \
                 changed_by) SELECT 'AKID{slot}{at:0>31}', {uid}, {owner}, {uin}, {slot}, secret, 'enabled', {time}, 'root', \
                 {time}, 'root' FROM api_keys WHERE secret_id = '{}'",
                    scene.client.secret_id
                ),
            );
        }
    }

    for (list, rows) in [("/attention/old", 120), ("/attention/never-used", 120), ("/attention/users", 60)] {
        let (mut address, mut seen) = (Some(list.to_owned()), Vec::new());
        while let Some(next) = address {
            let page = scene.root.browser.get(&next).await;
            let found = page
                .attributes("tbody tr", if list.ends_with("users") { "data-uin" } else { "data-secret-id" });
            assert!(!found.is_empty() && found.len() <= 50, "{next}: {}", found.len());
            seen.extend(found);
            address = page.attribute("a[rel=next]", "href");
        }
        assert_eq!(seen.len(), rows, "{list}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), rows, "{list}: none twice");
    }
    assert_eq!(wrong_lines(&scene.app), 0);
}

#[actix_web::test]
async fn keys_and_users_of_an_older_database_are_counted_after_the_start() {
    let old = Upgraded::open();
    let root = old.root().await;
    let before = root.browser.get("/").await;
    assert_eq!(before.count("#still-counting"), 1, "{}", before.body);

    while fill_in(&old.app.app).await.unwrap() {}

    let page = root.browser.get("/").await;
    assert_eq!(page.count("#still-counting"), 0);
    let counted = number(
        &old.app,
        &format!(
            "SELECT COUNT(*) AS number FROM api_keys WHERE status = 'enabled' AND owner_uin = {}",
            root.owner
        ),
    );
    assert!(counted > 0);
    assert!(page.text("#enabled-keys").unwrap().starts_with(&counted.to_string()), "{counted}");
    assert_eq!(wrong_lines(&old.app), 0);
    let inactive = "SELECT COUNT(*) AS number FROM user_lines l JOIN users u ON u.uid = l.uid \
                    WHERE l.active_at < u.created_at OR l.active_at < COALESCE(u.last_activity_at, 0) - 43200";
    assert_eq!(number(&old.app, inactive), 0);
    let sums = "SELECT (SELECT COALESCE(SUM(held), 0) FROM key_counts) + (SELECT COALESCE(SUM(held), 0) \
                FROM key_count_changes) - (SELECT COUNT(*) FROM api_keys) AS number";
    assert_eq!(number(&old.app, sums), 0);
}
