//! All claim links of an account on one page, and their end there.

use crate::claims::{key_link, open, password_link};
use crate::support::people::PASSWORD;
use crate::support::{Answer, TestApp};
use camlock::domain::claim::MOST_HOURS;
use camlock::store::{Conn, StoreError};
use diesel::connection::SimpleConnection;
use reqwest::StatusCode;
use std::collections::BTreeSet;

const PAGE: &str = "/claims";

/// The badges of the rows.
fn states(page: &Answer) -> Vec<String> {
    page.texts("tr[data-claim] .badge").iter().map(|text| text.trim().to_owned()).collect()
}

#[actix_web::test]
async fn open_opened_used_and_expired_links_of_all_users_are_on_one_page() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let empty = root.browser.get(PAGE).await;
    assert!(empty.status == StatusCode::OK && empty.body.contains("No claim links"), "{}", empty.body);
    let alice = app.sub_user(&root, "alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);

    let (old, _) = password_link(&app, &root, "early").await;
    app.wait(MOST_HOURS * 3_600 + 1);
    root.sign_in(&app).await;
    let (link, id) = key_link(&app, &root, &keys).await;
    open(&app.browser(), &link).await.redirect();
    app.wait(1);
    let (_, bob) = password_link(&app, &root, "bob").await;

    let page = root.browser.get(PAGE).await;
    assert_eq!(states(&page), ["Open", "Opened", "Expired"], "{}", page.body);
    assert_eq!(page.texts("tr[data-claim] th a"), ["bob", "alice", "early"]);
    assert!(page.body.contains(&id[..6]) && !page.body.contains(old.split("t=").nth(1).unwrap()));
    let csrf = page.csrf();
    let first = page.attributes("tr[data-claim]", "data-claim").remove(0);
    let answer = root.browser.post(&format!("{PAGE}/{first}/revoke"), &csrf, &[]).await;

    assert_eq!(answer.redirect(), PAGE);
    assert_eq!(states(&root.browser.get(PAGE).await), ["Opened", "Expired"]);
    let log = root.browser.get("/audit?event=RevokeClaimLink").await;
    assert!(log.count("tr[data-seq]") == 1 && log.body.contains(&bob), "{}", log.body);
    let again = root.browser.post(&format!("{PAGE}/{first}/revoke"), &csrf, &[]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_used_link_of_either_kind_stays_in_the_list_and_offers_nothing_more() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let (link, id) = key_link(&app, &root, &format!("/users/{}/keys", alice.uin)).await;
    let browser = app.browser();
    let shown = browser.get(&open(&browser, &link).await.redirect()).await;
    assert_eq!(shown.text("#secret-id").as_deref(), Some(id.as_str()));
    app.wait(1);
    let (link, _) = password_link(&app, &root, "bob").await;
    let browser = app.browser();
    let form = open(&browser, &link).await.redirect();
    browser.submit(&form, &form, &[("password", PASSWORD)]).await.redirect();

    let page = root.browser.get(PAGE).await;

    assert_eq!(states(&page), ["Used", "Used"], "{}", page.body);
    assert_eq!(page.texts("tr[data-claim] th a"), ["bob", "alice"]);
    let handed = page.texts("tr[data-claim] td[data-label='Hands over']");
    assert!(handed[0].contains("First password") && handed[1].contains(&id[..6]), "{handed:?}");
    assert_eq!(page.count("tr[data-claim] form"), 0, "there is nothing to revoke");
    let told = page.texts("tr[data-claim] td[data-label=State] small");
    assert!(told.iter().all(|text| text.contains("Opened")), "{told:?}");
}

#[actix_web::test]
async fn links_of_another_account_and_of_users_out_of_reach_are_neither_shown_nor_ended() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("other").await;
    let (_, theirs) = password_link(&app, &other, "theirs").await;
    let (_, near) = password_link(&app, &root, "near").await;
    app.wait(1);
    password_link(&app, &root, "far").await;
    let text = format!(
        r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"camlock:CreateClaimLink","resource":"*"}},
            {{"effect":"deny","action":"camlock:CreateClaimLink","resource":"qcs::cam::uin/{0}:uin/{1}"}}]}}"#,
        root.owner, near
    );
    root.grant(&app, "/policies/new", "/policies/new", &[("name", "links"), ("document", &text)])
        .await
        .redirect();
    let helper = app.signed_in(&root, "helper", &["links"]).await;
    let plain = app.signed_in(&root, "plain", &["QcloudCamReadOnlyAccess"]).await;

    let page = helper.browser.get(PAGE).await;
    assert_eq!(page.texts("tr[data-claim] th a"), ["far"], "{}", page.body);
    assert_eq!(plain.browser.get(PAGE).await.status, StatusCode::FORBIDDEN);
    let csrf = page.csrf();
    let seen = |page: &Answer| page.attributes("tr[data-claim]", "data-claim");
    let all = root.browser.get(PAGE).await;
    let near = all.attributes("tr[data-claim]", "data-claim").remove(1);
    assert_eq!(
        helper.browser.post(&format!("{PAGE}/{near}/revoke"), &csrf, &[]).await.status,
        StatusCode::FORBIDDEN
    );
    let theirs_id = seen(&other.browser.get(PAGE).await).remove(0);
    let answer = helper.browser.post(&format!("{PAGE}/{theirs_id}/revoke"), &csrf, &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!all.body.contains(&theirs));
    assert_eq!(
        [seen(&root.browser.get(PAGE).await).len(), seen(&other.browser.get(PAGE).await).len()],
        [2, 1]
    );
}

#[actix_web::test]
async fn hundreds_of_links_come_a_page_at_a_time_and_each_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let now = app.now();
    let rows: Vec<String> = (0..120)
        .map(|number| {
            format!(
                "INSERT INTO claims (id, digest, uid, owner_uin, made_at, made_by, expires_at) SELECT 'c{number}', 'd{number}', \
                 uid, owner_uin, {}, 'root', {} FROM users WHERE uin = {};",
                now - number / 7,
                now + 60,
                alice.uin
            )
        })
        .collect();
    let run = move |conn: &mut Conn| {
        conn.batch_execute(&format!("/* test */ {}", rows.concat())).map_err(StoreError::from)
    };
    app.app.store.write_now(run).unwrap();

    let (mut address, mut seen) = (Some(PAGE.to_owned()), Vec::new());
    while let Some(next) = address {
        let page = root.browser.get(&next).await;
        let rows = page.attributes("tr[data-claim]", "data-claim");
        assert!((1..=50).contains(&rows.len()), "{next}: {}", page.body);
        seen.extend(rows);
        let ways = page.attributes("a[href^='/claims?after=']", "href");
        address = ways.into_iter().next();
    }

    assert_eq!((seen.len(), BTreeSet::from_iter(seen).len()), (120, 120));
    assert_eq!(root.browser.get("/claims?after=x").await.status, StatusCode::BAD_REQUEST);
}
