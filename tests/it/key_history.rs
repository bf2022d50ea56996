//! The page of a key: what it is used for, what happened to it, and who calls with one that is gone.

use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use camlock::app::keys::usage::flush_usage;
use camlock::domain::key::SecretId;
use camlock::random::Random;
use camlock::store::{Conn, StoreError};
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use reqwest::StatusCode;
use serde_json::json;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    keys: i64,
}

fn keys_with_numbers(app: &TestApp) -> i64 {
    let text = "/* test */ SELECT count(DISTINCT secret_id) AS keys FROM key_hours";
    let ask = |conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(text).get_result::<Count>(conn)?.keys);
    app.other_connection().read_now(ask).unwrap()
}

struct Scene {
    app: TestApp,
    root: Person,
    client: Client,
    list: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::spawn();
        let root = app.root().await;
        let alice = app.sub_user(&root, "dev-alice", &["QcloudCamReadOnlyAccess"]).await;
        let client = app.key_of(&alice).await;
        Self { app, root, client, list: format!("/users/{}/keys", alice.uin) }
    }

    fn history(&self) -> String {
        format!("{}/{}/history", self.list, self.client.secret_id)
    }

    async fn call(&self, times: usize) {
        for _ in 0..times {
            self.client.call("cam", "GetUserAppId", json!({})).await;
        }
    }

    async fn send(&self, what: &str, fields: &[(&str, &str)]) {
        let form = format!("{}/{}/{what}", self.list, self.client.secret_id);
        self.root.browser.submit(&self.list, &form, fields).await.redirect();
    }

    async fn delete(&self) {
        self.send("disable", &[]).await;
        self.send("delete", &[("confirm", &self.client.secret_id[32..])]).await;
    }
}

#[actix_web::test]
async fn a_key_tells_what_happened_to_it_and_how_often_it_was_used() {
    let scene = Scene::new().await;
    scene.call(7).await;
    scene.client.call("cam", "Dance", json!({})).await;
    scene.send("note", &[("note", "Deploys of the shop")]).await;
    scene.send("disable", &[]).await;
    scene.call(2).await;

    let page = scene.root.browser.get(&scene.history()).await;

    let figures = page.texts(".main-figures dd");
    assert!(figures[1].starts_with('7') && figures[1].contains("3 refused"), "{figures:?}");
    assert!(figures[2].starts_with('7'), "{figures:?}");
    let twin = page.texts(".twin tbody td");
    assert_eq!(twin, ["7", "3"]);
    let lines = page.texts(".time-line li");
    for told in ["Imported by", "First use", "Note changed by root", "Disabled by root"] {
        assert!(lines.iter().any(|line| line.contains(told)), "{told}: {lines:?}");
    }
    assert_eq!(page.attribute("tr[data-still]", "data-still").as_deref(), Some("127.0.0.0/24"));
    let still = page.text(".still tbody tr").unwrap();
    assert!(still.contains("test") && still.contains("cam") && still.contains("Key disabled"), "{still}");
    let audit = format!("a[href='/audit?target={}']", scene.client.secret_id);
    assert_eq!(page.count(&audit), 1);
}

#[actix_web::test]
async fn the_page_of_a_deleted_key_stays_and_tells_who_still_calls() {
    let scene = Scene::new().await;
    scene.call(3).await;
    scene.delete().await;
    scene.call(4).await;
    let made_up = scene.app.client(SecretId::generate(&Random::system()).unwrap().as_str(), &"x".repeat(32));
    made_up.call("cam", "GetUserAppId", json!({})).await;

    let page = scene.root.browser.get(&scene.history()).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text(".facts").unwrap().contains("Deleted"));
    assert_eq!(page.texts(".twin tbody td"), ["3", "4"]);
    assert!(page.text(".still tbody tr").unwrap().contains("Key deleted"));
    let lines = page.texts(".time-line li");
    assert!(lines.iter().any(|line| line.contains("Deleted by root")), "{lines:?}");
    scene.call(1).await;
    let again = scene.root.browser.get(&scene.history()).await;
    assert_eq!(again.texts(".twin tbody td"), ["3", "5"], "an id that is known to be deleted is counted on");
    let made_up = format!("{}/{}/history", scene.list, made_up.secret_id);
    assert_eq!(scene.root.browser.get(&made_up).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn made_up_ids_leave_nothing_and_do_not_push_out_a_deleted_one() {
    let scene = Scene::new().await;
    scene.delete().await;
    scene.call(1).await;
    flush_usage(&scene.app.app).await.unwrap();
    let forger = scene.app.client(&scene.client.secret_id, &"x".repeat(32));
    for _ in 0..1_100 {
        let id = SecretId::generate(&Random::system()).unwrap();
        let mut stranger = scene.client.clone();
        stranger.secret_id = id.to_string();
        stranger.call("cam", "GetUserAppId", json!({})).await;
    }
    forger.call("cam", "GetUserAppId", json!({})).await;

    let page = scene.root.browser.get(&scene.history()).await;

    assert_eq!(page.texts(".twin tbody td"), ["0", "2"]);
    assert_eq!(keys_with_numbers(&scene.app), 1);
}

#[actix_web::test]
async fn the_page_of_a_key_whose_user_is_gone_stays_for_who_may_see_its_keys() {
    let scene = Scene::new().await;
    scene.delete().await;
    let user = scene.list.trim_end_matches("/keys");
    let form = format!("{user}/delete");
    let gone = scene.root.browser.submit(&form, &form, &[("confirm", "dev-alice")]).await;
    assert_eq!(gone.redirect(), "/users");

    let page = scene.root.browser.get(&scene.history()).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text(".facts").unwrap().contains("Of dev-alice"));
}

#[actix_web::test]
async fn another_accounts_deleted_key_looks_missing_and_so_does_another_users() {
    let scene = Scene::new().await;
    let rival = scene.app.root_named("rival").await;
    let bob = scene.app.sub_user(&scene.root, "dev-bob", &[]).await;
    for is_deleted in [false, true] {
        if is_deleted {
            scene.delete().await;
        }
        let id = &scene.client.secret_id;
        let own = format!("/keys/{id}/history");
        let theirs = format!("/users/{}/keys/{id}/history", rival.uin);
        for (person, path) in [
            (&rival, scene.history()),
            (&rival, own.clone()),
            (&rival, theirs),
            (&scene.root, own),
            (&scene.root, format!("/users/{}/keys/{id}/history", bob.uin)),
        ] {
            assert_eq!(person.browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(scene.root.browser.get(&scene.history()).await.status, StatusCode::OK);
    }
}

#[actix_web::test]
async fn what_happened_is_paged_and_nothing_is_told_twice_or_left_out() {
    let scene = Scene::new().await;
    scene.call(1).await;
    for number in 0..70 {
        scene.app.wait(1);
        scene.send("note", &[("note", &format!("note {number}"))]).await;
    }

    let mut lines: Vec<String> = Vec::new();
    let mut next = Some(scene.history());
    let mut pages = 0;
    let mut last = String::new();
    while let Some(path) = next {
        let page = scene.root.browser.get(&path).await;
        let found = page.texts(".time-line li");
        lines = found.into_iter().chain(lines).collect();
        next = page.attribute(".pager a[rel=prev]", "href");
        pages += 1;
        last = path;
    }

    assert_eq!(pages, 3);
    assert_eq!(lines.len(), 72, "70 notes, the import and the first use: {lines:#?}");
    assert!(lines[0].contains("Imported") && lines[1].contains("First use"), "{lines:?}");
    let onward = scene.root.browser.get(&last).await.attribute(".pager a[rel=next]", "href").unwrap();
    let second = scene.root.browser.get(&onward).await.texts(".time-line li");
    assert_eq!(second.len(), 30);
    assert!(!second.iter().any(|line| line.contains("First use")), "{second:?}");
    for odd in ["older=x", "newer=0", "older=-1"] {
        let answer = scene.root.browser.get(&format!("{}?{odd}", scene.history())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{odd}");
    }
}

#[actix_web::test]
async fn whoever_may_not_read_the_log_sees_what_happened_and_not_from_where() {
    let scene = Scene::new().await;
    scene.send("disable", &[]).await;
    let policy = json!({"version": "2.0", "statement": [{"effect": "allow", "action": ["cam:QueryApiKey", "cam:GetUser"], "resource": "*"}]});
    let fields = [("name", "key-lister"), ("document", &*policy.to_string())];
    scene.root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let lister = scene.app.signed_in(&scene.root, "lister", &["key-lister"]).await;

    let page = lister.browser.get(&scene.history()).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.texts(".time-line li").iter().any(|line| line.contains("Disabled by root")));
    assert!(!page.body.contains("From 127.0.0.1") && !page.body.contains("/audit"), "{}", page.body);
}

#[actix_web::test]
async fn before_a_key_is_switched_off_the_page_and_the_dialog_say_what_would_be_refused() {
    let scene = Scene::new().await;
    let form = format!("{}/{}/disable", scene.list, scene.client.secret_id);
    let silent = scene.root.browser.get(&form).await;
    assert!(silent.text("main").unwrap().contains("No call in 35 days."));
    scene.call(5).await;
    scene.app.wait(12);

    for path in [form.clone(), scene.list.clone(), form.replace("/disable", "/delete")] {
        let page = scene.root.browser.get(&path).await;
        let figures = page.texts(".figures dd");
        assert_eq!(figures[1..3], ["5", "5"], "{path}");
        let row = page.text(".callers tbody tr").unwrap();
        assert!(row.contains("test") && row.contains("127.0.0.0/24") && row.contains("cam"), "{path}: {row}");
        let last = page.attribute(".figures time", "datetime").unwrap();
        assert_eq!(last, camlock::clock::iso(scene.app.now() - 12), "to the second");
        assert_eq!(page.count(&format!("form[action='{}']", form.replace("/disable", "/try-off"))), 1);
    }

    scene.send("disable", &[]).await;
    let delete = form.replace("/disable", "/delete");
    assert!(
        scene
            .root
            .browser
            .get(&delete)
            .await
            .body
            .contains("Nobody has called with it since it was disabled.")
    );
    scene.call(2).await;
    let page = scene.root.browser.get(&delete).await;
    assert!(page.body.contains("2 calls refused since it was disabled."));
    assert_eq!(page.texts(".figures dd")[1], "5", "what was accepted before");
}

#[actix_web::test]
async fn a_day_is_24_hours_and_a_month_30_days() {
    let scene = Scene::new().await;
    scene.call(2).await;
    scene.app.wait(20 * 86_400);
    scene.call(3).await;
    scene.app.wait(26 * 3_600);
    scene.root.sign_in(&scene.app).await;
    scene.call(4).await;

    let page = scene.root.browser.get(&scene.history()).await;
    let figures = page.texts(".main-figures dd");
    assert!(figures[1].starts_with('4') && figures[2].starts_with('9'), "{figures:?}");
    scene.app.wait(10 * 86_400);
    scene.root.sign_in(&scene.app).await;
    let page = scene.root.browser.get(&scene.history()).await;
    assert!(page.texts(".main-figures dd")[2].starts_with('7'), "the first are more than 30 days ago");
    assert_eq!(page.texts(".twin tbody td"), ["4", "0", "3", "0", "2", "0"], "and among the 35");
}

#[actix_web::test]
async fn whoever_may_switch_a_key_off_and_not_see_its_calls_is_not_shown_them() {
    let scene = Scene::new().await;
    scene.call(5).await;
    let policy = json!({"version": "2.0", "statement": [{"effect": "allow", "action": ["cam:DisableApiKey", "cam:GetUser"], "resource": "*"}]});
    let fields = [("name", "stopper"), ("document", &*policy.to_string())];
    scene.root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let stopper = scene.app.signed_in(&scene.root, "stopper", &["stopper"]).await;

    let page = stopper.browser.get(&format!("{}/{}/disable", scene.list, scene.client.secret_id)).await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.count(".figures") + page.count(".callers"), 0);
}

#[actix_web::test]
async fn a_refused_call_of_a_disabled_key_has_the_service_it_was_for() {
    let scene = Scene::new().await;
    scene.send("disable", &[]).await;
    let refused = scene.client.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(code(&refused), "AuthFailure.SecretIdNotFound");

    let records = scene.root.browser.get(&format!("{}/{}/records", scene.list, scene.client.secret_id)).await;

    assert!(records.text("tr[data-request-id]").unwrap().contains("cam:GetUserAppId"));
}

#[actix_web::test]
async fn the_page_of_an_expired_key_says_who_still_calls() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["QcloudCamReadOnlyAccess"]).await;
    let (client, admin) = (app.key_of(&alice).await, app.key_of(&root).await);
    let uin: u64 = alice.uin.parse().unwrap();
    let end = camlock::clock::iso(app.now() + 60);
    let limits = json!({"AccessKeyId": client.secret_id, "TargetUin": uin, "ExpiresAt": end});
    assert_eq!(code(&admin.call("camlock", "UpdateKeyLimits", limits).await), "");
    let history = format!("/users/{}/keys/{}/history", alice.uin, client.secret_id);
    assert_eq!(root.browser.get(&history).await.count("#still-h"), 0);

    app.wait(60);
    client.call("cam", "ListUsers", json!({})).await;

    let page = root.browser.get(&history).await;
    assert_eq!(page.count("tr[data-still]"), 1, "{}", page.body);
    assert!(page.text("main").unwrap().contains("Refused since the key has expired"), "{}", page.body);
}
