//! The overview: each thing that needs attention is told by its cause and not beyond it, with a way that opens.

use crate::canaries::canary;
use crate::support::people::Person;
use crate::support::{Answer, Browser, Client, TestApp};
use camlock::app::keys::usage::flush_usage;
use camlock::clock;
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use reqwest::StatusCode;
use serde_json::json;

pub const DAY: i64 = 86_400;

/// What a row of the page says: level, title, evidence, and the way on.
#[derive(Debug)]
pub struct Told {
    pub level: String,
    pub title: String,
    pub evidence: String,
    pub href: String,
}

pub fn told(page: &Answer) -> Vec<Told> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let levels = page.attributes(".attn li", "class");
    let titles = page.texts(".attn h3");
    let evidence = page.texts(".attn p");
    let hrefs = page.attributes(".attn li > a", "href");
    assert_eq!([levels.len(), titles.len(), evidence.len()], [hrefs.len(); 3], "each row has all of it");
    let rows = levels.into_iter().zip(titles).zip(evidence).zip(hrefs);
    rows.map(|(((level, title), evidence), href)| Told { level, title, evidence, href }).collect()
}

pub async fn rows(browser: &Browser) -> Vec<Told> {
    told(&browser.get("/").await)
}

/// The row whose way on is this one.
pub async fn row(browser: &Browser, href: &str) -> Option<Told> {
    rows(browser).await.into_iter().find(|row| row.href == href)
}

/// The keys that a list shows.
pub async fn listed(browser: &Browser, href: &str) -> Vec<String> {
    let page = browser.get(href).await;
    assert_eq!(page.status, StatusCode::OK, "{href}: {}", page.body);
    page.attributes("tr[data-secret-id]", "data-secret-id")
}

pub fn number(app: &TestApp, sql: &str) -> i64 {
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
pub fn wrong_lines(app: &TestApp) -> i64 {
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
pub struct Scene {
    pub app: TestApp,
    pub root: Person,
    pub alice: Person,
    pub client: Client,
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::spawn();
        let root = app.root().await;
        let alice = app.sub_user(&root, "alice", &[]).await;
        let client = app.key_of(&alice).await;
        Self { app, root, alice, client }
    }

    pub async fn call(&self, times: usize) {
        for _ in 0..times {
            self.client.call("cam", "GetUserAppId", json!({})).await;
        }
        flush_usage(&self.app.app).await.unwrap();
    }

    /// Lets days pass and signs root in again.
    pub async fn wait_days(&self, days: i64) {
        self.app.wait(days * DAY);
        self.root.sign_in(&self.app).await;
    }

    pub async fn send(&self, what: &str, fields: &[(&str, &str)]) {
        let list = format!("/users/{}/keys", self.alice.uin);
        let form = format!("{list}/{}/{what}", self.client.secret_id);
        self.root.browser.submit(&list, &form, fields).await.redirect();
    }

    pub async fn row(&self, href: &str) -> Option<Told> {
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
    assert!(unused.level == "warn" && unused.evidence.contains("23 Nov 2026 and never used"), "{unused:?}");
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
async fn a_canary_that_somebody_used_is_told_first_until_it_is_deleted_and_only_to_who_may_know() {
    let scene = Scene::new().await;
    let canary = canary(&scene.app, &scene.root, "old wiki").await;
    let reader = scene.app.signed_in(&scene.root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let overview = json!({"version": "2.0", "statement": [
        {"effect": "allow", "action": "camlock:GetOverview", "resource": "*"},
    ]});
    let blind = scene.app.signed_in(&scene.root, "blind", &[]).await;
    let fields = [("name", "overview"), ("document", &overview.to_string())];
    scene.root.grant(&scene.app, "/policies/new", "/policies/new", &fields).await.redirect();
    let attach = format!("/users/{}/permissions/attach", blind.uin);
    scene.root.grant(&scene.app, &attach, &attach, &[("policy", "overview")]).await.redirect();
    assert!(scene.row("/canaries").await.is_none());

    canary.call("cam", "ListUsers", json!({})).await;
    scene.root.browser.get("/canaries").await;

    let told = rows(&scene.root.browser).await;
    let first = told.first().unwrap();
    assert!(first.level == "bad" && first.href == "/canaries", "{told:?}");
    assert!(first.title.contains("1 canary key") && first.evidence.contains("old wiki"), "{first:?}");
    assert!(row(&reader.browser, "/canaries").await.is_some());
    assert!(row(&blind.browser, "/canaries").await.is_none(), "which keys are canaries is not for everybody");
    let delete = format!("/canaries/{}/delete", canary.secret_id);
    scene.root.grant(&scene.app, &delete, &delete, &[]).await.redirect();
    assert!(scene.row("/canaries").await.is_none());
}

#[actix_web::test]
async fn a_key_that_is_being_replaced_is_told_until_that_is_over() {
    let scene = Scene::new().await;
    assert!(scene.row("/rotations").await.is_none());
    scene.send("replace", &[("silent_hours", "24"), ("delete_after_days", "7")]).await;
    let told = scene.row("/rotations").await.unwrap();
    assert!(told.level == "off" && told.title.contains("1 key is being replaced"), "{told:?}");
    scene.send("replace/cancel", &[]).await;
    assert!(scene.row("/rotations").await.is_none());
}

#[actix_web::test]
async fn how_long_a_key_is_to_last_is_what_the_account_says() {
    let scene = Scene::new().await;
    scene.wait_days(40).await;
    assert!(scene.row("/attention/old").await.is_none());
    scene.app.execute("UPDATE accounts SET key_expiry_max_days = 30");
    let told = scene.row("/attention/old").await.unwrap();
    assert!(told.title.contains("older than 30 days"), "{told:?}");
}
