//! Notices: what happened to keys and what is about to, for whoever may read the log.

use crate::canaries::canary;
use crate::support::TestApp;
use crate::support::people::Person;
use camlock::app::keys::limits::ahead;
use camlock::clock;
use reqwest::StatusCode;
use serde_json::json;

const HERE: &str = "/notices";
const DAY: i64 = 86_400;

/// What the list says, newest first.
async fn listed(person: &Person, address: &str) -> Vec<String> {
    person.browser.get(address).await.texts("tr[data-notice] td[data-label=What] a")
}

async fn alarms(person: &Person) -> Option<String> {
    person.browser.get("/keys").await.text(".side a[href='/notices'] .n")
}

#[actix_web::test]
async fn what_happened_to_keys_is_listed_by_day_and_what_is_new_is_marked_until_read() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let id = root.create_key("/keys").await;
    app.wait(DAY);
    root.sign_in(&app).await;
    reader.sign_in(&app).await;
    root.browser.submit("/keys", &format!("/keys/{id}/disable"), &[]).await.redirect();
    root.browser.submit("/groups/new", "/groups/new", &[("group_name", "developers")]).await.redirect();

    let page = root.browser.get(HERE).await;

    assert_eq!(listed(&root, HERE).await, ["Disabled a key", "Created a key"]);
    assert_eq!(page.texts("tr.day th"), ["Today, 24 Nov 2026", "Monday, 23 Nov 2026"]);
    assert_eq!(page.count("tr[data-new]"), 2);
    let history = format!("/users/{}/keys/{id}/history", root.uin);
    assert_eq!(page.attributes("td[data-label=About] a", "href"), [history.clone(), history]);
    let newest = page.attribute("input[name=seq]", "value").unwrap();
    root.browser.submit(HERE, "/notices/read", &[("seq", &newest)]).await.redirect();
    let page = root.browser.get(HERE).await;
    assert_eq!((page.count("tr[data-notice]"), page.count("tr[data-new]")), (2, 0));
    assert_eq!(reader.browser.get(HERE).await.count("tr[data-new]"), 2, "each reads for themselves");
}

#[actix_web::test]
async fn alarms_are_counted_in_the_navigation_until_they_are_read() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let found = canary(&app, &root, "wiki page").await;
    assert_eq!(alarms(&root).await, None);

    found.call("cam", "ListUsers", json!({})).await;
    root.browser.get("/canaries").await;

    assert_eq!(alarms(&root).await.as_deref(), Some(", 1 to look at now"));
    assert_eq!(listed(&root, "/notices?level=bad").await, ["Tried to use a canary key"]);
    let page = root.browser.get(HERE).await;
    assert_eq!(page.attributes("tr[data-level=bad] td[data-label=About] a", "href"), ["/canaries"]);
    let newest = page.attribute("input[name=seq]", "value").unwrap();
    root.browser.submit(HERE, "/notices/read", &[("seq", &newest)]).await.redirect();
    assert_eq!(alarms(&root).await, None);
    let rival = app.root_named("rival").await;
    assert_eq!((alarms(&rival).await, listed(&rival, HERE).await), (None, Vec::new()));
}

#[actix_web::test]
async fn whoever_may_not_read_the_log_has_no_notices() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let holder = app.signed_in(&root, "holder", &["QcloudCollApiKeyManageAccess"]).await;

    let refused = holder.browser.get(HERE).await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let keys = holder.browser.get("/keys").await;
    assert_eq!(keys.count(".side a[href='/notices']"), 0);
}

#[actix_web::test]
async fn the_list_goes_on_page_by_page() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key("/keys").await;
    for _ in 0..30 {
        root.browser.submit("/keys", &format!("/keys/{id}/disable"), &[]).await.redirect();
        root.browser.submit("/keys", &format!("/keys/{id}/enable"), &[]).await.redirect();
    }

    let first = root.browser.get(HERE).await;
    let next = first.attribute("a[rel=next]", "href").unwrap();
    let second = root.browser.get(&next).await;

    assert_eq!((first.count("tr[data-notice]"), second.count("tr[data-notice]")), (50, 11));
    let back = second.attribute("a[rel=prev]", "href").unwrap();
    assert_eq!(listed(&root, &back).await, listed(&root, HERE).await);
    assert_eq!(root.browser.get("/notices?older=x").await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn too_many_wrong_codes_are_an_alarm() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key("/keys").await;
    let question = root.browser.submit("/keys", &format!("/keys/{id}/reveal"), &[]).await.redirect();
    let page = root.browser.get(&question).await;
    let c = page.attribute("input[name=c]", "value").unwrap();

    for _ in 0..5 {
        root.browser.post("/verify", &page.csrf(), &[("c", &c), ("code", "000000")]).await;
    }

    assert_eq!(listed(&root, "/notices?level=bad").await, ["Tried to sign in or verify too often"]);
    assert_eq!(alarms(&root).await.as_deref(), Some(", 1 to look at now"));
}

async fn ends_at(root: &Person, id: &str, end: i64) {
    let page = format!("/keys/{id}/limits");
    let end = clock::iso(end);
    let fields = [("expires_at", end.as_str()), ("idle_days", ""), ("networks", ""), ("policy", "")];
    let more = [("purpose", ""), ("owner", ""), ("review_at", "")];
    let saved = root.browser.submit(&page, &page, &[&fields[..], &more[..]].concat()).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
}

#[actix_web::test]
async fn a_key_that_will_expire_is_told_of_fourteen_seven_and_one_day_ahead() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (id, other) = (root.create_key("/keys").await, root.create_key("/keys").await);
    let node = app.second_node();
    ahead::warn(&app.app).await.unwrap();
    let end = app.now() + 20 * DAY;
    ends_at(&root, &id, end).await;
    ends_at(&root, &other, end).await;
    root.browser.submit("/keys", &format!("/keys/{other}/disable"), &[]).await.redirect();
    let told = async || {
        root.sign_in(&app).await;
        root.browser.get("/audit?event=KeyExpiresSoon").await.count("tr[data-seq]")
    };

    let mut counts = Vec::new();
    for day in 0..21 {
        let (one, both) = tokio::join!(ahead::warn(&app.app), ahead::warn(&node.app));
        one.and(both).unwrap();
        if [5, 6, 12, 13, 18, 19, 20].contains(&day) {
            counts.push(told().await);
        }
        app.wait(DAY);
    }

    assert_eq!(counts, [0, 1, 1, 2, 2, 3, 3], "of the key that is on, and once each");
    root.sign_in(&app).await;
    let notices = listed(&root, HERE).await;
    assert_eq!(notices.iter().filter(|words| *words == "Warned that a key will expire").count(), 3);
}

#[actix_web::test]
async fn a_clock_that_was_ahead_keeps_no_end_from_being_told() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key("/keys").await;
    for days in [0, 60, -60] {
        app.wait(days * DAY);
        ahead::warn(&app.app).await.unwrap();
    }

    ends_at(&root, &id, app.now() + 20 * DAY).await;
    app.wait(7 * DAY);
    ahead::warn(&app.app).await.unwrap();

    root.sign_in(&app).await;
    assert_eq!(root.browser.get("/audit?event=KeyExpiresSoon").await.count("tr[data-seq]"), 1);
}

#[actix_web::test]
async fn an_end_that_is_near_when_it_is_set_is_told_at_the_next_of_these_days() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key("/keys").await;
    ahead::warn(&app.app).await.unwrap();

    ends_at(&root, &id, app.now() + 5 * DAY).await;
    ahead::warn(&app.app).await.unwrap();
    let at_once = root.browser.get("/audit?event=KeyExpiresSoon").await.count("tr[data-seq]");
    // No server ran for days.
    app.wait(4 * DAY + 60);
    ahead::warn(&app.app).await.unwrap();

    root.sign_in(&app).await;
    assert_eq!(at_once, 0);
    assert_eq!(root.browser.get("/audit?event=KeyExpiresSoon").await.count("tr[data-seq]"), 1);
}
